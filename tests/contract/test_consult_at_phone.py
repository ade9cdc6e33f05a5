"""An agent asks for advice at the phone itself: holds the call, dials somebody, and transfers, goes back and forth or gives up."""

import asyncio

from telephony import events as cti
from telephony.types import SECOND_EXTERNAL, AgentId, CallId, CallOutcome, Cause, SeatState, Side
from telephony.views import ConsultationState, ConsultationView
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx, until

CALLER = CALLERS[0]
ONE, TWO = AgentId("1001"), AgentId("1002")
NUMBER = "13700003333"
RINGING, TALKING = ConsultationState.RINGING, ConsultationState.TALKING


async def in_a_call(centre: Centre, *others: str) -> CallId:
    """Seat 1001 talks to a caller; ``others`` are ready."""
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await centre.ready(*others)
    return await centre.first_call()


async def consulting(centre: Centre, pbx: Pbx) -> CallId:
    """Seat 1001 has dialled seat 1002 at the phone, and they talk while the caller waits."""
    call = await in_a_call(centre, "1002")
    await pbx.dial("1001", "1002")
    await centre.picks_up("1002")
    await centre.sees("1001", ConsultationView(True, TALKING, TWO, "n1002", "", True))
    await centre.shows("1001", SeatState.HOLD)
    return call


async def test_both_seats_show_it_while_it_rings(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await pbx.dial("1001", "1002")
    await centre.shows("1002", SeatState.ALERTING)
    await centre.shows("1001", SeatState.HOLD)
    await centre.sees("1001", ConsultationView(True, RINGING, TWO, "n1002", "", True))
    await centre.sees("1002", ConsultationView(False, RINGING, ONE, "n1001", "", True))
    await centre.agrees([call])


async def test_a_transfer_from_the_first_call_to_the_second(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await centre.agrees([call])
    await pbx.join_calls("1001")
    moved = await centre.told(cti.Transferred, call=call)
    assert (moved.from_device, moved.to_device) == ("1001", "1002")
    await centre.shows("1002", SeatState.TALKING)
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


async def test_a_transferred_call_is_consulted_about_again(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await pbx.join_calls("1001")
    await centre.shows("1002", SeatState.TALKING)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])
    await pbx.dial("1002", "1001")
    await centre.picks_up("1001")
    await centre.sees("1002", ConsultationView(True, TALKING, ONE, "n1001", "", True))
    await pbx.join_calls("1002")
    await centre.told(cti.Transferred, call=call, to_device="1001")
    await centre.shows("1002", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).agent == "1001"


async def test_it_is_completed_with_the_toolbar(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await centre.desk.complete_transfer(ONE)
    await centre.told(cti.Transferred, call=call)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])


async def test_it_is_cancelled_with_the_toolbar(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await centre.desk.cancel_consultation(ONE)
    await centre.shows("1002", SeatState.READY)
    await centre.sees("1001", None)
    await centre.agrees([call])
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)


async def test_a_transfer_before_anybody_has_answered_is_refused(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await pbx.dial("1001", "1002")
    await centre.phone_rings("1002")
    await pbx.join_calls("1001")
    await centre.told(cti.TransferRequested, call=call, device="1001", target="")
    await centre.picks_up("1002")
    await centre.sees("1001", ConsultationView(True, TALKING, TWO, "n1002", "", True))
    await centre.agrees([call])


async def test_it_is_given_up_while_it_rings(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await pbx.dial("1001", "1002")
    await centre.phone_rings("1002")
    await pbx.put_down_second("1001")
    await centre.shows("1002", SeatState.READY)
    await centre.sees("1001", None)
    await centre.shows("1001", SeatState.HOLD)  # as the phone does
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])
    assert not await pbx.rings("1002")


async def test_the_second_call_is_put_down(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await pbx.put_down_second("1001")
    await centre.shows("1002", SeatState.READY)
    await centre.sees("1001", None)
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])
    assert centre.record(call).agent == "1001"


async def test_the_first_call_is_put_down_and_the_caller_is_not_lost(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await pbx.put_down_first("1001")
    await centre.told(cti.Transferred, call=call)
    await centre.shows("1002", SeatState.TALKING)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).agent == "1002"


async def test_the_first_call_is_put_down_while_the_other_rings(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await pbx.dial("1001", "1002")
    await centre.phone_rings("1002")
    await pbx.put_down_first("1001")
    await centre.picks_up("1002")
    await centre.told(cti.Transferred, call=call)
    await centre.shows("1002", SeatState.TALKING)
    await centre.agrees([call])


async def test_whom_it_asks_leaves(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await centre.desk.hang_up(TWO)
    await centre.sees("1001", None)
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_whom_it_asks_refuses(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre, "1002")
    await pbx.dial("1001", "1002")
    await centre.phone_rings("1002")
    await pbx.refuse("1002")
    assert (await centre.told(cti.Diverted, call=call, device="1002")).cause is Cause.REJECTED
    await centre.sees("1001", None)
    await centre.shows("1002", SeatState.BUSY)
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_a_seat_that_is_not_free_is_not_rung(centre: Centre, pbx: Pbx) -> None:
    call = await in_a_call(centre)
    await pbx.dial("1001", "1002")
    await centre.told(cti.ConsultationRequested, call=call, device="1001", target="1002")
    await centre.agrees([call])
    assert not await pbx.rings("1002")
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)


async def test_an_outside_number_is_asked_and_gets_the_caller(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers")
    call = await in_a_call(centre)
    await pbx.dial("1001", NUMBER)
    await centre.told(cti.Established, call=call, device=SECOND_EXTERNAL)
    await centre.sees("1001", ConsultationView(True, TALKING, None, "", NUMBER, True))
    await pbx.join_calls("1001")
    await centre.told(cti.Transferred, call=call, to_device=SECOND_EXTERNAL)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).ended_at is None


async def test_an_outside_number_is_asked_in_vain(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "busy")
    call = await in_a_call(centre)
    await pbx.dial("1001", NUMBER)
    await centre.told(cti.Diverted, call=call, device=SECOND_EXTERNAL)
    await centre.sees("1001", None)
    await pbx.hold("1001", on=False)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])


async def test_back_and_forth(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    await pbx.swap("1001")
    await centre.shows("1001", SeatState.TALKING)
    await centre.sees("1001", ConsultationView(True, TALKING, TWO, "n1002", "", True))
    await centre.agrees([call])
    await pbx.join_calls("1001")
    await centre.told(cti.Transferred, call=call)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])


async def test_the_caller_gives_up(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.ready("1002")
    await pbx.dial("1001", "1002")
    await centre.picks_up("1002")
    await caller.hang_up()
    assert (await centre.over(call)).cleared_by is Side.EXTERNAL
    await centre.shows("1001", SeatState.READY)
    await centre.shows("1002", SeatState.READY)
    await centre.agrees()


async def test_it_survives_a_lost_socket(centre: Centre, pbx: Pbx) -> None:
    call = await consulting(centre, pbx)
    before = len(centre.events(cti.Snapshot))
    await pbx.drop_sockets(centre.driver)
    await until(lambda: len(centre.events(cti.Snapshot)) > before, what="a snapshot after the reconnect")
    await centre.sees("1001", ConsultationView(True, TALKING, TWO, "n1002", "", True))
    await centre.shows("1001", SeatState.HOLD)
    await centre.shows("1002", SeatState.TALKING)
    await pbx.join_calls("1001")
    await centre.told(cti.Transferred, call=call)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])


async def test_who_is_heard_when(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    started = await centre.told(cti.RecordingStarted, call=call)
    await asyncio.sleep(4)  # people talk, by turns
    await pbx.dial("1001", "1002")
    await centre.picks_up("1002")
    await centre.sees("1001", ConsultationView(True, TALKING, TWO, "n1002", "", True))
    asked = centre.events(cti.Established)[-1]
    await asyncio.sleep(3)
    await pbx.join_calls("1001")
    moved = await centre.told(cti.Transferred, call=call)
    await asyncio.sleep(4)
    await caller.hang_up()
    await centre.over(call)
    sound = pbx.listen(await centre.recording(call), (CALLER, "1001", "1002"))

    def at(event: cti.Event) -> float:
        return (event.at - started.at).total_seconds()

    assert sound.share("1001", 0, at(asked) - 0.75) > 0
    for seat in ("1001", "1002"):
        assert sound.share(seat, at(asked) + 0.5, at(moved) - 0.5) == 0, "while they consult the caller hears music"
    assert sound.share("1002", at(moved) + 0.75) > 0
    assert sound.share(CALLER, at(moved) + 0.75) > 0
    assert sound.share("1001", at(moved) + 0.75) == 0


async def test_a_phone_without_a_call_is_refused(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    await pbx.dial("1001", "1002")
    await centre.agrees()
    assert not await pbx.rings("1002")
    await centre.shows("1001", SeatState.READY)
    await centre.answered(CALLER, "1001")
