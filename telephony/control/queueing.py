"""Those who wait: what they are told, and when they are sent elsewhere. Decides only; ``Control`` carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony.control.dispatch import Dispatch
from telephony.control.world import World
from telephony.types import CallId

NEXT = ("sound:queue-youarenext",)
"""Asterisk's own words for the first in the queue; and before and after the number of those who are ahead."""
AHEAD = ("sound:queue-thereare", "sound:queue-callswaiting")


@dataclass(frozen=True, slots=True)
class Announcement:
    """Play ``media`` to the caller of ``call``. ``first``: the greeting."""

    call: CallId
    media: tuple[str, ...]
    first: bool = False


@dataclass(frozen=True, slots=True)
class Overflow:
    """Nobody of ours took the call in time: call ``number`` for it."""

    call: CallId
    number: str


class Queueing:
    """Remembers whom it greeted, told their place, and sent elsewhere."""

    def __init__(self, world: World, dispatch: Dispatch) -> None:
        self._world = world
        self._dispatch = dispatch
        self._told_at: dict[CallId, datetime] = {}
        self._sent: set[CallId] = set()

    def due(self, now: datetime) -> list[Announcement | Overflow]:
        """What is to be done now for those who wait, in their order."""
        if self._world.stale_since is not None:
            return []
        self._told_at = {call: at for call, at in self._told_at.items() if call in self._world.calls}
        self._sent &= self._world.calls.keys()
        found = [self._for(call, place, now) for place, call in enumerate(self._dispatch.queue(now), 1)]
        return [one for one in found if one is not None]

    def _for(self, call: CallId, place: int, now: datetime) -> Announcement | Overflow | None:
        if self._is_late(call, now):
            self._sent.add(call)
            return Overflow(call, self._world.rules.overflow_number)
        first = call not in self._told_at
        media = self._words(call, place, now)
        if not media:
            return None
        self._told_at[call] = now
        return Announcement(call, media, first)

    def not_heard(self, one: Announcement) -> None:
        """It could not be said. A greeting is tried again while they wait; the place in the queue is told the next time anyway."""
        if one.first:
            self._told_at.pop(one.call, None)

    def _is_late(self, call: CallId, now: datetime) -> bool:
        rules, since = self._world.rules, self._world.calls[call].queued_at
        if not rules.overflow_number or rules.overflow_after_s <= 0 or since is None or call in self._sent:
            return False
        return now - since >= timedelta(seconds=rules.overflow_after_s)

    def _words(self, call: CallId, place: int, now: datetime) -> tuple[str, ...]:
        rules = self._world.rules
        told = self._told_at.get(call)
        if told is None:
            self._told_at[call] = now
            new = self._world.calls[call].answered_at is None
            return rules.greeting if new else ()
        if rules.announce_every_s <= 0 or now - told < timedelta(seconds=rules.announce_every_s):
            return ()
        return NEXT if place == 1 else (AHEAD[0], f"number:{place - 1}", AHEAD[1])
