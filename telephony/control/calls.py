"""The calls that run: what events make of them, what is counted and written of them. No I/O and no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from telephony import call_model
from telephony import events as ev
from telephony.call_model import Call
from telephony.control import outcome, timeline
from telephony.control.counts import CallChange, Counts
from telephony.control.ended import Recent
from telephony.control.outbox import Outbox
from telephony.control.recordings import Recordings
from telephony.control.roster import Roster
from telephony.control.rules import Rules
from telephony.errors import IllegalTransitionError
from telephony.records import CallRecord, RecordingRecord, TimelineRecord
from telephony.types import AgentId, CallId, CallOutcome, DeviceId, Direction, Side
from telephony.views import CallerInfo

AFTER_THE_END = (ev.CallCleared, ev.ConnectionCleared, ev.Diverted)
"""Events that may follow a call which a snapshot no longer held: they only say the same."""


class Calls:
    """``live`` by id; ``infos`` says who calls, as soon as that was looked up (``None``: nobody in the records)."""

    def __init__(self, rules: Rules, roster: Roster, counts: Counts, outbox: Outbox) -> None:
        self._rules = rules
        self._roster = roster
        self._counts = counts
        self._outbox = outbox
        self.live: dict[CallId, Call] = {}
        self.infos: dict[CallId, CallerInfo | None] = {}
        self._of: dict[DeviceId, set[CallId]] = {}
        self._recordings = Recordings()
        self._ended: Recent[CallId, Call | None] = Recent()  # with the call itself when only a snapshot says so
        self._nameless: Recent[CallId, CallRecord] = Recent(500)
        self._kept: dict[CallId, CallRecord] = {}

    def at(self, device: DeviceId | None) -> list[Call]:
        """The calls in which ``device`` has a part."""
        return [self.live[call] for call in self._of.get(device, ())] if device is not None else []

    # ---- what the PBX says ------------------------------------------------------------------------------------------

    def take(self, event: ev.CallEvent) -> Iterable[DeviceId]:
        """Take an event in; returns the phones that may show something else now. Raises ``IllegalTransitionError``."""
        if isinstance(event, ev.RecordingStarted | ev.RecordingFinished):
            self._keep(self._recordings.note(event))
            return ()
        if event.call in self._ended:
            return self._late(event)
        known = self.live.get(event.call)
        before = known or call_model.begin(event)
        after = call_model.apply(before, event)
        if after == known and not isinstance(event, ev.Conferenced):
            return ()
        self._change(before, after, event.at, timeline.steps(before, event, self._roster.agent_at), new=known is None)
        return before.seats().keys() | after.seats().keys()

    def _late(self, event: ev.CallEvent) -> Iterable[DeviceId]:
        """A repetition of what is over; but a call that only a snapshot took for ended, and that goes on, is another matter."""
        if self._ended.get(event.call) is not None and not isinstance(event, AFTER_THE_END):
            raise IllegalTransitionError(f"{type(event).__name__} of a call taken for lost")
        return ()

    def found(self, found: ev.CallSnapshot, at: datetime) -> str | None:
        """The PBX holds this call so. Returns what was different from what we knew, as a code."""
        if found.call in self._ended and self._ended.get(found.call) is None:
            return None  # we heard its end
        self._keep(self._recordings.found(found, at))
        known = self.live.get(found.call)
        past = known or self._ended.pop(found.call)
        after = call_model.from_snapshot(found, past, at)
        if known == after:
            return None
        before = past or replace(after, queued_at=None, answered_at=None, handled_by=None)
        self._change(
            before, after, at, [timeline.found(after, at, self._roster.agent_at(after.handled_by))], new=past is None
        )
        return "call_found" if known is None else "call_changed"

    def end_others(self, held: set[CallId], at: datetime, pbx_since: datetime | None = None) -> list[CallId]:
        """Calls that the PBX, which runs since ``pbx_since``, does not hold are over. Returns them."""
        gone = [call for call in self.live if call not in held]
        for call_id in gone:
            before = self.live[call_id]
            cleared = ev.CallCleared(at, call_id, timeline.LOST, Side.SYSTEM)
            steps = timeline.steps(before, cleared, self._roster.agent_at)
            self._change(before, call_model.apply(before, cleared), at, steps, new=False)
            self._ended.add(call_id, before)
        for record in self._recordings.lost(held, at, pbx_since):
            self._outbox.keep(record)
        return gone

    def _change(self, before: Call, after: Call, at: datetime, steps: Iterable[TimelineRecord], *, new: bool) -> None:
        self._index(before, after)
        for step in steps:
            self._outbox.keep(step)
        agent = self._roster.agent_at(after.handled_by)
        self._counts.note(CallChange(before, after, at, new, agent, self._outcome(after)), self._rules.service_level_s)
        record = self._record_of(after)
        self._outbox.keep(record)
        self._outbox.centre()
        if agent is not None:
            self._outbox.seat(agent)
        if (before.consultation, before.muted) != (after.consultation, after.muted):
            self._look_at(before.seats().keys() | after.seats().keys())
        if after.ended:
            self._forget(after.id, record)

    def _index(self, before: Call, after: Call) -> None:
        for device in before.seats():
            self._of.get(device, set()).discard(after.id)
        for device in after.seats():
            self._of.setdefault(device, set()).add(after.id)
        self.live[after.id] = after

    def _forget(self, call: CallId, record: CallRecord) -> None:
        del self.live[call]
        self._kept.pop(call, None)
        self._ended.add(call, None)
        if call not in self.infos:
            self._nameless.add(call, record)
        self.infos.pop(call, None)

    def restore(self, kept: CallRecord) -> None:
        """A call that had not ended when the program last ran; the next snapshot tells what became of it."""
        call = outcome.revive(kept)
        self.live[call.id] = call
        self._kept[call.id] = kept
        agent = kept.agent or self._roster.agent_at(call.handled_by)
        if agent is not None:
            self._counts.note_taken(call.id, agent)

    def restore_recording(self, kept: RecordingRecord) -> None:
        """A recording that had not ended when the program last ran."""
        self._recordings.restore(kept)

    # ---- whose call it is -------------------------------------------------------------------------------------------

    def identify(self, call_id: CallId, info: CallerInfo | None) -> None:
        """Who calls is known now (``None``: nobody in the records); it may be too late for the call, not for its record."""
        call = self.live.get(call_id)
        if call is None:
            self._identify_late(call_id, info)
            return
        self.infos[call_id] = info
        self._outbox.keep(self._record_of(call))
        self._outbox.centre()
        self._look_at(call.seats())

    def _look_at(self, devices: Iterable[DeviceId]) -> None:
        for device in devices:
            if (agent := self._roster.agent_at(device)) is not None:
                self._outbox.seat(agent)

    def _identify_late(self, call_id: CallId, info: CallerInfo | None) -> None:
        record = self._nameless.pop(call_id)
        if record is not None and info is not None:
            self._outbox.keep(replace(record, elder_id=info.elder_id, sos=record.sos or info.sos))

    def wanted_seat(self, call: Call) -> AgentId | None:
        """The seat whose own number was dialled from outside, if it was one."""
        return self._roster.by_number(call.called) if call.direction is Direction.INBOUND else None

    def is_sos(self, call: Call) -> bool:
        """Whether an SOS button called: by the line it dials, or by its number."""
        info, kept = self.infos.get(call.id), self._kept.get(call.id)
        if call.direction is not Direction.INBOUND:
            return False
        return call.called in self._rules.sos_lines or bool(info and info.sos) or bool(kept and kept.sos)

    def _outcome(self, call: Call) -> CallOutcome | None:
        return outcome.outcome(call, to_seat=self.wanted_seat(call) is not None)

    def _record_of(self, call: Call) -> CallRecord:
        info, wanted = self.infos.get(call.id) or self._kept.get(call.id), self.wanted_seat(call)
        known = outcome.Circumstances(
            self._roster.agent_at(call.handled_by) or wanted,
            info.elder_id if info else None,
            self.is_sos(call),
            to_seat=wanted is not None,
        )
        return outcome.record(call, known, self._rules.valid_after_s)

    def _keep(self, record: RecordingRecord | None) -> None:
        if record is not None:
            self._outbox.keep(record)
