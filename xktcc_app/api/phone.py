"""The browser phone's routes: who may have one, its sound, and its signalling. Every socket belongs to a session and dies with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from telephony.earpiece import Earpiece
from telephony.errors import TelephonyError
from telephony.sip_digest import Credentials, ForgedMessageError, resigned
from telephony.types import CallId, Direction, SeatState
from telephony.views import SeatView
from xktcc_app.api.http import SESSION_COOKIE, same_origin
from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import ServiceError

logger = logging.getLogger(__name__)

LOOK_S = 0.1
SESSION_LOOK_S = 1.0
OPEN_S = 5.0
MOST_SOUND = 6400
"""Bytes of one message of sound from a browser: 200 ms."""
MOST_SIP = 65_536
_REFUSED, _OVER, _UNREACHABLE = 4403, 4401, 4503


class PhoneRoutes:
    """The handlers, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def session(self, request: Request) -> JSONResponse:
        """``POST``: ``{"mode", "device", "password"}``, or ``{"code"}`` of why there is no phone in this browser."""

        async def begun(who: Principal) -> dict[str, object]:
            found = await self._services.browser_phone.begin(who)
            return {"mode": found.mode, "device": found.device, "password": found.password}

        return await self._answered(request, begun)

    async def renewal(self, request: Request) -> JSONResponse:
        """``POST``: ``{"renewed"}``: whether the phone is in a call, and is rung to have its sound again; or ``{"code"}``."""

        async def renewed(who: Principal) -> dict[str, object]:
            return {"renewed": await self._services.browser_phone.renew(who)}

        return await self._answered(request, renewed)

    async def _answered(self, request: Request, work: Callable[[Principal], Awaitable[object]]) -> JSONResponse:
        private = {"Cache-Control": "no-store"}
        principal = await self._who(request) if same_origin(request, self._services.settings) else None
        if principal is None:
            return JSONResponse({"code": "not_logged_in"}, status_code=401, headers=private)
        try:
            return JSONResponse(await work(principal), headers=private)
        except (ServiceError, TelephonyError) as error:
            return JSONResponse({"code": error.code}, status_code=409, headers=private)

    async def live(self, socket: WebSocket) -> None:
        """The own leg's sound: PCM16LE, 16 kHz, both ways, in every call while the socket stands."""
        principal = await self._admitted(socket)
        if principal is None:
            return
        try:
            self._services.browser_phone.device(principal)
        except (ServiceError, TelephonyError):
            await socket.close(_REFUSED)
            return
        await socket.accept()
        await self._while_session(socket, _Live(self._services, principal, socket).run())

    async def sip(self, socket: WebSocket) -> None:
        """SIP over WebSocket (RFC 7118) to the PBX; each signature is written anew on the way."""
        principal = await self._admitted(socket)
        if principal is None:
            return
        try:
            credentials = await self._services.browser_phone.credentials(principal)
        except (ServiceError, TelephonyError):
            await socket.close(_REFUSED)
            return
        await socket.accept(subprotocol="sip")
        await self._while_session(socket, _relay(self._address(), socket, credentials))

    def _address(self) -> str:
        root = self._services.settings.effective_ari_url.rstrip("/").removesuffix("/ari")
        return f"ws{root.removeprefix('http')}/ws"

    async def _who(self, connection: Request | WebSocket) -> Principal | None:
        secret = connection.cookies.get(SESSION_COOKIE, "")
        return await self._services.sessions.resolve(secret) if secret else None

    async def _admitted(self, socket: WebSocket) -> Principal | None:
        ours = socket.headers.get("origin") is not None and same_origin(socket, self._services.settings)
        principal = await self._who(socket) if ours else None
        if principal is None:
            await socket.close(_REFUSED)
        return principal

    async def _while_session(self, socket: WebSocket, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` until it ends, the browser leaves or the session is over."""
        task = asyncio.create_task(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=SESSION_LOOK_S)
                if not task.done() and await self._who(socket) is None:
                    with contextlib.suppress(RuntimeError):
                        await socket.close(_OVER)
                    return
            await task
        except WebSocketDisconnect:
            return
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class _Live:
    """One browser's sound: follows the seat from call to call."""

    def __init__(self, services: Services, principal: Principal, socket: WebSocket) -> None:
        self._services = services
        self._principal = principal
        self._socket = socket
        self._ear: Earpiece | None = None

    async def run(self) -> None:
        """Until the browser leaves."""
        hearing = asyncio.create_task(self._hear())
        try:
            while True:
                sound = await self._socket.receive_bytes()
                if self._ear is not None and len(sound) <= MOST_SOUND:
                    await self._ear.send(sound)
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def _hear(self) -> None:
        while True:
            call = self._call()
            if call is not None:
                await self._listen(call)
            await asyncio.sleep(LOOK_S)

    def _call(self) -> CallId | None:
        seat = self._services.bus.seats().get(self._principal.agent) if self._principal.agent else None
        return seat.party.call if seat and seat.party and _has_sound(seat) else None

    async def _listen(self, call: CallId) -> None:
        try:
            self._ear = await self._services.earpieces.open(self._services.browser_phone.device(self._principal))
        except (TelephonyError, ServiceError) as error:
            logger.info("no sound for a browser yet", extra={"code": error.code})
            return
        try:
            passing = asyncio.create_task(self._pass(self._ear))
            while self._call() == call and not passing.done():
                await asyncio.wait({passing}, timeout=LOOK_S)
            passing.cancel()
            await asyncio.gather(passing, return_exceptions=True)
        finally:
            ear, self._ear = self._ear, None
            await asyncio.shield(ear.close())

    async def _pass(self, ear: Earpiece) -> None:
        async for frame in ear.frames():
            await self._socket.send_bytes(frame)


def _has_sound(seat: SeatView) -> bool:
    dialling = (
        seat.state is SeatState.ALERTING and seat.party is not None and seat.party.direction is Direction.OUTBOUND
    )
    return dialling or seat.state in {SeatState.TALKING, SeatState.HOLD}


async def _relay(address: str, socket: WebSocket, credentials: Credentials) -> None:
    try:
        pbx = await connect(
            address, subprotocols=[Subprotocol("sip")], open_timeout=OPEN_S, max_size=MOST_SIP, proxy=None
        )
    except (OSError, TimeoutError, WebSocketException):
        await socket.close(_UNREACHABLE)
        return
    down = asyncio.create_task(_from_pbx(pbx, socket))
    try:
        await _to_pbx(pbx, socket, credentials)
    except ForgedMessageError as error:
        logger.warning("a browser phone was cut off: %s", error)
        await socket.close(_REFUSED)
    except ConnectionClosed:
        await socket.close(_UNREACHABLE)
    finally:
        down.cancel()
        await asyncio.gather(down, return_exceptions=True)
        await pbx.close()


async def _to_pbx(pbx: ClientConnection, socket: WebSocket, credentials: Credentials) -> None:
    while True:
        message = await socket.receive_text()
        if len(message) > MOST_SIP:
            raise ForgedMessageError("too long a message")
        await pbx.send(resigned(message, credentials))


async def _from_pbx(pbx: ClientConnection, socket: WebSocket) -> None:
    async for message in pbx:
        await socket.send_text(message if isinstance(message, str) else message.decode())
    await socket.close(_UNREACHABLE)
