"""The ARI requests of listening, and the names of what they make: ``xkl-<ear>-<n>``, apart from everything of calls."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from telephony.ari.client import AriClient, path
from telephony.errors import PbxRefusedError, PbxUnreachableError

PREFIX = "xkl-"
_OPEN_S = 2.0
_CONNECTION = "MEDIA_WEBSOCKET_CONNECTION_ID"


def part_name(ear: str, what: str) -> str:
    """The id of a channel or bridge of an ear."""
    return f"{PREFIX}{ear}-{what}"


def ear_of(name: str) -> str | None:
    """The ear to which a channel or bridge belongs; ``None`` when it is none of an ear."""
    return name.removeprefix(PREFIX).partition("-")[0] if name.startswith(PREFIX) else None


class ListenCommands:
    """Each method is one or two requests; errors as in ``AriClient.request``."""

    def __init__(self, client: AriClient, app: str) -> None:
        self._client = client
        self._app = app

    async def make_bridge(self, bridge: str) -> None:
        """Make a mixing bridge of an ear's own."""
        await self._client.request("POST", path("bridges", bridge), {"type": "mixing", "name": bridge})

    async def snoop(self, channel: str, snoop: str, *, spy: str = "none", whisper: str = "none") -> None:
        """Hear what comes ``in`` from a channel's far end, or be heard where it goes ``out``; ends with that channel."""
        params = {"spy": spy, "whisper": whisper, "app": self._app, "appArgs": "listen", "snoopId": snoop}
        await self._client.request("POST", path("channels", channel, "snoop"), params)

    async def media(self, channel: str) -> ClientConnection:
        """A channel whose sound is ours, and its socket. ``PbxUnreachableError`` when the socket does not open.

        The socket is opened from our side (Asterisk 22's ``connection_type=server``): raw frames of 20 ms both ways, no RTP.
        """
        params = {
            "app": self._app,
            "channelId": channel,
            "external_host": "INCOMING",
            "encapsulation": "none",
            "transport": "websocket",
            "connection_type": "server",
            "format": "slin16",
        }
        made = await self._client.request("POST", path("channels", "externalMedia"), params)
        url = f"{self._client.socket_root}/media/{await self._connection_id(channel, made)}"
        try:
            return await connect(
                url,
                subprotocols=[Subprotocol("media")],
                compression=None,
                proxy=None,
                open_timeout=_OPEN_S,
                close_timeout=0.2,
                ping_interval=None,
                max_queue=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise PbxUnreachableError(f"media socket: {type(error).__name__}") from error

    async def _connection_id(self, channel: str, made: Any) -> str:
        told = made.get("channelvars", {}).get(_CONNECTION) if isinstance(made, dict) else None
        if isinstance(told, str):
            return told
        asked = await self._client.request("GET", path("channels", channel, "variable"), {"variable": _CONNECTION})
        if not isinstance(asked, dict) or not isinstance(asked.get("value"), str):
            raise PbxRefusedError("the media channel has no connection id", 200)
        return asked["value"]

    async def join(self, bridge: str, *channels: str) -> None:
        """Move channels to a bridge, out of the one they are in."""
        await self._client.request("POST", path("bridges", bridge, "addChannel"), {"channel": ",".join(channels)})

    async def leave(self, bridge: str, channel: str) -> None:
        """Take a channel out of a bridge."""
        await self._client.request("POST", path("bridges", bridge, "removeChannel"), {"channel": channel})

    async def drop(self, channels: list[str], bridges: list[str]) -> list[BaseException]:
        """End all of it side by side; returns what went wrong, things that are gone already left out."""
        requests = [self._client.request("DELETE", path("channels", channel)) for channel in channels]
        requests += [self._client.request("DELETE", path("bridges", bridge)) for bridge in bridges]
        results = await asyncio.gather(*requests, return_exceptions=True)
        return [result for result in results if isinstance(result, BaseException)]
