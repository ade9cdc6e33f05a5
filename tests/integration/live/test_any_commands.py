"""An agent's commands in any order, sensible or not, straight over the socket: toolbar, wall and PBX agree after each sequence."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.lab import Lab
from tests.support.program import DEMO_PASSWORD
from tests.support.served_centre import ServedCentre
from tests.support.truth import until_true
from tests.support.wall_client import TOOLBAR, ToolbarClient, WallClient, log_in
from xktcc_app.live.client_vars import client_key
from xktcc_app.state.dialling import DialState

ME = "1001"
SEQUENCES, STEPS = 100, 6
AGREE_S = 8.0
"""A command waits 5 s at most for the event that proves it; after that everything has come to rest."""
Command = tuple[str, dict[str, Any]]

STATES: tuple[Command, ...] = (
    ("log_on", {}),
    ("log_off", {}),
    ("set_state", {"state": "ready", "reason": ""}),
    ("set_state", {"state": "busy", "reason": ""}),
    ("set_state", {"state": "not_ready", "reason": "meal"}),
    ("end_wrap_up", {}),
    ("extend_wrap_up", {}),
)
TALK: tuple[Command, ...] = (
    ("hold", {}),
    ("retrieve", {}),
    ("mute", {}),
    ("unmute", {}),
    ("digits", {"keys": "1#"}),
    ("transfer", {"seat": "1003", "number": ""}),
    ("consult", {"seat": "1004", "number": ""}),
    ("consult", {"seat": "", "number": "13911113333"}),
    ("complete", {}),
    ("cancel_consultation", {}),
    ("conference", {}),
    ("hang_up", {}),
)
NONSENSE: tuple[Command, ...] = (
    ("set_state", {"state": "not_ready", "reason": "'; DROP TABLE call; --"}),
    ("set_state", {"state": "talking", "reason": ""}),
    ("set_state", {"state": None, "reason": 7}),
    ("digits", {"keys": "hello" * 50}),
    ("dial", {"form": {"number": "139-" + "1" * 90}}),
    ("dial", {"form": {"number": "0044207946"}}),
    ("dial", {"form": {"number": "call me"}}),
    ("dial", {"form": {}}),
    ("transfer", {"seat": "9999", "number": ""}),
    ("transfer", {"seat": "", "number": ""}),
    ("transfer", {"seat": "1003", "number": "13911113333"}),
    ("consult", {"seat": ME, "number": ""}),
    ("transfer", {"seat": {"$gt": ""}, "number": ["1"]}),
)
FITTING: dict[str, tuple[Command, ...]] = {
    "logged_off": STATES[:1],
    "alerting": (("answer", {}), ("answer", {}), ("decline", {}), ("hang_up", {})),
    "talking": TALK,
    "hold": TALK,
    "wrap_up": STATES,
}
IDLE: tuple[Command, ...] = (*STATES[2:5], ("dial", {"form": {"number": "13911112222"}}))
ANY: tuple[Command, ...] = (*STATES, ("answer", {}), ("decline", {}), *IDLE, *TALK, *NONSENSE)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCentre]:
    centre = ServedCentre(tmp_path_factory.mktemp("any"), wrap_up_s=1, ring_timeout_s=60)
    centre.start()
    yield centre
    centre.stop()


@pytest_asyncio.fixture
async def lab(centre: ServedCentre) -> AsyncIterator[Lab]:
    lab = Lab(centre)
    yield lab
    await lab.close()


@pytest_asyncio.fixture
async def toolbar(centre: ServedCentre) -> AsyncIterator[ToolbarClient]:
    client = await ToolbarClient(centre.url, await log_in(centre.url, ME, DEMO_PASSWORD)).open()
    yield client
    await client.close()


@pytest_asyncio.fixture
async def wall(centre: ServedCentre) -> AsyncIterator[WallClient]:
    wall = await WallClient(centre.url, await log_in(centre.url, "supervisor", DEMO_PASSWORD)).open()
    yield wall
    await wall.close()


async def test_any_order(toolbar: ToolbarClient, wall: WallClient, lab: Lab) -> None:
    seen: set[str] = set()
    for number in range(SEQUENCES):
        chosen = random.Random(20261127 + number)
        told = await _sequence(chosen, toolbar, lab, seen)
        try:
            await until_true(wall, lab, AGREE_S)
            await toolbar.wait_for(
                lambda: toolbar.seat["state"] == wall.state(ME), AGREE_S, "toolbar and wall say the same"
            )
        except AssertionError as error:
            raise AssertionError(f"sequence {number}, {told}, the toolbar says {toolbar.seat}: {error}") from error
        await _calm(lab, toolbar)
    assert not toolbar.socket.refused
    assert seen >= {"ready", "busy", "not_ready", "logged_off", "alerting", "talking", "hold", "wrap_up"}


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"line": "phone", "ident": 987_654_321, "index": 0}, "not_found"),
        ({"line": "phone", "ident": "987654321", "index": 0}, "not_found"),
        ({"line": "phone", "ident": 1, "index": "0"}, "seat_not_ready"),
        ({"line": "phone", "ident": 1, "index": -1}, "not_found"),
        ({"line": "phone", "ident": {"$gt": ""}, "index": 0}, "bad_value"),
        ({"line": ["phone"], "ident": 1, "index": 0}, "bad_value"),
        ({"line": "call", "ident": 5, "index": 0}, "not_found"),
    ],
)
async def test_what_a_click_can_dial(toolbar: ToolbarClient, payload: dict[str, Any], told: str) -> None:
    await _logged_off(toolbar)  # however the commands before left the seat
    await toolbar.socket.call(f"{DialState.get_full_name()}.dial", **payload)
    await toolbar.socket.until(lambda: toolbar.socket.value(DialState, "error_code"), AGREE_S, "an answer")
    assert toolbar.socket.value(DialState, "error_code") == told
    assert toolbar.seat["state"] == "logged_off"


async def _sequence(chosen: random.Random, toolbar: ToolbarClient, lab: Lab, seen: set[str]) -> list[str]:
    told: list[str] = []

    async def give(command: Command, *, waits: bool = True) -> None:
        # pressed keys end as "dismiss" does: they are waited for
        action, payload = command
        told.append(f"{toolbar.seat['state']}: {action} {payload}")
        ends = _ends(toolbar)
        await toolbar.socket.call(f"{TOOLBAR}.{action}", **payload)
        if action == "digits":
            await toolbar.socket.until(lambda: _ends(toolbar) > ends, STEPS * AGREE_S, "the end of the keys")
        elif waits:
            await _done(toolbar)
        seen.add(toolbar.seat["state"])

    if chosen.random() < 0.8:
        for command in (STATES[0], STATES[5], STATES[2]):
            await give(command)
        told.append("somebody calls")
        await lab.call(ME)
        if chosen.random() < 0.8:
            await toolbar.wait_for(lambda: toolbar.seat["state"] != "ready", AGREE_S, f"the call comes, {told}")
    for _ in range(STEPS):
        if chosen.random() < 0.15:
            told.append(await _outside(chosen, lab))
            continue
        fitting = FITTING.get(toolbar.seat["state"], IDLE)
        await give(chosen.choice(fitting if chosen.random() < 0.7 else ANY), waits=chosen.random() < 0.7)
    await _done(toolbar)
    return told


async def _done(toolbar: ToolbarClient) -> None:
    """Every command so far was carried out or refused, and what became of the seat is here.

    A page's events run one after the other: the end of ``dismiss`` is told after theirs, and ``load`` tells the seat anew.
    """
    before, told = _ends(toolbar), _loads(toolbar)
    await toolbar.socket.call(f"{TOOLBAR}.dismiss")
    await toolbar.socket.until(lambda: _ends(toolbar) > before, STEPS * AGREE_S, "the end of the commands")
    await toolbar.socket.call(f"{TOOLBAR}.load")
    await toolbar.socket.until(lambda: _loads(toolbar) > told, AGREE_S, "the seat as it is now")


def _loads(toolbar: ToolbarClient) -> int:
    return sum(client_key("provisioned") in delta.get(TOOLBAR, {}) for _, delta in toolbar.socket.deltas)


def _ends(toolbar: ToolbarClient) -> int:
    """How often it was told that nothing is wrong, with nothing else: so ends ``dismiss`` alone."""
    return sum(list(delta.get(TOOLBAR, {})) == [client_key("error_code")] for _, delta in toolbar.socket.deltas)


async def _outside(chosen: random.Random, lab: Lab) -> str:
    """A hand at a phone, or the party outside, does something."""
    state = await lab.state()
    hands = [
        *((f"/phones/{phone}/{what}") for phone, one in state["phones"].items() if one["ringing"] for what in ("answer", "reject")),
        *((f"/phones/{phone}/hangup") for phone, one in state["phones"].items() if one["talking"]),
    ]  # fmt: skip
    outside = [ident for ident, leg in state["channels"].items() if leg["kind"] == "trunk"]
    if outside and (not hands or chosen.random() < 0.5):
        ident = chosen.choice(sorted(outside))
        await lab._http.delete(f"/calls/{ident}")
        return f"{ident} outside hangs up"
    if not hands:
        return "nobody does anything"
    hand = chosen.choice(sorted(hands))
    await lab._http.post(hand)
    return hand


async def _logged_off(toolbar: ToolbarClient) -> None:
    for action in ("end_wrap_up", "log_off"):
        await toolbar.socket.call(f"{TOOLBAR}.{action}")
    await toolbar.wait_for(lambda: toolbar.seat["state"] == "logged_off", AGREE_S, "the seat is logged off")


async def _calm(lab: Lab, toolbar: ToolbarClient) -> None:
    """Everybody hangs up, and nothing of it is left at the exchange."""
    deadline = time.monotonic() + AGREE_S
    while True:
        state = await lab.state()
        calls = [ident for ident, leg in state["channels"].items() if leg["kind"] == "trunk"]
        phones = [ident for ident, phone in state["phones"].items() if phone["ringing"] or phone["talking"]]
        if not calls and not phones:
            break
        for ident in calls:
            await lab._http.delete(f"/calls/{ident}")
        for ident in phones:
            await lab._http.post(f"/phones/{ident}/{'reject' if state['phones'][ident]['ringing'] else 'hangup'}")
        assert time.monotonic() < deadline, f"channels are left: {state}"
        await asyncio.sleep(0.02)
    await toolbar.wait_for(
        lambda: toolbar.seat["state"] not in {"alerting", "talking", "hold"}, AGREE_S, "the toolbar is calm"
    )
