"""The event socket: one reader that only enqueues, a heartbeat, and reconnecting for ever."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from telephony.errors import PbxCredentialsError, TelephonyError

_BEAT_S = 0.8  # so that a quiet PBX proves itself more than once a second …
_PONG_S = 1.5  # … and a dead one is known within 3 s
_OPEN_S = 2.0
_CLOSE_S = 0.2
_BREATH_S = 0.1  # Asterisk clears a lost session away: one that comes amid that may be left open, and deaf
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 1.0  # the wall is to be true again within 3 s of the PBX's return
_STEADY_S = 1.0


@dataclass(frozen=True, slots=True)
class Opened:
    """The socket stands."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A message, unread, and when it came (monotonic seconds)."""

    data: bytes
    received: float


@dataclass(frozen=True, slots=True)
class Beat:
    """The PBX answered a ping at ``at`` (UTC, our clock)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """The socket is gone, or could not be opened; another try follows."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fatal:
    """There will be no other try."""

    error: TelephonyError


SocketItem = Opened | Frame | Beat | Lost | Fatal


class EventSocket:
    """Gives everything that happens to the socket to ``put``, which must take it at once: a slow reader fills Asterisk's memory."""

    def __init__(self, root: str, app: str, authorization: str, put: Callable[[SocketItem], None]) -> None:
        self._url = f"{root}/ari/events?{urlencode({'app': app, 'subscribeAll': 'false'})}"
        self._headers = {"Authorization": authorization}
        self._put = put
        self._hurry = asyncio.Event()
        self._connection: ClientConnection | None = None

    def reconnect_now(self) -> None:
        """Do not wait any longer for the next try."""
        self._hurry.set()

    def drop(self) -> None:
        """Cut the connection without a word; the next try follows at once."""
        if self._connection is not None:
            self._connection.transport.abort()

    async def run(self) -> None:
        """Connect, read, reconnect; ends only when the PBX refuses our user."""
        clock = asyncio.get_running_loop().time
        failures = 0
        while True:
            begun = clock()
            outcome = await self._one_connection()
            self._put(outcome)
            if isinstance(outcome, Fatal):
                return
            failures = 0 if clock() - begun > _STEADY_S + _OPEN_S else failures
            await self._pause(failures)
            failures += 1

    async def _one_connection(self) -> Lost | Fatal:
        try:
            async with connect(
                self._url,
                additional_headers=self._headers,
                compression=None,
                proxy=None,
                open_timeout=_OPEN_S,
                close_timeout=_CLOSE_S,
                ping_interval=None,
                max_size=None,
                max_queue=None,
            ) as connection:
                self._connection = connection
                self._put(Opened())
                return Lost(await self._read(connection))
        except InvalidStatus as error:
            status = error.response.status_code
            if status in {401, 403}:
                return Fatal(PbxCredentialsError("the PBX does not know this user and password"))
            return Lost(f"status {status}")
        except (OSError, TimeoutError, WebSocketException) as error:
            return Lost(type(error).__name__)
        finally:
            self._connection = None

    async def _read(self, connection: ClientConnection) -> str:
        clock = asyncio.get_running_loop().time
        heart = asyncio.create_task(self._beat(connection))
        try:
            while True:
                data = await connection.recv(decode=False)
                self._put(Frame(data, clock()))
        except ConnectionClosed as error:
            return type(error).__name__
        finally:
            heart.cancel()

    async def _beat(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                pong = await connection.ping()
                try:
                    await asyncio.wait_for(pong, _PONG_S)
                except TimeoutError:
                    connection.transport.abort()
                    return
                self._put(Beat(datetime.now(UTC)))
                await asyncio.sleep(_BEAT_S)

    async def _pause(self, failures: int) -> None:
        if failures == 0:
            await asyncio.sleep(_BREATH_S)
            return
        jitter = 0.75 + secrets.randbelow(500) / 1000
        longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(failures - 1, 8) * jitter)
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), longest)
