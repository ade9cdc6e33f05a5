"""What the PBX reports, in CSTA's words. Frozen; ``at`` is the PBX's own time (aware UTC) of the fact.

A stream of these begins with a ``Snapshot`` and has another one after every reconnect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telephony.types import CallId, Cause, ConnectionState, DeviceId, Direction, Quality, Side


@dataclass(frozen=True, slots=True)
class Event:
    """Base: the moment at which the PBX saw the fact."""

    at: datetime


# ---- calls --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallEvent(Event):
    """An event of one call."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Queued(CallEvent):
    """A caller reached us and waits; ``called`` is the dialled line (a hotline or a seat's own number)."""

    caller: str
    called: str


@dataclass(frozen=True, slots=True)
class ServiceInitiated(CallEvent):
    """An outbound call began: the agent's own phone is being rung to take it up."""

    device: DeviceId
    called: str


@dataclass(frozen=True, slots=True)
class Originated(CallEvent):
    """The agent's phone is up and the outside number is being dialled."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class Delivered(CallEvent):
    """``device`` rings (``EXTERNAL``: the outside number rings)."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class Established(CallEvent):
    """``device`` is connected to the call."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class Held(CallEvent):
    """``device`` put the call on hold."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class Retrieved(CallEvent):
    """``device`` took the call back from hold."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class Diverted(CallEvent):
    """The offer to ``device`` ended without an answer and the call goes on without it (the caller waits again)."""

    device: DeviceId
    cause: Cause


@dataclass(frozen=True, slots=True)
class Transferred(CallEvent):
    """The call moved from one seat to another; ``to`` is connected now."""

    from_device: DeviceId
    to_device: DeviceId


@dataclass(frozen=True, slots=True)
class ConsultationStarted(CallEvent):
    """``device`` holds its call and calls ``to_device`` for advice; what becomes of it is told by events of ``to_device``.

    ``number``: whom ``SECOND_EXTERNAL`` stands for, else empty. ``at_phone``: by a second call that was begun at the phone.
    """

    device: DeviceId
    to_device: DeviceId
    number: str = ""
    at_phone: bool = False


@dataclass(frozen=True, slots=True)
class ConsultationRequested(CallEvent):
    """The agent dials ``target`` at ``device`` itself, as it was keyed in, amid the call.

    Nothing has happened yet: ``CtiPort.consult_at_phone`` rings whom it means, ``refuse_consultation`` ends what was begun.
    """

    device: DeviceId
    target: str


@dataclass(frozen=True, slots=True)
class TransferRequested(CallEvent):
    """The agent asked at ``device`` itself for a transfer to ``target``, as it was keyed in; empty: to whom they consult there.

    Nothing has happened yet: it is carried out as any transfer, or refused by ``CtiPort.refuse_transfer``.
    """

    device: DeviceId
    target: str


@dataclass(frozen=True, slots=True)
class Conferenced(CallEvent):
    """More than two parties are joined."""

    devices: tuple[DeviceId, ...]


@dataclass(frozen=True, slots=True)
class Muted(CallEvent):
    """Nobody hears ``device`` any more."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class Unmuted(CallEvent):
    """``device`` is heard again."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class ConnectionCleared(CallEvent):
    """One party left a call that was established for it."""

    device: DeviceId
    cause: Cause


@dataclass(frozen=True, slots=True)
class CallCleared(CallEvent):
    """The last party left; the call is over."""

    cause: Cause
    cleared_by: Side


@dataclass(frozen=True, slots=True)
class Failed(CallEvent):
    """``device`` could not be reached in an outbound call (busy, rejected, unknown number, congestion)."""

    device: DeviceId
    cause: Cause


@dataclass(frozen=True, slots=True)
class RecordingStarted(CallEvent):
    """A recording of the call began; ``name`` is the PBX's name of it, without extension."""

    name: str


@dataclass(frozen=True, slots=True)
class RecordingFinished(CallEvent):
    """The recording has ended. ``duration_s`` in seconds, ``None`` when the PBX does not tell.

    ``complete`` false: the PBX says that it failed; the file may be missing, empty or cut off.
    """

    name: str
    duration_s: float | None
    complete: bool = True


# ---- devices ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeviceInService(Event):
    """The phone is registered and reachable."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class DeviceOutOfService(Event):
    """The phone is gone: unregistered, or no longer reachable."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class MediaQuality(Event):
    """New transport figures of a phone; ``in_call`` when they come from a running call's sound."""

    device: DeviceId
    quality: Quality
    in_call: bool


# ---- the driver itself --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DriverUp(Event):
    """The event socket stands; a ``Snapshot`` follows."""


@dataclass(frozen=True, slots=True)
class DriverDown(Event):
    """The event socket is lost: from now on nothing is known. ``reason`` is for the log, without personal data."""

    reason: str


@dataclass(frozen=True, slots=True)
class Alive(Event):
    """The PBX proved at ``at`` that it still talks to us, though nothing happened (keeps the wall from going stale)."""


@dataclass(frozen=True, slots=True)
class DeviceSnapshot:
    """A phone at the moment of a snapshot."""

    device: DeviceId
    in_service: bool
    quality: Quality = field(default_factory=Quality)


@dataclass(frozen=True, slots=True)
class Consultation:
    """Who called whom for advice; ``joined``: the outside party is with them (a conference).

    ``at_phone``: by a second call of the asker's phone, which alone can go back to the first one.
    """

    asker: DeviceId
    to: DeviceId
    number: str = ""
    joined: bool = False
    at_phone: bool = False


@dataclass(frozen=True, slots=True)
class CallSnapshot:
    """A call at the moment of a snapshot, from what the PBX holds. Parties that are gone are not in ``connections``."""

    call: CallId
    direction: Direction
    caller: str
    called: str
    started_at: datetime
    connections: dict[DeviceId, ConnectionState]
    recording: str | None = None
    consultation: Consultation | None = None
    muted: frozenset[DeviceId] = frozenset()


@dataclass(frozen=True, slots=True)
class Snapshot(Event):
    """All that the PBX holds now. Whatever is not in it does not exist.

    ``reconcile`` is set on the periodic comparison: differences from it are logged as errors, those after a
    reconnect are expected. ``pbx_since``: since when the PBX runs (UTC, by its clock), where it tells.
    """

    devices: tuple[DeviceSnapshot, ...]
    calls: tuple[CallSnapshot, ...]
    reconcile: bool = False
    pbx_since: datetime | None = None
