"""Puts gate, guard and hub around a Reflex app. Called once, when the services stand and before sockets are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import reflex as rx

from telephony.bus import Bus
from xktcc_app.domain.requirements import Requirement
from xktcc_app.domain.thresholds import Thresholds
from xktcc_app.live.access import AccessList
from xktcc_app.live.board import Board, Listeners, OrgNames
from xktcc_app.live.client_vars import client_key, var_keys
from xktcc_app.live.gate import Gate
from xktcc_app.live.guard import Guard
from xktcc_app.live.hub import Hub, StateNames
from xktcc_app.live.live import Live
from xktcc_app.live.menu import Menu, PlainMenu
from xktcc_app.live.sessions import Sessions
from xktcc_app.live.wire import Wire


@dataclass(frozen=True, slots=True)
class LiveStates:
    """The states that are filled from here. ``wall_vars`` and ``toolbar_vars`` are those that belong to the hub."""

    session: type[rx.State]
    wall: type[rx.State]
    toolbar: type[rx.State]
    pulse: type[rx.State]
    wall_vars: tuple[str, ...]
    toolbar_vars: tuple[str, ...]
    access: Mapping[type[rx.State], Mapping[str, Requirement]]

    @property
    def fed(self) -> dict[str, frozenset[str]]:
        """Delta keys that only the hub sends, by state name."""
        whole = {state.get_full_name(): var_keys(state) for state in (self.session, self.pulse)}
        partly = {self.wall: self.wall_vars, self.toolbar: self.toolbar_vars}
        return whole | {state.get_full_name(): frozenset(map(client_key, names)) for state, names in partly.items()}

    @property
    def names(self) -> StateNames:
        """What the hub has to know of them."""
        return StateNames(self.wall.get_full_name(), self.toolbar.get_full_name(), self.pulse.get_full_name())


@dataclass(frozen=True, slots=True)
class LiveNeeds:
    """What the live part stands on.

    ``org_names``: every organization's name by its id, in the order of the tree; ``can_answer``: whether the PBX takes a
    ringing phone off hook by command; ``menu``: as the administrators ordered it; ``listeners``: who listens to calls now.
    """

    bus: Bus
    sessions: Sessions
    limits: Thresholds
    org_names: OrgNames
    can_answer: Callable[[], bool] = lambda: True
    menu: Menu = PlainMenu()  # noqa: RUF009 -- it does not change
    listeners: Listeners = tuple


def build_live(app: rx.App, states: LiveStates, needs: LiveNeeds) -> Live:
    """Everything live for ``app``, not yet started. Raises ``UndeclaredError``."""
    with app.set_contexts():
        access = AccessList.of(states.access)
    gate = Gate(app, needs.sessions, access, states.fed)
    gate.install()
    app.add_middleware(Guard(gate))
    wire = Wire(app)
    board = Board(needs.limits, needs.org_names, needs.can_answer, needs.listeners)
    hub = Hub(needs.bus, wire, board, states.names)
    return Live(gate, hub, wire, states.session.get_full_name(), needs.menu)
