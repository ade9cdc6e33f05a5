"""The open wall of a supervisor, and the toolbar of an agent, without a browser: what their pages would know."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Self

import httpx
import websockets

from tests.support.browser_socket import BrowserSocket
from xktcc_app.live.client_vars import SEAT_KEY_PREFIX, client_key, seat_key
from xktcc_app.state.session import PulseState, SessionState
from xktcc_app.state.toolbar import ToolbarState
from xktcc_app.state.wall import WallState

WALL, TOOLBAR, PULSE = WallState.get_full_name(), ToolbarState.get_full_name(), PulseState.get_full_name()
GREET = f"{SessionState.get_full_name()}.require_login"
SILENCE_S = 3.0
"""A page that hears nothing for so long takes what it shows for old."""


async def log_in(url: str, account: str, password: str) -> str:
    """Send the login form; returns the cookie header of the browser."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as http:
        answer = await http.post("/login", data={"account": account, "password": password}, timeout=20)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/", f"{account} was not let in"
    return f"xktcc_session={answer.cookies['xktcc_session']}"


class Page:
    """A page with its socket. ``reopen`` does what a browser does when the line comes back."""

    route = "/"

    def __init__(self, url: str, cookie: str) -> None:
        self._url, self._cookie = url, cookie
        self.socket = BrowserSocket(url, cookie=cookie, page=self.route)

    async def open(self) -> Self:
        await self.socket.open()
        await self.socket.call(GREET)
        await self._load()
        return self

    async def _load(self) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        await self.socket.close()

    async def reopen(self, within_s: float) -> None:
        """Come back with the same cookie and token, as soon as the server takes it."""
        token, deadline = self.socket.token, time.monotonic() + within_s
        while True:
            self.socket = BrowserSocket(self._url, cookie=self._cookie, token=token, page=self.route)
            with contextlib.suppress(OSError, websockets.WebSocketException):
                await self.open()
                return
            assert time.monotonic() < deadline, f"no socket within {within_s} s"
            await asyncio.sleep(0.05)

    async def wait_for(self, fact: Callable[[], Any], within_s: float, what: str) -> float:
        """Return after how many seconds ``fact`` was true."""
        begun = time.monotonic()
        while not fact():
            assert time.monotonic() - begun < within_s, f"not within {within_s} s: {what}"
            await asyncio.sleep(0.005)
        return time.monotonic() - begun


class WallClient(Page):
    """The wall: ``seats`` by agent number, ``centre``, ``stale`` as the page shows it."""

    route = "/seats"

    async def _load(self) -> None:
        await self.socket.call(f"{WALL}.load")
        await self.socket.until(lambda: self.value("loaded"), 10, "the wall's snapshot")

    def value(self, name: str) -> Any:
        return self.socket.value(WallState, name)

    @property
    def seats(self) -> dict[str, dict[str, Any]]:
        values = self.socket.values.get(WALL, {})
        wanted = {ident: values.get(seat_key(ident)) for ident in self.value("seat_ids") or []}
        return {ident: seat for ident, seat in wanted.items() if seat is not None}

    @property
    def centre(self) -> dict[str, Any]:
        return self.value("centre")

    @property
    def stale(self) -> bool:
        """Told so by the server, or cut off, or without its heartbeat."""
        beats = [at for at, delta in self.socket.deltas[-40:] if PULSE in delta]
        silent = not beats or time.monotonic() - beats[-1] > SILENCE_S
        return bool(self.value("stale")) or self.socket.closed or silent

    def state(self, agent: str) -> str:
        return self.seats[agent]["state"]

    def told_stale(self, after: float) -> list[tuple[float, bool]]:
        """What the server said of staleness after a moment (monotonic seconds)."""
        key = client_key("stale")
        return [
            (at, delta[WALL][key]) for at, delta in self.socket.deltas if at >= after and key in delta.get(WALL, {})
        ]

    def seat_changes(self) -> int:
        """How many seats came in deltas so far."""
        return sum(
            key.startswith(SEAT_KEY_PREFIX) and key != client_key("seat_ids")
            for _, delta in self.socket.deltas
            for key in delta.get(WALL, {})
        )


class ToolbarClient(Page):
    """The toolbar of an agent. ``do`` gives a command and waits for its end."""

    route = "/desk"

    async def _load(self) -> None:
        await self.socket.call(f"{TOOLBAR}.load")
        await self.socket.until(lambda: self.seat.get("id"), 10, "the agent's own seat")

    @property
    def seat(self) -> dict[str, Any]:
        return self.socket.value(ToolbarState, "seat") or {}

    async def do(self, action: str, expected: str, **payload: Any) -> None:
        await self.socket.call(f"{TOOLBAR}.{action}", **payload)
        await self.wait_for(lambda: self.seat["state"] == expected, 6, f"{action} leads to {expected}: {self.seat}")
