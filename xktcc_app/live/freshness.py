"""Whether the wall can be vouched for: the PBX talks to us, and somebody still listens to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telephony.views import CentreView, Patch
from xktcc_app.domain.wire import milliseconds

PROOF_S = 2.5
"""A wall without proof of life for so long is stale, whoever it is that fell silent."""


class Freshness:
    """Takes what ``control`` publishes as proof of life. ``clock``: the present moment, aware UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._centre = CentreView()
        self._proven = float("-inf")
        self._newest_seat: datetime | None = None
        self._event_at: datetime | None = None
        self._lost_at: datetime | None = None

    def take(self, patch: Patch) -> None:
        """Another event's time on the centre, or a newer one on a seat, proves it; a patch of our own making does not."""
        newest = max((seat.proven_at for seat in patch.seats), default=None)
        if newest is not None and (self._newest_seat is None or newest > self._newest_seat):
            self._newest_seat = newest
            self._prove(newest)
        if patch.centre is None:
            return
        at = patch.centre.last_event_at
        if at is not None and at != self._centre.last_event_at:
            self._prove(at)
        self._centre = patch.centre

    def _prove(self, at: datetime) -> None:
        self._proven = time.monotonic()
        self._event_at = at if self._event_at is None else max(at, self._event_at)

    @property
    def is_stale(self) -> bool:
        """Whether what is shown can't be vouched for now."""
        return self._centre.stale_since is not None or time.monotonic() - self._proven > PROOF_S

    @property
    def is_told(self) -> bool:
        """Whether ``facts`` told last what is so now."""
        return self.is_stale == (self._lost_at is not None)

    def facts(self) -> dict[str, Any]:
        """What pages show of it. While all is well the last event's time is in whole seconds, so that it is told once a second."""
        last = milliseconds(self._event_at)
        if not self.is_stale:
            self._lost_at = None
            return {"stale": False, "stale_since_ms": 0, "attempts": 0, "last_event_ms": last // 1000 * 1000}
        if self._lost_at is None:
            self._lost_at = self._centre.stale_since or self._event_at or self._clock()
        since = self._centre.stale_since or self._lost_at
        return {
            "stale": True,
            "stale_since_ms": milliseconds(since),
            "attempts": self._centre.reconnect_attempts,
            "last_event_ms": last,
        }
