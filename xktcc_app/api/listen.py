"""``GET /api/listen/{agent}``: the media socket of a supervisor who listens.

Frames go down as one byte (0 the outside party, 1 all others) and 20 ms of PCM; the microphone's come up as PCM alone.
Beside them words as JSON. Down: ``on``, ``mode``, ``seat``, ``refused``, ``end`` (the last two with a ``code``); up:
``mode``, and ``seen`` with how many frames have come, which also proves that the browser is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from telephony.errors import TelephonyError
from telephony.listening import ListenMode
from telephony.types import AgentId
from xktcc_app.api.access import OVER, REFUSED
from xktcc_app.api.http import SESSION_COOKIE, same_origin
from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import ServiceError
from xktcc_app.services.listen_line import Downlink, Uplink
from xktcc_app.services.listening import VOICE_LOST
from xktcc_app.services.listens import Listen

log = logging.getLogger(__name__)

NOT_LET_IN = 1008  # policy violation (RFC 6455)
ENDED = 1000
LOOK_S = 0.5
SILENT_S = 8.0
SAY_S = 2.0  # a browser that does not take a word for so long must not keep us from looking whether it still may listen
LONGEST_WORD = 200
_LOST = {OVER: "not_logged_in", REFUSED: "permission_denied"}


class ListenSocket:
    """The handler, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def serve(self, socket: WebSocket) -> None:
        """Let a logged-in account of our own pages in; what it may hear is asked of the service."""
        secret = socket.cookies.get(SESSION_COOKIE, "")
        ours = socket.headers.get("origin") is not None and same_origin(socket, self._services.settings)
        who = await whose(self._services, secret) if ours else None
        if who is None:
            await socket.close(NOT_LET_IN)
            return
        await socket.accept()
        self._services.sessions.touch(secret)
        gone = (WebSocketDisconnect, RuntimeError, TimeoutError)
        with contextlib.suppress(*gone):  # there is nobody to be told any more
            code = await self._listen(socket, secret, who)
            async with asyncio.timeout(SAY_S):
                await socket.send_json({"t": "end", "code": code})
                await socket.close(ENDED)

    async def _listen(self, socket: WebSocket, secret: str, who: Principal) -> str:
        listening, down = self._services.listening, Downlink()
        try:
            listen = await listening.open(who, AgentId(socket.path_params["agent"]), down.hear)
        except (ServiceError, TelephonyError) as error:
            return error.code
        code = "line_lost"
        try:
            code = await _Line(self._services, socket, secret, listen, down).run()
        finally:
            await asyncio.shield(listening.close(listen, code))
        return code


async def whose(services: Services, secret: str) -> Principal | None:
    """The account of a session as it is now; from memory while the database can't be asked."""
    if not secret:
        return None
    try:
        return await services.sessions.resolve(secret)
    except ServiceError as error:
        log.warning("a listener is known from memory, because the session can't be read: %s", error.code)
        return services.sessions.known(secret)


class _Line:
    """One listener's socket while it is on."""

    def __init__(self, services: Services, socket: WebSocket, secret: str, listen: Listen, down: Downlink) -> None:
        self._services = services
        self._listening = services.listening
        self._socket = socket
        self._secret = secret
        self._listen = listen
        self._down = down
        self._up = Uplink()
        self._heard_from = asyncio.get_running_loop().time()
        self._sending = asyncio.Lock()
        self._switching = False

    async def run(self) -> str:
        """Serve until something ends it; returns what, as a code."""
        await self._say({"t": "on", "mode": self._listen.mode, "seat": self._listen.agent})
        works: list[Coroutine[Any, Any, str]] = [self._take(), self._give(), self._watch(), self._until_over()]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return next(iter(done)).result()

    async def _say(self, word: dict[str, Any]) -> None:
        """Send a word. ``TimeoutError`` when the browser takes none."""
        async with asyncio.timeout(SAY_S), self._sending:
            await self._socket.send_json(word)

    # ---- down

    async def _give(self) -> str:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                frame = await self._down.next()
                async with self._sending:
                    await self._socket.send_bytes(frame)
        return "line_lost"

    async def _until_over(self) -> str:
        ear = self._listen.ear
        if ear is None:
            return "call_over"
        over = asyncio.ensure_future(ear.ended())
        try:
            await asyncio.wait((over, self._listen.told_to_end), return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
        told = self._listen.told_to_end
        return told.result() if told.done() else over.result()

    # ---- up

    async def _take(self) -> str:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return _LOST.get(message.get("code", 0), "closed")
            self._heard_from = asyncio.get_running_loop().time()
            if (pcm := message.get("bytes")) is not None:
                self._speak(pcm)
            elif not await self._obey(message.get("text") or ""):
                return "bad_value"

    def _speak(self, pcm: bytes) -> None:
        ear = self._listen.ear
        if ear is not None and self._listen.mode is not ListenMode.LISTEN and self._up.admits(pcm):
            ear.speak(pcm)

    async def _obey(self, text: str) -> bool:
        """Do as a word of the browser says; False for what is none."""
        try:
            word = json.loads(text) if len(text) <= LONGEST_WORD else None
        except ValueError:
            return False
        match word:
            case {"t": "seen", "n": int(count)}:
                self._down.seen(count)
            case {"t": "mode", "mode": "listen" | "whisper" | "barge" as mode}:
                self._services.sessions.touch(self._secret)
                await self._switch(ListenMode(mode))
            case _:
                return False
        return True

    async def _switch(self, mode: ListenMode) -> None:
        who = await whose(self._services, self._secret)
        if who is None:
            return  # the watch ends it
        try:
            self._switching = True
            await self._listening.switch(self._listen, who, mode)
        except (ServiceError, TelephonyError) as error:
            await self._say({"t": "refused", "code": error.code, "mode": self._listen.mode})
            return
        finally:
            self._switching = False
        await self._say({"t": "mode", "mode": self._listen.mode})

    # ---- meanwhile

    async def _watch(self) -> str:
        """Look again and again whether the account may still do this, and whether its browser is still there."""
        told = self._listen.agent
        while True:
            await asyncio.sleep(LOOK_S)
            who = await whose(self._services, self._secret)
            if code := self._listening.still(self._listen, who):
                return code
            if who is not None and not self._listening.may(who, self._listen.mode):
                await self._switch(ListenMode.LISTEN)
            if not self._switching and self._listening.voice_lost(self._listen):
                await self._say({"t": "refused", "code": VOICE_LOST, "mode": self._listen.mode})
            if asyncio.get_running_loop().time() - self._heard_from > SILENT_S:
                return "line_lost"
            if told != self._listen.agent:
                told = self._listen.agent
                await self._say({"t": "seat", "seat": told})
