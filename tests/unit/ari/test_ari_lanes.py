from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telephony.ari.actions import Action, Answer, HangUp, Park
from telephony.ari.lanes import Lanes
from telephony.errors import NoSuchCallError, PbxRefusedError, TelephonyError
from telephony.types import CallId


class Pbx:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.errors: list[TelephonyError] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def _take(self, what: str) -> None:
        self.done.append(f"{what}?")
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(what)

    async def answer(self, channel: str) -> None:
        await self._take(f"answer {channel}")

    async def park(self, channel: str) -> None:
        await self._take(f"park {channel}")

    async def hang_up(self, channel: str, _reason: str) -> None:
        await self._take(f"hang up {channel}")


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> Pbx:
    monkeypatch.setattr("telephony.ari.lanes._PAUSE_S", 0.0)
    return Pbx()


def lanes(pbx: Any) -> tuple[Lanes, list[Action]]:
    failed: list[Action] = []
    return Lanes(pbx, failed.append), failed


async def settled(runner: Lanes) -> None:
    async with asyncio.timeout(2):
        while runner._tasks:
            await asyncio.gather(*runner._tasks)
            await asyncio.sleep(0)


async def test_one_call_keeps_its_order_and_holds_nobody_up(pbx: Pbx) -> None:
    runner, failed = lanes(pbx)
    pbx.gate.clear()
    runner.submit(Answer(CallId("a"), "a"))
    runner.submit(Park(CallId("a"), "a"))
    runner.submit(Answer(CallId("b"), "b"))
    await asyncio.sleep(0)
    assert pbx.done == ["answer a?", "answer b?"]
    pbx.gate.set()
    await settled(runner)
    assert [word for word in pbx.done if word[-1] == "a"] == ["answer a", "park a"]
    assert not failed
    runner.submit(HangUp(CallId("a"), "a"))
    await settled(runner)
    assert pbx.done[-1] == "hang up a"


@pytest.mark.parametrize(
    ("errors", "action", "fails"),
    [
        ([PbxRefusedError("later", 409)], Park(CallId("a"), "a"), False),
        ([PbxRefusedError("later", 409)] * 2, Park(CallId("a"), "a"), True),
        ([PbxRefusedError("gone", 400)], Park(CallId("a"), "a"), True),
        ([NoSuchCallError("gone")], Park(CallId("a"), "a"), True),
        ([PbxRefusedError("no", 500)], Answer(CallId("a"), "a"), True),
    ],
)
async def test_what_is_tried_again(pbx: Pbx, errors: list[TelephonyError], action: Action, fails: bool) -> None:
    runner, failed = lanes(pbx)
    pbx.errors = list(errors)
    runner.submit(action)
    await settled(runner)
    assert failed == ([action] if fails else [])
    assert pbx.errors == []


async def test_what_waits_is_dropped_with_the_pbx(pbx: Pbx) -> None:
    runner, failed = lanes(pbx)
    pbx.gate.clear()
    runner.submit(Answer(CallId("a"), "a"))
    runner.submit(Park(CallId("a"), "a"))
    await asyncio.sleep(0)
    await runner.drop_all()
    pbx.gate.set()
    runner.submit(HangUp(CallId("a"), "a"))
    await settled(runner)
    assert pbx.done == ["answer a?", "hang up a?", "hang up a"]
    assert not failed
