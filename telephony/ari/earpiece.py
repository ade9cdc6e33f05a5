"""A leg's sound by ARI: a snoop on it that hears what goes out and whispers in, joined to a media socket in a bridge of their own.

The channels bear no name of ours (``names.PREFIX``), so that the driver's bookkeeping leaves them alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from telephony.ari.client import AriClient, path
from telephony.ari.names import device_of
from telephony.errors import NoSuchCallError, PbxRefusedError, PbxUnreachableError, TelephonyError
from telephony.types import DeviceId

_OPEN_S = 3.0
_TRIES = 20
_PAUSE_S = 0.02
"""A snoop takes commands only some milliseconds after it was made: 409 before."""


class AriEarpiece:
    """See ``telephony.earpiece.Earpiece``."""

    def __init__(self, client: AriClient, name: str, socket: ClientConnection) -> None:
        self._client = client
        self._name = name
        self._socket = socket
        self._closed = False

    async def frames(self) -> AsyncIterator[bytes]:
        """See ``Earpiece``."""
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                if isinstance(message, bytes):
                    yield message

    async def send(self, sound: bytes) -> None:
        """See ``Earpiece``."""
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(sound)

    async def close(self) -> None:
        """See ``Earpiece``."""
        if self._closed:
            return
        self._closed = True
        await self._socket.close()
        await clear(self._client, self._name)


class AriEarpieces:
    """See ``telephony.earpiece.Earpieces``. ``app`` is the application that the driver serves."""

    def __init__(self, client: AriClient, app: str) -> None:
        self._client = client
        self._app = app

    async def open(self, device: DeviceId) -> AriEarpiece:
        """See ``Earpieces``."""
        leg = await self._leg(device)
        name = f"ear-{secrets.token_hex(8)}"
        try:
            socket = await self._media(name)
            await self._join(name, leg)
        except BaseException:
            await clear(self._client, name)
            raise
        return AriEarpiece(self._client, name, socket)

    async def _leg(self, device: DeviceId) -> str:
        channels = await self._client.request("GET", "channels") or []
        for channel in channels:
            if (
                device_of(channel["name"]) == device
                and channel["name"].startswith("PJSIP/")
                and channel["state"] == "Up"
            ):
                return channel["id"]
        raise NoSuchCallError("the phone has no leg that is up")

    async def _media(self, name: str) -> ClientConnection:
        media = f"{name}-media"
        await self._client.request(
            "POST",
            path("channels", "externalMedia"),
            {
                "app": self._app,
                "channelId": media,
                "external_host": "INCOMING",
                "encapsulation": "none",
                "transport": "websocket",
                "connection_type": "server",
                "format": "slin16",
            },
        )
        found = await self._client.request(
            "GET", path("channels", media, "variable"), {"variable": "MEDIA_WEBSOCKET_CONNECTION_ID"}
        )
        address = f"{self._client.socket_root}/media/{found['value']}"
        try:
            return await connect(address, subprotocols=[Subprotocol("media")], open_timeout=_OPEN_S, proxy=None)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise PbxUnreachableError(f"the media socket does not open: {type(error).__name__}") from error

    async def _join(self, name: str, leg: str) -> None:
        await self._client.request("POST", path("bridges", name), {"type": "mixing", "name": name})
        spying = {"spy": "out", "whisper": "in", "app": self._app, "appArgs": "ear", "snoopId": f"{name}-snoop"}
        await self._client.request("POST", path("channels", leg, "snoop"), spying)
        both = {"channel": f"{name}-snoop,{name}-media"}
        for attempt in range(_TRIES):
            try:
                await self._client.request("POST", path("bridges", name, "addChannel"), both)
            except PbxRefusedError:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(_PAUSE_S)
            else:
                return


async def clear(client: AriClient, name: str) -> None:
    """Take everything of an earpiece away; what is gone already is no error."""
    for resource in (path("channels", f"{name}-snoop"), path("channels", f"{name}-media"), path("bridges", name)):
        with contextlib.suppress(TelephonyError):
            await client.request("DELETE", resource)
