"""A third party comes in: consultation, transfer after it, conference, and every way in which they end."""

import asyncio

import pytest

from telephony import events as cti
from telephony.errors import DeviceOfflineError, NoConsultationError, SeatNotReadyError, TelephonyError
from telephony.types import EXTERNAL, SECOND_EXTERNAL, AgentId, CallId, CallOutcome, Cause, SeatState, Side
from telephony.views import ConsultationState, ConsultationView
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx, until

CALLER, OTHER = CALLERS
ONE, TWO = AgentId("1001"), AgentId("1002")
NUMBER = "13700003333"


async def in_a_call(centre: Centre, *others: str) -> CallId:
    """Seat 1001 talks to a caller; ``others`` are ready."""
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await centre.ready(*others)
    return await centre.first_call()


async def consulting(centre: Centre) -> CallId:
    """Seat 1001 talks to seat 1002 while the caller waits."""
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    await centre.picks_up("1002")
    await centre.sees("1001", ConsultationView(True, ConsultationState.TALKING, TWO, "n1002"))
    return call


async def consulting_outside(centre: Centre, pbx: Pbx) -> CallId:
    """Seat 1001 talks to an outside number while the caller waits."""
    await pbx.set_number(NUMBER, "answers")
    call = await in_a_call(centre)
    await centre.desk.consult_out(ONE, NUMBER)
    await centre.told(cti.Established, call=call, device=SECOND_EXTERNAL)
    await centre.sees("1001", ConsultationView(True, ConsultationState.TALKING, None, "", NUMBER))
    return call


async def test_the_consulted_seat_rings_and_both_seats_show_it(centre: Centre) -> None:
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    await centre.shows("1002", SeatState.ALERTING)
    await centre.shows("1001", SeatState.HOLD)
    await centre.sees("1001", ConsultationView(True, ConsultationState.RINGING, TWO, "n1002"))
    await centre.sees("1002", ConsultationView(False, ConsultationState.RINGING, ONE, "n1001"))
    party = centre.bus.seats()[TWO].party
    assert party is not None
    assert party.number == CALLER
    await centre.agrees([call])


async def test_a_transfer_after_consultation(centre: Centre) -> None:
    call = await consulting(centre)
    await centre.desk.complete_transfer(ONE)
    await centre.shows("1002", SeatState.TALKING)
    moved = await centre.told(cti.Transferred, call=call)
    assert (moved.from_device, moved.to_device) == ("1001", "1002")
    await centre.sees("1002", None)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).agent == "1002"
    await centre.desk.hang_up(TWO)
    assert (await centre.over(call)).outcome is CallOutcome.ANSWERED
    assert [kind for kind in centre.timeline(call) if kind in {"consulted", "transferred"}] == [
        "consulted",
        "transferred",
    ]


async def test_the_asker_puts_the_phone_down_and_the_caller_is_not_lost(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre)
    await pbx.put_down("1001")
    await centre.told(cti.Transferred, call=call)
    await centre.shows("1002", SeatState.TALKING)
    await centre.sees("1002", None)
    await centre.agrees([call])
    assert centre.record(call).agent == "1002"


async def test_the_asker_leaves_while_it_rings_and_the_other_gets_the_caller(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    await centre.phone_rings("1002")
    await centre.desk.hang_up(ONE)
    await pbx.pick_up("1002")
    await centre.shows("1002", SeatState.TALKING)
    await centre.told(cti.Transferred, call=call)
    await centre.agrees([call])


async def test_the_asker_leaves_while_it_rings_in_vain_and_the_caller_waits(centre: Centre) -> None:
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    await centre.phone_rings("1002")
    await centre.desk.log_off(ONE)
    await centre.desk.hang_up(ONE)
    await centre.told(cti.Diverted, call=call, device="1002")
    await until(lambda: centre.bus.centre().waiting, what="the caller waits again")
    await centre.agrees([call])


async def test_a_consultation_is_cancelled_while_it_rings(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    await centre.phone_rings("1002")
    await centre.desk.cancel_consultation(ONE)
    await centre.shows("1001", SeatState.TALKING)
    await centre.shows("1002", SeatState.READY)
    await centre.sees("1001", None)
    await centre.agrees([call])
    assert not await pbx.rings("1002")


async def test_a_consultation_is_ended_and_the_call_comes_back(centre: Centre) -> None:
    call = await consulting(centre)
    await centre.desk.retrieve(ONE)
    await centre.shows("1001", SeatState.TALKING)
    await centre.shows("1002", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).agent == "1001"


async def test_the_consulted_seat_hangs_up_and_the_call_comes_back(centre: Centre) -> None:
    call = await consulting(centre)
    await centre.desk.hang_up(TWO)
    await centre.shows("1001", SeatState.TALKING)
    await centre.sees("1001", None)
    await centre.agrees([call])


async def test_the_consulted_seat_refuses_and_the_call_comes_back(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    await centre.phone_rings("1002")
    await pbx.refuse("1002")
    assert (await centre.told(cti.Diverted, call=call, device="1002")).cause is Cause.REJECTED
    await centre.shows("1001", SeatState.TALKING)
    await centre.shows("1002", SeatState.BUSY)
    await centre.agrees([call])


async def test_the_consulted_seat_does_not_answer_and_the_call_comes_back(centre: Centre) -> None:
    call = await in_a_call(centre, "1002")
    await centre.desk.consult(ONE, TWO)
    assert (await centre.told(cti.Diverted, call=call, device="1002", within_s=6)).cause is Cause.NO_ANSWER
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_the_caller_gives_up_during_a_consultation(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.ready("1002")
    await centre.desk.consult(ONE, TWO)
    await centre.picks_up("1002")
    await caller.hang_up()
    assert (await centre.over(call)).cleared_by is Side.EXTERNAL
    await centre.shows("1001", SeatState.READY)
    await centre.shows("1002", SeatState.READY)
    await centre.agrees()


async def test_what_does_not_fit_is_refused_and_changes_nothing(centre: Centre) -> None:
    call = await in_a_call(centre, "1002", "1003")
    for command in (centre.desk.complete_transfer, centre.desk.cancel_consultation, centre.desk.conference):
        with pytest.raises(NoConsultationError):
            await command(ONE)
    with pytest.raises(SeatNotReadyError):
        await centre.desk.consult(ONE, AgentId("1004"))
    await centre.desk.consult(ONE, TWO)
    await centre.shows("1002", SeatState.ALERTING)
    for command in (centre.desk.complete_transfer, centre.desk.conference):
        with pytest.raises(NoConsultationError):
            await command(ONE)
    with pytest.raises(SeatNotReadyError):
        await centre.desk.consult(ONE, AgentId("1003"))
    with pytest.raises(SeatNotReadyError):
        await centre.desk.transfer(ONE, AgentId("1003"))
    await centre.picks_up("1002")
    with pytest.raises(TelephonyError):
        await centre.desk.hold(TWO)
    with pytest.raises(NoConsultationError):
        await centre.desk.complete_transfer(TWO)
    await centre.agrees([call])


async def test_a_seat_whose_phone_is_gone_can_not_be_consulted(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await pbx.unregister("1002")
    await centre.told(cti.DeviceOutOfService, device="1002")
    with pytest.raises((SeatNotReadyError, DeviceOfflineError)):
        await centre.desk.consult(ONE, TWO)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_a_conference_is_left_by_the_asker(centre: Centre) -> None:
    call = await consulting(centre)
    await centre.desk.conference(ONE)
    await centre.shows("1001", SeatState.TALKING)
    await centre.sees("1001", ConsultationView(True, ConsultationState.CONFERENCE, TWO, "n1002"))
    await centre.told(cti.Conferenced, call=call)
    await centre.agrees([call])
    await centre.desk.hang_up(ONE)
    await centre.shows("1002", SeatState.TALKING)
    await until(lambda: centre.record(call).agent == "1002", what="the other seat has the call")
    await centre.agrees([call])
    await centre.desk.hang_up(TWO)
    await centre.over(call)


async def test_a_conference_is_left_by_the_consulted_seat(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre)
    await centre.desk.conference(ONE)
    await pbx.put_down("1002")
    await centre.sees("1001", None)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])
    assert centre.record(call).agent == "1001"


async def test_a_conference_ends_with_the_caller(centre: Centre) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.ready("1002")
    await centre.desk.consult(ONE, TWO)
    await centre.picks_up("1002")
    await centre.desk.conference(ONE)
    await caller.hang_up()
    assert (await centre.over(call)).cleared_by is Side.EXTERNAL
    await centre.agrees()


async def test_a_conference_becomes_a_consultation_again(centre: Centre) -> None:
    call = await consulting(centre)
    await centre.desk.conference(ONE)
    await centre.desk.hold(ONE)
    await centre.sees("1001", ConsultationView(True, ConsultationState.TALKING, TWO, "n1002"))
    await centre.shows("1001", SeatState.HOLD)
    await centre.shows("1002", SeatState.TALKING)
    await centre.desk.complete_transfer(ONE)
    await centre.told(cti.Transferred, call=call)
    await centre.agrees([call])


async def test_an_outside_number_is_consulted_and_gets_the_caller(centre: Centre, pbx: Pbx) -> None:
    call = await consulting_outside(centre, pbx)
    await centre.agrees([call])
    await centre.desk.complete_transfer(ONE)
    await centre.shows("1001", SeatState.READY)
    await centre.told(cti.Transferred, call=call, to_device=SECOND_EXTERNAL)
    assert centre.record(call).agent == "1001"
    await centre.agrees([call])
    assert centre.record(call).ended_at is None


async def test_an_outside_number_is_consulted_in_vain(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "busy")
    call = await in_a_call(centre)
    await centre.desk.consult_out(ONE, NUMBER)
    await centre.told(cti.Diverted, call=call, device=SECOND_EXTERNAL)
    await centre.shows("1001", SeatState.TALKING)
    await centre.sees("1001", None)
    await centre.agrees([call])


async def test_an_outside_number_that_rings_is_given_up(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "no_answer")
    call = await in_a_call(centre)
    await centre.desk.consult_out(ONE, NUMBER)
    await centre.told(cti.Delivered, call=call, device=SECOND_EXTERNAL)
    await centre.desk.cancel_consultation(ONE)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_a_conference_with_an_outside_number(centre: Centre, pbx: Pbx) -> None:
    call = await consulting_outside(centre, pbx)
    await centre.desk.conference(ONE)
    conferenced = await centre.told(cti.Conferenced, call=call)
    assert set(conferenced.devices) == {EXTERNAL, "1001", SECOND_EXTERNAL}
    await centre.agrees([call])
    await centre.desk.hang_up(ONE)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])


async def test_a_blind_transfer_to_an_outside_number(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers")
    call = await in_a_call(centre)
    await centre.desk.transfer_out(ONE, NUMBER)
    await centre.told(cti.Transferred, call=call, to_device=SECOND_EXTERNAL)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).ended_at is None


async def test_a_blind_transfer_to_an_outside_number_that_is_busy_comes_back(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "busy")
    call = await in_a_call(centre)
    await centre.desk.transfer_out(ONE, NUMBER)
    await centre.told(cti.Diverted, call=call, device=SECOND_EXTERNAL)
    await centre.picks_up("1001")
    await centre.agrees([call])


async def test_a_consultation_survives_a_lost_socket(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre)
    before = len(centre.events(cti.Snapshot))
    await pbx.drop_sockets(centre.driver)
    await until(lambda: len(centre.events(cti.Snapshot)) > before, what="a snapshot after the reconnect")
    await centre.sees("1001", ConsultationView(True, ConsultationState.TALKING, TWO, "n1002"))
    await centre.shows("1001", SeatState.HOLD)
    await centre.shows("1002", SeatState.TALKING)
    await centre.desk.complete_transfer(ONE)
    await centre.told(cti.Transferred, call=call)
    await centre.agrees([call])


async def test_transfer_and_hang_up_at_once_leave_nobody_behind(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre)
    await asyncio.gather(centre.desk.complete_transfer(ONE), pbx.put_down("1002"), return_exceptions=True)
    await centre.shows("1002", SeatState.READY)
    if call in centre.desk.world.calls:  # the caller waits, or talks to 1001 still
        await centre.agrees([call])
    else:
        await centre.agrees()
