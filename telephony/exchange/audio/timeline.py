"""Who was to be heard when: what a recording is made from once it ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Source(NamedTuple):
    """Something that sounds: kind `voice` (key: the party's number), `music`, `sound` (key: its URI) or `media` (key: channel id)."""

    kind: str
    key: str = ""


Sources = frozenset[Source]
SILENCE: Sources = frozenset()


@dataclass(frozen=True)
class Segment:
    """A stretch of time in which the same sources sound; `start` and `end` are aware UTC."""

    start: datetime
    end: datetime
    sources: Sources


class Timeline:
    """Notes of every change of sources, in order of time."""

    def __init__(self, start: datetime, sources: Sources) -> None:
        self._segments: list[Segment] = []
        self._since = start
        self._sources = sources

    def note(self, moment: datetime, sources: Sources) -> None:
        """Say what sounds from `moment` on; nothing happens if it is what sounds already."""
        if sources == self._sources:
            return
        self._close_segment(moment)
        self._since, self._sources = moment, sources

    def finish(self, moment: datetime) -> tuple[Segment, ...]:
        """Return all segments up to `moment`."""
        self._close_segment(moment)
        self._since = moment
        return tuple(self._segments)

    def _close_segment(self, moment: datetime) -> None:
        if moment > self._since:
            self._segments.append(Segment(self._since, moment, self._sources))
