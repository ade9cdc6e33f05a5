"""A PBX that does what a test tells it, and the keepers and readers around control."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony import events as ev
from telephony.bus import MemoryBus
from telephony.control.control import Control
from telephony.control.rules import Rules
from telephony.control.surroundings import Surroundings
from telephony.errors import TelephonyError
from telephony.history import TodayCounts
from telephony.port import Capability
from telephony.records import CallRecord, Record, RecordingRecord, SeatStateRecord
from telephony.types import AgentId, AgentState, CallId, Cause, DeviceId
from telephony.views import CallerInfo, SeatProfile
from tests.unit.telephony.control.worlds import T0, profile, snapshot

Command = tuple[object, ...]
Answer = Callable[[Command], None]


class FakePort:
    """Notes every command. ``fails`` raises for a command's name; ``answers`` tells what follows a command."""

    capabilities = ~Capability.NONE

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.fails: dict[str, Exception] = {}
        self.answers: dict[str, Answer] = {}
        self.queue: asyncio.Queue[ev.Event | Exception] = asyncio.Queue()

    async def events(self) -> AsyncIterator[ev.Event]:
        while True:
            event = await self.queue.get()
            if isinstance(event, Exception):
                raise event
            yield event

    def _take(self, *command: object) -> None:
        self.commands.append(command)
        name = str(command[0])
        if name in self.fails:
            raise self.fails[name]
        if name in self.answers:
            self.answers[name](command)

    async def deliver_call(self, call: CallId, device: DeviceId, timeout_s: float) -> None:
        self._take("deliver", call, device, timeout_s)

    async def deliver_outside(self, call: CallId, number: str, timeout_s: float) -> None:
        self._take("deliver_outside", call, number, timeout_s)

    async def announce(self, call: CallId, media: tuple[str, ...]) -> None:
        self._take("announce", call, media)

    async def cancel_delivery(self, call: CallId, device: DeviceId, cause: Cause) -> None:
        self._take("cancel", call, device, cause)

    async def answer_call(self, call: CallId, device: DeviceId) -> None:
        self._take("answer", call, device)

    async def clear_connection(self, call: CallId, device: DeviceId) -> None:
        self._take("clear", call, device)

    async def clear_call(self, call: CallId) -> None:
        self._take("clear_call", call)

    async def make_call(self, call: CallId, device: DeviceId, called: str) -> None:
        self._take("make", call, device, called)

    async def hold_call(self, call: CallId, device: DeviceId) -> None:
        self._take("hold", call, device)

    async def retrieve_call(self, call: CallId, device: DeviceId) -> None:
        self._take("retrieve", call, device)

    async def mute(self, call: CallId, device: DeviceId) -> None:
        self._take("mute", call, device)

    async def unmute(self, call: CallId, device: DeviceId) -> None:
        self._take("unmute", call, device)

    async def send_digits(self, call: CallId, device: DeviceId, digits: str) -> None:
        self._take("digits", call, device, digits)

    async def single_step_transfer(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        self._take("transfer", call, device, to, timeout_s, *filter(None, [number]))

    async def refuse_transfer(self, call: CallId, device: DeviceId) -> None:
        self._take("refuse_transfer", call, device)

    async def consultation_call(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        self._take("consult", call, device, to, timeout_s, *filter(None, [number]))

    async def consult_at_phone(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        self._take("consult_at_phone", call, device, to, timeout_s, *filter(None, [number]))

    async def refuse_consultation(self, call: CallId, device: DeviceId, cause: Cause) -> None:
        self._take("refuse_consultation", call, device, cause)

    async def cancel_consultation(self, call: CallId, device: DeviceId) -> None:
        self._take("cancel_consultation", call, device)

    async def transfer_call(self, call: CallId, device: DeviceId) -> None:
        self._take("complete", call, device)

    async def conference_call(self, call: CallId, device: DeviceId) -> None:
        self._take("conference", call, device)

    async def reconcile(self) -> None:
        self._take("reconcile")

    async def close(self) -> None:
        self._take("close")


@dataclass
class FakeSink:
    records: list[Record] = field(default_factory=list)

    def put(self, record: Record) -> None:
        self.records.append(record)


@dataclass
class FakeHistory:
    states: dict[AgentId, SeatStateRecord] = field(default_factory=dict)
    counts: TodayCounts = field(default_factory=TodayCounts)
    calls: list[CallRecord] = field(default_factory=list)
    recordings: list[RecordingRecord] = field(default_factory=list)
    asked: list[tuple[datetime, datetime, int]] = field(default_factory=list)

    async def last_seat_states(self) -> Mapping[AgentId, SeatStateRecord]:
        return self.states

    async def day_counts(self, start: datetime, end: datetime, service_level_s: int) -> TodayCounts:
        self.asked.append((start, end, service_level_s))
        return self.counts

    async def open_calls(self) -> list[CallRecord]:
        return self.calls

    async def open_recordings(self) -> list[RecordingRecord]:
        return self.recordings


class FakeDirectory:
    """Answers at once, unless ``slow`` is set: then when it is released."""

    def __init__(self) -> None:
        self.known: dict[str, CallerInfo] = {}
        self.asked: list[str] = []
        self.slow: asyncio.Event | None = None
        self.broken = False

    async def look_up(self, number: str) -> CallerInfo | None:
        self.asked.append(number)
        if self.slow is not None:
            await self.slow.wait()
        if self.broken:
            raise OSError("no such table")
        return self.known.get(number)


class Centre:
    """Control with everything around it faked, and a clock that stands until it is moved."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.now = T0
        self.port, self.bus, self.sink = FakePort(), MemoryBus(), FakeSink()
        self.history, self.directory = FakeHistory(), FakeDirectory()
        around = Surroundings(self.port, self.bus, self.sink, self.history, self.directory)
        self.control = Control(around, rules or Rules(), now=lambda: self.now)
        self.world = self.control.world

    async def started(self, *profiles: SeatProfile) -> Centre:
        """With two seats by default, both READY at phones that are there."""
        await self.control.start(profiles or (profile("1001"), profile("1002")))
        self.take(snapshot())
        for agent in self.world.profiles:
            await self.control.log_on(agent)
            await self.control.request_state(agent, AgentState.READY)
        return self

    def take(self, *events: ev.Event) -> None:
        for event in events:
            self.now = max(self.now, event.at)
            self.control.take(event)

    def tick(self, seconds: float, loop_time: float | None = None) -> None:
        """The clock moves on by ``seconds``; ``loop_time``: the running loop's, which paces comparisons."""
        self.now += timedelta(seconds=seconds)
        self.control.tick(self.now, 0.0 if loop_time is None else loop_time)

    def follow(self, command: str, *events: ev.Event) -> None:
        """When the port takes ``command``, ``events`` come."""
        self.port.answers[command] = lambda _: self.take(*events)

    def fail(self, command: str, failure: TelephonyError | Exception) -> None:
        self.port.fails[command] = failure

    def told(self, name: str) -> list[Command]:
        return [command[1:] for command in self.port.commands if command[0] == name]


async def until(fact: Callable[[], object], limit_s: float = 3) -> None:
    """Return as soon as ``fact`` is true; fails after ``limit_s``."""
    async with asyncio.timeout(limit_s):
        while not fact():  # noqa: ASYNC110 - any fact may be asked for; not each has an event of its own
            await asyncio.sleep(0.002)


async def settled() -> None:
    """Let every task that is ready run: with fakes that never wait, this is all there is to do."""
    for _ in range(20):
        await asyncio.sleep(0)
