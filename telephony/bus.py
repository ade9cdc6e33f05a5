"""The bus between the one writer and those who show: patches out, in order, to every subscriber."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from telephony.types import AgentId
from telephony.views import CentreView, Patch, SeatView

log = logging.getLogger(__name__)

Subscriber = Callable[[Patch], None]


class Bus(Protocol):
    """Publishes patches and remembers the newest view of everything, for those who come later."""

    def publish(self, patch: Patch) -> None:
        """Tell every subscriber at once; a subscriber must not block."""
        ...

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` for each patch from now on; returns the way to stop it."""
        ...

    def seats(self) -> dict[AgentId, SeatView]:
        """The newest view of every seat."""
        ...

    def centre(self) -> CentreView:
        """The newest view of the centre."""
        ...


class MemoryBus:
    """The bus of a single process."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self._seats: dict[AgentId, SeatView] = {}
        self._centre = CentreView()

    def publish(self, patch: Patch) -> None:
        """Remember the patch, then tell every subscriber in the order of their coming; one that fails harms no other."""
        for seat in patch.seats:
            self._seats[seat.profile.agent] = seat
        for agent in patch.removed:
            self._seats.pop(agent, None)
        if patch.centre is not None:
            self._centre = patch.centre
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(patch)
            except Exception:
                log.exception("subscriber of the bus failed")

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Add ``subscriber``; the returned function takes it away and may be called twice."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def seats(self) -> dict[AgentId, SeatView]:
        """A copy of the newest view of every seat."""
        return dict(self._seats)

    def centre(self) -> CentreView:
        """The newest view of the centre."""
        return self._centre
