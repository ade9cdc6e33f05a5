"""The recordings that run, and what is written of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from telephony import events as ev
from telephony.control.ended import Recent
from telephony.records import RecordingRecord
from telephony.types import CallId


class Recordings:
    """By the PBX's names of them. A recording ends a moment after its call, or after a restart: no call is asked for."""

    def __init__(self) -> None:
        self._running: dict[str, RecordingRecord] = {}
        self._finished: Recent[str, None] = Recent()

    def note(self, event: ev.RecordingStarted | ev.RecordingFinished) -> RecordingRecord | None:
        """What ``event`` makes of its recording; ``None`` for a repetition."""
        if event.name in self._finished:
            return None
        if isinstance(event, ev.RecordingStarted):
            return self._begin(event.call, event.name, event.at)
        length = timedelta(seconds=event.duration_s or 0)
        begun = self._running.pop(event.name, None) or RecordingRecord(event.call, event.name, event.at - length)
        self._finished.add(event.name, None)
        return replace(begun, finished_at=event.at, duration_s=event.duration_s, complete=event.complete)

    def found(self, call: ev.CallSnapshot, at: datetime) -> RecordingRecord | None:
        """A snapshot names the recording of a call: new to us if its beginning was missed."""
        if call.recording is None or call.recording in self._finished:
            return None
        return self._begin(call.call, call.recording, at)

    def restore(self, kept: RecordingRecord) -> None:
        """A recording whose end was not heard when the program last ran."""
        self._running[kept.name] = kept

    def lost(self, held: Collection[CallId], at: datetime, pbx_since: datetime | None = None) -> list[RecordingRecord]:
        """Those whose calls are not among ``held`` have ended unheard; a late end tells more.

        A PBX that has run ever since they began (``pbx_since``) has finished them in order; any other has cut them off.
        """
        gone = [self._running.pop(name) for name, one in tuple(self._running.items()) if one.call not in held]
        return [
            replace(one, finished_at=at, complete=pbx_since is not None and pbx_since <= one.started_at) for one in gone
        ]

    def _begin(self, call: CallId, name: str, at: datetime) -> RecordingRecord | None:
        if name in self._running:
            return None
        self._running[name] = RecordingRecord(call, name, at)
        return self._running[name]
