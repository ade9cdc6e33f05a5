"""The wall as a whole, kept in wire form: takes views in, tells what changed. No sockets, no clock of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from telephony.types import AgentId, CallId, SeatState
from telephony.views import CentreView, SeatView
from xktcc_app.domain.alerts import caller_alerts, in_order, is_sos, seat_alerts
from xktcc_app.domain.thresholds import Thresholds
from xktcc_app.domain.wall import Tally, centre_wire, own_seat_wire, peer_wire, seat_wire
from xktcc_app.domain.wire import Alert, Group, Listener, OwnSeat, Peer, Seat
from xktcc_app.live.rooms import Scope

OrgNames = Callable[[], Mapping[int, str]]
Listeners = Callable[[], Iterable[Listener]]


class Board:
    """Seats, counts by organization and alerts. ``settle`` brings it up to date."""

    def __init__(
        self,
        limits: Thresholds,
        org_names: OrgNames,
        can_answer: Callable[[], bool] = lambda: True,
        listeners: Listeners = tuple,
    ) -> None:
        self.centre = CentreView()
        self._limits = limits
        self._org_names = org_names
        self._can_answer = can_answer
        self._listeners = listeners
        self._views: dict[AgentId, SeatView] = {}
        self._wires: dict[AgentId, Seat] = {}
        self._levels: dict[AgentId, int] = {}
        self._nums: dict[AgentId, int] = {}
        self._tallies: dict[int, Tally] = {}
        self._alerts: dict[AgentId, list[Alert]] = {}
        self._dirty: set[AgentId] = set()
        self._ids_of: dict[Scope, list[AgentId]] = {}

    def blank(self) -> Board:
        """Another one by the same rules, without a seat: for the wall of another moment."""
        return Board(self._limits, self._org_names, self._can_answer)

    def take(self, seats: Iterable[SeatView], removed: Iterable[AgentId] = ()) -> None:
        """New views; nothing is computed before ``settle``."""
        renumber = False
        for seat in seats:
            agent = seat.profile.agent
            renumber |= agent not in self._views
            self._views[agent] = seat
            self._dirty.add(agent)
        for agent in removed:
            renumber |= self._views.pop(agent, None) is not None
            self._dirty.add(agent)
        if renumber:
            self._renumber()

    def _renumber(self) -> None:
        self._ids_of.clear()
        self._nums = {agent: place for place, agent in enumerate(sorted(self._views, key=_by_number))}
        self._dirty.update(self._views)

    def mark_late(self, now: datetime) -> None:
        """Mark the seats whose level is another one at ``now``."""
        level = self._limits.level
        for agent, view in self._views.items():
            if self._levels.get(agent) != level(view.state, view.since, now):
                self._dirty.add(agent)

    def settle(self, now: datetime) -> tuple[set[AgentId], set[AgentId]]:
        """Work off what was taken and marked. Returns the seats that were looked at, and those of them that look different on the wall."""
        names = self._org_names()
        touched, self._dirty = self._dirty, set()
        return touched, {agent for agent in touched if self._renew(agent, now, names)}

    def _renew(self, agent: AgentId, now: datetime, names: Mapping[int, str]) -> bool:
        view, old = self._views.get(agent), self._wires.get(agent)
        if view is None:
            return self._forget(agent)
        level = self._limits.level(view.state, view.since, now)
        new = seat_wire(view, names.get(view.profile.org_id, ""), level, self._nums[agent])
        if new == old:
            return False
        if old is None or old["org"] != new["org"]:
            self._ids_of.clear()
        if old is not None:
            self._tallies[int(old["org"])].add(old, -1)
        self._tallies.setdefault(view.profile.org_id, Tally()).add(new)
        self._wires[agent], self._levels[agent] = new, level
        self._note_alerts(agent, seat_alerts(view, level))
        return True

    def _note_alerts(self, agent: AgentId, found: list[Alert]) -> None:
        if found:
            self._alerts[agent] = found
        else:
            self._alerts.pop(agent, None)

    def _forget(self, agent: AgentId) -> bool:
        old = self._wires.pop(agent, None)
        self._ids_of.clear()
        self._levels.pop(agent, None)
        self._alerts.pop(agent, None)
        if old is not None:
            self._tallies[int(old["org"])].add(old, -1)
        return old is not None

    def seats(self, scope: Scope, agents: Iterable[AgentId] | None = None) -> dict[AgentId, Seat]:
        """The seats of a scope, all or those of ``agents``; removed ones are missing."""
        wires = self._wires
        chosen = wires if agents is None else {agent: wires[agent] for agent in agents if agent in wires}
        if scope.is_whole:
            return dict(chosen)
        return {agent: seat for agent, seat in chosen.items() if scope.covers(int(seat["org"]))}

    def own_seat(self, agent: AgentId) -> OwnSeat | None:
        """A seat as its agent sees it."""
        view, wire = self._views.get(agent), self._wires.get(agent)
        return own_seat_wire(view, wire, can_answer=self._can_answer()) if view and wire else None

    def peers(self) -> list[Peer]:
        """Every seat somebody sits at, the free ones first: for handing a call over, whatever one's scope."""
        names = self._org_names()
        at_work = [view for view in self._views.values() if view.state is not SeatState.LOGGED_OFF]
        wires = [peer_wire(view, names.get(view.profile.org_id, "")) for view in at_work]
        return sorted(wires, key=lambda peer: (not peer["free"], self._nums[AgentId(peer["id"])]))

    def is_provisioned(self, agent: AgentId) -> bool:
        """Whether the agent was given a phone."""
        view = self._views.get(agent)
        return view is not None and view.profile.device is not None

    def facts(self, scope: Scope, now: datetime) -> dict[str, Any]:
        """Everything of a wall but its seats, for one scope."""
        tallies = [(org, tally) for org, tally in self._tallies.items() if scope.covers(org) and tally.total]
        counts: Counter[str] = Counter()
        for _, tally in tallies:
            counts.update(tally.states)
        total, online = sum(tally.total for _, tally in tallies), sum(tally.online for _, tally in tallies)
        return {
            "seat_ids": self._ids(scope),
            "groups": self._groups(tallies),
            "counts": {state: number for state, number in sorted(counts.items()) if number},
            "centre": centre_wire(self.centre, total, online),
            "alerts": self._alerts_of(scope, now),
            "listeners": self._listeners_of(scope),
        }

    def _listeners_of(self, scope: Scope) -> list[Listener]:
        if not scope.listens:
            return []
        wires = self._wires
        return [
            one
            for one in self._listeners()
            if (seat := wires.get(AgentId(one["seat"]))) is not None and scope.covers(int(seat["org"]))
        ]

    def _ids(self, scope: Scope) -> list[AgentId]:
        known = self._ids_of.get(scope)
        if known is None:
            wires = self._wires
            known = [agent for agent in self._nums if agent in wires and scope.covers(int(wires[agent]["org"]))]
            self._ids_of[scope] = known
        return known

    def _groups(self, tallies: Iterable[tuple[int, Tally]]) -> list[Group]:
        names = self._org_names()
        order = {org: place for place, org in enumerate(names)}
        return [
            tally.group(org, names.get(org, ""))
            for org, tally in sorted(tallies, key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
        ]

    def _alerts_of(self, scope: Scope, now: datetime) -> list[Alert]:
        wires = self._wires
        found = [
            alert
            for agent, alerts in self._alerts.items()
            if scope.covers(int(wires[agent]["org"]))
            for alert in alerts
        ]
        rung = self._sos_calls_at_seats(scope)
        for caller in self.centre.waiting:
            if caller.party.call not in rung:
                found.extend(caller_alerts(caller, self._limits, now, named=scope.is_whole))
        return in_order(found)

    def _sos_calls_at_seats(self, scope: Scope) -> set[CallId]:
        """Those that ring or are talked to at a seat: it has the alert, a second one for the caller would only confuse."""
        views = [self._views[agent] for agent in self._alerts]
        return {view.party.call for view in views if view.party and is_sos(view) and scope.covers(view.profile.org_id)}


def _by_number(agent: AgentId) -> tuple[int, str]:
    return (int(agent), agent) if agent.isdecimal() else (1 << 62, agent)
