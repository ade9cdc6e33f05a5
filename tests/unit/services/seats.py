"""Seats for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from telephony.types import AgentId, AgentState, DeviceId, Network, Quality, SeatState
from telephony.views import SeatProfile, SeatView

AT = datetime(2026, 11, 23, tzinfo=UTC)


def seat(number="1001", state=SeatState.READY, org=2, **changes):
    values = {
        "profile": SeatProfile(AgentId(number), "", org, DeviceId(number)),
        "state": state,
        "since": AT,
        "requested": AgentState.READY,
        "reason": None,
        "booked": None,
        "booked_reason": None,
        "party": None,
        "wrap_up_until": None,
        "answered_today": 0,
        "outbound_today": 0,
        "network": Network.GOOD,
        "network_since": None,
        "quality": Quality(),
        "proven_at": AT,
    }
    return SeatView(**(values | changes))
