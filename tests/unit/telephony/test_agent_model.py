from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from telephony import agent_model
from telephony.agent_model import AT_REST, ON_CALL, TABLE, Happening, Input, Reason, Seat
from telephony.errors import IllegalTransitionError
from telephony.types import AgentId, AgentState, CallId, DeviceId, SeatState

S, I, A = SeatState, Input, AgentState  # noqa: E741 - the tables below are read by these letters
T0 = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LATER = T0 + timedelta(seconds=10)
UNTIL = LATER + timedelta(seconds=30)
CALL, OTHER = CallId("c1"), CallId("c2")

LEGAL = {
    S.LOGGED_OFF: {I.LOG_ON, I.LOG_OFF, I.OFFERED, I.CONNECTED, I.HELD},
    **{state: {I.LOG_ON, I.LOG_OFF, I.SET_STATE, I.FAILED, I.OFFERED, I.CONNECTED, I.HELD} for state in AT_REST},
    S.ALERTING: {
        I.LOG_ON, I.LOG_OFF, I.SET_STATE, I.OFFERED, I.CONNECTED, I.HELD, I.MISSED, I.DECLINED, I.FAILED, I.RELEASED,
        I.ENDED,
    },
    S.TALKING: {I.LOG_ON, I.LOG_OFF, I.SET_STATE, I.RELEASED, I.CONNECTED, I.HELD, I.RETRIEVED, I.OFFERED, I.ENDED},
    S.HOLD: {I.LOG_ON, I.LOG_OFF, I.SET_STATE, I.RELEASED, I.CONNECTED, I.HELD, I.RETRIEVED, I.OFFERED, I.ENDED},
    S.WRAP_UP: {I.LOG_ON, I.LOG_OFF, I.SET_STATE, I.OFFERED, I.CONNECTED, I.HELD, I.WRAP_UP_DONE},
}  # fmt: skip
"""What may happen to a seat in each state, apart from its phone's coming and going, which always may."""


def seat(state: SeatState = S.READY, **other: object) -> Seat:
    requested = A(state.value) if state in AT_REST or state is S.LOGGED_OFF else A.READY
    base = Seat(AgentId("1001"), DeviceId("1001"), T0, state, requested=requested, in_service=True)
    if state in ON_CALL or state is S.WRAP_UP:
        base = replace(base, call=CALL)
    if state is S.WRAP_UP:
        base = replace(base, wrap_up_until=UNTIL)
    return replace(base, **other)  # type: ignore[arg-type]


def then(before: Seat, kind: Input, **other: object) -> Seat:
    return agent_model.apply(before, Happening(kind, LATER, **other))  # type: ignore[arg-type]


def circumstances(kind: Input) -> dict[str, object]:
    return {
        I.SET_STATE: {"state": A.NOT_READY, "reason": "meal"},
        I.OFFERED: {"call": CALL},
        I.CONNECTED: {"call": CALL},
        I.HELD: {"call": CALL},
        I.ENDED: {"wrap_up_until": UNTIL},
    }.get(kind, {})


@pytest.mark.parametrize(("state", "kind"), list(product(SeatState, Input)))
def test_every_pair_is_in_the_table_or_changes_nothing(state: SeatState, kind: Input) -> None:
    legal = kind in LEGAL[state] | {I.DEVICE_LOST, I.DEVICE_BACK}
    assert ((state, kind) in TABLE) == legal
    before = seat(state)
    if not legal:
        with pytest.raises(IllegalTransitionError):
            then(before, kind, **circumstances(kind))
        return
    after = then(before, kind, **circumstances(kind))
    assert (after.state is S.WRAP_UP) == (after.wrap_up_until is not None)
    assert after.state in ON_CALL | {S.WRAP_UP} or after.call is None
    assert after.since == (T0 if (after.state, after.reason) == (before.state, before.reason) else LATER)


@pytest.mark.parametrize(
    ("state", "kind", "after"),
    [
        (S.LOGGED_OFF, I.LOG_ON, S.BUSY),
        (S.LOGGED_OFF, I.OFFERED, S.ALERTING),
        (S.READY, I.LOG_OFF, S.LOGGED_OFF),
        (S.READY, I.SET_STATE, S.NOT_READY),
        (S.READY, I.LOG_ON, S.READY),
        (S.READY, I.FAILED, S.BUSY),
        (S.READY, I.DEVICE_LOST, S.BUSY),
        (S.ALERTING, I.CONNECTED, S.TALKING),
        (S.ALERTING, I.MISSED, S.BUSY),
        (S.ALERTING, I.DECLINED, S.BUSY),
        (S.ALERTING, I.FAILED, S.BUSY),
        (S.ALERTING, I.RELEASED, S.READY),
        (S.ALERTING, I.ENDED, S.READY),
        (S.ALERTING, I.SET_STATE, S.ALERTING),
        (S.ALERTING, I.DEVICE_LOST, S.ALERTING),
        (S.TALKING, I.HELD, S.HOLD),
        (S.TALKING, I.RETRIEVED, S.TALKING),
        (S.TALKING, I.OFFERED, S.ALERTING),
        (S.TALKING, I.ENDED, S.WRAP_UP),
        (S.TALKING, I.LOG_OFF, S.TALKING),
        (S.HOLD, I.RETRIEVED, S.TALKING),
        (S.HOLD, I.ENDED, S.WRAP_UP),
        (S.WRAP_UP, I.WRAP_UP_DONE, S.READY),
        (S.WRAP_UP, I.LOG_OFF, S.LOGGED_OFF),
        (S.WRAP_UP, I.SET_STATE, S.WRAP_UP),
        (S.WRAP_UP, I.CONNECTED, S.TALKING),
    ],
)
def test_where_it_leads(state: SeatState, kind: Input, after: SeatState) -> None:
    assert then(seat(state), kind, **circumstances(kind)).state is after


def test_logging_on_is_busy_until_the_agent_says_otherwise() -> None:
    on = then(seat(S.LOGGED_OFF), I.LOG_ON)
    assert (on.state, on.reason, on.requested) == (S.BUSY, Reason.JUST_LOGGED_ON, A.BUSY)
    assert then(on, I.SET_STATE, state=A.READY).state is S.READY


@pytest.mark.parametrize("state", [None, A.LOGGED_OFF, A.WORKING_AFTER_CALL])
def test_only_states_of_work_can_be_asked_for(state: AgentState | None) -> None:
    with pytest.raises(IllegalTransitionError):
        then(seat(S.BUSY), I.SET_STATE, state=state)


@pytest.mark.parametrize("state", [None, A.WORKING_AFTER_CALL])
def test_wrap_up_can_not_be_booked(state: AgentState | None) -> None:
    with pytest.raises(IllegalTransitionError):
        then(seat(S.TALKING), I.SET_STATE, state=state)


def test_what_is_booked_comes_after_the_wrap_up() -> None:
    booked = then(seat(S.TALKING), I.SET_STATE, state=A.NOT_READY, reason="meal")
    wrapping = then(booked, I.ENDED, wrap_up_until=UNTIL)
    assert (wrapping.state, wrapping.booked, wrapping.call) == (S.WRAP_UP, A.NOT_READY, CALL)
    after = then(wrapping, I.WRAP_UP_DONE)
    assert (after.state, after.reason, after.booked, after.booked_reason) == (S.NOT_READY, "meal", None, None)
    assert (after.requested, after.requested_reason) == (A.NOT_READY, "meal")


def test_logging_off_on_a_call_is_booked_and_needs_no_wrap_up() -> None:
    leaving = then(seat(S.TALKING), I.LOG_OFF, reason=Reason.FORCED)
    after = then(leaving, I.ENDED, wrap_up_until=UNTIL)
    assert (after.state, after.reason) == (S.LOGGED_OFF, Reason.FORCED)


def test_without_wrap_up_time_the_seat_is_free_at_once() -> None:
    assert then(seat(S.TALKING), I.ENDED).state is S.READY


def test_a_logged_off_agents_phone_ends_its_call_logged_off() -> None:
    talking = then(then(seat(S.LOGGED_OFF), I.OFFERED, call=CALL), I.CONNECTED, call=CALL)
    assert then(talking, I.ENDED, wrap_up_until=UNTIL).state is S.LOGGED_OFF


@pytest.mark.parametrize("kind", [I.MISSED, I.DECLINED, I.FAILED])
def test_who_did_not_take_a_call_gets_no_more_until_saying_so(kind: Input) -> None:
    for before in (seat(S.ALERTING), seat(S.ALERTING, booked=A.READY)):
        after = then(before, kind)
        assert (after.state, after.reason, after.requested) == (S.BUSY, agent_model.NOT_TAKEN[kind], A.BUSY)
        assert after.booked is None


@pytest.mark.parametrize("wish", [A.LOGGED_OFF, A.NOT_READY])
def test_who_wanted_no_call_goes_where_they_wanted_to_be(wish: AgentState) -> None:
    booked = seat(S.ALERTING, booked=wish, booked_reason="meal")
    asked = seat(S.ALERTING, requested=wish, requested_reason="meal")
    for before in (booked, asked):
        after = then(before, I.MISSED)
        assert (after.state, after.reason) == (S(wish.value), "meal")


def test_a_phone_that_is_gone_is_not_its_agents_fault() -> None:
    lost = then(seat(S.ALERTING), I.DEVICE_LOST)
    after = then(lost, I.FAILED)
    assert (after.state, after.reason, after.requested) == (S.BUSY, Reason.DEVICE_OFFLINE, A.READY)
    assert then(after, I.DEVICE_BACK).state is S.READY


def test_ready_needs_a_phone() -> None:
    lost = then(seat(S.READY), I.DEVICE_LOST)
    assert (lost.state, lost.reason, lost.requested) == (S.BUSY, Reason.DEVICE_OFFLINE, A.READY)
    again = then(lost, I.SET_STATE, state=A.READY)
    assert again == lost
    back = then(lost, I.DEVICE_BACK)
    assert (back.state, back.reason) == (S.READY, None)
    assert then(seat(S.NOT_READY, requested_reason="meal", reason="meal"), I.DEVICE_LOST).since == T0


def test_a_phone_lost_in_a_call_is_told_after_it() -> None:
    lost = then(seat(S.TALKING), I.DEVICE_LOST)
    assert (lost.state, lost.in_service) == (S.TALKING, False)
    wrapping = then(lost, I.ENDED, wrap_up_until=UNTIL)
    assert then(wrapping, I.WRAP_UP_DONE).reason == Reason.DEVICE_OFFLINE
    assert then(then(wrapping, I.DEVICE_BACK), I.WRAP_UP_DONE).state is S.READY


def test_logging_on_in_a_call_undoes_a_booked_log_off() -> None:
    kept = then(then(seat(S.TALKING), I.LOG_OFF), I.LOG_ON)
    assert (kept.booked, kept.requested) == (None, A.READY)
    strange = then(seat(S.TALKING, requested=A.LOGGED_OFF), I.LOG_ON)
    assert (strange.state, strange.requested, strange.requested_reason) == (S.TALKING, A.BUSY, Reason.JUST_LOGGED_ON)
    booked = seat(S.TALKING, requested=A.LOGGED_OFF, booked=A.NOT_READY)
    assert then(booked, I.LOG_ON) == booked


def test_the_time_in_a_state_begins_anew_with_another_call() -> None:
    same = then(seat(S.TALKING), I.CONNECTED, call=CALL)
    assert same.since == T0
    other = then(seat(S.TALKING), I.CONNECTED, call=OTHER)
    assert (other.since, other.call) == (LATER, OTHER)


def test_wrap_up_can_be_extended_only_while_it_lasts() -> None:
    longer = UNTIL + timedelta(seconds=60)
    assert agent_model.extend_wrap_up(seat(S.WRAP_UP), longer) == seat(S.WRAP_UP, wrap_up_until=longer)
    for state in set(SeatState) - {S.WRAP_UP}:
        with pytest.raises(IllegalTransitionError):
            agent_model.extend_wrap_up(seat(state), longer)
