"""The event socket is lost and comes back while calls go on."""

from telephony import events as cti
from telephony.types import AgentId, CallOutcome, SeatState, Side
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx, until

CALLER, OTHER = CALLERS


async def lose_the_socket(centre: Centre, pbx: Pbx) -> None:
    before = len(centre.events(cti.Snapshot))
    await pbx.drop_sockets(centre.driver)
    await centre.told(cti.DriverDown)
    await until(lambda: len(centre.events(cti.Snapshot)) > before, what="a snapshot after the reconnect")


async def test_a_talking_call_goes_on_over_a_lost_socket(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await lose_the_socket(centre, pbx)
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])
    await centre.desk.hang_up(AgentId("1001"))
    record = await centre.over(call)
    assert (record.outcome, record.cleared_by) == (CallOutcome.ANSWERED, Side.AGENT)


async def test_a_held_call_is_still_held_after_a_lost_socket(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await centre.desk.hold(AgentId("1001"))
    await lose_the_socket(centre, pbx)
    await centre.shows("1001", SeatState.HOLD)
    await centre.desk.retrieve(AgentId("1001"))
    await centre.agrees([await centre.first_call()])


async def test_a_waiting_caller_is_still_served_after_a_lost_socket(centre: Centre, pbx: Pbx) -> None:
    await pbx.call(CALLER, "96000")
    call = await centre.first_call()
    await lose_the_socket(centre, pbx)
    await centre.ready("1002")
    await centre.picks_up("1002")
    assert centre.record(call).agent == "1002"
    await centre.agrees([call])


async def test_reconciling_finds_nothing_to_correct(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await pbx.call(OTHER, "96000")
    await centre.told(cti.Queued, caller=OTHER)
    before = len(centre.events(cti.Snapshot))
    await centre.driver.reconcile()
    snapshot = (await until(lambda: centre.events(cti.Snapshot)[before:], what="the comparison"))[0]
    assert snapshot.reconcile
    assert {call.call for call in snapshot.calls} == {event.call for event in centre.events(cti.Queued)}
    await centre.shows("1001", SeatState.TALKING)
