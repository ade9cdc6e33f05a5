"""Calls that come in: answered, not answered, given up, declined."""

import asyncio

from telephony import events as cti
from telephony.types import EXTERNAL, AgentId, CallOutcome, Cause, SeatState, Side
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx

CALLER, OTHER = CALLERS


async def test_a_call_is_answered_and_ended_by_the_caller(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.told(cti.RecordingStarted, call=call)
    await centre.agrees([call])
    await caller.hang_up()
    record = await centre.over(call)
    assert (record.outcome, record.cleared_by, record.cause) == (CallOutcome.ANSWERED, Side.EXTERNAL, Cause.NORMAL)
    assert (record.caller, record.called, record.agent) == (CALLER, "96000", "1001")
    story = [words for words in centre.story(call) if words != "RecordingFinished"]  # before or after the end
    assert story[:3] == ["Queued", "Delivered 1001", "Established 1001"]
    assert set(story[3:-1]) == {"RecordingStarted", f"ConnectionCleared {EXTERNAL}", "ConnectionCleared 1001"}
    assert story[-1] == "CallCleared"
    await centre.shows("1001", SeatState.READY)  # wrap-up passes
    assert "wrap_up" in [r.state for r in centre.records.kept if hasattr(r, "state")]


async def test_the_agent_hangs_up_by_command(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.hang_up(AgentId("1001"))
    record = await centre.over(call)
    assert (record.outcome, record.cleared_by) == (CallOutcome.ANSWERED, Side.AGENT)
    await centre.agrees()
    assert await caller.is_gone()


async def test_the_agent_hangs_up_at_the_phone(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.put_down("1001")
    assert (await centre.over(call)).cleared_by is Side.AGENT


async def test_nobody_answers_and_the_call_moves_on_to_the_next_seat(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await pbx.call(CALLER, "96000")
    await centre.shows("1001", SeatState.ALERTING)
    await centre.ready("1002")
    diverted = await centre.told(cti.Diverted, device="1001", within_s=6)
    assert diverted.cause is Cause.NO_ANSWER
    await centre.shows("1001", SeatState.BUSY)
    assert centre.reason("1001") == "ring_no_answer"
    await centre.picks_up("1002")
    call = await centre.first_call()
    assert centre.record(call).agent == "1002"
    await centre.agrees([call])


async def test_the_caller_gives_up_in_the_queue(centre: Centre, pbx: Pbx) -> None:
    caller = await pbx.call(CALLER, "96000")
    call = await centre.first_call()
    await centre.agrees([call])
    await caller.hang_up()
    record = await centre.over(call)
    assert (record.outcome, record.cleared_by) == (CallOutcome.ABANDONED, Side.EXTERNAL)
    assert centre.bus.centre().abandoned_today == 1


async def test_the_caller_gives_up_while_a_seat_rings(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    caller = await pbx.call(CALLER, "96000")
    await centre.shows("1001", SeatState.ALERTING)
    await centre.phone_rings("1001")
    await caller.hang_up()
    call = await centre.first_call()
    assert (await centre.over(call)).outcome is CallOutcome.ABANDONED
    await centre.shows("1001", SeatState.READY)
    await centre.agrees()
    assert not await pbx.rings("1001")


async def test_the_phone_declines_and_the_caller_waits_on(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await pbx.call(CALLER, "96000")
    await centre.shows("1001", SeatState.ALERTING)
    await centre.phone_rings("1001")
    await pbx.refuse("1001")
    diverted = await centre.told(cti.Diverted, device="1001")
    assert diverted.cause is Cause.REJECTED
    await centre.shows("1001", SeatState.BUSY)
    call = await centre.first_call()
    assert [waiting.party.call for waiting in centre.bus.centre().waiting] == [call]
    await centre.agrees([call])


async def test_the_agent_declines_by_command(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await pbx.call(CALLER, "96000")
    await centre.shows("1001", SeatState.ALERTING)
    await centre.phone_rings("1001")
    await centre.desk.decline(AgentId("1001"))
    await centre.shows("1001", SeatState.BUSY)
    assert centre.reason("1001") == "declined"
    call = await centre.first_call()
    await centre.agrees([call])
    assert not await pbx.rings("1001")


async def test_answer_and_hang_up_at_once_leave_nobody_behind(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    caller = await pbx.call(CALLER, "96000")
    await centre.shows("1001", SeatState.ALERTING)
    await centre.phone_rings("1001")
    await asyncio.gather(pbx.pick_up("1001"), caller.hang_up())
    await centre.over(await centre.first_call())
    await centre.agrees()
    await centre.shows("1001", SeatState.READY)


async def test_two_callers_and_one_seat(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    first = await centre.answered(CALLER, "1001")
    await pbx.call(OTHER, "96000")
    await centre.told(cti.Queued, caller=OTHER)
    assert len(centre.bus.centre().waiting) == 1
    await first.hang_up()
    await centre.picks_up("1001")
    second = centre.events(cti.Queued)[1].call
    assert centre.record(second).agent == "1001"


async def test_a_seats_own_number_rings_that_seat(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    await pbx.call(CALLER, "1002")
    await centre.shows("1002", SeatState.ALERTING)
    await centre.shows("1001", SeatState.READY)
    await centre.picks_up("1002")
