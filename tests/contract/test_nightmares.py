"""What a call centre is afraid of: the program dies amid calls, the PBX dies, a second copy comes, the database crawls."""

import asyncio
from pathlib import Path

import pytest

from telephony import events as cti
from telephony.types import AgentId, AgentState, CallOutcome, SeatState
from telephony.views import ConsultationState, ConsultationView
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx, until
from xktcc_app.config import ConfigError, Settings
from xktcc_app.pbx_check import check_before_start

CALLER, OTHER = CALLERS
ONE, TWO = AgentId("1001"), AgentId("1002")


async def test_the_program_is_killed_amid_calls_and_started_again(pbx: Pbx) -> None:
    """A consultation with a muted asker, a caller who waits: what is up goes on, and every record gets its end."""
    first = Centre(pbx)
    await first.open()
    await first.ready("1001")
    consulting = await first.answered(CALLER, "1001")
    call = await first.first_call()
    await first.desk.mute(ONE)
    await first.ready("1002")
    await first.desk.consult(ONE, TWO)
    await first.picks_up("1002")
    waiting = await pbx.call(OTHER, "96000")  # the phones of the test can have four calls at a time
    second_call = (await first.told(cti.Queued, caller=OTHER)).call
    since = first.bus.seats()[ONE].since
    again = await first.killed()
    await waiting.hang_up()  # while nobody listens
    await again.open()
    await again.shows("1001", SeatState.HOLD)
    await again.shows("1002", SeatState.TALKING)
    await again.sees("1001", ConsultationView(True, ConsultationState.TALKING, TWO, "n1002"))
    assert again.bus.seats()[ONE].muted
    assert again.bus.seats()[ONE].since == since
    assert again.record(second_call).ended_at is not None
    assert again.timeline(second_call)[-1] == "found_ended"
    await again.agrees([call])
    await again.desk.complete_transfer(ONE)
    await again.shows("1002", SeatState.TALKING)
    await consulting.hang_up()
    assert (await again.over(call)).outcome is CallOutcome.ANSWERED
    assert "found_ended" not in again.timeline(call)
    await again.recording(call)
    await again.agrees()
    await again.close()


async def test_wrap_up_and_the_wait_go_on_over_a_kill(pbx: Pbx) -> None:
    first = Centre(pbx)
    await first.open()
    await first.ready("1001")
    caller = await first.answered(CALLER, "1001")
    await first.desk.request_state(ONE, AgentState.BUSY)
    await caller.hang_up()
    await first.shows("1001", SeatState.WRAP_UP)
    await first.desk.extend_wrap_up(ONE, 60)
    until_when = first.bus.seats()[ONE].wrap_up_until
    await pbx.call(OTHER, "96000")
    waiting = (await first.told(cti.Queued, caller=OTHER)).call
    queued_at = first.record(waiting).queued_at
    again = await first.killed()
    await again.open()
    await again.shows("1001", SeatState.WRAP_UP)
    assert again.bus.seats()[ONE].wrap_up_until == until_when
    assert [one.since for one in again.bus.centre().waiting] == [queued_at]
    await again.desk.end_wrap_up(ONE)
    await again.shows("1001", SeatState.BUSY)
    await again.ready("1002")
    await again.picks_up("1002")
    await again.agrees([waiting])
    await again.driver.clear_call(waiting)
    await again.over(waiting)
    await again.close()


async def test_the_pbx_is_restarted(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    before = len(centre.events(cti.Snapshot))
    await pbx.restart()
    await centre.told(cti.DriverDown, within_s=10)
    await until(lambda: len(centre.events(cti.Snapshot)) > before, 20, what="a snapshot after the restart")
    assert centre.record(call).ended_at is not None
    assert centre.timeline(call)[-1] in {"ended", "found_ended"}, (
        "Asterisk may still say so when it is stopped in order"
    )
    await until(lambda: centre.desk.world.seat(TWO).in_service, 20, what="the phones are back")
    await pbx.quiet()
    await centre.ready("1002")
    await centre.answered(OTHER, "1002")
    await centre.agrees([centre.events(cti.Queued)[-1].call])


async def test_a_second_copy_refuses_to_take_over_unasked(centre: Centre, pbx: Pbx, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, ari_url=pbx.url, ari_user=pbx.user, ari_password=pbx.password)
    with pytest.raises(ConfigError, match="another copy"):
        await asyncio.to_thread(check_before_start, settings, lambda _: None)
    said: list[str] = []
    asked = settings.model_copy(update={"ari_take_over": True})
    await asyncio.to_thread(check_before_start, asked, said.append)
    assert any("another copy" in line for line in said)
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")


async def test_a_slow_database_slows_no_call(centre: Centre, pbx: Pbx) -> None:
    centre.records.look_up_s = 5
    await centre.ready("1001")
    started = asyncio.get_running_loop().time()
    await pbx.call(CALLER, "96000")
    await centre.told(cti.Delivered, device="1001", within_s=2)
    assert asyncio.get_running_loop().time() - started < 2
    await centre.picks_up("1001")
