"""All that the centre knows, and what each event and command makes of it. No I/O and no clock: time comes with the input.

``Control`` feeds it and carries out what it decides. Changes gather here until ``drain`` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from telephony import events as ev
from telephony.agent_model import Happening, Seat
from telephony.call_model import Call
from telephony.control import showing
from telephony.control.calls import Calls
from telephony.control.counts import Counts
from telephony.control.devices import Device
from telephony.control.outbox import Outbox
from telephony.control.roster import Roster
from telephony.control.rules import Rules
from telephony.control.seats import Seats
from telephony.errors import IllegalTransitionError
from telephony.records import CallRecord, Record, RecordingRecord, SeatStateRecord
from telephony.types import AgentId, CallId, DeviceId, SeatState
from telephony.views import CallerInfo, CentreView, PartyView, Patch, SeatProfile, SeatView


class World:
    """Seats, phones, calls and counts. Every method that takes ``at`` or ``now`` takes aware UTC."""

    def __init__(self, rules: Rules, now: datetime) -> None:
        self.rules = rules
        self.counts = Counts(rules.zone, now)
        self.stale_since: datetime | None = now
        self.last_event_at: datetime | None = None
        self.attempts = 0
        self.illegal_events = 0
        self.differences: list[tuple[str, str]] = []
        self._outbox = Outbox()
        self._last_party: dict[AgentId, PartyView] = {}
        self._roster = Roster()
        self._seats = Seats(rules, self._roster, self._outbox)
        self._calls = Calls(rules, self._roster, self.counts, self._outbox)

    # ---- to be read -------------------------------------------------------------------------------------------------

    @property
    def profiles(self) -> Mapping[AgentId, SeatProfile]:
        """What the administration says of each seat."""
        return self._roster.profiles

    @property
    def seats(self) -> Mapping[AgentId, Seat]:
        """Every seat as it is now."""
        return self._seats.all

    @property
    def devices(self) -> Mapping[DeviceId, Device]:
        """Every phone of which the PBX has told."""
        return self._seats.devices

    @property
    def calls(self) -> Mapping[CallId, Call]:
        """The calls that run."""
        return self._calls.live

    @property
    def infos(self) -> Mapping[CallId, CallerInfo | None]:
        """Who calls, for the running calls that were looked up."""
        return self._calls.infos

    def seat(self, agent: AgentId) -> Seat:
        """The seat of ``agent``. Raises ``UnknownAgentError``."""
        return self._seats.get(agent)

    def ready(self) -> list[tuple[Seat, DeviceId]]:
        """Seats that may be given a call, with their phones."""
        return self._seats.ready()

    def agent_at(self, device: DeviceId | None) -> AgentId | None:
        """Whose phone ``device`` is."""
        return self._roster.agent_at(device)

    def seat_called(self, number: str) -> AgentId | None:
        """The seat that is reached by dialling ``number``, if it is one."""
        return self._roster.by_number(number)

    def wanted_seat(self, call: Call) -> AgentId | None:
        """The seat whose own number was dialled from outside, if it was one."""
        return self._calls.wanted_seat(call)

    def is_sos(self, call: Call) -> bool:
        """Whether an SOS button called: by the line it dials, or by its number."""
        return self._calls.is_sos(call)

    # ---- seats and their profiles -----------------------------------------------------------------------------------

    def add_seat(self, profile: SeatProfile, now: datetime, kept: SeatStateRecord | None = None) -> None:
        """A seat is new or changed. ``kept``: its newest record, from which a restart goes on."""
        affected = self._seats.add(profile, now, kept)
        if self.last_event_at is not None:  # until the PBX has spoken, a seat shows what it showed when we last ran
            self._show(affected, now)

    def remove_seat(self, agent: AgentId, now: datetime) -> None:
        """The seat is no more; one with a call goes after it. Raises ``UnknownAgentError``."""
        self._show(self._seats.remove(agent, now), now)

    def happen(self, agent: AgentId, happening: Happening, by: str | None = None) -> None:
        """Apply ``happening`` to a seat and keep what came of it. Raises ``IllegalTransitionError``, ``UnknownAgentError``."""
        self._seats.happen(agent, happening, by)

    def unreachable(self, agent: AgentId, now: datetime) -> None:
        """The PBX says that it can't ring the seat's phone now. Raises ``UnknownAgentError``."""
        self._seats.unreachable(agent, now)

    def extend_wrap_up(self, agent: AgentId, seconds: float, now: datetime) -> None:
        """Wrap-up ends ``seconds`` later than it would have. Raises ``IllegalTransitionError`` outside of it."""
        self._seats.extend_wrap_up(agent, seconds, now)

    def _show(self, agents: Iterable[AgentId], at: datetime, event: ev.Event | None = None) -> None:
        for agent in agents:
            self._seats.show(agent, self._calls.at(self.seats[agent].device), at, event)

    # ---- what the PBX says ------------------------------------------------------------------------------------------

    def apply(self, event: ev.Event, heard_at: datetime | None = None) -> None:
        """Take an event in. One that does not fit raises ``IllegalTransitionError`` and has changed nothing but counters.

        ``heard_at``: when it came, by our own clock; the PBX's may be ahead, and would then seem to tell nothing new for long.
        """
        if not isinstance(event, ev.DriverDown):
            self._note_alive(heard_at or max(event.at, self.last_event_at or event.at))
        match event:
            case ev.CallEvent():
                self._call_event(event)
            case ev.DeviceInService() | ev.DeviceOutOfService():
                self._seats.registered(event.device, event.at, in_service=isinstance(event, ev.DeviceInService))
            case ev.MediaQuality():
                self._seats.measured(event, idle=not self._calls.at(event.device))
            case ev.Snapshot():
                self._snapshot(event)
            case ev.DriverDown():
                self._down(event)

    def _note_alive(self, at: datetime) -> None:
        """The time of the newest event is shown to the second; publishing it for each event would only be noise."""
        last = self.last_event_at
        if last is None or at.replace(microsecond=0) != last.replace(microsecond=0):
            self._outbox.centre()
        self.last_event_at = at

    def _call_event(self, event: ev.CallEvent) -> None:
        try:
            phones = self._calls.take(event)
        except IllegalTransitionError:
            self.illegal_events += 1
            raise
        agents = {agent for phone in phones if (agent := self.agent_at(phone)) is not None}
        self._show(agents, event.at, event)

    def _down(self, event: ev.DriverDown) -> None:
        self.attempts += 1
        self.stale_since = self.stale_since or event.at
        self._outbox.centre()

    def _snapshot(self, snapshot: ev.Snapshot) -> None:
        """Believe the PBX: what it does not hold is over, what it holds is so."""
        before = dict(self.seats)
        held = {call.call for call in snapshot.calls}
        self.differences += [
            ("call_gone", call) for call in self._calls.end_others(held, snapshot.at, snapshot.pbx_since)
        ]
        for found in snapshot.calls:
            if (code := self._calls.found(found, snapshot.at)) is not None:
                self.differences.append((code, found.call))
        self._believe_phones(snapshot)
        self._show(tuple(self.seats), snapshot.at, snapshot)
        self.differences += [("seat", a) for a, seat in self.seats.items() if before[a].state is not seat.state]
        if self.stale_since is not None:
            for agent in self.seats:
                self._outbox.seat(agent)
        self.stale_since, self.attempts = None, 0
        self._outbox.centre()

    def _believe_phones(self, snapshot: ev.Snapshot) -> None:
        present = {device.device: device for device in snapshot.devices}
        for phone in self.devices.keys() | present.keys():
            found = present.get(phone)
            self._seats.registered(phone, snapshot.at, in_service=found is not None and found.in_service)
            if found is not None and found.in_service:
                figures = ev.MediaQuality(snapshot.at, phone, found.quality, in_call=False)
                self._seats.measured(figures, idle=not self._calls.at(phone))

    def restore_call(self, kept: CallRecord) -> None:
        """A call that had not ended when the program last ran; the next snapshot tells what became of it."""
        self._calls.restore(kept)

    def restore_recording(self, kept: RecordingRecord) -> None:
        """A recording that had not ended when the program last ran; as for calls."""
        self._calls.restore_recording(kept)

    def identify(self, call_id: CallId, info: CallerInfo | None) -> None:
        """Who calls is known now (``None``: nobody in the records)."""
        self._calls.identify(call_id, info)

    # ---- time -------------------------------------------------------------------------------------------------------

    def tick(self, now: datetime) -> None:
        """End wrap-ups that are due, and begin a new day at local midnight."""
        self._seats.tick(now)
        self.roll(now)

    def roll(self, now: datetime) -> None:
        """Begin a new day of counts when ``now`` is in one."""
        if self.counts.roll(now):
            for agent in self.seats:
                self._outbox.seat(agent)
            self._outbox.centre()

    # ---- going out --------------------------------------------------------------------------------------------------

    def view(self, agent: AgentId) -> SeatView:
        """The seat as people see it. Raises ``UnknownAgentError``."""
        seat = self.seat(agent)
        device = self.devices.get(seat.device) if seat.device is not None else None
        counts = self.counts.answered[agent], self.counts.outbound[agent]
        call = self.calls.get(seat.call) if seat.call is not None else None
        around = showing.Surroundings(
            device,
            self._party_at(seat, call),
            *counts,
            self._seats.proven[agent],
            muted=call is not None and seat.device in call.muted,
            consultation=showing.consultation(call, seat, self._roster.profile_at) if call is not None else None,
        )
        return showing.seat_view(seat, self.profiles[agent], around)

    def _party_at(self, seat: Seat, call: Call | None) -> PartyView | None:
        """Whom the seat deals with; in wrap-up whom it dealt with, though that call is over."""
        if call is None:
            last = self._last_party.get(seat.agent)
            return last if seat.state is SeatState.WRAP_UP and last is not None and last.call == seat.call else None
        party = showing.party(call, self.infos.get(call.id), sos=self.is_sos(call))
        self._last_party[seat.agent] = party
        return party

    def centre(self) -> CentreView:
        """The centre's figures as of now."""
        waiting = sorted((c for c in self.calls.values() if c.waiting), key=lambda c: c.queued_at or c.started_at)
        views = tuple(showing.waiting(c, self.infos.get(c.id), sos=self.is_sos(c)) for c in waiting)
        return CentreView(
            waiting=views,
            answered_today=self.counts.answered_total,
            abandoned_today=self.counts.abandoned,
            queued_today=self.counts.queued,
            answered_in_time=self.counts.answered_in_time,
            service_level_s=self.rules.service_level_s,
            stale_since=self.stale_since,
            last_event_at=self.last_event_at,
            reconnect_attempts=self.attempts,
        )

    def drain(self) -> tuple[Patch | None, list[Record]]:
        """Take what has changed since the last time, and what is to be kept of it."""
        changes = self._outbox.take()
        if not changes.visible:
            return None, changes.records
        patch = Patch(
            seats=tuple(self.view(agent) for agent in sorted(changes.seats)),
            centre=self.centre() if changes.centre else None,
            removed=tuple(sorted(changes.removed)),
        )
        return patch, changes.records
