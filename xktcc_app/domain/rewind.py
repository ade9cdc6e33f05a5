"""The wall as it was at an earlier moment, put together from what was kept. Pure.

Network conditions are not kept: they are unknown in the past, unless the seat's own reason says that its phone was gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony.history import TodayCounts
from telephony.records import CallRecord, SeatStateRecord
from telephony.types import AgentId, AgentState, CallId, Direction, Network, Quality, SeatState
from telephony.views import CallerInfo, CentreView, PartyView, SeatProfile, SeatView, WaitingView

REACH = timedelta(hours=24)
"""How far back one can look."""

_WITH_PARTY = frozenset({SeatState.ALERTING, SeatState.TALKING, SeatState.HOLD, SeatState.WRAP_UP})
_PHONE_GONE = "device_offline"
_NEVER = "never_logged_on"


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call under way then, and the name of the elder it was with ("" when unknown)."""

    record: CallRecord
    name: str


@dataclass(frozen=True, slots=True)
class Past:
    """All that is known of the moment ``at`` (UTC). ``counts`` are those of its day up to it."""

    at: datetime
    states: Mapping[AgentId, SeatStateRecord]
    calls: Sequence[PastCall]
    counts: TodayCounts
    service_level_s: int


def seats_of(past: Past, profiles: Iterable[SeatProfile]) -> list[SeatView]:
    """Every seat as it was. Names and organizations are today's."""
    calls = {one.record.call: one for one in past.calls}
    return [_seat(past, profile, past.states.get(profile.agent), calls) for profile in profiles]


def centre_of(past: Past) -> CentreView:
    """The queue and the day's figures as they were."""
    at_seats = {state.call for state in past.states.values() if state.state in _WITH_PARTY}
    waiting = tuple(
        WaitingView(_party(one), one.record.queued_at)
        for one in past.calls
        if one.record.queued_at and _waits(one.record, past.at) and one.record.call not in at_seats
    )
    counts = past.counts
    return CentreView(
        waiting=waiting,
        answered_today=counts.answered_total,
        abandoned_today=counts.abandoned,
        queued_today=counts.queued,
        answered_in_time=counts.answered_in_time,
        service_level_s=past.service_level_s,
        last_event_at=past.at,
    )


def _waits(call: CallRecord, at: datetime) -> bool:
    queued = call.queued_at is not None and call.queued_at <= at
    over = call.answered_at or call.ended_at
    return queued and (over is None or over > at)


def _seat(past: Past, profile: SeatProfile, kept: SeatStateRecord | None, calls: Mapping[CallId, PastCall]) -> SeatView:
    state = kept.state if kept else SeatState.LOGGED_OFF
    call = calls.get(kept.call) if kept and kept.call and state in _WITH_PARTY else None
    gone = kept is not None and kept.reason == _PHONE_GONE
    return SeatView(
        profile=profile,
        state=state,
        since=(kept.since or kept.at) if kept else past.at,
        requested=AgentState(kept.requested) if kept else AgentState.LOGGED_OFF,
        reason=kept.reason if kept else _NEVER,
        booked=AgentState(kept.booked) if kept and kept.booked else None,
        booked_reason=kept.booked_reason if kept else None,
        party=_party(call) if call else None,
        wrap_up_until=kept.wrap_up_until if kept else None,
        answered_today=past.counts.answered.get(profile.agent, 0),
        outbound_today=past.counts.outbound.get(profile.agent, 0),
        network=Network.OFFLINE if gone else Network.UNKNOWN,
        network_since=kept.at if kept and gone else None,
        quality=Quality(),
        proven_at=past.at,
    )


def _party(one: PastCall) -> PartyView:
    call = one.record
    number = call.caller if call.direction is Direction.INBOUND else call.called
    info = CallerInfo(call.elder_id, one.name, None, (), "", call.sos) if one.name else None
    return PartyView(call.call, call.direction, number, call.called, info, call.sos)
