"""When a state has lasted long enough to be looked at: near its limit, then past it. Seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from telephony.types import SeatState

CALM, NEAR, PAST = 0, 1, 2
"""Levels: nothing to see, the limit is near, the limit is past."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``near`` and ``past`` in seconds since the state began."""

    near: int
    past: int

    def level(self, since: datetime, now: datetime) -> int:
        """How far a state that began at ``since`` has come at ``now``; a start in the future counts as now."""
        lasted = (now - since).total_seconds()
        if lasted >= self.past:
            return PAST
        return NEAR if lasted >= self.near else CALM


_DEFAULT_STATES = MappingProxyType(
    {
        SeatState.ALERTING: Limit(10, 15),
        SeatState.TALKING: Limit(480, 720),
        SeatState.HOLD: Limit(60, 90),
        SeatState.WRAP_UP: Limit(60, 90),
        SeatState.NOT_READY: Limit(900, 1200),
        SeatState.BUSY: Limit(900, 1200),
    }
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of the seats' states and of a caller's wait. A state without a limit never leaves ``CALM``."""

    states: Mapping[SeatState, Limit] = field(default_factory=lambda: _DEFAULT_STATES)
    queue: Limit = Limit(20, 30)

    @classmethod
    def of(cls, configured: Mapping[str, tuple[int, int]]) -> Thresholds:
        """From the settings: state name or ``queue`` to (near, past)."""
        limits = {name: Limit(near, past) for name, (near, past) in configured.items()}
        queue = limits.pop("queue", cls().queue)
        return cls(states={SeatState(name): limit for name, limit in limits.items()}, queue=queue)

    def level(self, state: SeatState, since: datetime, now: datetime) -> int:
        """The level of a seat that has been in ``state`` since ``since``."""
        limit = self.states.get(state)
        return CALM if limit is None else limit.level(since, now)
