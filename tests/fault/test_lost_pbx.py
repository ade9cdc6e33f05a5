"""The line to the exchange, its calls, or the exchange itself are lost: the wall says so, and is true again soon after."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.support.lab import Lab
from tests.support.program import Program
from tests.support.quiet_centre import quiet_program
from tests.support.truth import Records, until_true
from tests.support.wall_client import WallClient

pytestmark = pytest.mark.fault

LIMIT_S = 3.0


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = quiet_program(tmp_path_factory.mktemp("pbx"), seats=8)
    with program.running():
        yield program


async def test_sockets_dropped(wall: WallClient, lab: Lab, records: Records, record_property) -> None:
    goes_on, _ = await lab.talk()
    ends, _ = await lab.talk()
    await until_true(wall, lab, LIMIT_S)
    begun = time.monotonic()
    assert (await lab.ask("POST", "/drop-sockets"))["dropped"] == 1
    await lab.end(ends)  # nobody hears of it
    await wall.wait_for(
        lambda: any(stale for _, stale in wall.told_stale(begun)), LIMIT_S, "the wall is told to be stale"
    )
    record_property("stale_after_s", wall.told_stale(begun)[0][0] - begun)
    record_property("true_after_s", await until_true(wall, lab, LIMIT_S))
    await lab.end(goes_on)
    await records.until_ended(set(lab.placed), 5)
    await until_true(wall, lab, LIMIT_S)
    assert not records.faults(lab.placed)


async def test_exchange_restarted_in_mid_call(wall: WallClient, lab: Lab, records: Records, record_property) -> None:
    talking = [(await lab.talk())[0] for _ in range(2)]
    waiting = await lab.call("96000")
    await lab.ringing_phone(waiting)
    await until_true(wall, lab, LIMIT_S)
    begun = time.monotonic()
    await lab.ask("POST", "/restart")
    await wall.wait_for(
        lambda: any(stale for _, stale in wall.told_stale(begun)), LIMIT_S, "the wall is told to be stale"
    )
    record_property("stale_after_s", wall.told_stale(begun)[0][0] - begun)
    await _phones_back(lab)
    record_property("true_after_s", await until_true(wall, lab, LIMIT_S))
    await records.until_ended({*talking, waiting}, 5)
    for call in (*talking, waiting):
        assert records.steps(call)[-1] == "found_ended"
    assert not records.faults(lab.placed, cut=frozenset(lab.placed))
    assert all(seat["state"] == "ready" for ident, seat in wall.seats.items() if ident not in {"1001", "1002"}), (
        wall.seats
    )
    after, _ = await lab.talk()  # and the centre works again
    await lab.end(after)


async def test_exchange_killed(program: Program, wall: WallClient, lab: Lab, records: Records, record_property) -> None:
    call, _ = await lab.talk()
    await until_true(wall, lab, LIMIT_S)
    begun = time.monotonic()
    os.kill(json.loads((program.data_dir / "exchange.json").read_text())["pid"], signal.SIGKILL)
    record_property("stale_after_s", await wall.wait_for(lambda: wall.stale, LIMIT_S, "the wall is stale"))
    while not await lab.answers():  # the program starts another one
        assert wall.stale, "it showed as current what it could not know"
        assert time.monotonic() - begun < 20, "the exchange was not started again"
        await asyncio.sleep(0.01)
    await _phones_back(lab)
    record_property("true_after_s", await until_true(wall, lab, LIMIT_S))
    await records.until_ended({call}, 5)
    assert records.steps(call)[-1] == "found_ended"
    assert not records.faults(lab.placed, cut=frozenset(lab.placed))


async def _phones_back(lab: Lab, within_s: float = 20) -> None:
    """The exchange answers again, and its phones have registered."""
    deadline = time.monotonic() + within_s
    while not await lab.answers() or not all(phone["registered"] for phone in (await lab.state())["phones"].values()):
        assert time.monotonic() < deadline, "the exchange did not come back"
        await asyncio.sleep(0.02)
