"""An ear without a PBX: what is told when the PBX takes a part of it away, or does not let it follow."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from ari_scene import Scene

from telephony.ari import ear as ear_module
from telephony.ari.calls import Call
from telephony.ari.ear import AriEar
from telephony.errors import PbxRefusedError
from telephony.listening import EarEnd, ListenMode

FRAME = b"\0" * 640


class Silent:
    """A media socket that gives nothing until it is cut."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.transport = SimpleNamespace(abort=lambda: None)

    def __aiter__(self) -> Silent:
        return self

    async def __anext__(self) -> bytes:
        return await asyncio.get_running_loop().create_future()

    async def send(self, what: object) -> None:
        self.sent.append(what)


class Pbx:
    """Does whatever it is asked to at once; ``refuses``: joins fail; ``asked``: how many were tried since."""

    def __init__(self) -> None:
        self.ear: AriEar | None = None
        self.media_channels: list[str] = []
        self.sockets: list[Silent] = []
        self.refuses = False
        self.tried = 0

    async def make_bridge(self, _bridge: str) -> None: ...

    async def snoop(self, _channel: str, snoop: str, **_how: str) -> None:
        assert self.ear
        self.ear.started(snoop)

    async def media(self, channel: str) -> Silent:
        assert self.ear
        self.ear.started(channel)
        self.media_channels.append(channel)
        self.sockets.append(Silent())
        return self.sockets[-1]

    async def join(self, _bridge: str, *_channels: str) -> None:
        if self.refuses:
            self.tried += 1
            raise PbxRefusedError("no", 500)

    async def leave(self, _bridge: str, _channel: str) -> None: ...

    async def drop(self, _channels: list[str], _bridges: list[str]) -> list[BaseException]:
        return []


class Listening:
    """An ear at a call of one seat."""

    def __init__(self) -> None:
        self.scene, self.pbx = Scene(), Pbx()
        self.call: Call | None = self.scene.talk()[0]
        self.ear = AriEar(self.pbx, lambda: self.call, lambda _party, _pcm: None)  # type: ignore[arg-type] -- no whole PBX
        self.pbx.ear = self.ear


@pytest.fixture
async def listening(monkeypatch):
    monkeypatch.setattr(ear_module, "_RETRY_S", 0.0)
    made = Listening()
    await made.ear.open()
    yield made
    await made.ear.close()


@pytest.mark.parametrize("mode", [ListenMode.WHISPER, ListenMode.BARGE])
async def test_a_mouth_that_the_pbx_took_is_no_longer_said_to_be_heard(listening, mode):
    ear, pbx = listening.ear, listening.pbx
    await ear.switch(mode)
    ear.gone(pbx.media_channels[-1])
    assert ear.mode is ListenMode.LISTEN
    before = len(pbx.media_channels)
    ear.speak(FRAME)  # to nobody, and no error
    await ear.switch(mode)
    assert (ear.mode, len(pbx.media_channels)) == (mode, before + 1), "asked for again there is a new one"


async def test_an_ear_that_can_not_follow_ends_after_some_tries_and_says_why(listening):
    ear, pbx, call = listening.ear, listening.pbx, listening.call
    await ear.switch(ListenMode.BARGE)
    pbx.refuses, call.moved = True, True
    ear.look()
    assert await asyncio.wait_for(ear.ended(), 2) is EarEnd.PBX_LOST
    assert pbx.tried == ear_module._TRIES


async def test_one_refusal_is_not_the_end(listening):
    ear, pbx, call = listening.ear, listening.pbx, listening.call
    await ear.switch(ListenMode.BARGE)
    joined = asyncio.Event()

    async def join(bridge, *_channels):
        pbx.tried += 1
        if pbx.tried == 1:
            raise PbxRefusedError("no", 500)
        joined.set()

    pbx.join, call.moved = join, True
    ear.look()
    await asyncio.wait_for(joined.wait(), 2)
    assert not ear._end.done()
    assert ear.mode is ListenMode.BARGE


async def test_an_ear_that_can_not_follow_because_the_call_is_over_says_that(listening):
    listening.call = None
    listening.ear.look()
    assert await asyncio.wait_for(listening.ear.ended(), 2) is EarEnd.CALL_OVER
