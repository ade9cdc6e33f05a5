"""From the bus to the browsers: an isolated change leaves at once, a burst is gathered to twenty deltas a second.

One delta is made and encoded for a room, whoever is in it. What can't be vouched for is marked as stale (``freshness``).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from telephony.bus import Bus
from telephony.types import AgentId
from telephony.views import CentreView, Patch, SeatView
from xktcc_app.domain.wire import NO_SEAT, Peer, milliseconds
from xktcc_app.live.board import Board
from xktcc_app.live.client_vars import keyed, seat_key
from xktcc_app.live.freshness import Freshness
from xktcc_app.live.rooms import Room, Rooms, Scope

logger = logging.getLogger(__name__)

GATHER_S = 0.05
WATCH_S = 0.25
TICK_S = 1.0
BACKLOG = 60
CHOOSING_S = 15.0
"""How long a page gets the other seats after it asked; while it shows them it asks again and again."""


class Outlet(Protocol):
    """The way to the sockets; ``Wire`` is the real one."""

    def packet(self, delta: Mapping[str, Mapping[str, Any]]) -> Any:
        """Encode a delta once."""
        ...

    def send(self, packet: Any, sids: Iterable[str]) -> None:
        """Queue it for sockets."""
        ...

    def backlog(self, sid: str) -> int:
        """How many packets a socket has not taken yet."""
        ...


class Past(Protocol):
    """The wall of an earlier moment: ``at`` (aware UTC), every seat, and the centre."""

    @property
    def at(self) -> datetime:
        """That moment."""
        ...

    @property
    def seats(self) -> Sequence[SeatView]:
        """The seats of the whole centre."""
        ...

    @property
    def centre(self) -> CentreView:
        """The queue and the day's figures."""
        ...


@dataclass(frozen=True, slots=True)
class StateNames:
    """Full names of the states that the hub fills."""

    wall: str
    toolbar: str
    pulse: str


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


class Hub:
    """The wall's and the toolbars' fan-out of one process. Everything runs on the event loop's thread."""

    def __init__(
        self, bus: Bus, outlet: Outlet, board: Board, names: StateNames, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.rooms = Rooms()
        self._bus = bus
        self._out = outlet
        self._board = board
        self._names = names
        self._clock = clock
        self._own: dict[AgentId, set[str]] = {}
        self._own_told: dict[AgentId, dict[str, Any]] = {}
        self._own_stale = True
        self._in_past: set[str] = set()
        self._choosing: dict[str, float] = {}
        self._peers_told: list[Peer] = []
        self._news = asyncio.Event()
        self._fresh = Freshness(clock)
        self._tasks: list[asyncio.Task[None]] = []
        self._stop: Callable[[], None] | None = None

    # ---- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take over what the bus knows, then follow it."""
        self._stop = self._bus.subscribe(self._take)
        self._take(Patch(seats=tuple(self._bus.seats().values()), centre=self._bus.centre()))
        self._tasks = [
            asyncio.create_task(self._pump(), name="hub pump"),
            asyncio.create_task(self._watch(), name="hub watch"),
        ]

    async def stop(self) -> None:
        """Follow the bus no longer."""
        if self._stop:
            self._stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- in ---------------------------------------------------------------------------------------------------------

    def _take(self, patch: Patch) -> None:
        self._board.take(patch.seats, patch.removed)
        if patch.centre is not None:
            self._board.centre = patch.centre
        self._fresh.take(patch)
        self._news.set()

    # ---- out --------------------------------------------------------------------------------------------------------

    async def _pump(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            begun = time.monotonic()
            self._guarded(self.flush)
            await asyncio.sleep(max(0.0, begun + GATHER_S - time.monotonic()))

    async def _watch(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(WATCH_S)
            ticks += 1
            if not self._fresh.is_told:
                self._news.set()
            if ticks * WATCH_S >= TICK_S:
                ticks = 0
                self._guarded(self._tick)

    def _guarded(self, step: Callable[[], None]) -> None:
        """A fault in one step must not end the hub: it is logged, and everybody is told everything anew."""
        try:
            step()
        except Exception:
            logger.exception("the hub stumbled")
            for room in self.rooms:
                room.behind |= room.members

    def _tick(self) -> None:
        now = self._clock()
        self._board.mark_late(now)
        self.flush()
        self._beat(now)
        self._tell_peers()
        self._catch_up()

    def flush(self) -> None:
        """Send every room and toolbar what changed."""
        now = self._clock()
        touched, changed = self._board.settle(now)
        link = self._fresh.facts()
        for room in self.rooms:
            self._send_room(room, changed, link, now)
        if link["stale"] != self._own_stale:
            self._own_stale = link["stale"]
            touched = set(self._own)
        for agent in touched & self._own.keys():
            self._send_own(agent, link)

    def _send_room(self, room: Room, changed: set[AgentId], link: Mapping[str, Any], now: datetime) -> None:
        fresh = room.news({**self._board.facts(room.scope, now), **link})
        seats = self._board.seats(room.scope, changed) if changed else {}
        if not fresh and not seats:
            return
        delta = keyed(fresh) | {seat_key(agent): seat for agent, seat in seats.items()}
        room.behind |= {sid for sid in room.members - room.behind if self._out.backlog(sid) > BACKLOG}
        self._out.send(self._out.packet({self._names.wall: delta}), room.members - room.behind)

    def _send_own(self, agent: AgentId, link: Mapping[str, Any]) -> None:
        facts = self._own_facts(agent, link)
        told = self._own_told.setdefault(agent, {})
        fresh = {name: value for name, value in facts.items() if told.get(name) != value}
        if not fresh:
            return
        told.update(fresh)
        self._out.send(self._out.packet({self._names.toolbar: keyed(fresh)}), self._own[agent])

    def _own_facts(self, agent: AgentId, link: Mapping[str, Any]) -> dict[str, Any]:
        seat = self._board.own_seat(agent)
        return {
            "shown": True,
            "provisioned": self._board.is_provisioned(agent),
            "seat": seat or {**NO_SEAT, "id": agent},
            "stale": link["stale"],
        }

    def _beat(self, now: datetime) -> None:
        """The heartbeat by which a page knows that its own line still stands."""
        sids = {*self.rooms.sids, *self._in_past, *(sid for sids in self._own.values() for sid in sids)}
        if sids:
            self._out.send(self._out.packet({self._names.pulse: keyed({"now_ms": milliseconds(now)})}), sids)

    def _catch_up(self) -> None:
        for room in self.rooms:
            for sid in [sid for sid in room.behind if self._out.backlog(sid) == 0]:
                room.behind.discard(sid)
                self._snapshot(room, sid)

    def poke(self) -> None:
        """Something changed that no patch tells of."""
        self._news.set()

    # ---- who watches ------------------------------------------------------------------------------------------------

    def join_wall(self, sid: str, scope: Scope) -> None:
        """Put the socket into the scope's room and send it all there is."""
        self.flush()
        self._in_past.discard(sid)
        self._snapshot(self.rooms.enter(sid, scope), sid)

    def _snapshot(self, room: Room, sid: str) -> None:
        now = self._clock()
        facts = {**self._board.facts(room.scope, now), **self._fresh.facts()}
        room.told = {**facts, **room.told}
        seats = {seat_key(agent): seat for agent, seat in self._board.seats(room.scope).items()}
        clock = {"now_ms": milliseconds(now)}
        more = {"loaded": True, "rewind_ms": 0, **clock}
        pulse = {self._names.pulse: keyed(clock)}
        self._out.send(self._out.packet({self._names.wall: keyed({**facts, **more}) | seats, **pulse}), (sid,))

    def show_past(self, sid: str, scope: Scope, past: Past) -> None:
        """Send the socket the wall of an earlier moment, and nothing of now until it joins again."""
        if self.rooms.of(sid) is None and sid not in self._in_past:
            return
        self.rooms.leave(sid)
        self._in_past.add(sid)
        board = self._board.blank()
        board.take(past.seats)
        board.centre = past.centre
        board.settle(past.at)
        at = milliseconds(past.at)
        facts = {**board.facts(scope, past.at), "stale": False, "last_event_ms": at, "rewind_ms": at, "loaded": True}
        seats = {seat_key(agent): seat for agent, seat in board.seats(scope).items()}
        self._out.send(self._out.packet({self._names.wall: keyed(facts) | seats}), (sid,))

    def is_watching(self, sid: str) -> bool:
        """Whether the socket is shown a wall, of now or of an earlier moment."""
        return sid in self._in_past or self.rooms.of(sid) is not None

    def leave_wall(self, sid: str) -> None:
        """Take the socket out; the page must not show what it keeps of the wall as current."""
        was_in_past = sid in self._in_past
        self._in_past.discard(sid)
        if self.rooms.leave(sid) or was_in_past:
            self._out.send(self._out.packet({self._names.wall: keyed({"loaded": False})}), (sid,))

    def join_toolbar(self, sid: str, agent: AgentId) -> None:
        """Send the socket the agent's own seat, now and whenever it changes."""
        self.flush()
        self._own.setdefault(agent, set()).add(sid)
        facts = self._own_facts(agent, self._fresh.facts())
        self._own_told.setdefault(agent, dict(facts))
        clock = {"now_ms": milliseconds(self._clock())}
        delta = {self._names.toolbar: keyed({**facts, **clock}), self._names.pulse: keyed(clock)}
        self._out.send(self._out.packet(delta), (sid,))

    def show_peers(self, sid: str) -> None:
        """Send the socket the seats that a call can be handed to, now and once a second for ``CHOOSING_S``."""
        self._choosing[sid] = time.monotonic() + CHOOSING_S
        self._out.send(self._peers_packet(self._board.peers()), (sid,))

    def _tell_peers(self) -> None:
        now = time.monotonic()
        self._choosing = {sid: until for sid, until in self._choosing.items() if until > now}
        if not self._choosing:
            return
        peers = self._board.peers()
        if peers != self._peers_told:
            self._peers_told = peers
            self._out.send(self._peers_packet(peers), tuple(self._choosing))

    def _peers_packet(self, peers: list[Peer]) -> Any:
        return self._out.packet({self._names.toolbar: keyed({"peers": peers})})

    def leave(self, sid: str) -> None:
        """The socket is gone, or its session is over: it gets nothing more."""
        self._choosing.pop(sid, None)
        self.rooms.leave(sid)
        self._in_past.discard(sid)
        self.leave_own(sid)

    def leave_own(self, sid: str) -> None:
        """The socket no longer gets an agent's own seat."""
        for agent in [agent for agent, sids in self._own.items() if sid in sids]:
            self._own[agent].discard(sid)
            if not self._own[agent]:
                del self._own[agent]
                self._own_told.pop(agent, None)

    @property
    def watchers(self) -> int:
        """Sockets that get a wall."""
        return sum(len(room.members) for room in self.rooms)
