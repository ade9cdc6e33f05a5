"""What happens in a call: hold, blind transfer, and who is heard in the recording meanwhile."""

import asyncio

import pytest

from telephony import events as cti
from telephony.errors import DeviceInUseError, NoSuchCallError, SeatNotReadyError, TelephonyError
from telephony.types import EXTERNAL, AgentId, CallOutcome, Cause, DeviceId, SeatState, Side
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx

CALLER, OTHER = CALLERS
ONE, TWO = AgentId("1001"), AgentId("1002")


async def spoken(seconds: float) -> None:
    """Let people talk: sound takes its time."""
    await asyncio.sleep(seconds)


async def test_hold_and_retrieve_by_command(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.hold(ONE)
    await centre.shows("1001", SeatState.HOLD)
    await centre.agrees([call])
    await centre.desk.retrieve(ONE)
    await centre.shows("1001", SeatState.TALKING)
    await caller.hang_up()
    await centre.over(call)
    kept = [kind for kind in centre.timeline(call) if kind in {"held", "retrieved", "answered"}]
    assert kept == ["answered", "held", "retrieved"]


async def test_hold_and_retrieve_at_the_phone(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.hold("1001", on=True)
    await centre.shows("1001", SeatState.HOLD)
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_the_caller_gives_up_on_hold(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.hold(ONE)
    await caller.hang_up()
    assert (await centre.over(call)).cleared_by is Side.EXTERNAL
    await centre.agrees()


async def test_the_agent_hangs_up_while_the_caller_is_on_hold(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.hold(ONE)
    await centre.desk.hang_up(ONE)
    assert (await centre.over(call)).cleared_by is Side.AGENT
    await centre.agrees()
    assert await caller.is_gone()


async def test_a_blind_transfer_moves_the_call(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.transfer(ONE, TWO)
    await centre.picks_up("1002")
    moved = await centre.told(cti.Transferred, call=call)
    assert (moved.from_device, moved.to_device) == ("1001", "1002")
    await centre.agrees([call])
    await caller.hang_up()
    record = await centre.over(call)
    assert record.outcome is CallOutcome.ANSWERED
    assert {"transferred", "left"} & set(centre.timeline(call))
    assert len(centre.events(cti.Queued)) == 1


async def test_a_transfer_that_nobody_takes_brings_the_caller_back_to_the_queue(centre: Centre) -> None:
    await centre.ready("1001", "1002")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.transfer(ONE, TWO)
    await centre.shows("1002", SeatState.ALERTING)
    diverted = await centre.told(cti.Diverted, call=call, device="1002", within_s=6)
    assert diverted.cause is Cause.NO_ANSWER
    await centre.shows("1002", SeatState.BUSY)
    await centre.picks_up("1001")  # free again after wrap-up
    await centre.agrees([call])


async def test_the_caller_gives_up_during_a_transfer(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.transfer(ONE, TWO)
    await centre.phone_rings("1002")
    await caller.hang_up()
    assert (await centre.over(call)).cleared_by is Side.EXTERNAL
    await centre.shows("1002", SeatState.READY)
    await centre.agrees()
    assert not await pbx.rings("1002")


async def test_a_transfer_to_a_busy_seat_is_refused_and_changes_nothing(centre: Centre) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    with pytest.raises(SeatNotReadyError):
        await centre.desk.transfer(ONE, TWO)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([await centre.first_call()])


async def test_a_second_call_to_a_talking_phone_is_refused(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await pbx.call(OTHER, "96000")
    waiting = await centre.told(cti.Queued, caller=OTHER)
    with pytest.raises(DeviceInUseError):
        await centre.driver.deliver_call(waiting.call, DeviceId("1001"), 5)
    await centre.agrees([await centre.first_call(), waiting.call])


async def test_commands_without_a_call_are_refused(centre: Centre) -> None:
    await centre.ready("1001")
    for command in (centre.desk.hold, centre.desk.retrieve, centre.desk.hang_up, centre.desk.answer):
        with pytest.raises(NoSuchCallError):
            await command(ONE)


async def test_hold_twice_is_refused(centre: Centre) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await centre.desk.hold(ONE)
    with pytest.raises(TelephonyError):
        await centre.desk.hold(ONE)
    await centre.shows("1001", SeatState.HOLD)


async def test_a_supervisor_ends_the_call_for_everybody(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.force_clear(ONE, "boss")
    assert (await centre.over(call)).cleared_by is Side.SYSTEM
    await centre.agrees()
    assert await caller.is_gone()


async def test_the_recording_holds_both_sides_from_answer_to_end_over_hold_and_transfer(
    centre: Centre, pbx: Pbx
) -> None:
    await centre.ready("1001", "1002")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    started = await centre.told(cti.RecordingStarted, call=call)
    await spoken(4)
    await centre.desk.hold(ONE)
    held = centre.events(cti.Held)[0]
    await spoken(2.5)
    await centre.desk.retrieve(ONE)
    retrieved = centre.events(cti.Retrieved)[0]
    await spoken(1)
    await centre.desk.transfer(ONE, TWO)
    await centre.picks_up("1002")
    taken = centre.events(cti.Established)[-1]
    await spoken(4)
    await caller.hang_up()
    record = await centre.over(call)
    sound = pbx.listen(await centre.recording(call), (CALLER, "1001", "1002"))

    def at(event: cti.Event) -> float:
        return (event.at - started.at).total_seconds()

    assert record.ended_at is not None
    whole = (record.ended_at - started.at).total_seconds()
    assert sound.seconds == pytest.approx(whole, abs=0.7)
    assert sound.share(CALLER, 0.5, at(held) - 0.5) > 0.25
    assert sound.share("1001", 0.5, at(held) - 0.5) > 0.25
    assert sound.share("1001", at(held) + 0.75, at(retrieved) - 0.5) == 0, (
        "on hold the caller hears music, not the seat"
    )
    assert sound.share("1002", 0, at(taken) - 0.5) == 0
    assert sound.share("1002", at(taken) + 0.5) > 0.25
    assert sound.share("1001", at(taken) + 0.5) == 0
    assert EXTERNAL != CALLER
