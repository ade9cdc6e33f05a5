"""Calls that agents make, and how outside numbers take them."""

import pytest

from telephony import events as cti
from telephony.errors import BadNumberError, DeviceOfflineError, SeatNotReadyError
from telephony.types import EXTERNAL, AgentId, CallId, CallOutcome, Cause, SeatState, Side
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, AsteriskPbx, Pbx

ONE = AgentId("1001")
NUMBER = "13700003333"


async def dial(centre: Centre, number: str = NUMBER) -> CallId:
    """Dial from seat 1001 and take up its phone."""
    await centre.desk.dial(ONE, number)
    call = (await centre.told(cti.ServiceInitiated, device="1001")).call
    await centre.phone_rings("1001")
    await centre.pbx.pick_up("1001")
    await centre.told(cti.Originated, call=call)
    return call


async def test_an_outside_number_answers(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers")
    await centre.ready("1001")
    call = await dial(centre)
    await centre.told(cti.Established, call=call, device="1001")
    await centre.shows("1001", SeatState.TALKING)
    await centre.told(cti.RecordingStarted, call=call)
    await centre.agrees([call])
    await centre.desk.hang_up(ONE)
    record = await centre.over(call)
    assert (record.outcome, record.cleared_by, record.called) == (CallOutcome.ANSWERED, Side.AGENT, NUMBER)
    story = centre.story(call)
    assert story[:2] == ["ServiceInitiated 1001", "Originated 1001"]
    assert (
        story.index(f"Delivered {EXTERNAL}") < story.index(f"Established {EXTERNAL}") < story.index("Established 1001")
    )
    await centre.agrees()


@pytest.mark.asterisk
async def test_a_phone_that_can_goes_off_hook_by_itself_for_its_own_call_and_for_no_other(real: AsteriskPbx) -> None:
    centre = Centre(real)
    await centre.open()
    await real.phones.do("obey", user="1001", on=True)
    try:
        await real.set_number(NUMBER, "answers")
        await centre.ready("1001")
        await centre.desk.dial(ONE, NUMBER)
        call = (await centre.told(cti.Established, device="1001")).call
        await centre.desk.hang_up(ONE)
        await centre.over(call)
        await centre.ready("1001")
        await real.call(CALLERS[0], "96000")
        await centre.phone_rings("1001")
        await centre.picks_up("1001")
    finally:
        await real.phones.do("obey", user="1001", on=False)
        await real.quiet()
        await centre.close()


async def test_the_outside_sees_the_hotline_and_no_seat(centre: Centre, pbx: Pbx) -> None:
    if not isinstance(pbx, AsteriskPbx):
        pytest.skip("the exchange shows no number to anybody")
    await centre.ready("1001")
    call = await dial(centre)
    await centre.told(cti.Established, call=call, device="1001")
    shown = (await pbx.shown_outside())[-1]
    assert "96000" in shown
    assert "1001" not in shown


@pytest.mark.parametrize(
    ("behaviour", "outcome", "cause"),
    [
        ("busy", CallOutcome.REMOTE_BUSY, Cause.BUSY),
        ("rejects", CallOutcome.REMOTE_REJECTED, Cause.REJECTED),
        ("unreachable", None, None),
    ],
)
async def test_an_outside_number_refuses(
    centre: Centre, pbx: Pbx, behaviour: str, outcome: CallOutcome | None, cause: Cause | None
) -> None:
    await pbx.set_number(NUMBER, behaviour)
    await centre.ready("1001")
    call = await dial(centre)
    record = await centre.over(call)
    assert record.answered_at is None
    if outcome is None:
        assert record.outcome is not CallOutcome.ANSWERED
    else:
        assert (record.outcome, record.cause) == (outcome, cause)
    await centre.agrees()


async def test_a_trunk_that_is_not_there_ends_the_call_at_once(pbx: Pbx) -> None:
    centre = Centre(pbx, trunk="nowhere")
    await centre.open()
    await centre.ready("1001")
    call = await dial(centre)
    record = await centre.over(call)
    assert record.outcome is CallOutcome.SYSTEM_FAILURE
    await centre.agrees()
    await centre.close()


async def test_the_agent_gives_up_while_it_rings_outside(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "no_answer")
    await centre.ready("1001")
    call = await dial(centre)
    await centre.told(cti.Delivered, call=call, device=EXTERNAL)
    await centre.desk.hang_up(ONE)
    assert (await centre.over(call)).outcome is CallOutcome.CANCELLED
    await centre.agrees()


async def test_the_other_side_hangs_up(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    call = await dial(centre)
    await centre.told(cti.Established, call=call, device="1001")
    await centre.desk.hold(ONE)
    await centre.desk.retrieve(ONE)
    await pbx.put_down("1001")
    assert (await centre.over(call)).cleared_by is Side.AGENT


async def test_the_agents_phone_refuses_the_call_that_was_dialled(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.desk.dial(ONE, NUMBER)
    call = (await centre.told(cti.ServiceInitiated, device="1001")).call
    await centre.phone_rings("1001")
    await pbx.refuse("1001")
    record = await centre.over(call)
    assert record.answered_at is None
    await centre.agrees()


@pytest.mark.parametrize("number", ["12", "abc", "1" * 21, "138 0000", "*97"])
async def test_what_is_no_number_is_not_dialled(centre: Centre, number: str) -> None:
    await centre.ready("1001")
    with pytest.raises(BadNumberError):
        await centre.desk.dial(ONE, number)
    await centre.agrees()


async def test_a_seat_that_is_off_can_not_dial(centre: Centre) -> None:
    with pytest.raises(SeatNotReadyError):
        await centre.desk.dial(ONE, NUMBER)


async def test_a_phone_that_is_offline_is_told_before_dialling(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await pbx.unregister("1001")
    await centre.told(cti.DeviceOutOfService, device="1001")
    with pytest.raises((DeviceOfflineError, SeatNotReadyError)):
        await centre.desk.dial(ONE, NUMBER)
    await pbx.register("1001")
    await centre.told(cti.DeviceInService, device="1001")
