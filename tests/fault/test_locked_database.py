"""Somebody else keeps the database locked while calls come and go: the wall stays quick, and the records miss nothing."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from tests.support.lab import Lab
from tests.support.program import Program
from tests.support.quiet_centre import quiet_program
from tests.support.truth import ON_LINE, Records, until_true
from tests.support.wall_client import WallClient

pytestmark = pytest.mark.fault

LOCKED_S = 10.0


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = quiet_program(tmp_path_factory.mktemp("locked"), seats=8)
    with program.running():
        yield program


@contextmanager
def locked(program: Program) -> Iterator[sqlite3.Connection]:
    """While inside, another connection holds the database for itself."""
    with closing(
        sqlite3.connect(program.data_dir / "xktcc.db", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("PRAGMA busy_timeout = 5000")
        other.execute("BEGIN EXCLUSIVE")
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


async def test_calls_come_and_go(
    program: Program, wall: WallClient, lab: Lab, records: Records, record_property
) -> None:
    latencies: list[float] = []
    named = False
    with locked(program):
        begun = time.monotonic()
        talking = await _comes(wall, lab, latencies)
        while time.monotonic() - begun < LOCKED_S:
            given_up = await _comes(wall, lab, latencies, answered=False)
            await _ends(wall, lab, given_up, latencies)
            following = await _comes(wall, lab, latencies)
            await _ends(wall, lab, talking, latencies)
            talking = following
            assert not wall.stale
            named = named or await _database_is_named(program)
            assert not any(records.call(ident) for ident in lab.placed), "the database was not locked"
    await _ends(wall, lab, talking, latencies)
    assert named, "readiness did not tell that the database takes nothing"
    latencies.sort()
    record_property("changes", len(latencies))
    record_property("p95_s", latencies[int(len(latencies) * 0.95)])
    assert latencies[int(len(latencies) * 0.95)] < 1
    record_property("written_after_s", await records.until_ended(set(lab.placed), 10))
    assert not records.faults(lab.placed)
    await until_true(wall, lab, 3)
    await _until(lambda: asyncio.to_thread(program.is_ready), 5)


async def test_killed_amid_the_lock(
    program: Program, wall: WallClient, lab: Lab, records: Records, record_property
) -> None:
    with locked(program) as other:
        ended, _ = await lab.talk()
        lost, _ = await lab.talk()
        goes_on, _ = await lab.talk()
        await until_true(wall, lab, 3)
        await lab.end(ended)
        await until_true(wall, lab, 3)
        program.kill()
        await lab.end(lost)
        begun = time.monotonic()
        await asyncio.to_thread(program.launch)
        await asyncio.sleep(LOCKED_S - 4)  # how long the lock goes on is the fault itself, nothing is awaited here
        assert program.process is not None
        assert program.process.poll() is None, program.log_file.read_text()[-3000:]
        assert records.call(ended) is None
        other.execute("ROLLBACK")
    await _until(lambda: asyncio.to_thread(program.is_ready, "/healthz"), 60)
    serves = time.monotonic()
    record_property("serves_after_s", serves - begun)
    await wall.reopen(3)
    await until_true(wall, lab, 3)
    record_property("true_after_s", time.monotonic() - serves)
    assert time.monotonic() - serves < 3
    assert (await lab.state())["channels"].keys() >= {goes_on}
    await lab.end(goes_on)
    await records.until_ended(set(lab.placed), 10)
    assert not records.faults(lab.placed)
    assert records.steps(ended)[-1] == "ended"  # from the journal: nobody could have told it later
    assert records.steps(lost)[-1] == "found_ended"


Ringing = tuple[str, str]
"""A call and the phone that rings for it, or where it is talked."""


async def _comes(wall: WallClient, lab: Lab, taken: list[float], *, answered: bool = True) -> Ringing:
    """A call comes and is answered, or not yet; ``taken`` notes after how long the wall showed it."""
    begun = time.monotonic()
    call = await lab.call()
    phone = await lab.ringing_phone(call)
    await wall.wait_for(lambda: wall.state(phone) == "alerting", 3, "ringing is shown")
    taken.append(time.monotonic() - begun)
    if answered:
        begun = time.monotonic()
        await lab.answer(call)
        await wall.wait_for(lambda: wall.state(phone) == "talking", 3, "talking is shown")
        taken.append(time.monotonic() - begun)
    return call, phone


async def _ends(wall: WallClient, lab: Lab, one: Ringing, taken: list[float]) -> None:
    """The caller hangs up."""
    call, phone = one
    begun = time.monotonic()
    await lab.end(call)
    await wall.wait_for(lambda: wall.state(phone) not in ON_LINE, 3, "the end is shown")
    taken.append(time.monotonic() - begun)


async def _database_is_named(program: Program) -> bool:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{program.url}/readyz", timeout=5)
    return answer.status_code == 503 and not answer.json()["parts"]["database"]["ready"]


async def _until(fact: Callable[[], Awaitable[bool]], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not await fact():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        await asyncio.sleep(0.05)
