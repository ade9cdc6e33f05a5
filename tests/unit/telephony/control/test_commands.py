from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from telephony import events as ev
from telephony.control import commands
from telephony.control.watch import Watch
from telephony.errors import (
    BadNumberError,
    BadReasonError,
    CommandTimeoutError,
    DeviceInUseError,
    DeviceOfflineError,
    IllegalTransitionError,
    NoSuchCallError,
    NotProvisionedError,
    PbxUnreachableError,
    SeatNotReadyError,
    TelephonyError,
    UnknownAgentError,
)  # fmt: skip
from telephony.port import Capability
from telephony.records import SeatStateRecord
from telephony.types import AgentId, AgentState, CallId, Cause, SeatState, Side
from telephony.views import SeatProfile
from tests.unit.telephony.control.fakes import Centre, settled
from tests.unit.telephony.control.worlds import (
    A1,
    A2,
    A3,
    C1,
    C2,
    P1,
    P2,
    answers,
    at,
    dialled,
    ends,
    leaves,
    profile,
    queued,
    refuses,
    rings,
    snapshot,
)  # fmt: skip

S, A = SeatState, AgentState


def shown(centre: Centre, agent: AgentId = A1) -> tuple[SeatState, str | None]:
    view = centre.bus.seats()[agent]
    return view.state, view.reason


async def ringing() -> Centre:
    centre = await Centre().started()
    centre.take(queued())
    await settled()
    centre.take(rings())
    return centre


async def talking() -> Centre:
    centre = await ringing()
    centre.take(answers())
    return centre


async def dialling() -> Centre:
    centre = await Centre().started()
    centre.take(*dialled()[:3])
    return centre


async def wrapping_up() -> Centre:
    centre = await talking()
    centre.take(ends(seconds=10))
    return centre


# ---- the agent's state ----------------------------------------------------------------------------------------------


async def test_logging_on_and_off() -> None:
    centre = Centre()
    await centre.control.start([profile("1001"), SeatProfile(A3, "", 1, None)])
    centre.take(snapshot())
    await centre.control.log_on(A1)
    assert shown(centre) == (S.BUSY, "just_logged_on")
    await centre.control.log_on(A1)
    await centre.control.log_off(A1)
    assert shown(centre) == (S.LOGGED_OFF, None)
    with pytest.raises(NotProvisionedError):
        await centre.control.log_on(A3)
    with pytest.raises(UnknownAgentError):
        await centre.control.log_on(AgentId("9"))
    await centre.control.upsert_seat(profile("1004", "1001"))
    with pytest.raises(DeviceInUseError):
        await centre.control.log_on(A1)


async def test_asking_for_a_state_and_a_break_with_its_reason() -> None:
    centre = await Centre().started()
    await centre.control.request_state(A1, A.NOT_READY, "meal")
    assert shown(centre) == (S.NOT_READY, "meal")
    await centre.control.request_state(A1, A.BUSY, "meal")
    assert shown(centre) == (S.BUSY, None)
    for state in (A.LOGGED_OFF, A.WORKING_AFTER_CALL):
        with pytest.raises(SeatNotReadyError):
            await centre.control.request_state(A1, state)


@pytest.mark.parametrize("reason", ["", "x" * 41, "Meal", "a b", "饭", "rest1", "meal\n", "<b>"])
async def test_a_reason_is_a_code(reason: str) -> None:
    centre = await Centre().started()
    with pytest.raises(BadReasonError):
        await centre.control.request_state(A1, A.NOT_READY, reason)
    assert shown(centre) == (S.READY, None)
    await centre.control.request_state(A1, A.NOT_READY, "x" * 40)


async def test_on_a_call_a_state_is_booked() -> None:
    centre = await talking()
    await centre.control.request_state(A1, A.NOT_READY, "meal")
    view = centre.bus.seats()[A1]
    assert (view.state, view.booked, view.booked_reason) == (S.TALKING, A.NOT_READY, "meal")
    centre.take(ends(seconds=10))
    await centre.control.end_wrap_up(A1)
    assert shown(centre) == (S.NOT_READY, "meal")


async def test_a_free_seat_gets_the_waiting_caller_at_once() -> None:
    centre = await Centre().started(profile("1001"))
    await centre.control.request_state(A1, A.BUSY)
    centre.take(queued())
    await settled()
    assert centre.told("deliver") == []
    await centre.control.request_state(A1, A.READY)
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)]


async def test_wrap_up_can_be_extended_and_ended() -> None:
    centre = await wrapping_up()
    await centre.control.extend_wrap_up(A1, 60)
    assert centre.bus.seats()[A1].wrap_up_until == at(100)
    for seconds in (0, -5, 601):
        with pytest.raises(IllegalTransitionError):
            await centre.control.extend_wrap_up(A1, seconds)
    await centre.control.end_wrap_up(A1)
    assert shown(centre)[0] is S.READY
    for command in (centre.control.end_wrap_up(A1), centre.control.extend_wrap_up(A1, 5)):
        with pytest.raises(IllegalTransitionError):
            await command


# ---- forced states --------------------------------------------------------------------------------------------------

BEFORE: dict[S, Callable[[], Awaitable[Centre]]] = {
    S.ALERTING: ringing,
    S.TALKING: talking,
    S.WRAP_UP: wrapping_up,
}


async def in_state(state: SeatState) -> Centre:
    if state in BEFORE:
        return await BEFORE[state]()
    if state is S.HOLD:
        centre = await talking()
        centre.take(ev.Held(at(6), C1, P1))
        return centre
    centre = await Centre().started()
    if state is S.LOGGED_OFF:
        await centre.control.log_off(A1)
    elif state is not S.READY:
        await centre.control.request_state(A1, A(state.value), "meal")
    return centre


@pytest.mark.parametrize("forced", [A.READY, A.BUSY, A.LOGGED_OFF])
@pytest.mark.parametrize("state", [S.READY, S.BUSY, S.NOT_READY, S.WRAP_UP])
async def test_forced_without_a_call_holds_at_once(state: SeatState, forced: AgentState) -> None:
    centre = await in_state(state)
    await centre.control.force_state(A1, forced, "boss")
    expected = None if forced is A.READY else "forced"
    assert shown(centre) == (S(forced.value), expected)
    newest = [r for r in centre.sink.records if isinstance(r, SeatStateRecord)][-1]
    assert (state is S.READY and forced is A.READY) or newest.by == "boss"


@pytest.mark.parametrize("forced", [A.READY, A.BUSY, A.LOGGED_OFF])
@pytest.mark.parametrize("state", [S.ALERTING, S.TALKING, S.HOLD])
async def test_forced_in_a_call_never_cuts_it(state: SeatState, forced: AgentState) -> None:
    centre = await in_state(state)
    await centre.control.force_state(A1, forced, "boss")
    view = centre.bus.seats()[A1]
    assert (view.state, view.booked) == (state, forced)
    centre.take(ends(seconds=10))
    centre.tick(60)
    assert shown(centre) == (S(forced.value), None if forced is A.READY else "forced")
    assert [c for c in centre.port.commands if c[0] != "deliver"] == []


async def test_who_is_logged_off_can_not_be_forced_to_work() -> None:
    centre = await in_state(S.LOGGED_OFF)
    for forced in (A.READY, A.BUSY):
        with pytest.raises(IllegalTransitionError):
            await centre.control.force_state(A1, forced, "boss")
    await centre.control.force_state(A1, A.LOGGED_OFF, "boss")
    for forced in (A.NOT_READY, A.WORKING_AFTER_CALL):
        with pytest.raises(SeatNotReadyError):
            await centre.control.force_state(A1, forced, "boss")


async def test_forced_busy_in_wrap_up_is_at_no_moment_free() -> None:
    centre = await wrapping_up()
    await centre.control.log_off(A2)
    centre.take(queued(C2, 11))
    await settled()
    heard: list[SeatState] = []
    centre.bus.subscribe(lambda patch: heard.extend(v.state for v in patch.seats))
    await centre.control.force_state(A1, A.BUSY, "boss")
    await settled()
    assert heard == [S.BUSY]
    assert centre.told("deliver") == [(C1, P1, 20)]


# ---- the agent's call -----------------------------------------------------------------------------------------------


async def test_answer() -> None:
    centre = await ringing()
    centre.follow("answer", answers())
    await centre.control.answer(A1)
    assert (centre.told("answer"), shown(centre)[0]) == ([(C1, P1)], S.TALKING)
    with pytest.raises(NoSuchCallError):
        await centre.control.answer(A1)


async def test_decline_lets_the_caller_go_on() -> None:
    centre = await ringing()
    centre.follow("cancel", refuses(cause=Cause.REJECTED, seconds=4))
    await centre.control.decline(A1)
    await settled()
    assert (centre.told("cancel"), shown(centre)) == ([(C1, P1, Cause.REJECTED)], (S.BUSY, "declined"))
    assert centre.told("deliver")[-1] == (C1, P2, 20)


async def test_to_hang_up_on_a_ringing_caller_is_to_decline() -> None:
    centre = await ringing()
    centre.follow("cancel", refuses(cause=Cause.REJECTED, seconds=4))
    await centre.control.hang_up(A1)
    assert (centre.told("clear"), C1 in centre.world.calls) == ([], True)


@pytest.mark.parametrize("give_up", ["hang_up", "decline"])
async def test_a_call_that_the_agent_began_is_given_up(give_up: str) -> None:
    centre = await dialling()
    with pytest.raises(NoSuchCallError):
        await centre.control.answer(A1)
    centre.follow("clear", leaves(seconds=4), ends(by=Side.AGENT, seconds=4))
    await getattr(centre.control, give_up)(A1)
    assert (centre.told("clear"), shown(centre)) == ([(C1, P1)], (S.READY, None))


async def test_the_agents_own_ringing_phone_can_be_answered() -> None:
    centre = await Centre().started()
    centre.take(dialled()[0])
    centre.follow("answer", *dialled()[1:])
    await centre.control.answer(A1)
    assert shown(centre)[0] is S.TALKING


@pytest.mark.parametrize(
    ("command", "port_command", "told"),
    [("hang_up", "clear", (C1, P1)), ("force_clear", "clear_call", (C1,))],
)
async def test_ending_a_call(command: str, port_command: str, told: tuple[object, ...]) -> None:
    centre = await talking()
    centre.follow(port_command, leaves(seconds=9), ends(by=Side.AGENT, seconds=9))
    await getattr(centre.control, command)(*((A1, "boss") if command == "force_clear" else (A1,)))
    assert (centre.told(port_command), shown(centre)[0]) == ([told], S.WRAP_UP)


async def test_hold_and_retrieve() -> None:
    centre = await talking()
    centre.follow("hold", ev.Held(at(6), C1, P1))
    centre.follow("retrieve", ev.Retrieved(at(7), C1, P1))
    with pytest.raises(NoSuchCallError):
        await centre.control.retrieve(A1)
    await centre.control.hold(A1)
    assert shown(centre)[0] is S.HOLD
    await centre.control.retrieve(A1)
    assert shown(centre)[0] is S.TALKING


@pytest.mark.parametrize("command", ["answer", "decline", "hang_up", "hold", "retrieve"])
async def test_without_a_call_there_is_nothing_to_act_upon(command: str) -> None:
    centre = await Centre().started()
    with pytest.raises(NoSuchCallError):
        await getattr(centre.control, command)(A1)
    assert centre.port.commands == []


async def test_a_command_that_nothing_follows_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "PROOF_LIMIT_S", 0.01)
    centre = await talking()
    with pytest.raises(CommandTimeoutError):
        await centre.control.hold(A1)
    assert shown(centre)[0] is S.TALKING


async def test_a_seat_that_is_removed_meanwhile_has_nothing_left_to_prove() -> None:
    centre = await talking()
    await centre.control.remove_seat(A1)
    assert A1 in centre.bus.seats()
    centre.follow("clear", ends(by=Side.AGENT, seconds=9))
    await centre.control.hang_up(A1)
    assert A1 not in centre.bus.seats()


# ---- dialling -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["", "12", "1" * 21, "12a", "++86", "1001@x", "１２３", "123\n", "PJSIP/1002"])
async def test_only_numbers_are_dialled(number: str) -> None:
    centre = await Centre().started()
    with pytest.raises(BadNumberError):
        await centre.control.dial(A1, number)
    assert centre.port.commands == []


async def test_dialling_keeps_the_seat_for_it() -> None:
    centre = await Centre().started(profile("1001"))
    await centre.control.dial(A1, "+8613900000002")
    ((call, device, number),) = centre.told("make")
    assert (device, number) == (P1, "+8613900000002")
    with pytest.raises(SeatNotReadyError):
        await centre.control.dial(A1, "13900000002")
    centre.take(queued())
    await settled()
    assert centre.told("deliver") == []
    centre.take(*dialled(CallId(str(call)))[:2], leaves(call=CallId(str(call))), ends(CallId(str(call))))
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)]


@pytest.mark.parametrize("quicker", [None, IllegalTransitionError("answered already"), NoSuchCallError("given up")])
async def test_dialling_takes_the_own_phone_off_hook_where_that_is_possible(quicker: TelephonyError | None) -> None:
    centre = await Centre().started(profile("1001"))
    centre.port.capabilities = Capability.DELIVER | Capability.ANSWER
    if quicker:
        centre.fail("answer", quicker)
    click = asyncio.create_task(centre.control.dial(A1, "13900000002", pick_up=True))
    await settled()
    ((call, device, _number),) = centre.told("make")
    assert centre.told("answer") == []
    centre.take(dialled(CallId(str(call)))[0])
    await click
    assert centre.told("answer") == [(call, device)]


async def test_dialling_leaves_other_phones_to_their_owners() -> None:
    centre = await Centre().started(profile("1001"))
    centre.port.capabilities = Capability.DELIVER
    await centre.control.dial(A1, "13900000002", pick_up=True)
    assert centre.told("answer") == []


async def test_dialling_from_a_seat_that_is_promised_or_on_a_break() -> None:
    centre = await Centre().started(profile("1001"))
    centre.take(queued())
    await settled()
    with pytest.raises(SeatNotReadyError):
        await centre.control.dial(A1, "13900000002")
    centre.take(ends(seconds=3))
    await centre.control.request_state(A1, A.NOT_READY, "meal")
    with pytest.raises(SeatNotReadyError):
        await centre.control.dial(A1, "13900000002")
    await centre.control.request_state(A1, A.BUSY)
    await centre.control.dial(A1, "13900000002")
    assert len(centre.told("make")) == 1


async def test_dialling_that_fails_frees_the_seat() -> None:
    centre = await Centre().started()
    centre.fail("make", PbxUnreachableError("x"))
    with pytest.raises(PbxUnreachableError):
        await centre.control.dial(A1, "13900000002")
    centre.take(queued())
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)]


async def test_dialling_needs_a_phone_that_is_there() -> None:
    centre = await Centre().started()
    centre.take(ev.DeviceOutOfService(at(1), P1))
    with pytest.raises(DeviceOfflineError):
        await centre.control.dial(A1, "13900000002")
    await centre.control.upsert_seat(SeatProfile(A1, "", 1, None))
    with pytest.raises(NotProvisionedError):
        await centre.control.dial(A1, "13900000002")


# ---- transfer -------------------------------------------------------------------------------------------------------


async def test_a_transfer_that_is_taken() -> None:
    centre = await talking()
    await centre.control.transfer(A1, A2)
    assert centre.told("transfer") == [(C1, P1, P2, 20)]
    centre.take(leaves(seconds=8), rings(phone=P2, seconds=8))
    await settled()
    assert (shown(centre)[0], shown(centre, A2)[0]) == (S.WRAP_UP, S.ALERTING)
    assert centre.bus.centre().waiting == ()
    centre.take(ev.Transferred(at(11), C1, P1, P2), answers(phone=P2, seconds=11))
    assert shown(centre, A2)[0] is S.TALKING
    assert len(centre.told("deliver")) == 1


async def test_a_transfer_that_nobody_takes_leads_to_the_head_of_the_queue() -> None:
    centre = await talking()
    await centre.control.transfer(A1, A2)
    centre.take(leaves(seconds=8), rings(phone=P2, seconds=8), queued(C2, 2))
    centre.take(refuses(P2, seconds=28))
    await settled()
    assert [w.party.call for w in centre.bus.centre().waiting] == [C1, C2]
    centre.tick(11)
    await settled()
    assert centre.told("deliver")[-1] == (C1, P1, 20)


async def test_a_transfer_whose_phone_never_rings_asks_the_pbx() -> None:
    centre = await talking()
    await centre.control.transfer(A1, A2)
    centre.take(leaves(seconds=8))
    centre.tick(6.5, 3)
    centre.tick(0.5, 3.5)
    centre.tick(1.1, 4.6)
    await settled()
    assert centre.told("reconcile") != []


async def test_a_transfer_only_to_a_free_seat_whose_phone_is_there() -> None:
    centre = await talking()
    with pytest.raises(SeatNotReadyError):
        await centre.control.transfer(A1, A1)
    with pytest.raises(UnknownAgentError):
        await centre.control.transfer(A1, A3)
    centre.take(queued(C2, 6))
    await settled()
    with pytest.raises(SeatNotReadyError):
        await centre.control.transfer(A1, A2)
    assert centre.told("transfer") == []


async def test_a_transfer_that_fails_frees_the_other_seat() -> None:
    centre = await talking()
    centre.fail("transfer", PbxUnreachableError("x"))
    with pytest.raises(PbxUnreachableError):
        await centre.control.transfer(A1, A2)
    centre.take(queued(C2, 6))
    await settled()
    assert centre.told("deliver")[-1] == (C2, P2, 20)


# ---- who there is ---------------------------------------------------------------------------------------------------


async def test_seats_come_and_go() -> None:
    centre = await Centre().started()
    await centre.control.upsert_seat(profile("1003"))
    assert set(centre.bus.seats()) == {A1, A2, A3}
    await centre.control.remove_seat(A3)
    assert set(centre.bus.seats()) == {A1, A2}
    with pytest.raises(UnknownAgentError):
        await centre.control.remove_seat(A3)


async def test_a_removed_seat_loses_its_promise() -> None:
    centre = await Centre().started()
    centre.take(queued())
    await settled()
    await centre.control.remove_seat(A1)
    await centre.control.upsert_seat(profile("1001"))
    await settled()
    assert centre.told("deliver")[-1] == (C1, P2, 20)


# ---- a logged-off agent's phone -------------------------------------------------------------------------------------


async def test_a_logged_off_agents_phone_may_ring_and_the_agent_may_log_on_meanwhile() -> None:
    centre = await Centre().started()
    await centre.control.log_off(A1)
    centre.take(queued(), rings())
    assert shown(centre)[0] is S.ALERTING
    centre.take(answers())
    await centre.control.log_on(A1)
    centre.take(ends(seconds=10))
    await centre.control.end_wrap_up(A1)
    assert shown(centre) == (S.BUSY, "just_logged_on")


# ---- watch ----------------------------------------------------------------------------------------------------------


async def test_every_watcher_is_woken_when_its_condition_holds() -> None:
    centre, watch, facts = await Centre().started(), Watch(), {"a": False, "b": False}
    waiting = [asyncio.ensure_future(watch.until(centre.world, lambda _, n=n: facts[n], 5)) for n in facts]
    await settled()
    facts["a"] = True
    watch.check(centre.world)
    watch.check(centre.world)
    await settled()
    assert [w.done() for w in waiting] == [True, False]
    waiting[1].cancel()
    await settled()
    watch.check(centre.world)
    await watch.until(centre.world, lambda _: True, 0)


@pytest.mark.parametrize("failure", [CommandTimeoutError("x"), PbxUnreachableError("x")])
async def test_a_refusal_of_the_pbx_reaches_the_caller(failure: TelephonyError) -> None:
    centre = await talking()
    centre.fail("hold", failure)
    with pytest.raises(type(failure)):
        await centre.control.hold(A1)
