"""Seats, callers and centres as ``control`` publishes them, for tests that only care about a part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from telephony.types import AgentId, AgentState, CallId, DeviceId, Direction, Network, Quality, SeatState
from telephony.views import CallerInfo, PartyView, SeatProfile, SeatView, WaitingView


def utc() -> datetime:
    return datetime.now(UTC)


def caller(number: str = "13800001234", *, name: str = "王秀英", sos: bool = False, **changes: Any) -> PartyView:
    info = CallerInfo(elder_id=7, name=name, age=81, elder_types=("living_alone",), community="桂花社区", sos=sos)
    whole = PartyView(CallId(f"call-{number}"), Direction.INBOUND, number, "96000", info if name else None, sos)
    return replace(whole, **changes)


def waiting(since: datetime, party: PartyView | None = None) -> WaitingView:
    return WaitingView(party or caller(), since)


def seat(agent: str, org_id: int = 1, state: SeatState = SeatState.READY, **changes: Any) -> SeatView:
    now = utc()
    whole = SeatView(
        profile=SeatProfile(AgentId(agent), f"坐席{agent}", org_id, DeviceId(agent)),
        state=state,
        since=now,
        requested=AgentState.READY,
        reason=None,
        booked=None,
        booked_reason=None,
        party=None,
        wrap_up_until=None,
        answered_today=0,
        outbound_today=0,
        network=Network.GOOD,
        network_since=now,
        quality=Quality(20.0, 2.0, 0.0),
        proven_at=now,
    )
    return replace(whole, **changes)
