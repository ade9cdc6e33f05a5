"""A small ARI client and hands for the lab, to test the exchange over real HTTP and WebSocket."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import websockets

USER, PASSWORD = "tester", "tester-secret"
Event = dict[str, Any]


def basic_auth() -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}


class AriLab:
    def __init__(self, port: int) -> None:
        self.port = port
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", auth=(USER, PASSWORD), timeout=5)
        self.events: list[Event] = []
        self.closed = asyncio.Event()
        self._news = asyncio.Condition()
        self._ws: Any = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(self, app: str = "xktcc", subscribe_all: str = "true") -> None:
        self.closed.clear()
        self._ws = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/ari/events?app={app}&subscribeAll={subscribe_all}",
            additional_headers=basic_auth(),
            ping_interval=None,
        )
        self._reader = asyncio.create_task(self._read(self._ws))

    async def _read(self, ws: Any) -> None:
        try:
            async for message in ws:
                self.events.append(json.loads(message))
                async with self._news:
                    self._news.notify_all()
        except websockets.ConnectionClosed:
            pass
        finally:
            self.closed.set()

    async def wait(self, what: str | Callable[[Event], bool], within_s: float = 5, **fields: Any) -> Event:
        """Return the first event, past or to come, of this type and with these fields (`channel_id` for the channel's)."""

        def fits(event: Event) -> bool:
            if callable(what):
                return what(event)
            return event["type"] == what and all(_field(event, name) == value for name, value in fields.items())

        async with asyncio.timeout(within_s):
            while True:
                found = next((event for event in self.events if fits(event)), None)
                if found is not None:
                    return found
                async with self._news:
                    await self._news.wait()

    def types(self, channel_id: str) -> list[str]:
        return [event["type"] for event in self.events if _field(event, "channel_id") == channel_id]

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.http.request(method, f"/ari{path}", params=query, json=body)

    async def ari(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        reply = await self.ask(method, path, body, **query)
        assert reply.status_code < 300, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    async def lab(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        reply = await self.http.request(method, f"/lab{path}", json=body)
        if status is not None:
            assert reply.status_code == status, reply.text
        return reply.json() if reply.content else None

    async def until(self, fact: Callable[[], Any], within_s: float = 5) -> Any:
        """Poll an asynchronous fact until it is true, and return it."""
        async with asyncio.timeout(within_s):
            while True:
                found = await fact()
                if found:
                    return found
                await asyncio.sleep(0.01)

    # -- the steps that most scenarios share

    async def inbound(self, caller: str = "13800001111", dialled: str = "96000", answer: bool = True) -> str:
        call_id = (await self.lab("POST", "/calls", {"from": caller, "to": dialled}, 201))["id"]
        await self.wait("StasisStart", channel_id=call_id)
        if answer:
            await self.ari("POST", f"/channels/{call_id}/answer")
        return call_id

    async def ring(self, seat: str, leg: str, **query: Any) -> None:
        await self.ari(
            "POST", "/channels", endpoint=f"PJSIP/{seat}", app="xktcc", appArgs="agent,call1",
            callerId="13800001111 <13800001111>", channelId=leg, **query,
        )  # fmt: skip
        await self.wait("Dial", dialstatus="RINGING", peer_id=leg)

    async def pick_up(self, seat: str, leg: str) -> None:
        await self.ring(seat, leg)
        await self.lab("POST", f"/phones/{seat}/answer", status=200)
        await self.wait("StasisStart", channel_id=leg)

    async def mix(self, bridge: str, *legs: str) -> None:
        await self.ari("POST", "/bridges", type="mixing", bridgeId=bridge)
        await self.ari("POST", f"/bridges/{bridge}/addChannel", channel=",".join(legs))

    async def close(self) -> None:
        if self._ws is not None:
            await self._ws.close()
        if self._reader is not None:
            await self._reader
        await self.http.aclose()


def _field(event: Event, name: str) -> Any:
    thing, _, key = name.rpartition("_")
    if key == "id" and isinstance(event.get(thing), dict):
        return event[thing]["id"]
    return event.get(name)
