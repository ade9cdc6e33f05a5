"""The Socket.IO server under Reflex: same origin only, small frames, and a dead browser found within seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from engineio.async_socket import AsyncSocket
from engineio.exceptions import QueueEmpty
from engineio.packet import Packet
from reflex.app import App
from reflex_base.utils import format as reflex_format
from socketio import AsyncServer

PING_INTERVAL_S = 2.0
PING_TIMEOUT_S = 3.0
MAX_FRAME = 64 * 1024
CLOSING_STEP_S = 0.01


def build_sockets(allowed_origins: Sequence[str], *, trust_proxy: bool) -> AsyncServer:
    """The server for ``rx.App(sio=…)``. ``allowed_origins`` beside the page's own; ``trust_proxy``: believe X-Forwarded-Host."""

    def is_allowed(origin: str | None, environ: Mapping[str, Any]) -> bool:
        return is_same_origin(origin, environ, trust_proxy=trust_proxy) or origin in allowed_origins

    return AsyncServer(
        async_mode="asgi",
        cors_allowed_origins=is_allowed,
        cors_credentials=False,
        max_http_buffer_size=MAX_FRAME,
        ping_interval=PING_INTERVAL_S,
        ping_timeout=PING_TIMEOUT_S,
        json=SimpleNamespace(dumps=reflex_format.json_dumps, loads=json.loads),
        allow_upgrades=False,
        transports=["websocket"],
        async_handlers=False,
    )


def speed_up(socket: AsyncSocket) -> None:
    """Take the timer off the socket's queue. Engine.IO makes a task and a timer for every packet that it waits for.

    Nothing rests on that timer: pings pass through the same queue, a browser that is silent is given up by the reading
    side, and a closed socket's queue gets its end as before.
    """

    async def poll() -> list[Packet]:
        try:
            packets = [await socket.queue.get()]
        except asyncio.CancelledError:
            raise QueueEmpty from None
        socket.queue.task_done()
        if packets == [None]:
            return []
        while not socket.queue.empty():
            packet = socket.queue.get_nowait()
            socket.queue.task_done()
            if packet is None:
                socket.queue.put_nowait(None)
                break
            packets.append(packet)
        return packets

    socket.poll = poll


async def close_all(app: App) -> None:
    """Close every browser's socket; the pages then try to come back by themselves."""
    sockets = app.sio
    if sockets is None:
        return
    for socket in tuple(sockets.eio.sockets.values()):
        await socket.close(wait=False)
    while sockets.eio.sockets:  # noqa: ASYNC110 - Engine.IO tells nobody when one is gone
        await asyncio.sleep(CLOSING_STEP_S)


def is_same_origin(origin: str | None, environ: Mapping[str, Any], *, trust_proxy: bool) -> bool:
    """Whether ``Origin`` names the host that was asked. A client without it is no browser, which always sends it."""
    if origin is None:
        return True
    host = environ.get("HTTP_HOST", "")
    if trust_proxy:
        host = environ.get("HTTP_X_FORWARDED_HOST", host).split(",")[0].strip()
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
