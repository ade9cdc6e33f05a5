"""From the calls of a phone to what its line shows, and to the seat's input that gets it there. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from telephony import events as ev
from telephony.agent_model import ON_CALL, Input, Seat
from telephony.call_model import Call
from telephony.types import CallId, Cause, ConnectionState, DeviceId, Direction, SeatState

C = ConnectionState
S = SeatState

RANK = {S.TALKING: 0, S.HOLD: 1, S.ALERTING: 2}
"""A phone with two calls shows the one in which somebody hears it."""

NOT_TAKEN_BY_CAUSE = {
    Cause.NO_ANSWER: Input.MISSED,
    Cause.REJECTED: Input.DECLINED,
    Cause.BUSY: Input.DECLINED,
    Cause.NORMAL: Input.RELEASED,
    Cause.ANSWERED_ELSEWHERE: Input.RELEASED,
}


def of_call(call: Call, device: DeviceId) -> SeatState | None:
    """What ``device`` shows for this call alone; ``None``: nothing."""
    match call.state_of(device):
        case C.INITIATED | C.ALERTING:
            return S.ALERTING
        case C.HOLD:
            return S.HOLD
        case C.CONNECTED:
            dialling = call.direction is Direction.OUTBOUND and call.answered_at is None
            return S.ALERTING if dialling else S.TALKING
    return None


def of_device(calls: Iterable[Call], device: DeviceId) -> tuple[SeatState, CallId] | None:
    """What ``device`` shows over all its calls, and which of them that is."""
    shown = [(state, call.id) for call in calls if (state := of_call(call, device)) is not None]
    return min(shown, key=lambda pair: (RANK[pair[0]], pair[1]), default=None)


def needed_input(seat: Seat, target: tuple[SeatState, CallId] | None, event: ev.Event | None) -> Input | None:
    """The input that brings ``seat`` to ``target``; ``None`` when it is there already. ``event``: what caused it, if one did."""
    if target is None:
        return _leaving(seat, event) if seat.state in ON_CALL else None
    state, call = target
    if seat.state is state and seat.call == call:
        return None
    if state is S.ALERTING:
        return Input.OFFERED
    if state is S.HOLD:
        return Input.HELD
    return Input.RETRIEVED if seat.state is S.HOLD and seat.call == call else Input.CONNECTED


def _leaving(seat: Seat, event: ev.Event | None) -> Input:
    if seat.state is not S.ALERTING:
        return Input.ENDED
    if not isinstance(event, ev.Diverted):
        return Input.RELEASED  # the caller gave up, or an outbound call came to nothing
    return NOT_TAKEN_BY_CAUSE.get(event.cause, Input.FAILED)
