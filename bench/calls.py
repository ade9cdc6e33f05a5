"""Real calls on a real Asterisk: callers by sipp, 20 a second and about 100 at a time, all recorded, answered by a phone each.

From the caller's StasisStart to the ringing of a seat's phone, both by Asterisk's clock; the peer is the least that Asterisk
itself needs (``bench.calls_floor``) under the same load. Meanwhile a supervisor's wall is open.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measures import child, cpu_seconds, percentile, show
from tests.support.asterisk_program import AtAsterisk, at_asterisk
from tests.support.load import callers, crowd
from tests.support.program import DEMO_PASSWORD
from tests.support.quiet_centre import FIRST
from tests.support.wall_client import WallClient, log_in

RATE = float(os.environ.get("BENCH_CALL_RATE", "20"))
SECONDS = float(os.environ.get("BENCH_CALL_SECONDS", "20"))
TALK_S = 5.0
ANSWER_MS = 300
SEATS = int(RATE * (TALK_S + 2)) + 4
"""One call at a time each: so many are needed for the calls that are up at once, and a few more."""


@dataclass(frozen=True)
class Load:
    """What became of the callers; ``cpu_s`` of the process that served them."""

    calls: int
    failed: int
    cpu_s: float
    waits_ms: list[float]


def _drive(centre: AtAsterisk, server: int, name: str) -> tuple[int, int, float]:
    count, folder = int(RATE * SECONDS), centre.folder / name
    used = cpu_seconds(server)
    with callers(centre.pbx.plan, folder, rate=RATE, count=count, talk_s=TALK_S) as sipp:
        sipp.wait(SECONDS + TALK_S + 60)
    time.sleep(1)
    cpu = cpu_seconds(server) - used
    said = (folder / "callers.log").read_text(errors="replace")
    return count, _last(said, "Failed call"), cpu


def _last(said: str, what: str) -> int:
    """The cumulative count in sipp's last screen."""
    found = re.findall(rf"{what}\s+\|\s+\d+\s+\|\s+(\d+)", said)
    return int(found[-1])


def measure_floor(folder: Path) -> Load:
    """The same load on the least program that can serve it."""
    with at_asterisk(folder, SEATS) as centre:
        centre.give_phones()
        pbx = centre.pbx
        script = child("bench.calls_floor", pbx.url, pbx.user, pbx.password, FIRST, SEATS)
        with crowd(pbx.plan, centre.tokens, ANSWER_MS), script as floor:
            assert floor.line() == "ready"
            count, failed, cpu = _drive(centre, floor.process.pid, "floor")
            return Load(count, failed, cpu, floor.ask())


def measure_program(folder: Path) -> tuple[Load, list[float]]:
    """The whole program; also how old each change was when the open wall had it, in ms."""
    with at_asterisk(folder, SEATS, XKTCC_RECORDING_DAYS="0") as centre, centre.program.running():
        centre.await_phones()
        assert centre.program.process
        server = centre.program.process.pid
        with crowd(centre.pbx.plan, centre.tokens, ANSWER_MS):
            return asyncio.run(_with_wall(centre, server))


async def _with_wall(centre: AtAsterisk, server: int) -> tuple[Load, list[float]]:
    cookie = await log_in(centre.program.url, "supervisor", DEMO_PASSWORD)
    wall = await WallClient(centre.program.url, cookie).open()
    ready = SEATS - 2  # 1001 and 1002 never logged on
    await wall.wait_for(
        lambda: sum(seat["state"] == "ready" for seat in wall.seats.values()) == ready, 60, "every seat is ready"
    )
    ages: list[float] = []
    begun = datetime.now(UTC)
    driving = asyncio.create_task(asyncio.to_thread(_drive, centre, server, "program"))
    seen = {agent: seat["since_ms"] for agent, seat in wall.seats.items()}
    while not driving.done():
        now = time.time() * 1000
        for agent, seat in wall.seats.items():
            if seat["since_ms"] != seen[agent]:
                seen[agent] = seat["since_ms"]
                ages.append(now - seat["since_ms"])
        await asyncio.sleep(0.01)
    count, failed, cpu = await driving
    await wall.close()
    await asyncio.sleep(2)  # the records are written
    waits = _waits(centre.program.data_dir, begun)
    if len(waits) < count - failed:
        raise RuntimeError(f"{len(waits)} calls rang, of {count - failed} that were served")
    return Load(count, failed, cpu, waits), ages


def _waits(data_dir: Path, since: datetime) -> list[float]:
    """Of the calls that came after ``since``; the demo has a past of its own."""
    with closing(sqlite3.connect(f"file:{data_dir / 'xktcc.db'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT queued_at, rang_at FROM call WHERE rang_at IS NOT NULL AND answered_at IS NOT NULL AND queued_at >= ?",
            (since.astimezone(UTC).replace(tzinfo=None).isoformat(" "),),
        ).fetchall()
    return [(datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds() * 1000 for a, b in rows]


def run(tell: Callable[..., None] = show) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        floor = measure_floor(Path(one))
        load, ages = measure_program(Path(other))
    peer = "bare ARI script, same load"
    tell("calls_failed", load.failed, f"of {load.calls}", peer, floor.failed)
    for share in (50, 95, 99):
        tell(f"call_to_ring_p{share}", percentile(load.waits_ms, share), "ms", peer, percentile(floor.waits_ms, share))
    beyond = percentile(load.waits_ms, 95) - percentile(floor.waits_ms, 95)
    tell("call_to_ring_p95_beyond_asterisk", beyond, "ms")
    tell("call_cpu", load.cpu_s / load.calls * 1000, "ms of a core a call", peer, floor.cpu_s / floor.calls * 1000)
    for share in (50, 95):
        tell(f"call_wall_age_p{share}", percentile(ages, share), "ms")


if __name__ == "__main__":
    run()
