"""Today's counts, of the configured zone's day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from telephony.call_model import Call
from telephony.history import TodayCounts
from telephony.types import AgentId, CallId, CallOutcome, Direction


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local ``day`` as [start, end) in aware times of ``zone``; 23 or 25 hours long where clocks change."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    return start, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class CallChange:
    """A call before and after what happened ``at`` (aware UTC).

    ``new``: first heard of; ``agent``: who handles it now; ``outcome`` once it ended.
    """

    before: Call
    after: Call
    at: datetime
    new: bool
    agent: AgentId | None
    outcome: CallOutcome | None


class Counts:
    """Counters of one day; ``roll`` begins the next one."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self._zone = zone
        self.day = now.astimezone(zone).date()
        self._clear()

    def _clear(self) -> None:
        self.answered: Counter[AgentId] = Counter()
        self.outbound: Counter[AgentId] = Counter()
        self.answered_total = self.abandoned = self.queued = self.answered_in_time = 0
        self._taken: set[tuple[CallId, AgentId]] = set()

    def load(self, counts: TodayCounts) -> None:
        """Begin from what the records say of today."""
        self._clear()
        self.answered.update(counts.answered)
        self.outbound.update(counts.outbound)
        self.answered_total, self.abandoned = counts.answered_total, counts.abandoned
        self.queued, self.answered_in_time = counts.queued, counts.answered_in_time

    def roll(self, now: datetime) -> bool:
        """Begin a new day when ``now`` is in one; tells whether it did."""
        day = now.astimezone(self._zone).date()
        if day <= self.day:
            return False
        self.day = day
        self._clear()
        return True

    def is_today(self, at: datetime) -> bool:
        """Whether ``at`` lies in the counted day."""
        return at.astimezone(self._zone).date() == self.day

    def note(self, change: CallChange, service_level_s: int) -> None:
        """Count what ``change`` adds to today; ``service_level_s`` as in the service level's name."""
        before, after = change.before, change.after
        if after.direction is Direction.OUTBOUND:
            if change.new and change.agent is not None and self.is_today(after.started_at):
                self.outbound[change.agent] += 1
            return
        if before.queued_at is None and after.queued_at is not None:
            self.queued += self.is_today(after.queued_at)
        if before.answered_at is None and after.answered_at is not None and self.is_today(after.answered_at):
            self.answered_total += 1
            waited = (after.answered_at - (after.queued_at or after.started_at)).total_seconds()
            self.answered_in_time += waited <= service_level_s
        taken = after.handled_by != before.handled_by or change.new
        if change.agent is not None and taken and self.is_today(change.at):
            self._take(after.id, change.agent)
        if change.outcome is CallOutcome.ABANDONED and after.ended_at is not None:
            self.abandoned += self.is_today(after.ended_at)

    def note_taken(self, call: CallId, agent: AgentId) -> None:
        """Remember that this answer is counted already."""
        self._taken.add((call, agent))

    def _take(self, call: CallId, agent: AgentId) -> None:
        """An agent took an inbound call; each call counts once for each agent."""
        if (call, agent) in self._taken:
            return
        self._taken.add((call, agent))
        self.answered[agent] += 1
