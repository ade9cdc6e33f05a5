from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from telephony import call_model
from telephony import events as ev
from telephony.call_model import TRANSITIONS, Call
from telephony.errors import IllegalTransitionError
from telephony.types import EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Direction, Side

C = ConnectionState
T0 = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ID = CallId("c1")
A, B = DeviceId("1001"), DeviceId("1002")

OF_A_PHONE = (
    ev.Originated, ev.Delivered, ev.Established, ev.Held, ev.Retrieved, ev.Diverted, ev.ConnectionCleared, ev.Failed,
)  # fmt: skip


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def made(kind: type[ev.CallEvent], device: DeviceId = A, seconds: float = 5) -> ev.CallEvent:
    if kind is ev.Queued:
        return ev.Queued(at(seconds), ID, "138", "96000")
    if kind is ev.ServiceInitiated:
        return ev.ServiceInitiated(at(seconds), ID, device, "139")
    if kind in {ev.Diverted, ev.ConnectionCleared, ev.Failed}:
        return kind(at(seconds), ID, device, Cause.NO_ANSWER)  # type: ignore[call-arg]
    return kind(at(seconds), ID, device)  # type: ignore[call-arg]


def inbound(**parties: ConnectionState) -> Call:
    connections = {DeviceId(name.removeprefix("p")): state for name, state in parties.items()}
    return Call(ID, Direction.INBOUND, "138", "96000", T0, connections, queued_at=T0)


def outbound(**parties: ConnectionState) -> Call:
    return replace(inbound(**parties), direction=Direction.OUTBOUND, caller="1001", queued_at=None, handled_by=A)


def cleared(cause: Cause = Cause.NORMAL, by: Side = Side.EXTERNAL) -> ev.CallCleared:
    return ev.CallCleared(at(60), ID, cause, by)


@pytest.mark.parametrize(("kind", "state"), list(product(OF_A_PHONE, ConnectionState)))
def test_the_table_decides_every_step_of_a_phone(kind: type[ev.CallEvent], state: ConnectionState) -> None:
    other = {EXTERNAL: C.CONNECTED, B: C.HOLD}  # somebody else goes on talking, so that only the table speaks
    before = replace(inbound(), connections=other if state is C.NULL else {**other, A: state})
    expected = TRANSITIONS.get((kind, state))
    if expected is None:
        with pytest.raises(IllegalTransitionError):
            call_model.apply(before, made(kind))
        return
    after = call_model.apply(before, made(kind))
    assert after.state_of(A) is expected
    assert {d: s for d, s in after.connections.items() if d != A} == other
    assert (A in after.connections) == (expected is not C.NULL)


@pytest.mark.parametrize("state", list(ConnectionState))
def test_the_table_decides_what_queued_does_to_the_caller(state: ConnectionState) -> None:
    before = replace(inbound(), connections={B: C.CONNECTED} | ({} if state is C.NULL else {EXTERNAL: state}))
    expected = TRANSITIONS.get((ev.Queued, state))
    if expected is None:
        with pytest.raises(IllegalTransitionError):
            call_model.apply(before, made(ev.Queued))
        return
    assert call_model.apply(before, made(ev.Queued)).state_of(EXTERNAL) is expected


@pytest.mark.parametrize("state", list(ConnectionState))
def test_the_table_decides_what_service_initiated_does(state: ConnectionState) -> None:
    before = outbound(**({} if state is C.NULL else {"p1001": state}))
    expected = TRANSITIONS.get((ev.ServiceInitiated, state))
    if expected is None:
        with pytest.raises(IllegalTransitionError):
            call_model.apply(before, made(ev.ServiceInitiated))
        return
    assert call_model.apply(before, made(ev.ServiceInitiated)).state_of(A) is expected


@pytest.mark.parametrize("kind", [*OF_A_PHONE, ev.Transferred, ev.CallCleared, ev.Conferenced])
def test_only_a_beginning_begins(kind: type[ev.CallEvent]) -> None:
    extra = {ev.Transferred: (A, B), ev.CallCleared: (Cause.NORMAL, Side.AGENT), ev.Conferenced: ((A, B),)}
    event = kind(T0, ID, *extra[kind]) if kind in extra else made(kind)
    with pytest.raises(IllegalTransitionError):
        call_model.begin(event)


def test_nothing_happens_after_the_end() -> None:
    ended = call_model.apply(inbound(external=C.QUEUED), cleared())
    assert (ended.ended, ended.waiting, ended.connections, ended.cause) == (True, False, {}, Cause.NORMAL)
    for event in (made(ev.Delivered), cleared(), ev.RecordingStarted(T0, ID, "r")):
        with pytest.raises(IllegalTransitionError):
            call_model.apply(ended, event)


def test_an_inbound_call_from_queue_to_end() -> None:
    call = call_model.begin(made(ev.Queued, seconds=0))
    call = call_model.apply(call, made(ev.Queued, seconds=0))
    assert call.waiting
    call = call_model.apply(call, made(ev.Delivered, seconds=2))
    call = call_model.apply(call, made(ev.Established, seconds=7))
    assert (call.queued_at, call.rang_at, call.answered_at) == (at(0), at(2), at(7))
    assert (call.handled_by, call.waiting, call.state_of(EXTERNAL)) == (A, False, C.CONNECTED)


def test_an_outbound_call_is_answered_by_the_outside() -> None:
    call = call_model.begin(made(ev.ServiceInitiated, seconds=0))
    call = call_model.apply(call, made(ev.ServiceInitiated, seconds=0))
    call = call_model.apply(call, made(ev.Delivered, seconds=1))
    assert (call.state_of(A), call.rang_at, call.dialled_at) == (C.INITIATED, None, None)
    call = call_model.apply(call, made(ev.Originated, seconds=2))
    assert call.dialled_at == at(2)
    call = call_model.apply(call, made(ev.Delivered, EXTERNAL, 3))
    assert call.rang_at == at(3)
    call = call_model.apply(call, made(ev.Established, seconds=6))
    assert call.answered_at is None
    call = call_model.apply(call, made(ev.Established, EXTERNAL, 6))
    call = call_model.apply(call, made(ev.Established, EXTERNAL, 9))
    assert (call.answered_at, call.handled_by) == (at(6), A)


def test_a_caller_who_has_just_left_is_not_brought_back_by_a_late_answer() -> None:
    call = call_model.apply(inbound(external=C.QUEUED, p1001=C.ALERTING), made(ev.ConnectionCleared, EXTERNAL))
    after = call_model.apply(call, made(ev.Established))
    assert EXTERNAL not in after.connections
    assert (after.answered_at, after.handled_by) == (None, None)


def test_the_answer_of_the_callers_own_channel_is_no_answer() -> None:
    assert call_model.apply(inbound(external=C.QUEUED), made(ev.Established, EXTERNAL)).waiting


def test_an_ordinary_hang_up_leaves_nobody_for_the_next_seat() -> None:
    talking = inbound(external=C.CONNECTED, p1001=C.CONNECTED)
    event = ev.ConnectionCleared(T0, ID, A, Cause.NORMAL)
    after = call_model.apply(talking, event)
    assert (after.waiting, after.stranded) == (False, True)
    assert not call_model.apply(after, cleared()).stranded
    assert not talking.stranded


@pytest.mark.parametrize(
    "call", [inbound(external=C.CONNECTED, p1001=C.HOLD), outbound(external=C.CONNECTED, p1001=C.HOLD)]
)
def test_a_lost_phone_leaves_the_caller_waiting(call: Call) -> None:
    assert call_model.apply(call, ev.ConnectionCleared(T0, ID, A, Cause.MEDIA_LOST)).waiting


def test_a_third_party_who_is_lost_leaves_the_others_talking() -> None:
    call = inbound(external=C.CONNECTED, p1001=C.CONNECTED, p1002=C.CONNECTED)
    assert not call_model.apply(call, ev.ConnectionCleared(T0, ID, A, Cause.MEDIA_LOST)).waiting


def test_queued_anew_when_alone() -> None:
    alone = replace(inbound(external=C.CONNECTED), queued_at=T0)
    again = call_model.apply(alone, made(ev.Queued, seconds=99))
    assert (again.waiting, again.queued_at) == (True, T0)


@pytest.mark.parametrize("call", [inbound(external=C.CONNECTED), outbound(external=C.CONNECTED)])
def test_a_transfer_that_nobody_takes_leads_back_to_the_queue(call: Call) -> None:
    ringing = call_model.apply(call, made(ev.Delivered, B))
    back = call_model.apply(ringing, made(ev.Diverted, B))
    assert (back.waiting, back.offered) == (True, (B,))
    assert call_model.apply(back, made(ev.Diverted, B)) == back
    taken = call_model.apply(call_model.apply(back, made(ev.Delivered, A)), made(ev.Established, A))
    assert (taken.state_of(EXTERNAL), taken.handled_by) == (C.CONNECTED, A)


def test_transferred_moves_the_call() -> None:
    call = inbound(external=C.QUEUED, p1001=C.CONNECTED, p1002=C.ALERTING)
    event = ev.Transferred(T0, ID, A, B)
    moved = call_model.apply(call, event)
    assert moved.connections == {EXTERNAL: C.CONNECTED, B: C.CONNECTED}
    assert moved.handled_by == B
    assert call_model.apply(moved, event) == moved
    held = call_model.apply(moved, made(ev.Held, B))
    assert call_model.apply(held, event).state_of(B) is C.HOLD


def test_transferred_between_strangers_is_refused() -> None:
    with pytest.raises(IllegalTransitionError):
        call_model.apply(inbound(external=C.CONNECTED), ev.Transferred(T0, ID, A, B))


def test_a_late_repetition_does_not_give_the_call_back() -> None:
    call = replace(inbound(external=C.CONNECTED, p1001=C.CONNECTED, p1002=C.CONNECTED), handled_by=B)
    assert call_model.apply(call, made(ev.Established, A)).handled_by == B


def test_failed_tells_the_cause_of_the_outside_only() -> None:
    assert call_model.apply(outbound(p1001=C.INITIATED), made(ev.Failed, A)).cause is None
    far = call_model.apply(outbound(p1001=C.CONNECTED), made(ev.Failed, EXTERNAL))
    assert (far.cause, far.dialled_at) == (Cause.NO_ANSWER, at(5))
    assert call_model.apply(far, cleared(Cause.NORMAL, Side.SYSTEM)).cause is Cause.NO_ANSWER


@pytest.mark.parametrize(
    "event",
    [ev.RecordingStarted(T0, ID, "r"), ev.RecordingFinished(T0, ID, "r", None), ev.Conferenced(T0, ID, (A, B))],
)
def test_some_events_change_no_connection(event: ev.CallEvent) -> None:
    call = inbound(external=C.CONNECTED, p1001=C.CONNECTED)
    assert call_model.apply(call, event) is call


def seen(direction: Direction, connections: dict[DeviceId, ConnectionState]) -> ev.CallSnapshot:
    return ev.CallSnapshot(ID, direction, "138", "96000", T0, connections)


def test_a_snapshot_of_an_unknown_call_sets_what_can_be_proven() -> None:
    call = call_model.from_snapshot(seen(Direction.INBOUND, {EXTERNAL: C.CONNECTED, A: C.CONNECTED}), None, at(9))
    assert (call.queued_at, call.rang_at, call.answered_at, call.handled_by) == (T0, None, at(9), A)
    ringing = call_model.from_snapshot(seen(Direction.INBOUND, {EXTERNAL: C.QUEUED, A: C.ALERTING}), None, at(9))
    assert (ringing.rang_at, ringing.answered_at, ringing.handled_by) == (at(9), None, None)


def test_a_snapshot_keeps_what_was_known() -> None:
    known = replace(inbound(external=C.QUEUED), answered_at=at(1), rang_at=at(0.5), handled_by=B, offered=(A,))
    both = {A: C.CONNECTED, B: C.CONNECTED, EXTERNAL: C.CONNECTED}
    after = call_model.from_snapshot(seen(Direction.INBOUND, both), known, at(9))
    assert after == replace(known, connections=both)
    ended = replace(known, ended_at=at(3))
    assert call_model.from_snapshot(seen(Direction.INBOUND, both), ended, at(9)) is ended


def test_a_snapshot_of_an_outbound_call() -> None:
    dialling = call_model.from_snapshot(seen(Direction.OUTBOUND, {A: C.INITIATED}), None, at(9))
    assert (dialling.handled_by, dialling.dialled_at, dialling.queued_at) == (A, None, None)
    talking = call_model.from_snapshot(seen(Direction.OUTBOUND, {A: C.HOLD, EXTERNAL: C.CONNECTED}), dialling, at(11))
    assert (talking.dialled_at, talking.answered_at, talking.handled_by) == (at(11), at(11), A)
    waiting = call_model.from_snapshot(seen(Direction.OUTBOUND, {EXTERNAL: C.QUEUED}), None, at(12))
    assert (waiting.handled_by, waiting.waiting) == (None, True)
