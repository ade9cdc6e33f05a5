"""Time for the exchange: one clock that the model asks, so that tests can move it by hand."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """A promise to call something later, which can be taken back."""

    def cancel(self) -> None:
        """Take the promise back; harmless when it is already kept."""
        ...


class Clock(Protocol):
    """Wall time in aware UTC, and timers."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def call_later(self, delay_s: float, action: Callable[[], None]) -> Timer:
        """Call `action` once, `delay_s` seconds from now."""
        ...


class LoopClock:
    """The real clock: wall time of the machine, timers of the running event loop."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def call_later(self, delay_s: float, action: Callable[[], None]) -> Timer:
        """Call `action` from the event loop, `delay_s` seconds from now."""
        return asyncio.get_running_loop().call_later(delay_s, action)


class _ManualTimer:
    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class ManualClock:
    """A clock that stands still until `advance` moves it; timers fire in order of their time."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._order = itertools.count()
        self._queue: list[tuple[datetime, int, _ManualTimer]] = []

    def now(self) -> datetime:
        """Return the moment to which the clock has been moved."""
        return self._now

    def call_later(self, delay_s: float, action: Callable[[], None]) -> Timer:
        """Keep `action` until the clock has been moved past `delay_s` seconds from now."""
        timer = _ManualTimer(action)
        heapq.heappush(self._queue, (self._now + timedelta(seconds=delay_s), next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` and fire every timer that comes due on the way, each at its own moment."""
        end = self._now + timedelta(seconds=seconds)
        while self._queue and self._queue[0][0] <= end:
            due, _, timer = heapq.heappop(self._queue)
            self._now = max(self._now, due)
            if timer.action is not None:
                timer.action()
        self._now = end


def ari_timestamp(moment: datetime) -> str:
    """Write a moment as Asterisk does: `2026-11-22T20:48:47.289+0000` (UTC, milliseconds)."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"
