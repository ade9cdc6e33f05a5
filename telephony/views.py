"""What ``control`` publishes: a seat, the queue and the centre as people see them.

Frozen and complete in themselves: a subscriber who missed some needs only the newest of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from telephony.types import AgentId, AgentState, CallId, DeviceId, Direction, Network, Quality, SeatState


@dataclass(frozen=True, slots=True)
class SeatProfile:
    """What the administration says of a seat. ``device`` is ``None`` until a phone id and token are given."""

    agent: AgentId
    name: str
    org_id: int
    device: DeviceId | None


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """What the records say of a number. ``elder_types`` as codes; several elders of one number: the first and ``matches``.

    ``last_agent`` is the one who spoke with this elder last: they know them.
    """

    elder_id: int | None
    name: str
    age: int | None
    elder_types: tuple[str, ...]
    community: str
    sos: bool = False
    matches: int = 1
    last_agent: AgentId | None = None


@dataclass(frozen=True, slots=True)
class PartyView:
    """Whom a seat or the queue deals with. ``number`` in full: it is masked where it leaves the server."""

    call: CallId
    direction: Direction
    number: str
    called: str
    info: CallerInfo | None
    sos: bool


class ConsultationState(StrEnum):
    """How far it is."""

    RINGING = "ringing"
    TALKING = "talking"  # the two alone, the outside party hears music
    CONFERENCE = "conference"  # all three


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """The other party of a consultation or conference, as the seat at either end sees it.

    ``asking``: this seat began it, and may complete, join or cancel it. The other one is a seat (``agent``, ``name``) or
    an outside ``number`` (in full: it is masked where it leaves the server); empty where unknown after a restart.
    ``at_phone``: by a second call that the asker's phone began, so that only that can join all three or go back to the first.
    """

    asking: bool
    state: ConsultationState
    agent: AgentId | None = None
    name: str = ""
    number: str = ""
    at_phone: bool = False


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat now. ``since``: when ``state`` began; ``proven_at``: time of the newest event that this rests on (both UTC).

    ``requested`` is what the agent asked for, ``booked`` what comes after the present call or wrap-up.
    ``reason`` is a code: an agent's break reason (``meal`` …) or a system one (``ring_no_answer``, ``device_offline``, ``forced``).
    ``wrap_up_until`` is set in wrap-up. Counts are of the configured zone's today.
    ``muted``: nobody hears the agent. ``consultation``: while there is one, the asking seat's ``state`` is hold (its
    outside party waits) until the conference or the end; the asked one's is alerting, then talking.
    """

    profile: SeatProfile
    state: SeatState
    since: datetime
    requested: AgentState
    reason: str | None
    booked: AgentState | None
    booked_reason: str | None
    party: PartyView | None
    wrap_up_until: datetime | None
    answered_today: int
    outbound_today: int
    network: Network
    network_since: datetime | None
    quality: Quality
    proven_at: datetime
    muted: bool = False
    consultation: ConsultationView | None = None


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A caller in the queue; ``since`` UTC."""

    party: PartyView
    since: datetime


@dataclass(frozen=True, slots=True)
class CentreView:
    """The centre's figures today, and whether they are true now.

    ``stale_since``: set (UTC) from the moment at which the PBX was lost until a snapshot put everything right;
    ``last_event_at``: time of the newest event from the PBX; ``reconnect_attempts`` since it was lost.
    ``queued_today`` counts every caller who waited; ``answered_in_time`` those taken within the service level's seconds.
    """

    waiting: tuple[WaitingView, ...] = ()
    answered_today: int = 0
    abandoned_today: int = 0
    queued_today: int = 0
    answered_in_time: int = 0
    service_level_s: int = 15
    stale_since: datetime | None = None
    last_event_at: datetime | None = None
    reconnect_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Patch:
    """What changed, published together. ``removed`` are seats that no longer exist."""

    seats: tuple[SeatView, ...] = ()
    centre: CentreView | None = None
    removed: tuple[AgentId, ...] = field(default=())
