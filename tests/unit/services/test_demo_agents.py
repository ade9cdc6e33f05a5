import asyncio
import contextlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from unittest.mock import AsyncMock

import pytest

from telephony.bus import MemoryBus
from telephony.errors import IllegalTransitionError
from telephony.types import AgentState, Network, SeatState
from telephony.views import CentreView, Patch
from tests.unit.services.seats import AT, seat
from xktcc_app.services import demo_agents
from xktcc_app.services.demo_agents import DemoAgents
from xktcc_app.services.demo_habits import Deed, Intent, next_intent
from xktcc_app.services.toolbar import BREAK_REASONS


def many(state, count=300, **changes):
    dice = Random(1)
    return [next_intent(seat(state=state, **changes), dice, fresh=False) for _ in range(count)]


def test_idle_agents_take_breaks_call_out_and_seldom_leave():
    intents = many(SeatState.READY)
    deeds = Counter(intent.deed for intent in intents)
    assert deeds[Deed.BREAK] > deeds[Deed.DIAL] > deeds[Deed.BUSY] > deeds[Deed.LOG_OFF] > 0
    assert {intent.reason for intent in intents if intent.deed is Deed.BREAK} == set(BREAK_REASONS)
    assert 200 < sum(intent.after_s for intent in intents) / len(intents) < 400


@pytest.mark.parametrize(
    ("state", "deed", "least", "most"),
    [
        (SeatState.LOGGED_OFF, Deed.LOG_ON, 60, 240),
        (SeatState.NOT_READY, Deed.READY, 60, 240),
        (SeatState.BUSY, Deed.READY, 30, 150),
        (SeatState.HOLD, Deed.RETRIEVE, 5, 25),
        (SeatState.WRAP_UP, Deed.END_WRAP_UP, 5, 40),
    ],
)
def test_states_are_left_after_a_while(state, deed, least, most):
    intents = many(state)
    assert {intent.deed for intent in intents} == {deed}
    assert all(least <= intent.after_s <= most for intent in intents)


def test_conversations_are_sometimes_held_and_seldom_transferred():
    deeds = Counter(intent and intent.deed for intent in many(SeatState.TALKING, 1000))
    assert deeds[None] > 700
    assert deeds[Deed.HOLD] > deeds[Deed.TRANSFER] > 0
    assert many(SeatState.ALERTING, 3) == [None] * 3


def test_reasons_and_phones_matter():
    assert all(intent.after_s <= 3 for intent in many(SeatState.BUSY, reason="just_logged_on"))
    assert all(intent.deed is Deed.LOOK_AGAIN for intent in many(SeatState.BUSY, network=Network.OFFLINE))
    assert next_intent(seat(state=SeatState.LOGGED_OFF), Random(1), fresh=True).after_s <= 6


class Stage:
    """Demo agents on a bus with a desk that only listens; whatever they mean to do is due at once."""

    def __init__(self, monkeypatch):
        self.bus, self.desk = MemoryBus(), AsyncMock()
        self.intents = {}
        monkeypatch.setattr(demo_agents, "next_intent", self._next)
        self.agents = DemoAgents(self.desk, self.bus, ["1004", "1005"], "1380000{}".format, 1)

    def _next(self, view, _dice, *, fresh):
        return self.intents.get(view.state)

    def show(self, *seats):
        self.bus.publish(Patch(seats=seats))

    @contextlib.asynccontextmanager
    async def playing(self):
        task = asyncio.create_task(self.agents.run())
        await asyncio.sleep(0)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def until(self, fact):
        async with asyncio.timeout(3):
            while not fact():  # noqa: ASYNC110 -- mocks set no event
                await asyncio.sleep(0.005)


@pytest.fixture
def stage(monkeypatch):
    return Stage(monkeypatch)


@pytest.mark.parametrize("deed", [Deed.LOG_ON, Deed.LOG_OFF, Deed.HOLD, Deed.RETRIEVE, Deed.END_WRAP_UP])
async def test_deeds_go_to_the_desk(stage, deed):
    stage.intents = {SeatState.READY: Intent(deed, 0)}
    stage.show(seat("1004"), seat("1001"))
    async with stage.playing():
        await stage.until(lambda: stage.desk.mock_calls)
    getattr(stage.desk, deed.value).assert_awaited_once_with("1004")


@pytest.mark.parametrize(
    ("deed", "state", "reason"),
    [
        (Deed.READY, AgentState.READY, None),
        (Deed.BUSY, AgentState.BUSY, None),
        (Deed.BREAK, AgentState.NOT_READY, "meal"),
    ],
)
async def test_states_are_asked_for(stage, deed, state, reason):
    stage.intents = {SeatState.READY: Intent(deed, 0, reason)}
    async with stage.playing():
        stage.show(seat("1004"))
        await stage.until(lambda: stage.desk.mock_calls)
    stage.desk.request_state.assert_awaited_once_with("1004", state, reason)


async def test_calling_out_and_transferring_to_a_free_colleague(stage):
    stage.intents = {SeatState.READY: Intent(Deed.DIAL, 0), SeatState.TALKING: Intent(Deed.TRANSFER, 0)}
    async with stage.playing():
        stage.show(seat("1005"))
        await stage.until(lambda: stage.desk.dial.await_count)
        stage.show(seat("1004", SeatState.TALKING), seat("1001"))
        await stage.until(lambda: stage.desk.transfer.await_count)
    stage.desk.transfer.assert_awaited_once_with("1004", "1005")
    assert stage.desk.dial.await_args.args[1].startswith("1380000")


async def test_nobody_is_free_to_take_a_transfer(stage):
    stage.intents = {SeatState.TALKING: Intent(Deed.TRANSFER, 0), SeatState.BUSY: Intent(Deed.HOLD, 0)}
    async with stage.playing():
        stage.show(seat("1004", SeatState.TALKING), seat("1005", network=Network.OFFLINE), seat("1001"))
        stage.show(seat("1005", SeatState.BUSY))
        await stage.until(lambda: stage.desk.hold.await_count)
    stage.desk.transfer.assert_not_awaited()


async def test_an_intent_is_dropped_when_the_seat_changes_before(stage):
    stage.intents = {SeatState.READY: Intent(Deed.HOLD, 0.05), SeatState.BUSY: Intent(Deed.LOG_OFF, 0.1)}
    async with stage.playing():
        stage.show(seat("1004"))
        stage.show(seat("1004", SeatState.BUSY, since=AT + timedelta(seconds=1)))
        await stage.until(lambda: stage.desk.mock_calls)
    stage.desk.hold.assert_not_awaited()
    stage.desk.log_off.assert_awaited_once()


async def test_a_refusal_is_logged_with_its_code_and_tried_again(stage, monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr(demo_agents, "LOOK_AGAIN_S", 0.01)
    stage.desk.hold.side_effect = [IllegalTransitionError("no"), None]
    stage.intents = {SeatState.READY: Intent(Deed.HOLD, 0)}
    async with stage.playing():
        stage.show(seat("1004"))
        await stage.until(lambda: stage.desk.hold.await_count == 2)
    assert caplog.records[-1].code == "illegal_transition"


async def test_nothing_is_done_while_the_pbx_is_lost(stage, monkeypatch):
    monkeypatch.setattr(demo_agents, "LOOK_AGAIN_S", 0.01)
    stage.intents = {SeatState.READY: Intent(Deed.HOLD, 0)}
    stage.bus.publish(Patch(centre=CentreView(stale_since=AT)))
    async with stage.playing():
        stage.show(seat("1004"))
        await asyncio.sleep(0.05)
        stage.desk.hold.assert_not_awaited()
        stage.bus.publish(Patch(centre=CentreView()))
        await stage.until(lambda: stage.desk.hold.await_count)


async def test_an_agent_without_a_phone_looks_again(stage):
    stage.intents = {SeatState.BUSY: Intent(Deed.LOOK_AGAIN, 0)}
    view = seat("1004", SeatState.BUSY, network=Network.OFFLINE)
    async with stage.playing():
        stage.show(view)
        await asyncio.sleep(0.02)
        stage.intents = {SeatState.BUSY: Intent(Deed.READY, 0)}
        stage.show(replace(view, network=Network.GOOD))
        await stage.until(lambda: stage.desk.request_state.await_count)
