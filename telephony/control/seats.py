"""The seats and their phones: what commands, calls and registrations make of them. No I/O and no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from telephony import agent_model
from telephony import events as ev
from telephony.agent_model import ON_CALL, Happening, Input, Seat
from telephony.call_model import Call
from telephony.control import line, showing
from telephony.control.devices import Device
from telephony.control.outbox import Outbox
from telephony.control.roster import Roster
from telephony.control.rules import Rules
from telephony.errors import UnknownAgentError
from telephony.records import SeatStateRecord
from telephony.types import AgentId, DeviceId, SeatState
from telephony.views import SeatProfile


class Seats:
    """``all`` by agent; ``devices`` are all phones of which the PBX has told, whosever they are."""

    def __init__(self, rules: Rules, roster: Roster, outbox: Outbox) -> None:
        self._rules = rules
        self._roster = roster
        self._outbox = outbox
        self.all: dict[AgentId, Seat] = {}
        self.devices: dict[DeviceId, Device] = {}
        self.proven: dict[AgentId, datetime] = {}
        self._leaving: set[AgentId] = set()

    def get(self, agent: AgentId) -> Seat:
        """The seat of ``agent``. Raises ``UnknownAgentError``."""
        seat = self.all.get(agent)
        if seat is None:
            raise UnknownAgentError(agent)
        return seat

    # ---- who there is -----------------------------------------------------------------------------------------------

    def add(self, profile: SeatProfile, now: datetime, kept: SeatStateRecord | None) -> set[AgentId]:
        """A seat is new or changed. ``kept``: its newest record. Returns all whose phone may be another one now."""
        agent = profile.agent
        self._leaving.discard(agent)
        affected = self._roster.put(profile)
        if profile.device is not None:
            self.devices.setdefault(profile.device, Device(profile.device))
        if agent not in self.all:
            self.all[agent] = showing.revive(profile, kept, now)
            self.proven[agent] = kept.at if kept else now
        for one in affected:
            self._equip(one, now)
        self._outbox.seat(agent)
        return affected

    def _equip(self, agent: AgentId, now: datetime) -> None:
        """The seat stands at the phone that the roster gives it."""
        seat, phone = self.all[agent], self._roster.phone_of(agent)
        self.all[agent] = replace(seat, device=phone)
        known = self.devices[phone].in_service if phone is not None else False
        if known is not None or seat.device != phone:
            self._reach(agent, now, in_service=bool(known))

    def remove(self, agent: AgentId, now: datetime) -> set[AgentId]:
        """The seat goes, after its call if it has one. Returns who has its phone now. Raises ``UnknownAgentError``."""
        if self.get(agent).state in ON_CALL:
            self._leaving.add(agent)
            self.happen(agent, Happening(Input.LOG_OFF, now))
            return set()
        return self._drop(agent, now)

    def _drop(self, agent: AgentId, now: datetime) -> set[AgentId]:
        self._leaving.discard(agent)
        del self.all[agent], self.proven[agent]
        self._outbox.seat_removed(agent)
        heirs = self._roster.remove(agent)
        for heir in heirs:
            self._equip(heir, now)
        return heirs

    # ---- what happens to a seat -------------------------------------------------------------------------------------

    def happen(self, agent: AgentId, happening: Happening, by: str | None = None) -> None:
        """Apply ``happening`` and keep what came of it. Raises ``IllegalTransitionError``, ``UnknownAgentError``."""
        before = self.get(agent)
        self._set(before, agent_model.apply(before, happening), happening.at, by)

    def extend_wrap_up(self, agent: AgentId, seconds: float, now: datetime) -> None:
        """Wrap-up ends ``seconds`` later than it would have. Raises ``IllegalTransitionError`` outside of it."""
        seat = self.get(agent)
        until = max(seat.wrap_up_until or now, now) + timedelta(seconds=seconds)
        self._set(seat, agent_model.extend_wrap_up(seat, until), now, None)

    def _set(self, before: Seat, after: Seat, at: datetime, by: str | None) -> None:
        agent = after.agent
        self.prove(agent, at)
        if after == before:
            return
        self.all[agent] = after
        self._outbox.seat(agent)
        if replace(after, in_service=before.in_service) != before:
            self._outbox.keep(showing.seat_record(after, at, by))
        if agent in self._leaving and after.state not in ON_CALL:
            self._drop(agent, at)

    def prove(self, agent: AgentId, at: datetime) -> None:
        """An event or command of ``at`` shows how the seat is; older news does not make it older."""
        self.proven[agent] = max(at, self.proven[agent])

    def show(self, agent: AgentId, calls: Iterable[Call], at: datetime, event: ev.Event | None) -> None:
        """Make the seat show what its phone does; what it shows can so never differ from the calls."""
        seat = self.get(agent)
        self.prove(agent, at)
        target = line.of_device(calls, seat.device) if seat.device is not None else None
        kind = line.needed_input(seat, target, event)
        if kind is None:
            return
        until = at + timedelta(seconds=self._rules.wrap_up_s) if self._rules.wrap_up_s > 0 else None
        self.happen(agent, Happening(kind, at, call=target[1] if target else None, wrap_up_until=until))

    def tick(self, now: datetime) -> None:
        """End the wrap-ups that are due; not before the PBX has told whether the phone is there."""
        for agent, seat in tuple(self.all.items()):
            until, phone = seat.wrap_up_until, seat.device
            if until is None or until > now:
                continue
            if phone is None or self.devices[phone].in_service is not None:
                self.happen(agent, Happening(Input.WRAP_UP_DONE, now))

    # ---- phones -----------------------------------------------------------------------------------------------------

    def registered(self, device: DeviceId, at: datetime, *, in_service: bool) -> None:
        """The phone is there, or is not."""
        old = self.devices.get(device) or Device(device)
        new = self.devices[device] = old.registered(at, in_service=in_service)
        agent = self._roster.agent_at(device)
        if agent is None:
            return
        self.prove(agent, at)
        if new != old:
            self._outbox.seat(agent)
        self._reach(agent, at, in_service=in_service)

    def unreachable(self, agent: AgentId, at: datetime) -> None:
        """The PBX says that it can't ring the phone now; it counts as gone until it is heard of again."""
        self._reach(agent, at, in_service=False)

    def _reach(self, agent: AgentId, at: datetime, *, in_service: bool) -> None:
        self.happen(agent, Happening(Input.DEVICE_BACK if in_service else Input.DEVICE_LOST, at))

    def measured(self, event: ev.MediaQuality, *, idle: bool) -> None:
        """New figures of a phone; an ``idle`` one is no longer judged by its last call."""
        old = self.devices.get(event.device) or Device(event.device)
        new = self.devices[event.device] = old.measured(event.at, event.quality, alone=idle and not event.in_call)
        agent = self._roster.agent_at(event.device)
        if agent is None:
            return
        self.prove(agent, event.at)
        if new is not old:
            self._outbox.seat(agent)

    def ready(self) -> list[tuple[Seat, DeviceId]]:
        """Seats that may be given a call, with their phones."""
        return [
            (seat, seat.device)
            for seat in self.all.values()
            if seat.state is SeatState.READY and seat.in_service and seat.device is not None
        ]
