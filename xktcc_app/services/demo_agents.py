"""The demo's agents at work by themselves, through the same desk as people. What their phones do is the exchange's affair."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from itertools import count
from random import Random

from telephony.bus import Bus
from telephony.desk import Desk
from telephony.errors import TelephonyError
from telephony.types import AgentId, AgentState, Network, SeatState
from telephony.views import Patch, SeatView
from xktcc_app.services.demo_habits import LOOK_AGAIN_S, Deed, Intent, next_intent

log = logging.getLogger(__name__)

CALLABLE_PEOPLE = 400
"""Agents call numbers of the first so many people, those who are known."""

_ASKED_FOR = {Deed.READY: AgentState.READY, Deed.BUSY: AgentState.BUSY, Deed.BREAK: AgentState.NOT_READY}

Mood = tuple[SeatState, datetime, str | None, bool]
"""What an intent rests on: when any of it changes the agent thinks anew."""


class DemoAgents:
    """``number_of`` gives the telephone number of the demo's person at a place; ``seed`` decides all dice."""

    def __init__(
        self, desk: Desk, bus: Bus, agents: Iterable[AgentId], number_of: Callable[[int], str], seed: int
    ) -> None:
        self._desk = desk
        self._bus = bus
        self._agents = frozenset(agents)
        self._number_of = number_of
        self._dice = Random(seed)  # noqa: S311 -- habits, not secrets
        self._moods: dict[AgentId, Mood] = {}
        self._agenda: list[tuple[float, int, AgentId, Mood, Intent]] = []
        self._order = count()
        self._changed = asyncio.Event()
        self._deeds: set[asyncio.Task[None]] = set()
        self._at_once: Mapping[Deed, Callable[[AgentId], Awaitable[None]]] = {
            Deed.LOG_ON: desk.log_on,
            Deed.LOG_OFF: desk.log_off,
            Deed.HOLD: desk.hold,
            Deed.RETRIEVE: desk.retrieve,
            Deed.END_WRAP_UP: desk.end_wrap_up,
        }

    async def run(self) -> None:
        """Work until cancelled."""
        self._look(self._bus.seats().values(), fresh=True)
        stop_listening = self._bus.subscribe(self._on_patch)
        try:
            while True:
                self._begin_what_is_due()
                await self._wait()
        finally:
            stop_listening()
            for deed in self._deeds:
                deed.cancel()

    def _on_patch(self, patch: Patch) -> None:
        self._look(patch.seats, fresh=False)

    def _look(self, seats: Iterable[SeatView], *, fresh: bool) -> None:
        for seat in seats:
            agent = seat.profile.agent
            mood = _mood(seat)
            if agent in self._agents and self._moods.get(agent) != mood:
                self._moods[agent] = mood
                self._intend(agent, mood, next_intent(seat, self._dice, fresh=fresh))

    def _intend(self, agent: AgentId, mood: Mood, intent: Intent | None) -> None:
        if intent is None:
            return
        due = asyncio.get_running_loop().time() + intent.after_s
        heapq.heappush(self._agenda, (due, next(self._order), agent, mood, intent))
        self._changed.set()

    async def _wait(self) -> None:
        self._changed.clear()
        pause = self._agenda[0][0] - asyncio.get_running_loop().time() if self._agenda else None
        try:
            async with asyncio.timeout(pause):
                await self._changed.wait()
        except TimeoutError:
            return

    def _begin_what_is_due(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._agenda and self._agenda[0][0] <= now:
            _, _, agent, mood, intent = heapq.heappop(self._agenda)
            if self._moods.get(agent) != mood:
                continue  # the seat changed: another intent took this one's place
            task = asyncio.create_task(self._try(agent, mood, intent))
            self._deeds.add(task)
            task.add_done_callback(self._deeds.discard)

    async def _try(self, agent: AgentId, mood: Mood, intent: Intent) -> None:
        if self._bus.centre().stale_since is not None:
            self._again(agent, mood, intent)
            return
        try:
            await self._do(agent, intent)
        except TelephonyError as error:
            log.info("a demo agent was refused", extra={"seat": agent, "deed": intent.deed.value, "code": error.code})
            self._again(agent, mood, intent)

    def _again(self, agent: AgentId, mood: Mood, intent: Intent) -> None:
        if self._moods.get(agent) == mood:
            self._intend(agent, mood, Intent(intent.deed, LOOK_AGAIN_S * self._dice.uniform(0.5, 1), intent.reason))

    async def _do(self, agent: AgentId, intent: Intent) -> None:
        state = _ASKED_FOR.get(intent.deed)
        if state is not None:
            await self._desk.request_state(agent, state, intent.reason)
            return
        match intent.deed:
            case Deed.DIAL:
                await self._desk.dial(agent, self._number_of(self._dice.randrange(CALLABLE_PEOPLE)))
            case Deed.TRANSFER:
                await self._transfer(agent)
            case Deed.LOOK_AGAIN:
                self._look_again(agent)
            case _:
                await self._at_once[intent.deed](agent)

    async def _transfer(self, agent: AgentId) -> None:
        free = sorted(
            other.profile.agent
            for other in self._bus.seats().values()
            if other.profile.agent in self._agents - {agent}
            and other.state is SeatState.READY
            and other.network is not Network.OFFLINE
        )
        if free:
            await self._desk.transfer(agent, self._dice.choice(free))

    def _look_again(self, agent: AgentId) -> None:
        self._moods.pop(agent, None)
        seat = self._bus.seats().get(agent)
        if seat is not None:
            self._look([seat], fresh=False)


def _mood(seat: SeatView) -> Mood:
    return seat.state, seat.since, seat.reason, seat.network is Network.OFFLINE
