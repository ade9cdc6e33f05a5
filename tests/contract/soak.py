"""Random steps with random faults for as long as one likes: ``python -m tests.contract.soak --minutes 30 --seed 7``.

After every round the callers hang up and the truth is asked for: no seat in a call, no call and no channel left, every
record and recording with its end. The same seed gives the same steps, so that a failure can be played again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import httpx

from deploy.asterisk.install import install
from deploy.asterisk.options import default_home
from telephony import events as cti
from telephony.agent_model import ON_CALL
from telephony.control.rules import Rules
from telephony.errors import TelephonyError
from telephony.numbers import DialRules
from telephony.records import CallRecord, RecordingRecord, SeatStateRecord
from telephony.types import AgentId, AgentState
from tests.contract.centre import RULES, Centre
from tests.contract.pbx import SEATS, SILENCE_S, AsteriskPbx, ExchangePbx, Pbx
from tests.contract.soak_steps import Scene, draw

STEPS = 40
CALM_S = 20.0
CRASHES = 50
"""In so many rounds the PBX itself may crash once (ADR 59); what is ours must come right all the same."""
SOAK_RULES = replace(
    RULES, wrap_up_s=1, announce_every_s=2, reconcile_every_s=5, dialling=DialRules(frozenset(), barred=("00",))
)
REFUSALS = (TelephonyError, RuntimeError, httpx.HTTPError)
"""A command that does not fit is refused; a phone says so by ``RuntimeError``, the lab by HTTP."""


def memory_mb(pid: int) -> float:
    """Resident memory."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@dataclass
class Soak:
    """``rounds`` done, ``steps`` counted by their first words, ``memory``: of this process after each round, in MB."""

    pbx: Pbx
    seed: int
    rules: Rules = SOAK_RULES
    say: Callable[[str], None] = lambda _: None
    rounds: int = 0
    refused: int = 0
    done: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    calls: int = 0
    crashes: int = 0

    async def run(self, *, seconds: float = 0, rounds: int = 0) -> None:
        """Go on for so many seconds or rounds. ``AssertionError`` with the round's steps when something is not as it should be."""
        chance = Random(self.seed)
        centre = Centre(self.pbx)
        self._scene = Scene(self.pbx, centre, self._begin_again)
        await self._begin(centre)
        end = time.monotonic() + seconds
        try:
            while self.rounds < rounds or time.monotonic() < end:
                await self._round(chance)
        finally:
            await self._scene.centre.close()

    async def _begin(self, centre: Centre) -> None:
        centre.desk.world.rules = self.rules
        await centre.begin()

    async def _begin_again(self) -> Centre:
        again = await self._scene.centre.killed()
        await self._begin(again)
        return again

    async def _round(self, chance: Random) -> None:
        self.trail.clear()
        try:
            for seat in SEATS:
                await self._try(f"{seat} begins", lambda seat=seat: self._make_ready(seat))
            for _ in range(STEPS):
                words, step = draw(chance, self._scene, faults=True)
                pause = chance.choice((0.0, 0.0, 0.02, 0.1, 0.4))
                self.done[words.partition(" ")[2]] += 1
                await self._try(words, step)
                await asyncio.sleep(pause)
            await self._calm()
        except AssertionError as error:
            story = "\n  ".join(self.trail)
            raise AssertionError(f"seed {self.seed}, round {self.rounds}: {error}\n  {story}") from error
        self.rounds += 1
        self.memory.append(memory_mb(os.getpid()))
        self.say(
            f"round {self.rounds}: {self.calls} calls so far, {self.refused} refusals, {self.memory[-1]:.0f} MB here"
        )

    async def _make_ready(self, seat: str) -> None:
        desk = self._scene.centre.desk
        await desk.log_on(AgentId(seat))
        await desk.end_wrap_up(AgentId(seat)) if desk.world.seat(AgentId(seat)).wrap_up_until else None
        await desk.request_state(AgentId(seat), AgentState.READY)

    async def _try(self, words: str, step: Callable[[], Awaitable[object]]) -> None:
        await self._keep()
        try:
            await step()
        except REFUSALS as refusal:
            self.refused += 1
            words = f"{words} ({type(refusal).__name__})"
        self.trail.append(words)

    # ---- the truth after a round

    async def _calm(self) -> None:
        """Everybody outside hangs up and every phone is put down and registered; then nothing may be left anywhere."""
        scene = self._scene
        for caller in scene.calls:
            with contextlib.suppress(*REFUSALS):
                await caller.hang_up()
        scene.calls.clear()
        scene.centre.records.look_up_s = 0
        for seat in SEATS:
            for act in (scene.pbx.register, scene.pbx.put_down):
                with contextlib.suppress(*REFUSALS):
                    await act(seat)
        await self._keep()
        await self.pbx.quiet()
        deadline = time.monotonic() + CALM_S
        while wrong := self._wrong():
            if await self._keep():
                deadline = time.monotonic() + CALM_S
            assert time.monotonic() < deadline, f"after {CALM_S:.0f} s of calm: {'; '.join(wrong)}"
            await asyncio.sleep(0.05)
        await scene.centre.agrees()
        self._forget()

    async def _keep(self) -> bool:
        """Start the PBX again if it has crashed, as its keeper does; whether it had."""
        if not await self.pbx.started_again():
            return False
        self.crashes += 1
        self.say(f"the PBX crashed in round {self.rounds}, after: {'; '.join(self.trail[-8:])}")
        assert self.crashes <= 1 + self.rounds // CRASHES, f"it crashed {self.crashes} times"
        return True

    def _wrong(self) -> list[str]:
        centre = self._scene.centre
        if centre.desk.world.stale_since is not None:
            return ["the PBX is lost"]
        seats = centre.bus.seats()
        found = [f"{seat} is stuck in {view.state}" for seat, view in seats.items() if view.state in ON_CALL]
        found += [f"{seat} is offline" for seat in SEATS if not centre.desk.world.seat(AgentId(seat)).in_service]
        found += [f"ghost call {call}" for call in centre.desk.world.calls]
        calls = {one.call: one for one in centre.records.kept if isinstance(one, CallRecord)}
        found += [f"no end in the record of {call}" for call, one in calls.items() if one.ended_at is None]
        found += [f"no outcome in the record of {call}" for call, one in calls.items() if one.outcome is None]
        sounds = {one.name: one for one in centre.records.kept if isinstance(one, RecordingRecord)}
        return found + [f"no end of recording {name}" for name, one in sounds.items() if one.finished_at is None]

    def _forget(self) -> None:
        """What this test itself wrote down of calls that are over; the seats' newest records stay."""
        centre = self._scene.centre
        self.calls += len({one.call for one in centre.records.kept if isinstance(one, CallRecord)})
        newest = {one.agent: one for one in centre.records.kept if isinstance(one, SeatStateRecord)}
        centre.records.kept[:] = newest.values()
        centre.driver.told[:] = [one for one in centre.driver.told if isinstance(one, cti.Snapshot)][-1:]


async def _soak(pbx: Pbx, minutes: float, seed: int) -> None:
    soak = Soak(pbx, seed, say=lambda line: print(f"{time.strftime('%H:%M:%S')} {line}", flush=True))
    await soak.run(seconds=minutes * 60)
    third = max(1, len(soak.memory) // 3)
    early, late = (sum(part) / len(part) for part in (soak.memory[:third], soak.memory[-third:]))
    print(
        f"seed {seed}: {soak.rounds} rounds, {soak.calls} calls, {soak.refused} refusals, {soak.crashes} crashes of the PBX; "
        "nothing stuck, nothing left"
    )
    print(
        f"memory {early:.1f} MB in the first third, {late:.1f} MB in the last; steps {dict(soak.done.most_common(12))}"
    )


async def _on_exchange(minutes: float, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pbx = ExchangePbx(Path(folder))
        await pbx.start()
        try:
            await _soak(pbx, minutes, seed)
        finally:
            await pbx.stop()


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, because Asterisk runs as one."""
    with tempfile.TemporaryDirectory(prefix="xktcc-soak-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        yield home


async def _on_asterisk(minutes: float, seed: int) -> None:
    with open_folder() as home:
        pbx = AsteriskPbx(home, install(default_home() / "asterisk-22"), crowded=True, rtp_timeout_s=SILENCE_S)
        try:
            pbx.start()
            await pbx.connect_phones(home)
            await _soak(pbx, minutes, seed)
        finally:
            pbx.stop()


def main() -> int:
    """Do it; 1 when something was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--pbx", choices=("asterisk", "exchange"), default="asterisk")
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}, {chosen.minutes:g} minutes on {chosen.pbx}", flush=True)
    try:
        asyncio.run((_on_asterisk if chosen.pbx == "asterisk" else _on_exchange)(chosen.minutes, chosen.seed))
    except AssertionError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
