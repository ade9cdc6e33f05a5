"""The front door: every socket and every event passes here before Reflex sees it.

A socket is opened with the session of its cookie and keeps it; the Reflex client token it names is bound to that
session at first use, so that another's token opens nothing. Events are checked against the access list here, and once
more by ``Guard`` when they run, which covers what handlers chain.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from reflex.app import App, EventNamespace
from reflex.state import StateUpdate
from reflex_base.constants import RouteVar
from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError as SocketRefusedError

from xktcc_app.domain.principal import Principal
from xktcc_app.live.access import AccessList
from xktcc_app.live.connections import SESSION_COOKIE, Connection, Connections, read_cookies
from xktcc_app.live.sessions import Sessions
from xktcc_app.live.sockets import speed_up
from xktcc_app.live.wire import Delta
from xktcc_app.services.errors import ServiceError

logger = logging.getLogger(__name__)

_TOKEN = re.compile(r"[0-9A-Za-z-]{8,64}")


class Gate:
    """Stands around Reflex's event namespace. ``fed`` are the vars that only the hub may send, by state name."""

    def __init__(self, app: App, sessions: Sessions, access: AccessList, fed: Mapping[str, frozenset[str]]) -> None:
        if app.event_namespace is None or app.sio is None:
            raise TypeError("the app has no sockets")
        self.connections = Connections()
        self.refused = 0
        self.on_refused: Callable[[Principal, str], None] = lambda _principal, _name: None
        """Called with who asked for which handler without the right to; visitors are not told of."""
        self._sessions = sessions
        self._access = access
        self._fed = fed
        self._namespace: EventNamespace = app.event_namespace
        self._sio: AsyncServer = app.sio
        self._on_gone: list[Callable[[Connection, str | None], None]] = []
        self._connect = self._namespace.on_connect
        self._disconnect = self._namespace.on_disconnect
        self._event = self._namespace.on_event
        self._client_error = self._namespace.on_client_error
        self._emit_update = self._namespace.emit_update
        self._routing = self._namespace._build_static_router_data

    def install(self) -> None:
        """Take the place of the namespace's own handlers."""
        for name in ("on_connect", "on_disconnect", "on_event", "on_client_error", "emit_update"):
            setattr(self._namespace, name, getattr(self, name))
        self._namespace._build_static_router_data = self._routing_without_headers

    def when_gone(self, callback: Callable[[Connection, str | None], None]) -> None:
        """Call ``callback(connection, its client token)`` for each socket that closes."""
        self._on_gone.append(callback)

    def principal(self, connection: Connection) -> Principal | None:
        """Whose socket it is now; ``None`` for a visitor and for a session that is over."""
        if connection.secret is None or connection.session_id is None:
            return None
        principal = self._sessions.known(connection.secret)
        return principal if principal and principal.session_id == connection.session_id else None

    def touch(self, secret: str) -> None:
        """The session of ``secret`` is in use: its idle time begins anew."""
        self._sessions.touch(secret)

    def token_of(self, sid: str) -> str | None:
        """The client token of a socket."""
        return self._namespace.sid_to_token.get(sid)

    def is_connected(self, token: str) -> bool:
        """Whether a socket uses the client token now."""
        return token in self._namespace.token_to_sid

    def permits(self, sid: str, token: str, name: str, *, chained: bool) -> bool:
        """Whether this socket may have ``name`` run on the state of ``token``. A session that is over may nothing at all."""
        connection = self.connections.get(sid)
        if connection is None or not self.connections.claim(token, connection):
            return False
        principal = self.principal(connection)
        if connection.session_id and principal is None:
            return False
        return self._access.allows(name, principal, chained=chained)

    async def on_connect(self, sid: str, _environ: Mapping[str, Any], auth: Any = None) -> None:
        """A socket opens. The handshake is read from the server's own record: a client can send an event named connect as well."""
        if self._is_open(sid):
            self._refuse("a client asked to connect again")
            return
        environ = self._sio.get_environ(sid, self._namespace.namespace)
        token = _client_token(environ or {})
        if environ is None or token is None:
            raise SocketRefusedError("token")
        connection = await self._open(sid, environ)
        if self.connections.is_claimed_by_other(token, connection):
            token = str(uuid.uuid4())
            await self._namespace.emit("new_token", token, to=sid)
        try:
            await self._connect(sid, {**environ, "QUERY_STRING": f"token={token}"}, auth)
        except Exception:
            self.connections.remove(sid)
            raise

    async def _open(self, sid: str, environ: Mapping[str, Any]) -> Connection:
        cookies = read_cookies(_cookie_header(environ))
        secret = cookies.get(SESSION_COOKIE)
        principal = await self._whose(secret) if secret else None
        connection = Connection(
            sid=sid,
            secret=secret,
            session_id=principal.session_id if principal else None,
            cookies=cookies,
            address=str((environ.get("asgi.scope", {}).get("client") or ("",))[0]),
        )
        self.connections.add(connection)
        engine_id = self._sio.manager.eio_sid_from_sid(sid, self._namespace.namespace)
        if (socket := self._sio.eio.sockets.get(engine_id)) is not None:
            speed_up(socket)
        return connection

    def _is_open(self, sid: str) -> bool:
        """Whether the socket stands: not yet so when it really connects, no longer so when it really closes."""
        return self._sio.manager.is_connected(sid, self._namespace.namespace)

    async def _whose(self, secret: str) -> Principal | None:
        try:
            return await self._sessions.resolve(secret)
        except ServiceError as error:
            logger.warning("a socket is opened from memory, because its session can't be read: %s", error.code)
            return self._sessions.known(secret)

    def _routing_without_headers(self, sid: str, environ: dict[str, Any]) -> dict[str, Any]:
        """Reflex sends the handshake's headers on to the page and into its logs, the HttpOnly cookie among them: it gets none."""
        return {**self._routing(sid, environ), RouteVar.HEADERS: {}}

    def on_disconnect(self, sid: str, _reason: str | None = None) -> Any:
        """A socket closed; an event of that name from a client that is still there is refused."""
        if self._is_open(sid):
            return self._refuse("a client asked to disconnect by event")
        token = self._namespace.sid_to_token.get(sid)
        connection = self.connections.remove(sid)
        if connection:
            for callback in self._on_gone:
                callback(connection, token)
        return self._disconnect(sid)

    async def on_event(self, sid: str, data: Any) -> None:
        """An event from a browser: passed on only when this very socket may have it run."""
        event, token = _event(data), self._namespace.sid_to_token.get(sid)
        if event is None or token is None:
            self._refuse("an event without shape")
            return
        name = event["name"]
        if not self.permits(sid, token, name, chained=False):
            self._refuse("an event that its sender may not call")
            self._tell_refused(sid, name)
            return
        connection = self.connections.get(sid)
        if connection and connection.secret and self._access.is_activity(name):
            self._sessions.touch(connection.secret)
        await self._event(sid, event)

    async def on_client_error(self, sid: str, data: Any = None) -> None:
        """A browser reports an error; only those of logged-in people reach the log."""
        connection = self.connections.get(sid)
        if connection is None or self.principal(connection) is None:
            self._refuse("an error report of a visitor")
            return
        await self._client_error(sid, data)

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        """Reflex's own way out: what the hub feeds is left out of it, because here it is only the declared default."""
        if self._fed.keys() & update.delta.keys():
            update = StateUpdate(delta=self._without_fed(update.delta), events=update.events)
        if update.delta or update.events:
            await self._emit_update(update, token)

    def _without_fed(self, delta: Delta) -> dict[str, dict[str, Any]]:
        kept = {
            state: {key: value for key, value in values.items() if key not in self._fed.get(state, frozenset())}
            for state, values in delta.items()
        }
        return {state: values for state, values in kept.items() if values}

    def _tell_refused(self, sid: str, name: str) -> None:
        connection = self.connections.get(sid)
        principal = self.principal(connection) if connection else None
        if principal is not None:
            self.on_refused(principal, name)

    def _refuse(self, why: str) -> None:
        self.refused += 1
        logger.info("refused %s", why)


def _event(data: Any) -> dict[str, Any] | None:
    """What Reflex may see of a client's event: name, payload and the page's address; ``None`` when it has another shape."""
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return None
    payload, where = data.get("payload") or {}, data.get("router_data") or {}
    if not isinstance(payload, dict) or not isinstance(where, dict):
        return None
    path, whole, query = where.get("pathname", "/"), where.get("asPath", "/"), where.get("query") or {}
    if not isinstance(path, str) or not isinstance(whole, str) or not isinstance(query, dict):
        return None
    kept = {key: value for key, value in query.items() if isinstance(value, str)}
    return {"name": data["name"], "payload": payload, "router_data": {"pathname": path, "asPath": whole, "query": kept}}


def _client_token(environ: Mapping[str, Any]) -> str | None:
    tokens = parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])
    return tokens[0] if _TOKEN.fullmatch(tokens[0]) else None


def _cookie_header(environ: Mapping[str, Any]) -> str:
    headers = environ.get("asgi.scope", {}).get("headers", [])
    return "; ".join(value.decode("latin-1") for name, value in headers if name.lower() == b"cookie")
