"""The seat's state machine, pure: what the agent asks for (requested), what holds (state), and what the line does.

One table of (state, input) → rule. An input that is not in the table raises and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from telephony.errors import IllegalTransitionError
from telephony.types import AgentId, AgentState, CallId, DeviceId, SeatState

S = SeatState


class Input(StrEnum):
    """What can happen to a seat."""

    LOG_ON = "log_on"
    LOG_OFF = "log_off"
    SET_STATE = "set_state"
    OFFERED = "offered"  # the phone rings, or calls out
    CONNECTED = "connected"
    HELD = "held"
    RETRIEVED = "retrieved"
    MISSED = "missed"  # rang, nobody came
    DECLINED = "declined"
    FAILED = "failed"  # the phone could not be rung
    RELEASED = "released"  # stopped ringing through no fault of the agent
    ENDED = "ended"  # a conversation is over
    WRAP_UP_DONE = "wrap_up_done"
    DEVICE_LOST = "device_lost"
    DEVICE_BACK = "device_back"


class Reason(StrEnum):
    """Why the system set a state. Break reasons are the agents' own codes."""

    JUST_LOGGED_ON = "just_logged_on"
    RING_NO_ANSWER = "ring_no_answer"
    DECLINED = "declined"
    DEVICE_OFFLINE = "device_offline"
    CALL_FAILED = "call_failed"
    FORCED = "forced"
    NEVER_LOGGED_ON = "never_logged_on"  # so that nobody reads the start of the records as a log-off


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat at one moment. ``requested`` is never a call's state; ``since`` (UTC) is when ``state`` began.

    ``booked`` is what the agent asked for during a call; it becomes ``requested`` after it.
    """

    agent: AgentId
    device: DeviceId | None
    since: datetime
    state: SeatState = S.LOGGED_OFF
    reason: str | None = None
    requested: AgentState = AgentState.LOGGED_OFF
    requested_reason: str | None = None
    booked: AgentState | None = None
    booked_reason: str | None = None
    call: CallId | None = None
    wrap_up_until: datetime | None = None
    in_service: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """An input with its circumstances; fields that an input does not need are left out."""

    kind: Input
    at: datetime
    state: AgentState | None = None
    reason: str | None = None
    call: CallId | None = None
    wrap_up_until: datetime | None = None


Rule = Callable[[Seat, Happening], Seat]

ON_CALL = frozenset({S.ALERTING, S.TALKING, S.HOLD})
AT_REST = frozenset({S.READY, S.BUSY, S.NOT_READY})


NOT_TAKEN: Mapping[Input, Reason] = {
    Input.MISSED: Reason.RING_NO_ANSWER,
    Input.DECLINED: Reason.DECLINED,
    Input.FAILED: Reason.CALL_FAILED,
}


def _move(seat: Seat, h: Happening, state: SeatState, reason: str | None = None) -> Seat:
    """Enter ``state``; the time in it starts anew only when state, reason or call differ."""
    same = seat.state is state and seat.reason == reason and h.call in {None, seat.call}
    until = seat.wrap_up_until if state is S.WRAP_UP else None
    call = (h.call or seat.call) if state in ON_CALL or state is S.WRAP_UP else None
    return replace(seat, state=state, reason=reason, since=seat.since if same else h.at, wrap_up_until=until, call=call)


def _rest(seat: Seat, h: Happening) -> Seat:
    """Go to what was booked, else to what was asked for; READY needs a phone that is there."""
    if seat.booked is not None:
        seat = replace(
            seat, requested=seat.booked, requested_reason=seat.booked_reason, booked=None, booked_reason=None
        )
    if seat.requested is AgentState.READY and not seat.in_service:
        return _move(seat, h, S.BUSY, Reason.DEVICE_OFFLINE)
    return _move(seat, h, S(seat.requested.value), seat.requested_reason)


def _ask(seat: Seat, h: Happening) -> Seat:
    if h.state not in {AgentState.READY, AgentState.BUSY, AgentState.NOT_READY}:
        raise IllegalTransitionError(f"{h.state} can't be asked for")
    return _rest(replace(seat, requested=h.state, requested_reason=h.reason), h)


def _book(seat: Seat, h: Happening) -> Seat:
    state = AgentState.LOGGED_OFF if h.kind is Input.LOG_OFF else h.state
    if state is None or state is AgentState.WORKING_AFTER_CALL:
        raise IllegalTransitionError(f"{state} can't be booked")
    return replace(seat, booked=state, booked_reason=h.reason)


def _log_on(seat: Seat, h: Happening) -> Seat:
    return _rest(replace(seat, requested=AgentState.BUSY, requested_reason=Reason.JUST_LOGGED_ON), h)


def _log_on_later(seat: Seat, _h: Happening) -> Seat:
    """An agent who would be logged off after the call (its phone rang regardless, or it was booked) stays after all."""
    if seat.booked is AgentState.LOGGED_OFF:
        seat = replace(seat, booked=None, booked_reason=None)
    if seat.requested is AgentState.LOGGED_OFF and seat.booked is None:
        seat = replace(seat, requested=AgentState.BUSY, requested_reason=Reason.JUST_LOGGED_ON)
    return seat


def _log_off(seat: Seat, h: Happening) -> Seat:
    return _rest(
        replace(seat, requested=AgentState.LOGGED_OFF, requested_reason=h.reason, booked=None, booked_reason=None), h
    )


def _offered(seat: Seat, h: Happening) -> Seat:
    return _move(seat, h, S.ALERTING)


def _connected(seat: Seat, h: Happening) -> Seat:
    return _move(seat, h, S.TALKING)


def _held(seat: Seat, h: Happening) -> Seat:
    return _move(seat, h, S.HOLD)


def _not_taken(seat: Seat, h: Happening) -> Seat:
    """A seat that wanted calls and did not take one is BUSY until its agent says otherwise: else it would ring for ever.

    One that wanted none (on a break, logged off, or booked so) goes where it wanted to be. A phone that is gone can't be
    rung; its seat is READY again as soon as it is back.
    """
    wants_calls = (seat.booked or seat.requested) is AgentState.READY
    if not wants_calls or (h.kind is Input.FAILED and not seat.in_service):
        return _rest(seat, h)
    busy = replace(seat, requested=AgentState.BUSY, requested_reason=NOT_TAKEN[h.kind], booked=None, booked_reason=None)
    return _rest(busy, h)


def _ended(seat: Seat, h: Happening) -> Seat:
    if h.wrap_up_until is None or (seat.booked or seat.requested) is AgentState.LOGGED_OFF:
        return _rest(seat, h)
    return _move(replace(seat, wrap_up_until=h.wrap_up_until), h, S.WRAP_UP)


def _lost(seat: Seat, h: Happening) -> Seat:
    return _rest(replace(seat, in_service=False), h)


def _back(seat: Seat, h: Happening) -> Seat:
    return _rest(replace(seat, in_service=True), h)


def _note_lost(seat: Seat, _h: Happening) -> Seat:
    return replace(seat, in_service=False)


def _note_back(seat: Seat, _h: Happening) -> Seat:
    return replace(seat, in_service=True)


def _same(seat: Seat, _h: Happening) -> Seat:
    return seat


def _table() -> dict[tuple[SeatState, Input], Rule]:
    table: dict[tuple[SeatState, Input], Rule] = {
        (S.LOGGED_OFF, Input.LOG_ON): _log_on,
        (S.LOGGED_OFF, Input.LOG_OFF): _same,
    }
    for state in SeatState:
        table[state, Input.DEVICE_LOST] = _lost if state in AT_REST else _note_lost
        table[state, Input.DEVICE_BACK] = _back if state in AT_REST else _note_back
    for state in AT_REST:
        table |= {(state, Input.SET_STATE): _ask, (state, Input.LOG_OFF): _log_off, (state, Input.LOG_ON): _same}
    for state in AT_REST:  # a seat chosen for a call whose phone did not even ring
        table[state, Input.FAILED] = _not_taken
    for state in {S.LOGGED_OFF, S.WRAP_UP} | AT_REST:  # a phone may ring or call whatever its agent's state is
        table |= {(state, Input.OFFERED): _offered, (state, Input.CONNECTED): _connected, (state, Input.HELD): _held}
    for state in ON_CALL:
        table |= {(state, Input.SET_STATE): _book, (state, Input.LOG_OFF): _book, (state, Input.RELEASED): _rest}
    for state in {S.WRAP_UP} | ON_CALL:
        table[state, Input.LOG_ON] = _log_on_later
    table |= {
        (S.ALERTING, Input.OFFERED): _offered,
        (S.ALERTING, Input.CONNECTED): _connected,
        (S.ALERTING, Input.HELD): _held,
        (S.ALERTING, Input.MISSED): _not_taken,
        (S.ALERTING, Input.DECLINED): _not_taken,
        (S.ALERTING, Input.FAILED): _not_taken,
        (S.ALERTING, Input.ENDED): _rest,
        (S.TALKING, Input.CONNECTED): _connected,
        (S.TALKING, Input.HELD): _held,
        (S.TALKING, Input.RETRIEVED): _same,
        (S.TALKING, Input.OFFERED): _offered,  # only a snapshot takes a seat back from talking to ringing
        (S.TALKING, Input.ENDED): _ended,
        (S.HOLD, Input.HELD): _held,
        (S.HOLD, Input.RETRIEVED): _connected,
        (S.HOLD, Input.CONNECTED): _connected,
        (S.HOLD, Input.OFFERED): _offered,
        (S.HOLD, Input.ENDED): _ended,
        (S.WRAP_UP, Input.SET_STATE): _book,
        (S.WRAP_UP, Input.LOG_OFF): _log_off,
        (S.WRAP_UP, Input.WRAP_UP_DONE): _rest,
    }
    return table


TABLE: Mapping[tuple[SeatState, Input], Rule] = _table()


def apply(seat: Seat, happening: Happening) -> Seat:
    """Return the seat after ``happening``. Raises ``IllegalTransitionError`` when the table has no such step."""
    rule = TABLE.get((seat.state, happening.kind))
    if rule is None:
        raise IllegalTransitionError(f"{happening.kind} in {seat.state}")
    return rule(seat, happening)


def extend_wrap_up(seat: Seat, until: datetime) -> Seat:
    """Wrap-up lasts until ``until``. Raises ``IllegalTransitionError`` outside wrap-up."""
    if seat.state is not S.WRAP_UP:
        raise IllegalTransitionError(f"no wrap-up in {seat.state}")
    return replace(seat, wrap_up_until=until)
