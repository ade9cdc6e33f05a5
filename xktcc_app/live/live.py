"""All that is live in one web process: the gate, the hub, and what happens to a page when its session ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndReason
from xktcc_app.live.client_vars import keyed
from xktcc_app.live.connections import Connection
from xktcc_app.live.gate import Gate
from xktcc_app.live.hub import Hub, Past
from xktcc_app.live.menu import Menu, PlainMenu
from xktcc_app.live.rooms import Scope
from xktcc_app.live.sessions import Sessions
from xktcc_app.live.wire import Wire

logger = logging.getLogger(__name__)

LOGIN = "/login"
PASSWORD = "/password"  # noqa: S105 - a route
FAREWELL_S = 1.0
LOOK_ROUND_S = 1.0


@dataclass(frozen=True, slots=True)
class _Known:
    connection: Connection
    principal: Principal
    menu: int


class Live:
    """Joins sockets to what they may watch, and takes everything from them when their session ends."""

    def __init__(self, gate: Gate, hub: Hub, wire: Wire, session_state: str, menu: Menu = PlainMenu()) -> None:  # noqa: B008 -- it does not change
        self.gate = gate
        self.hub = hub
        self._wire = wire
        self._session_state = session_state
        self._menu = menu
        self._known: dict[str, _Known] = {}
        self._televisions: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unlisten: Callable[[], object] = lambda: None

    def start(self, sessions: Sessions) -> None:
        """Begin to follow the bus and the ends of sessions."""
        self._loop = asyncio.get_running_loop()
        self._unlisten = sessions.on_ended(self._on_ended)
        self.gate.when_gone(self._on_gone)
        self.hub.start()
        self._run(self._keep_looking())

    async def stop(self) -> None:
        """End all of it; sockets are closed by the server."""
        self._unlisten()
        await self.hub.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- what pages ask for -----------------------------------------------------------------------------------------

    def connection(self, sid: str) -> Connection | None:
        """The socket behind a handler's ``router.session.session_id``."""
        return self.gate.connections.get(sid)

    def principal(self, sid: str) -> Principal | None:
        """Who it is now; ``None`` for a visitor."""
        connection = self.connection(sid)
        return self.gate.principal(connection) if connection else None

    def greet(self, sid: str, path: str) -> Principal | None:
        """Tell the page whose session it has, or send it to where it must go first. Returns the account that may stay."""
        connection, principal = self.connection(sid), self.principal(sid)
        if connection is None:
            return None
        if principal is None:
            self.tell_session(sid, {"leave_for": LOGIN})
            return None
        self._known[sid] = _Known(connection, principal, self._menu.version)
        forced_away = principal.must_change_password and path != PASSWORD
        self.tell_session(sid, {**self._about(principal), "leave_for": PASSWORD if forced_away else ""})
        return None if forced_away else principal

    def tell_session(self, sid: str, values: Mapping[str, Any]) -> None:
        """Set vars of the page's session state."""
        self._wire.send(self._wire.packet({self._session_state: keyed(values)}), (sid,))

    def watch_wall(self, sid: str, *, television: bool = False) -> None:
        """Join the wall of the account's scope; nothing happens for who may not.

        ``television``: nobody sits there, so the wall itself counts as activity; the session's absolute end stays.
        """
        principal = self.principal(sid)
        if principal is None or not principal.may(Permission.SEATS_VIEW):
            return
        self.hub.join_wall(sid, Scope.of(principal))
        (self._televisions.add if television else self._televisions.discard)(sid)

    def show_past(self, sid: str, past: Past) -> None:
        """Wind the page's wall back, within the account's scope, until it joins again."""
        principal = self.principal(sid)
        if principal and principal.may(Permission.SEATS_VIEW):
            self.hub.show_past(sid, Scope.of(principal), past)

    def leave_wall(self, sid: str) -> None:
        """The page shows no wall any more."""
        self._televisions.discard(sid)
        self.hub.leave_wall(sid)

    def watch_own_seat(self, sid: str) -> None:
        """Join the account's own seat; an account without an agent number has none."""
        principal = self.principal(sid)
        if principal and principal.agent and principal.may(Permission.TOOLBAR_USE):
            self.hub.join_toolbar(sid, principal.agent)

    def watch_peers(self, sid: str) -> None:
        """See the seats that a call can be handed to, for a while."""
        principal = self.principal(sid)
        if principal and principal.agent and principal.may(Permission.TOOLBAR_USE):
            self.hub.show_peers(sid)

    def _about(self, principal: Principal) -> dict[str, Any]:
        hidden = self._menu.hidden()
        return {
            "ready": True,
            "name": principal.name,
            "account": principal.account,
            "role": next(iter(principal.role_names), ""),
            "perms": {code.value: True for code in Permission if principal.may(code) and code not in hidden},
            "menu": self._menu.menu_for(principal),
            "must_change": principal.must_change_password,
            "agent": principal.agent or "",
        }

    # ---- sessions ---------------------------------------------------------------------------------------------------

    def look_round(self) -> None:
        """End what expired unnoticed, and follow changed rights."""
        for connection in self.gate.connections:
            if connection.session_id is None:
                continue
            principal = self.gate.principal(connection)
            if principal is None:
                self._push_out(connection)
            else:
                self._follow(connection.sid, principal)
                self._keep_awake(connection)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_ROUND_S)
            self.look_round()

    def _keep_awake(self, connection: Connection) -> None:
        """A television that is sent the wall goes on being sent it: no idle end."""
        on_wall = self.hub.rooms.of(connection.sid) is not None
        if on_wall and connection.sid in self._televisions and connection.secret:
            self.gate.touch(connection.secret)

    def _follow(self, sid: str, principal: Principal) -> None:
        known = self._known.get(sid)
        if known is None or (known.principal == principal and known.menu == self._menu.version):
            return
        self._known[sid] = _Known(known.connection, principal, self._menu.version)
        self.tell_session(sid, self._about(principal))
        if known.principal == principal:
            return
        watching = self.hub.is_watching(sid)
        self.hub.leave_own(sid)
        self.watch_own_seat(sid)
        if not watching:
            return
        self.hub.leave_wall(sid)
        self.watch_wall(sid, television=sid in self._televisions)

    def _on_ended(self, session_id: str, _reason: EndReason) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._push_out_session, session_id)

    def _push_out_session(self, session_id: str) -> None:
        for connection in self.gate.connections.of_session(session_id):
            self._push_out(connection)

    def _push_out(self, connection: Connection) -> None:
        """The page leaves for the login page; from now on its socket gets nothing, and may ask for nothing."""
        self._drop(connection.sid)
        self.tell_session(connection.sid, {"ready": False, "perms": {}, "leave_for": LOGIN})
        self.gate.connections.remove(connection.sid)
        self._run(self._see_off(connection.sid, self.gate.token_of(connection.sid)))

    def _drop(self, sid: str) -> None:
        self.hub.leave(sid)
        self._known.pop(sid, None)
        self._televisions.discard(sid)

    async def _see_off(self, sid: str, token: str | None) -> None:
        if token:
            await self._forget(token)
        await asyncio.sleep(FAREWELL_S)
        await self._wire.disconnect(sid)

    def _on_gone(self, connection: Connection, token: str | None) -> None:
        self._drop(connection.sid)
        if token:
            self._run(self._forget_unless_back(token))

    async def _forget_unless_back(self, token: str) -> None:
        await asyncio.sleep(0)
        if not self.gate.is_connected(token):
            await self._forget(token)

    async def _forget(self, token: str) -> None:
        await self._wire.drop_state(token)
        self.gate.connections.release(token)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("work for a closing socket failed", exc_info=error)


class _Holder:
    """The one running ``Live`` of the process, because Reflex makes the states that need it."""

    current: Live | None = None


def set_running(live: Live | None) -> None:
    """Make ``live`` the one that state handlers find."""
    _Holder.current = live


def running() -> Live:
    """The running one. Raises ``RuntimeError`` before the start and after the stop."""
    if _Holder.current is None:
        raise RuntimeError("the live part does not run")
    return _Holder.current
