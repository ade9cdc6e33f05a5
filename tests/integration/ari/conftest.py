"""The driver and the embedded exchange, over real HTTP and WebSocket on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from telephony import events as cti
from telephony.ari.driver import AriDriver
from telephony.ari.lab_phones import LabPhones
from telephony.exchange.exchange import Settings
from telephony.exchange.server import ExchangeServer
from telephony.types import CallId, DeviceId

USER, PASSWORD = "tester", "tester-secret"
Kind = TypeVar("Kind", bound=cti.Event)


class Desk:
    """A driver that is listened to, and hands at the lab's phones."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.driver = AriDriver(self.root, USER, PASSWORD, phones=LabPhones(self.root))
        self.lab = httpx.AsyncClient(base_url=f"{self.root}/lab", timeout=5, trust_env=False)
        self.events: list[cti.Event] = []
        self._news = asyncio.Event()
        self._pump = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self.driver.events():
            self.events.append(event)
            self._news.set()

    def all(self, kind: type[Kind], call: CallId | None = None) -> list[Kind]:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and (call is None or getattr(event, "call", None) == call)
        ]

    async def told(self, kind: type[Kind], call: CallId | None = None, count: int = 1, within_s: float = 6) -> Kind:
        async with asyncio.timeout(within_s):
            while len(self.all(kind, call)) < count:
                assert not self._pump.done(), self._pump
                self._news.clear()
                await self._news.wait()
        return self.all(kind, call)[count - 1]

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        reply = await self.lab.request(method, path, json=body)
        assert reply.status_code < 300, reply.text
        return reply.json() if reply.content else None

    async def call(self, to: str = "96000", **more: Any) -> CallId:
        made = await self.ask("POST", "/calls", {"from": "13800001111", "to": to} | more)
        call = CallId(made["id"])
        await self.told(cti.Queued, call)
        return call

    async def ring(self, call: CallId, device: str, timeout_s: float = 10) -> None:
        before = len(self.all(cti.Delivered, call))
        await self.driver.deliver_call(call, DeviceId(device), timeout_s)
        await self.told(cti.Delivered, call, before + 1)

    async def talk(self, device: str = "1001") -> CallId:
        call = await self.call()
        await self.ring(call, device)
        await self.driver.answer_call(call, DeviceId(device))
        await self.told(cti.Established, call)
        return call

    async def close(self) -> None:
        await self.driver.close()
        async with asyncio.timeout(3):
            await self._pump
        await self.lab.aclose()


@pytest.fixture(params=[1.0], ids=["quirks"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ExchangeServer]:
    """With all the nasty habits of Asterisk: repeated events, changed order."""
    settings = Settings(
        data_dir=tmp_path, port=0, user=USER, password=PASSWORD, seats=6, traffic=False, seed=1, quirks=request.param
    )
    running = ExchangeServer(settings)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def desk(server: ExchangeServer) -> AsyncIterator[Desk]:
    made = Desk(server.port)
    await made.told(cti.Snapshot)
    yield made
    await made.close()
