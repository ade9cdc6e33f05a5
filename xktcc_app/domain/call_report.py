"""The arithmetic of the report on calls. Definitions are those that contact centres share (Amazon Connect's metrics): see each formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

WEEKDAYS, HOURS = 7, 24
BUCKET = timedelta(minutes=15)
"""Calls are counted in steps of this length: every zone's hours begin with one."""
LONGEST = timedelta(days=92)
"""No report covers more; a quarter fits."""


@dataclass(frozen=True, slots=True)
class Period:
    """Local days ``first`` to ``last``, both included, and their bounds [``since``, ``until``) in aware UTC."""

    first: date
    last: date
    since: datetime
    until: datetime

    @classmethod
    def of(cls, first: date, last: date, zone: tzinfo) -> Period:
        """Days of ``zone``. Raises ``ValueError`` when they are the wrong way round or more than ``LONGEST``."""
        if not timedelta() <= last - first < LONGEST:
            raise ValueError("a period has its first day first and at most 92 days")
        bounds = [
            datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            for day in (first, last + timedelta(days=1))
        ]
        return cls(first, last, bounds[0], bounds[1])


def by_weekday_and_hour(buckets: Mapping[datetime, int], zone: tzinfo) -> tuple[tuple[int, ...], ...]:
    """Calls by the local weekday (Monday first) and hour in which they came; ``buckets`` begin with aware moments."""
    found = [[0] * HOURS for _ in range(WEEKDAYS)]
    for begin, n in buckets.items():
        there = begin.astimezone(zone)
        found[there.weekday()][there.hour] += n
    return tuple(map(tuple, found))


def share_permille(part: int, of: int) -> int | None:
    """``part`` of ``of`` in thousandths, halves up; ``None`` of nothing."""
    return None if of <= 0 else (2000 * part + of) // (2 * of)


@dataclass(frozen=True, slots=True)
class Queue:
    """What became of the calls that entered the queue in a period. ``wait_ms``: of the answered ones, together."""

    queued: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    wait_ms: int = 0

    @property
    def service_level(self) -> int | None:
        """In thousandths: taken from the queue within the target ÷ queued. Abandoned calls count as queued."""
        return share_permille(self.in_time, self.queued)

    @property
    def abandonment(self) -> int | None:
        """In thousandths: hung up in the queue ÷ queued."""
        return share_permille(self.abandoned, self.queued)

    @property
    def speed_of_answer_ms(self) -> int | None:
        """Mean wait in the queue of the answered calls."""
        return self.wait_ms // self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class AgentWork:
    """An agent's period. Times in seconds: ``talk_s`` of the calls, hold included; the others by the seat's states.

    ``busy_s``: talking, holding or wrapping up; ``ready_s``: waiting for a call. ``missed``: offered, not answered.
    """

    agent: str
    answered: int = 0
    outbound: int = 0
    missed: int = 0
    talk_s: float = 0
    wrap_up_s: float = 0
    busy_s: float = 0
    ready_s: float = 0

    @property
    def handled(self) -> int:
        """Calls spoken, in and out."""
        return self.answered + self.outbound

    @property
    def handling_time_s(self) -> float | None:
        """Mean handling time: (talk + hold + wrap-up) ÷ handled calls."""
        return (self.talk_s + self.wrap_up_s) / self.handled if self.handled else None

    @property
    def occupancy(self) -> int | None:
        """In thousandths: handling ÷ (handling + ready)."""
        handling = round(self.busy_s)
        return share_permille(handling, handling + round(self.ready_s))


def together(agents: Iterable[AgentWork]) -> AgentWork:
    """All agents as one, under the name ""."""
    every = list(agents)
    return AgentWork(
        agent="",
        answered=sum(one.answered for one in every),
        outbound=sum(one.outbound for one in every),
        missed=sum(one.missed for one in every),
        talk_s=sum(one.talk_s for one in every),
        wrap_up_s=sum(one.wrap_up_s for one in every),
        busy_s=sum(one.busy_s for one in every),
        ready_s=sum(one.ready_s for one in every),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A seat took on ``state`` ``at`` (aware UTC)."""

    agent: str
    at: datetime
    state: str


def seconds_in(changes: Iterable[Change], period: tuple[datetime, datetime]) -> dict[tuple[str, str], float]:
    """(agent, state) → seconds within [since, until). ``changes`` are in order of agent, then time, the one before the period first."""
    since, until = period
    found: dict[tuple[str, str], float] = {}
    open_: Change | None = None
    for change in changes:
        if open_ is not None:
            _add(found, open_, (since, min(until, change.at) if change.agent == open_.agent else until))
        open_ = change
    if open_ is not None:
        _add(found, open_, (since, until))
    return found


def _add(found: dict[tuple[str, str], float], change: Change, span: tuple[datetime, datetime]) -> None:
    begin, end = max(change.at, span[0]), span[1]
    if begin < end:
        key = (change.agent, change.state)
        found[key] = found.get(key, 0.0) + (end - begin).total_seconds()
