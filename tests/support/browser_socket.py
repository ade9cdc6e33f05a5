"""A browser's socket without a browser: speaks Socket.IO to Reflex's event route, and keeps what comes back."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any, Self

import websockets

from xktcc_app.live.client_vars import client_key

ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"


class BrowserSocket:
    """``values`` is the browser's copy of the states, merged as the page's own script does it."""

    def __init__(
        self, url: str, *, cookie: str = "", token: str = "", origin: str | None = None, page: str = "/"
    ) -> None:
        self.url, self.cookie, self.origin, self.page = url, cookie, origin or url, page
        self.token = token or str(uuid.uuid4())
        self.values: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.other: list[list[Any]] = []
        self.deltas: list[tuple[float, dict[str, Any]]] = []
        self.hydrations = 0
        self.refused = False
        self.closed = False

    async def open(self, *, boot: bool = True) -> Self:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        address = f"{self.url.replace('http', 'ws')}/_event/?EIO=4&transport=websocket&token={self.token}"
        self._socket = await websockets.connect(address, origin=self.origin, additional_headers=headers, max_size=None)
        await self._socket.recv()
        auth = {"event": self.event(HYDRATE)} if boot else {}
        self.hydrations += boot
        await self._socket.send(f"40/_event,{json.dumps(auth)}")
        self._reader = asyncio.create_task(self._read())
        return self

    def event(self, name: str, **payload: Any) -> dict[str, Any]:
        return {
            "name": name,
            "payload": payload,
            "router_data": {"pathname": self.page, "asPath": self.page, "query": {}},
        }

    async def call(self, name: str, **payload: Any) -> None:
        self.hydrations += name == HYDRATE
        await self.emit("event", self.event(name, **payload))

    async def emit(self, *arguments: Any) -> None:
        await self._socket.send(f"42/_event,{json.dumps(arguments)}")

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                await self._frame(str(frame))
        except websockets.ConnectionClosed:
            pass
        finally:
            self.closed = True

    async def _frame(self, frame: str) -> None:
        if frame == "2":
            await self._socket.send("3")
        elif frame == "1":
            await self._socket.close()
        elif frame.startswith("44"):
            self.refused = True
        elif frame.startswith("41"):
            self.closed = True
        elif frame.startswith("42/_event,"):
            self._take(*json.loads(frame.removeprefix("42/_event,")))

    def _take(self, kind: str, body: Any = None) -> None:
        if kind != "event":
            self.other.append([kind, body])
            return
        self.events.extend(body.get("events", []))
        if delta := body.get("delta"):
            self.deltas.append((time.monotonic(), delta))
        for state, values in (body.get("delta") or {}).items():
            self.values.setdefault(state, {}).update(values)

    def value(self, state: Any, name: str) -> Any:
        return self.values.get(state.get_full_name(), {}).get(client_key(name))

    def is_hydrated(self) -> bool:
        """Whether every hydration that was asked for is answered: each tells twice, at its beginning and its end."""
        told = sum(client_key("is_hydrated") in delta.get(ROOT, {}) for _, delta in self.deltas)
        return told >= 2 * self.hydrations

    async def until(self, fact: Callable[[], Any], within_s: float = 10.0, what: str = "the expected") -> Any:
        deadline = time.monotonic() + within_s
        while not (found := fact()):
            if self.closed and self._reader.done() and (stumbled := self._reader.exception()):
                raise stumbled  # what came could not be read: nothing more will come
            assert time.monotonic() < deadline, (
                f"not within {within_s} s: {what}; {self._standing()}; got {str(self.values)[:800]}"
            )
            await asyncio.sleep(0.005)
        return found

    def _standing(self) -> str:
        """How the line stands, for whoever waits in vain."""
        last = (
            f"the last of {len(self.deltas)} deltas {time.monotonic() - self.deltas[-1][0]:.1f} s ago"
            if self.deltas
            else "no delta"
        )
        return f"closed {self.closed} ({self._socket.close_code}), {last}"

    async def round_trip(self, within_s: float = 10.0) -> None:
        """Everything that was sent before has been read by the server, and its answers are here (events run in order)."""
        seen = len(self.other)
        await self.emit("ping")
        await self.until(lambda: len(self.other) > seen, within_s, "pong")

    async def close(self) -> None:
        await self._socket.close()
        await self._reader
