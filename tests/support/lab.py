"""Hands at the exchange's phones and outside of it, and its own truth."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

import httpx

from telephony.ari.names import Role, parse_channel_id


class HasLab(Protocol):
    """Whatever runs an exchange."""

    @property
    def lab_url(self) -> str:
        """The address of its ``/lab``."""
        ...


class Lab:
    """``/lab`` of a program's exchange. ``placed`` are the calls from outside, by the phone that answered or ""."""

    def __init__(self, program: HasLab) -> None:
        self._http = httpx.AsyncClient(base_url=program.lab_url, timeout=10)
        self.placed: dict[str, str] = {}
        self._next = 13_900_000_000

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, **body: object) -> Any:
        answer = await self._http.request(method, path, json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def state(self) -> dict[str, Any]:
        return await self.ask("GET", "/state")

    async def call(self, to: str = "96000") -> str:
        """Someone outside dials; returns the call's id."""
        self._next += 1
        ident = (await self.ask("POST", "/calls", **{"from": str(self._next), "to": to}))["id"]
        self.placed[ident] = ""
        return ident

    async def ringing_phone(self, call: str, within_s: float = 10) -> str:
        """The phone that rings for a call."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for ident, leg in (await self.state())["channels"].items():
                name = parse_channel_id(ident)
                if name and name.call == call and name.role is Role.SEAT and leg["state"] == "Ringing":
                    return leg["phone"]
            await asyncio.sleep(0.02)
        raise AssertionError(f"no phone rings for {call} within {within_s} s: {await self.state()}")

    async def answer(self, call: str) -> str:
        """Lift the receiver where the call rings; returns the phone."""
        phone = await self.ringing_phone(call)
        await self.ask("POST", f"/phones/{phone}/answer")
        self.placed[call] = phone
        return phone

    async def talk(self, to: str = "96000") -> tuple[str, str]:
        """A call that is answered: its id and the phone."""
        call = await self.call(to)
        return call, await self.answer(call)

    async def end(self, call: str) -> None:
        """The caller hangs up."""
        await self.ask("DELETE", f"/calls/{call}")

    async def answers(self) -> bool:
        """Whether the exchange serves now."""
        try:
            return (await self._http.get("/state", timeout=2)).is_success
        except httpx.HTTPError:
            return False
