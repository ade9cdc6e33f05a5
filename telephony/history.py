"""What ``control`` asks of the records: at its start, and who a number belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from telephony.records import CallRecord, RecordingRecord, SeatStateRecord
from telephony.types import AgentId
from telephony.views import CallerInfo


@dataclass(frozen=True, slots=True)
class TodayCounts:
    """Counts of one local day. ``answered`` and ``outbound`` by agent; the rest as in ``CentreView``."""

    answered: Mapping[AgentId, int] = field(default_factory=dict)
    outbound: Mapping[AgentId, int] = field(default_factory=dict)
    answered_total: int = 0
    abandoned: int = 0
    queued: int = 0
    answered_in_time: int = 0


class History(Protocol):
    """Reads what was kept. Called off the hot path; may take long and may raise what the database raises."""

    async def last_seat_states(self) -> Mapping[AgentId, SeatStateRecord]:
        """The newest state record of every seat."""
        ...

    async def day_counts(self, start: datetime, end: datetime, service_level_s: int) -> TodayCounts:
        """Counts from ``start`` (inclusive) to ``end`` (exclusive), both aware UTC.

        ``answered`` by agent: timeline steps ``answered`` of inbound calls, each (call, agent) once. ``outbound`` by agent:
        outbound calls that began in the period. ``answered_total``: inbound calls whose first answer lies in it;
        ``abandoned``: those with that outcome that ended in it; ``queued``: inbound calls with ``queued_at`` in it;
        ``answered_in_time``: of ``answered_total`` those answered within ``service_level_s`` of ``queued_at``.
        """
        ...

    async def open_calls(self) -> list[CallRecord]:
        """Calls without an end in the records."""
        ...

    async def open_recordings(self) -> list[RecordingRecord]:
        """Recordings without an end in the records."""
        ...


class Directory(Protocol):
    """Who calls. Must be quick (an index look-up); never called on the event loop's thread by blocking."""

    async def look_up(self, number: str) -> CallerInfo | None:
        """The elder or device of ``number``, or ``None`` when nobody has it."""
        ...
