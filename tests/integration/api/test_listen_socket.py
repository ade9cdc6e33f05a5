"""The media socket of listening, by raw sockets on a real server: who gets in, what ends it, whom a slow one delays."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import websockets
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import ClientConnection

from telephony.bus import MemoryBus
from telephony.listening import FRAME_BYTES, FRAME_S, EarEnd, Hear, ListenMode, Party
from telephony.types import AgentId, CallId, SeatState
from telephony.views import Patch
from tests.contract.pbx import until
from tests.support.program import free_port
from tests.support.served_live import FakeSessions, principal
from tests.support.views import caller, seat
from xktcc_app.api import listen
from xktcc_app.api.listen import ListenSocket
from xktcc_app.config import Settings
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.services.audit import AuditService
from xktcc_app.services.listening import ListeningService

GONE_WITHIN_S = 2.0
FRAME = bytes(FRAME_BYTES)


class FakeEar:
    """Both parties speak all the time, frame by frame."""

    def __init__(self, hear: Hear) -> None:
        self.mode, self.said, self.closed = ListenMode.LISTEN, 0, asyncio.Event()
        self._end: asyncio.Future[EarEnd] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._talk(hear))

    async def _talk(self, hear: Hear) -> None:
        while True:
            for party in Party:
                hear(party, FRAME)
            await asyncio.sleep(FRAME_S)

    async def switch(self, mode: ListenMode) -> None:
        self.mode = mode

    def speak(self, _pcm: bytes) -> None:
        self.said += 1

    async def ended(self) -> EarEnd:
        return await asyncio.shield(self._end)

    def end(self, how: EarEnd) -> None:
        self._end.set_result(how)

    async def close(self) -> None:
        self._task.cancel()
        self.closed.set()


class FakePort:
    def __init__(self) -> None:
        self.ears: list[FakeEar] = []

    async def listen(self, _call: CallId, hear: Hear) -> FakeEar:
        self.ears.append(FakeEar(hear))
        return self.ears[-1]


class Line:
    """A supervisor's raw socket: counts frames, keeps words."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.frames, self.words, self.last_frame = socket, 0, [], 0.0
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in self.socket:
                if isinstance(message, str):
                    self.words.append(json.loads(message))
                    continue
                self.frames += 1
                self.last_frame = time.monotonic()
                if self.frames % 20 == 0:
                    await self.say(t="seen", n=self.frames)

    async def say(self, **word: Any) -> None:
        await self.socket.send(json.dumps(word))

    async def until(self, **word: Any) -> None:
        """Wait until the server has said this."""

        def said() -> bool:
            return any(word.items() <= one.items() for one in self.words)

        await until(said, 5, lambda: f"{word}; got {self.words}")

    async def until_heard(self, frames: int) -> None:
        goal = self.frames + frames
        await until(lambda: self.frames >= goal, 5, f"{frames} more frames")


class Place:
    """The route behind a real server, and what stands behind it."""

    def __init__(self, settings: Settings) -> None:
        self.port, self.pbx, self.sessions, self.bus = free_port(), FakePort(), FakeSessions(), MemoryBus()
        self.bus.publish(Patch(seats=(seat("1001", state=SeatState.TALKING, party=caller()), seat("1002"))))
        sink = SimpleNamespace(put=lambda _record: None)
        self.listening = ListeningService(self.pbx, self.bus, AuditService(sink), 3)  # type: ignore[arg-type] -- no whole PBX
        self.services = SimpleNamespace(settings=settings, sessions=self.sessions, listening=self.listening)
        self._opened: list[ClientConnection] = []

    def account(self, name: str, role: str = "supervisor", **changes: Any) -> str:
        who = principal(name, role, f"session-{name}", account_id=hash(name), org_ids=frozenset({1}), **changes)
        self.sessions.known_sessions[name] = who
        return name

    def become(self, name: str, **changes: Any) -> None:
        self.sessions.known_sessions[name] = replace(self.sessions.known_sessions[name], **changes)

    async def open(self, account: str = "", origin: str | None = "same", agent: str = "1001", **more: Any) -> Line:
        here = f"127.0.0.1:{self.port}"
        socket = await websockets.connect(
            f"ws://{here}/api/listen/{agent}",
            origin=f"http://{here}" if origin == "same" else origin,  # type: ignore[arg-type] -- an origin is a str
            additional_headers={"Cookie": f"xktcc_session={account}"} if account else {},
            compression=None,
            proxy=None,
            **more,
        )
        self._opened.append(socket)
        return Line(socket)

    async def close(self) -> None:
        for socket in self._opened:
            socket.transport.abort()


@pytest.fixture
async def place(filled: Settings) -> AsyncIterator[Place]:
    made = Place(filled)
    app = Starlette(routes=[WebSocketRoute("/api/listen/{agent}", ListenSocket(made.services).serve)])  # type: ignore[arg-type] -- as above
    server = Server(app, address="127.0.0.1", port=made.port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(OSError):
                (await asyncio.open_connection("127.0.0.1", made.port))[1].close()
                break
            await asyncio.sleep(0.02)
    yield made
    await made.close()
    await made.listening.shut()
    server.stop()
    await asyncio.wait({serving}, timeout=5)


@pytest.mark.parametrize(
    ("account", "origin"), [("", "same"), ("forged", "same"), ("boss", "http://evil.example"), ("boss", None)]
)
async def test_without_session_or_from_elsewhere_the_door_stays_shut(place: Place, account, origin):
    place.account("boss")
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await place.open(account, origin)
    assert refusal.value.response.status_code == 403
    assert not place.pbx.ears


@pytest.mark.parametrize(
    ("changes", "agent", "code"),
    [
        ({"role": "agent"}, "1001", "permission_denied"),
        ({"must_change_password": True}, "1001", "permission_denied"),
        ({"scope": DataScope.BRANCH, "org_id": 2}, "1002", "nothing_to_hear"),
        ({}, "9999", "unknown_agent"),
        ({"agent": AgentId("1001")}, "1001", "own_call"),
    ],
)
async def test_whoever_may_not_is_told_why_and_hears_nothing(place: Place, changes, agent, code):
    line = await place.open(place.account("who", **changes), agent=agent)
    await line.until(t="end", code=code)
    assert line.frames == 0
    assert not place.pbx.ears


@pytest.mark.parametrize(
    ("code", "take_away"),
    [
        ("not_logged_in", lambda place: place.sessions.known_sessions.pop("boss")),
        ("not_logged_in", lambda place: place.become("boss", session_id="another one")),
        ("permission_denied", lambda place: place.become("boss", permissions=frozenset({Permission.SEATS_VIEW}))),
        ("out_of_scope", lambda place: place.become("boss", scope=DataScope.BRANCH, org_ids=frozenset({9}))),
    ],
)
async def test_a_right_taken_away_is_silence_within_two_seconds(place: Place, code, take_away):
    line = await place.open(place.account("boss"))
    await line.until_heard(20)
    taken = time.monotonic()
    take_away(place)
    await line.until(t="end", code=code)
    await asyncio.wait_for(line.reader, 2)
    assert line.last_frame - taken < GONE_WITHIN_S
    await asyncio.wait_for(place.pbx.ears[0].closed.wait(), 2)


async def test_a_conference_that_its_seat_in_scope_leaves_is_silence_within_two_seconds(place: Place):
    talking = {"state": SeatState.TALKING, "party": caller()}
    place.bus.publish(Patch(seats=(seat("1001", 2, **talking), seat("1002", 9, **talking))))
    boss = place.account("boss")
    place.become(boss, scope=DataScope.BRANCH, org_ids=frozenset({2}))
    line = await place.open(boss)
    await line.until_heard(20)
    left = time.monotonic()
    place.bus.publish(Patch(seats=(seat("1001", 2),)))
    await line.until(t="end", code="out_of_scope")
    await asyncio.wait_for(line.reader, 2)
    assert line.last_frame - left < GONE_WITHIN_S
    await asyncio.wait_for(place.pbx.ears[0].closed.wait(), 2)


async def test_the_right_to_speak_taken_away_leaves_listening(place: Place):
    boss = place.account("boss")
    line = await place.open(boss)
    await line.until(t="on")
    await line.say(t="mode", mode="barge")
    await line.until(t="mode", mode="barge")
    ear = place.pbx.ears[0]
    await line.socket.send(FRAME)
    await until(lambda: ear.said == 1, 2, "what was said")
    place.become(boss, permissions=frozenset({Permission.SEATS_VIEW, Permission.SEATS_LISTEN}))
    await line.until(t="mode", mode="listen")
    await line.socket.send(FRAME)
    await line.say(t="mode", mode="whisper")
    await line.until(t="refused", code="permission_denied", mode="listen")
    assert (ear.said, ear.mode) == (1, ListenMode.LISTEN)
    await line.until_heard(20)


async def test_a_browser_that_takes_nothing_delays_nobody_and_is_put_out(place: Place, monkeypatch):
    monkeypatch.setattr(listen, "SAY_S", 0.3)
    slow = await place.open(place.account("slow"), max_queue=1)
    other = await place.open(place.account("other"))
    await slow.until(t="on")
    slow.reader.cancel()
    slow.socket.transport.pause_reading()
    await other.until_heard(100)
    begun, before = time.monotonic(), other.frames
    await other.until_heard(200)  # four seconds of both parties would be 400
    assert time.monotonic() - begun < 3.0, f"{other.frames - before} frames"
    place.sessions.known_sessions.pop("slow")
    await asyncio.wait_for(place.pbx.ears[0].closed.wait(), GONE_WITHIN_S)
    assert not place.pbx.ears[1].closed.is_set()


async def test_who_is_gone_without_a_word_is_missed(place: Place, monkeypatch):
    monkeypatch.setattr(listen, "SILENT_S", 1.0)
    killed, silent = await place.open(place.account("a")), await place.open(place.account("b"))
    for line in (killed, silent):
        await line.until(t="on")
    killed.socket.transport.abort()
    silent.reader.cancel()
    for ear in place.pbx.ears:
        await asyncio.wait_for(ear.closed.wait(), 4)
    assert place.listening.all == ()


async def test_a_cut_of_some_seconds_is_lived_through(place: Place):
    line = await place.open(place.account("boss"))
    await line.until_heard(20)
    line.socket.transport.pause_reading()
    await asyncio.sleep(3)  # the cut itself
    line.socket.transport.resume_reading()
    await line.until_heard(200)
    assert not place.pbx.ears[0].closed.is_set()


@pytest.mark.parametrize("how", [EarEnd.CALL_OVER, EarEnd.PBX_LOST])
async def test_the_end_is_told_with_its_reason(place: Place, how):
    line = await place.open(place.account("boss"))
    await line.until(t="on")
    place.pbx.ears[0].end(how)
    await line.until(t="end", code=how)
    await asyncio.wait_for(place.pbx.ears[0].closed.wait(), 2)


async def test_a_voice_that_the_pbx_took_is_told(place: Place):
    line = await place.open(place.account("boss"))
    await line.until(t="on")
    await line.say(t="mode", mode="barge")
    await line.until(t="mode", mode="barge")
    place.pbx.ears[0].mode = ListenMode.LISTEN
    await line.until(t="refused", code="voice_lost", mode="listen")


@pytest.mark.parametrize(
    "word", ["", "[]", "{", '{"t": "mode", "mode": "shout"}', '{"t": "seen", "n": "x"}', "x" * 999]
)
async def test_what_is_no_word_ends_it(place: Place, word):
    line = await place.open(place.account("boss"))
    await line.until(t="on")
    await line.socket.send(word)
    await line.until(t="end", code="bad_value")
