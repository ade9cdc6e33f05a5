"""Asterisk must outlive transfers that are refused at once, however busy the machine is (docs/adr/0059-asterisk-may-crash.md)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from telephony import events as cti
from telephony.types import CallId, SeatState
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, AsteriskPbx, until

pytestmark = pytest.mark.asterisk
TIMES = 20
"""Answered without a pause it was gone after two."""


def _pin(pid: int, cores: set[int]) -> None:
    """All threads of a process; they come and go meanwhile, and so may the process."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), cores)


@contextmanager
def _on_one_core(*pids: int) -> Iterator[None]:
    """The processes take turns: whoever is told of something runs before the teller has gone on."""
    usual = os.sched_getaffinity(0)
    try:
        for pid in pids:
            _pin(pid, {min(usual)})
        yield
    finally:
        for pid in pids:
            _pin(pid, usual)


async def test_asterisk_outlives_them(real: AsteriskPbx) -> None:
    centre = Centre(real)
    await centre.open()
    try:
        await centre.ready("1001")
        await centre.answered(CALLERS[0], "1001")
        call = await centre.first_call()
        asterisk = real.pid
        assert asterisk is not None
        with _on_one_core(asterisk, os.getpid()):
            for time in range(TIMES):
                await real.transfer("1001", "1004")  # nobody has logged on there
                await _refused(centre, call, time + 1)
                assert real.pid == asterisk, f"Asterisk has gone with the {time + 1}. of them"
        await centre.shows("1001", SeatState.TALKING)
        await centre.agrees([call])
    finally:
        for left in [*centre.desk.world.calls]:
            await centre.driver.clear_call(left)
        await centre.close()


async def _refused(centre: Centre, call: CallId, times: int) -> None:
    def wishes() -> int:
        return len(centre.events(cti.TransferRequested))

    await until(lambda: wishes() >= times, 10, lambda: f"{wishes()} wishes of {times}")
    await until(lambda: centre.driver._book.calls[call].referred is None, what="it is answered")
