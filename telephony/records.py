"""What ``control`` hands over for keeping, while it happens. Writing is the sink's affair and may lag; nothing waits for it.

Every record carries its own key, so that writing one twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telephony.types import AgentId, CallId, CallOutcome, Cause, DeviceId, Direction, SeatState, Side


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as known now; written again as it goes on, the newest wins. All times UTC.

    ``talk_s`` is set at the end (seconds from the first answer). ``valid`` by rule: answered and talked for at least
    the configured seconds. ``elder_id`` is the record found by number.
    """

    call: CallId
    direction: Direction
    caller: str
    called: str
    started_at: datetime
    queued_at: datetime | None = None
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: AgentId | None = None
    device: DeviceId | None = None
    elder_id: int | None = None
    sos: bool = False
    outcome: CallOutcome | None = None
    cause: Cause | None = None
    cleared_by: Side | None = None
    talk_s: float | None = None
    valid: bool | None = None


@dataclass(frozen=True, slots=True)
class TimelineRecord:
    """One step of a call; its key is all of call, time, kind and device.

    ``kind`` is a code: queued, rang, answered, held, retrieved, missed, transferred, left, ended, found_ended ….
    """

    call: CallId
    at: datetime
    kind: str
    agent: AgentId | None = None
    device: DeviceId | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """A recording of a call; ``finished_at`` is ``None`` while it runs. ``complete`` False: cut off by a failure."""

    call: CallId
    name: str
    started_at: datetime
    finished_at: datetime | None = None
    duration_s: float | None = None
    complete: bool | None = None


@dataclass(frozen=True, slots=True)
class SeatStateRecord:
    """A seat changed at ``at`` (UTC); appended, never changed. The newest of a seat lets a restart go on from it.

    ``since``: when ``state`` began, earlier than ``at`` when something else changed (a booking, a longer wrap-up).
    ``requested``, ``booked``: values of ``AgentState``, what the agent asked for now and for after the call.
    """

    agent: AgentId
    at: datetime
    state: SeatState
    reason: str | None
    requested: str
    requested_reason: str | None
    device: DeviceId | None
    call: CallId | None
    wrap_up_until: datetime | None = None
    by: str | None = None
    booked: str | None = None
    booked_reason: str | None = None
    since: datetime | None = None


Record = CallRecord | TimelineRecord | RecordingRecord | SeatStateRecord


class RecordSink(Protocol):
    """Takes records without waiting; keeps them until they are written, in order."""

    def put(self, record: Record) -> None:
        """Take ``record`` over. Never blocks, never raises for a slow database."""
        ...
