"""The way out to the browsers: one delta, encoded once, into any number of sockets' queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from engineio.packet import MESSAGE, Packet
from reflex.app import App, EventNamespace
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from reflex_base.constants.event import SocketEvent
from socketio import AsyncServer

Delta = Mapping[str, Mapping[str, Any]]


class Wire:
    """Speaks Reflex's own protocol (Socket.IO event ``event`` with a ``StateUpdate``) to sockets of this process.

    Puts straight into Engine.IO's send queue of a socket: no task for each recipient, and order is kept.
    """

    def __init__(self, app: App) -> None:
        if app.sio is None or app.event_namespace is None:
            raise TypeError("the app has no sockets")
        self._app = app
        self._sio: AsyncServer = app.sio
        self._namespace: EventNamespace = app.event_namespace
        self._head = f'2{self._namespace.namespace},["{SocketEvent.EVENT}",'

    def packet(self, delta: Delta) -> Packet:
        """A delta ready to be sent to any number of sockets."""
        body = orjson.dumps({"delta": delta}).decode()
        return Packet(MESSAGE, f"{self._head}{body}]")

    def send(self, packet: Packet, sids: Iterable[str]) -> None:
        """Queue ``packet`` for each socket that is still open. Never waits."""
        for sid in sids:
            socket = self._socket(sid)
            if socket is not None and not socket.closed:
                socket.queue.put_nowait(packet)

    def backlog(self, sid: str) -> int:
        """How many packets wait for a socket to take them; 0 for one that is gone."""
        socket = self._socket(sid)
        return 0 if socket is None else socket.queue.qsize()

    def _socket(self, sid: str) -> Any | None:
        engine_id = self._sio.manager.eio_sid_from_sid(sid, self._namespace.namespace)
        return self._sio.eio.sockets.get(engine_id)

    async def disconnect(self, sid: str) -> None:
        """Close the socket; the client does not come back by itself after that."""
        await self._sio.disconnect(sid, namespace=self._namespace.namespace)

    async def drop_state(self, token: str) -> None:
        """Throw away what Reflex keeps for a client token, after handlers that still run for it."""
        manager = self._app.state_manager
        if not isinstance(manager, StateManagerMemory):
            raise TypeError("states are kept elsewhere than in this process")
        ident = BaseStateToken(ident=token, cls=State)
        async with manager.modify_state(ident):
            pass
        manager._purge_token(ident)
