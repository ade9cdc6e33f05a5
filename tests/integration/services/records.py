"""Records for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telephony.records import CallRecord, RecordingRecord, SeatStateRecord, TimelineRecord
from telephony.types import AgentId, CallId, DeviceId, Direction, SeatState

T0 = datetime(2026, 11, 23, 1, 2, 3, 4005, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def call(name="c1", **changes):
    values = {
        "call": CallId(name),
        "direction": Direction.INBOUND,
        "caller": "13800001111",
        "called": "96000",
        "started_at": T0,
        "queued_at": T0,
    }
    return CallRecord(**(values | changes))


def step(name="c1", after=0, kind="queued", device=None):
    return TimelineRecord(CallId(name), T0 + after * SECOND, kind, device=device and DeviceId(device))


def recording(name="r1", **changes):
    return RecordingRecord(**({"call": CallId("c1"), "name": name, "started_at": T0} | changes))


def seat(agent="1001", after=0, state=SeatState.READY, **changes):
    values = {
        "agent": AgentId(agent),
        "at": T0 + after * SECOND,
        "state": state,
        "reason": None,
        "requested": "ready",
        "requested_reason": None,
        "device": DeviceId(agent),
        "call": None,
    }
    return SeatStateRecord(**(values | changes))
