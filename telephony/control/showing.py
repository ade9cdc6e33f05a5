"""From the models to views and records. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telephony.agent_model import Reason, Seat
from telephony.call_model import LIVE_PARTY, Call
from telephony.control.devices import Device
from telephony.records import SeatStateRecord
from telephony.types import AgentState, DeviceId, Direction, Network, Quality, SeatState
from telephony.views import (
    CallerInfo,
    ConsultationState,
    ConsultationView,
    PartyView,
    SeatProfile,
    SeatView,
    WaitingView,
)


def party(call: Call, info: CallerInfo | None, *, sos: bool) -> PartyView:
    """The outside party of ``call``; its number is the caller's, or the one we dialled."""
    number = call.caller if call.direction is Direction.INBOUND else call.called
    return PartyView(call.id, call.direction, number, call.called, info, sos)


def waiting(call: Call, info: CallerInfo | None, *, sos: bool) -> WaitingView:
    """A caller in the queue."""
    return WaitingView(party(call, info, sos=sos), call.queued_at or call.started_at)


def consultation(
    call: Call, seat: Seat, profile_at: Callable[[DeviceId], SeatProfile | None]
) -> ConsultationView | None:
    """What ``seat`` has to do with the consultation of its call, if there is one."""
    found = call.consultation
    if found is None or seat.device not in {found.asker, found.to}:
        return None
    asking = seat.device == found.asker
    other = profile_at(found.to if asking else found.asker)
    state = ConsultationState.CONFERENCE if found.joined else ConsultationState.TALKING
    if call.state_of(found.to) not in LIVE_PARTY:
        state = ConsultationState.RINGING
    agent, name = (other.agent, other.name) if other else (None, "")
    return ConsultationView(asking, state, agent, name, found.number if asking else "", found.at_phone)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a seat shows besides its own state. ``proven_at``: newest event about it (UTC)."""

    device: Device | None
    party: PartyView | None
    answered: int
    outbound: int
    proven_at: datetime
    muted: bool = False
    consultation: ConsultationView | None = None


def seat_view(seat: Seat, profile: SeatProfile, around: Surroundings) -> SeatView:
    """The seat as people see it."""
    device = around.device
    return SeatView(
        profile=profile,
        state=seat.state,
        since=seat.since,
        requested=seat.requested,
        reason=seat.reason,
        booked=seat.booked,
        booked_reason=seat.booked_reason,
        party=around.party,
        wrap_up_until=seat.wrap_up_until,
        answered_today=around.answered,
        outbound_today=around.outbound,
        network=device.network if device else Network.UNKNOWN,
        network_since=device.since if device else None,
        quality=device.quality if device else Quality(),
        proven_at=around.proven_at,
        muted=around.muted,
        consultation=around.consultation,
    )


def seat_record(seat: Seat, at: datetime, by: str | None) -> SeatStateRecord:
    """The change of a seat, for keeping."""
    return SeatStateRecord(
        agent=seat.agent,
        at=at,
        state=seat.state,
        reason=seat.reason,
        requested=seat.requested.value,
        requested_reason=seat.requested_reason,
        device=seat.device,
        call=seat.call,
        wrap_up_until=seat.wrap_up_until,
        by=by,
        booked=seat.booked.value if seat.booked else None,
        booked_reason=seat.booked_reason,
        since=seat.since,
    )


def revive(profile: SeatProfile, kept: SeatStateRecord | None, now: datetime) -> Seat:
    """The seat as its newest record left it; without one it is logged off.

    A seat that was READY is taken to have its phone until the PBX has told whether it has.
    """
    if kept is None:
        return Seat(profile.agent, profile.device, now, reason=Reason.NEVER_LOGGED_ON)
    return Seat(
        agent=profile.agent,
        device=profile.device,
        since=kept.since or kept.at,
        state=kept.state,
        reason=kept.reason,
        requested=AgentState(kept.requested),
        requested_reason=kept.requested_reason,
        booked=AgentState(kept.booked) if kept.booked else None,
        booked_reason=kept.booked_reason,
        call=kept.call,
        wrap_up_until=kept.wrap_up_until,
        in_service=kept.state is SeatState.READY,
    )
