"""The call model, pure: what an event makes of a call. One table; an event that does not fit raises and changes nothing.

The table speaks of one connection (one party in one call). Repeated events lead to the same state, because a PBX
repeats some; what is lost is mended by ``from_snapshot``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from telephony import events as ev
from telephony.errors import IllegalTransitionError
from telephony.types import EXTERNAL, SECOND_EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Direction, Side

C = ConnectionState

TRANSITIONS: Mapping[tuple[type[ev.CallEvent], ConnectionState], ConnectionState] = {
    (ev.Queued, C.NULL): C.QUEUED,
    (ev.Queued, C.QUEUED): C.QUEUED,
    (ev.Queued, C.CONNECTED): C.CONNECTED,
    (ev.ServiceInitiated, C.NULL): C.INITIATED,
    (ev.ServiceInitiated, C.INITIATED): C.INITIATED,
    (ev.Originated, C.NULL): C.CONNECTED,
    (ev.Originated, C.INITIATED): C.CONNECTED,
    (ev.Originated, C.ALERTING): C.CONNECTED,
    (ev.Originated, C.CONNECTED): C.CONNECTED,
    (ev.Delivered, C.NULL): C.ALERTING,
    (ev.Delivered, C.INITIATED): C.INITIATED,  # the agent's own phone rings first in an outbound call
    (ev.Delivered, C.ALERTING): C.ALERTING,
    (ev.Delivered, C.CONNECTED): C.CONNECTED,  # late repetition
    (ev.Delivered, C.HOLD): C.HOLD,
    (ev.Established, C.NULL): C.CONNECTED,
    (ev.Established, C.INITIATED): C.CONNECTED,
    (ev.Established, C.ALERTING): C.CONNECTED,
    (ev.Established, C.QUEUED): C.CONNECTED,
    (ev.Established, C.CONNECTED): C.CONNECTED,
    (ev.Established, C.HOLD): C.HOLD,
    (ev.Held, C.CONNECTED): C.HOLD,
    (ev.Held, C.HOLD): C.HOLD,
    (ev.Retrieved, C.HOLD): C.CONNECTED,
    (ev.Retrieved, C.CONNECTED): C.CONNECTED,
    (ev.Diverted, C.ALERTING): C.NULL,
    (ev.Diverted, C.INITIATED): C.NULL,
    (ev.Diverted, C.NULL): C.NULL,
    (ev.ConnectionCleared, C.NULL): C.NULL,
    (ev.ConnectionCleared, C.INITIATED): C.NULL,
    (ev.ConnectionCleared, C.ALERTING): C.NULL,
    (ev.ConnectionCleared, C.CONNECTED): C.NULL,
    (ev.ConnectionCleared, C.HOLD): C.NULL,
    (ev.ConnectionCleared, C.QUEUED): C.NULL,
    (ev.ConnectionCleared, C.FAIL): C.NULL,
    (ev.Failed, C.NULL): C.FAIL,
    (ev.Failed, C.INITIATED): C.FAIL,
    (ev.Failed, C.ALERTING): C.FAIL,
    (ev.Failed, C.FAIL): C.FAIL,
}
"""(event, connection's state) → connection's state. What is not here is illegal."""

LIVE_PARTY = frozenset({C.CONNECTED, C.HOLD})


@dataclass(frozen=True, slots=True)
class Call:
    """A call at one moment. ``connections`` holds the parties present; times are aware UTC.

    ``handled_by``: the seat that took it (the latest after a transfer); ``offered``: seats that rang in vain;
    ``dialled_at``: when we first heard that the outside number of an outbound call was being called.
    ``consultation``: whom a seat of the call has called in; ``muted``: parties whom nobody hears.
    """

    id: CallId
    direction: Direction
    caller: str
    called: str
    started_at: datetime
    connections: Mapping[DeviceId, ConnectionState] = field(default_factory=dict)
    queued_at: datetime | None = None
    dialled_at: datetime | None = None
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    handled_by: DeviceId | None = None
    offered: tuple[DeviceId, ...] = ()
    cause: Cause | None = None
    cleared_by: Side | None = None
    consultation: ev.Consultation | None = None
    muted: frozenset[DeviceId] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether nobody is left in it."""
        return self.ended_at is not None

    @property
    def waiting(self) -> bool:
        """Whether the outside party waits for a seat (one may be ringing)."""
        return not self.ended and self.connections.get(EXTERNAL) is C.QUEUED

    @property
    def stranded(self) -> bool:
        """Whether the outside party is left alone and does not wait: true for moments, between a hang-up and the end."""
        return not self.ended and set(self.connections) == {EXTERNAL} and self.connections[EXTERNAL] in LIVE_PARTY

    def state_of(self, device: DeviceId) -> ConnectionState:
        """The connection of ``device``; NULL when it has no part in the call."""
        return self.connections.get(device, C.NULL)

    def seats(self) -> dict[DeviceId, ConnectionState]:
        """Our own phones in the call, and a second outside party that one of them called in."""
        return {device: state for device, state in self.connections.items() if device != EXTERNAL}


def begin(event: ev.CallEvent) -> Call:
    """Make the call that ``event`` is the first news of. Raises ``IllegalTransitionError`` for any but a beginning."""
    if isinstance(event, ev.Queued):
        return Call(event.call, Direction.INBOUND, event.caller, event.called, event.at)
    if isinstance(event, ev.ServiceInitiated):
        return Call(event.call, Direction.OUTBOUND, str(event.device), event.called, event.at, handled_by=event.device)
    raise IllegalTransitionError(f"{type(event).__name__} of an unknown call")


def apply(call: Call, event: ev.CallEvent) -> Call:
    """Return ``call`` after ``event``. Raises ``IllegalTransitionError`` when the table has no such step, or it has ended."""
    if call.ended:
        raise IllegalTransitionError(f"{type(event).__name__} after the end of the call")
    if isinstance(event, ev.CallCleared):
        return replace(
            call,
            connections={},
            ended_at=event.at,
            cause=call.cause or event.cause,
            cleared_by=event.cleared_by,
            consultation=None,
            muted=frozenset(),
        )
    device = getattr(event, "device", EXTERNAL)
    match event:
        case ev.RecordingStarted() | ev.RecordingFinished() | ev.TransferRequested() | ev.ConsultationRequested():
            after = call
        case ev.Transferred():
            after = _transferred(call, event)
        case ev.ConsultationStarted():
            after = _consulting(call, event)
        case ev.Conferenced():
            after = _joined_by(call, joined=True)
        case ev.Muted() | ev.Unmuted():
            after = _muted(call, event)
        case _:
            after = _facts(call, _step(call, event, device), event, device)
    return after


def _consulting(call: Call, event: ev.ConsultationStarted) -> Call:
    _require_live(call, event)
    started = ev.Consultation(event.device, event.to_device, event.number, at_phone=event.at_phone)
    known = call.consultation
    same = known is not None and replace(known, joined=False) == started
    return call if same else replace(call, consultation=started)


def _joined_by(call: Call, *, joined: bool) -> Call:
    """The outside party is now with those who consult each other, or (``joined`` false) on hold beside them."""
    return replace(call, consultation=replace(call.consultation, joined=joined)) if call.consultation else call


def _muted(call: Call, event: ev.Muted | ev.Unmuted) -> Call:
    _require_live(call, event)
    alone = {event.device}
    return replace(call, muted=call.muted | alone if isinstance(event, ev.Muted) else call.muted - alone)


def _require_live(call: Call, event: ev.ConsultationStarted | ev.Muted | ev.Unmuted) -> None:
    if call.state_of(event.device) not in LIVE_PARTY:
        raise IllegalTransitionError(f"{type(event).__name__} in {call.state_of(event.device)}")


def _parted(call: Call, device: DeviceId) -> Call:
    """``device`` has no part in the call any more. Whom the asker leaves behind in a consultation has the call now."""
    consultation = call.consultation
    call = replace(call, muted=call.muted - {device})
    if consultation is None or device not in {consultation.asker, consultation.to}:
        return call
    heir = call.state_of(consultation.to) in LIVE_PARTY and consultation.to != SECOND_EXTERNAL
    return replace(call, consultation=None, handled_by=consultation.to if heir else call.handled_by)


def _step(call: Call, event: ev.CallEvent, device: DeviceId) -> Call:
    before = call.state_of(device)
    state = TRANSITIONS.get((type(event), before))
    if state is None:
        raise IllegalTransitionError(f"{type(event).__name__} in {before}")
    connections = {**call.connections, device: state}
    if state is C.NULL:
        del connections[device]
        call = _parted(replace(call, connections=connections), device)
    dialled = call.direction is Direction.OUTBOUND and (device == EXTERNAL or isinstance(event, ev.Originated))
    return replace(call, connections=connections, dialled_at=call.dialled_at or (event.at if dialled else None))


def _facts(before: Call, call: Call, event: ev.CallEvent, device: DeviceId) -> Call:
    """What an accepted event says beyond the connection of its own device."""
    match event:
        case ev.Queued():
            call = _wait_again(replace(call, queued_at=call.queued_at or event.at))
        case ev.Delivered() if call.state_of(device) is C.ALERTING:
            call = replace(call, rang_at=call.rang_at or event.at)
        case ev.Established():
            call = _established(before, call, event, device)
        case ev.Diverted():
            asked = device in call.offered or device == SECOND_EXTERNAL or _consults(before, device)
            call = _wait_again(replace(call, offered=call.offered if asked else (*call.offered, device)))
        case ev.Held() if call.consultation is not None and device == call.consultation.asker:
            call = _joined_by(call, joined=False)
        case ev.ConnectionCleared() if event.cause is not Cause.NORMAL:
            call = _wait_again(call)
        case ev.Failed() if device == EXTERNAL:
            call = replace(call, cause=event.cause)
    return call


def _established(before: Call, call: Call, event: ev.CallEvent, device: DeviceId) -> Call:
    """Both sides hear each other. A caller who has just left is not brought back by a seat that was a moment too late."""
    inbound = call.direction is Direction.INBOUND
    if device == EXTERNAL:
        return _wait_again(call) if inbound else replace(call, answered_at=call.answered_at or event.at)
    if inbound and EXTERNAL not in call.connections:
        return call
    if _consults(call, device):
        return call  # speaks with the asker; the call is still that one's
    took = before.state_of(device) not in LIVE_PARTY and device != SECOND_EXTERNAL
    return replace(
        call,
        connections=_joined(call.connections),
        answered_at=call.answered_at or (event.at if inbound else None),
        handled_by=device if took else call.handled_by,
    )


def _consults(call: Call, device: DeviceId) -> bool:
    """Whether ``device`` is the one who was called in."""
    return call.consultation is not None and device == call.consultation.to


def _joined(connections: Mapping[DeviceId, ConnectionState]) -> Mapping[DeviceId, ConnectionState]:
    """The outside party no longer waits, if it did."""
    return {**connections, EXTERNAL: C.CONNECTED} if connections.get(EXTERNAL) is C.QUEUED else connections


def _wait_again(call: Call) -> Call:
    """An outside party whom nobody hears any more, in a call that goes on, waits for another seat.

    A seat that hangs up in the ordinary way ends the call, or has just transferred it: that is told by the event that
    follows.
    """
    alone = call.state_of(EXTERNAL) in LIVE_PARTY and not any(s in LIVE_PARTY for s in call.seats().values())
    return replace(call, connections={**call.connections, EXTERNAL: C.QUEUED}) if alone else call


def _transferred(call: Call, event: ev.Transferred) -> Call:
    reached = call.state_of(event.to_device)
    if reached is C.NULL and event.from_device not in call.connections:
        raise IllegalTransitionError("Transferred between phones that have no part in the call")
    connections = {device: state for device, state in call.connections.items() if device != event.from_device}
    connections[event.to_device] = C.HOLD if reached is C.HOLD else C.CONNECTED
    return replace(
        call,
        connections=_joined(connections),
        handled_by=call.handled_by if event.to_device == SECOND_EXTERNAL else event.to_device,
        consultation=None,
        muted=call.muted - {event.from_device},
    )


def from_snapshot(snapshot: ev.CallSnapshot, known: Call | None, at: datetime) -> Call:
    """Return the call as the PBX holds it, with what we knew of its past. A call known as ended stays ended.

    Times that nobody saw are set to ``at``, the moment of the snapshot: the earliest that can be proven.
    """
    if known is not None and known.ended:
        return known
    base = known or Call(snapshot.call, snapshot.direction, snapshot.caller, snapshot.called, snapshot.started_at)
    connections = dict(snapshot.connections)
    seats = {d: s for d, s in connections.items() if d != EXTERNAL}
    talking = [d for d, s in seats.items() if s in LIVE_PARTY]
    consultation = snapshot.consultation
    handling = [d for d in talking if d != SECOND_EXTERNAL and (consultation is None or d != consultation.to)]
    together = bool(talking) and connections.get(EXTERNAL) in LIVE_PARTY
    inbound = base.direction is Direction.INBOUND
    return replace(
        base,
        connections=connections,
        queued_at=base.queued_at or (snapshot.started_at if inbound else None),
        rang_at=base.rang_at or (at if any(s is C.ALERTING for s in seats.values()) else None),
        answered_at=base.answered_at or (at if together else None),
        dialled_at=base.dialled_at or (None if inbound or EXTERNAL not in connections else at),
        handled_by=_handler(base, handling, seats),
        consultation=_known_number(consultation, base.consultation),
        muted=snapshot.muted,
    )


def _known_number(found: ev.Consultation | None, known: ev.Consultation | None) -> ev.Consultation | None:
    """The PBX does not always say which outside number is being called in."""
    if found is None or found.number or known is None or known.to != found.to:
        return found
    return replace(found, number=known.number)


def _handler(base: Call, talking: Sequence[DeviceId], seats: Iterable[DeviceId]) -> DeviceId | None:
    """The seat we knew of if it still talks, else one that does; an outbound call is its first seat's from the beginning."""
    if base.handled_by in talking:
        return base.handled_by
    if talking:
        return talking[0]
    if base.handled_by is None and base.direction is Direction.OUTBOUND:
        return next(iter(seats), None)
    return base.handled_by
