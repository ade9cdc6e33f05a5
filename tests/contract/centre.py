"""The program's half of a scenario: driver and control as they are used, with everything they tell written down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from typing_extensions import override

from telephony import events as cti
from telephony.ari.client import AriClient, path
from telephony.ari.driver import AriDriver
from telephony.bus import MemoryBus
from telephony.control.control import Control
from telephony.control.rules import Rules
from telephony.control.surroundings import Surroundings
from telephony.history import TodayCounts
from telephony.records import CallRecord, Record, RecordingRecord, SeatStateRecord, TimelineRecord
from telephony.types import AgentId, AgentState, CallId, DeviceId, SeatState
from telephony.views import CallerInfo, ConsultationView, SeatProfile
from tests.contract.pbx import SEATS, Pbx, until, until_so

E = TypeVar("E", bound=cti.Event)
RULES = Rules(ring_timeout_s=2, wrap_up_s=0.4, valid_after_s=1, reconcile_every_s=60)


class _Driver(AriDriver):
    """Writes down what it tells."""

    def __init__(self, *settings: str, **named: Any) -> None:
        super().__init__(*settings, **named)
        self.told: list[cti.Event] = []

    @override
    async def events(self) -> AsyncIterator[cti.Event]:
        async for event in super().events():
            if not isinstance(event, cti.Alive | cti.MediaQuality):
                self.told.append(event)
            yield event


class _Records:
    """Sink, history and directory. ``look_up_s``: how long the directory takes. It outlives a program that is killed."""

    def __init__(self) -> None:
        self.kept: list[Record] = []
        self.look_up_s = 0.0

    def put(self, record: Record) -> None:
        self.kept.append(record)

    async def last_seat_states(self) -> Mapping[AgentId, SeatStateRecord]:
        return {one.agent: one for one in self.kept if isinstance(one, SeatStateRecord)}

    async def day_counts(self, start: datetime, end: datetime, service_level_s: int) -> TodayCounts:
        return TodayCounts()

    async def open_calls(self) -> list[CallRecord]:
        newest = {one.call: one for one in self.kept if isinstance(one, CallRecord)}
        return [one for one in newest.values() if one.ended_at is None]

    async def open_recordings(self) -> list[RecordingRecord]:
        newest = {one.name: one for one in self.kept if isinstance(one, RecordingRecord)}
        return [one for one in newest.values() if one.finished_at is None]

    async def look_up(self, number: str) -> CallerInfo | None:
        await asyncio.sleep(self.look_up_s)
        return None


class Centre:
    """A running control over ``pbx``, with the words in which scenarios speak."""

    def __init__(self, pbx: Pbx, trunk: str = "trunk", records: _Records | None = None) -> None:
        self.pbx = pbx
        self.records = records or _Records()
        self.driver = _Driver(pbx.url, pbx.user, pbx.password, hotline="96000", trunk=trunk)
        self.bus = MemoryBus()
        self.desk = Control(Surroundings(self.driver, self.bus, self.records, self.records, self.records), RULES)
        self._task: asyncio.Task[None] | None = None
        self._client = AriClient(pbx.url, pbx.user, pbx.password)

    async def open(self) -> None:
        await self.begin()
        await until(
            lambda: all(self.desk.world.seat(AgentId(seat)).in_service for seat in SEATS), 8, "all phones registered"
        )

    async def begin(self) -> None:
        """Start, whatever the phones do."""
        await self.desk.start([SeatProfile(AgentId(seat), f"n{seat}", 1, DeviceId(seat)) for seat in SEATS])
        self._task = asyncio.create_task(self.desk.run())
        await until(lambda: self.events(cti.Snapshot), 10, what="first snapshot")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.driver.close()
        await self._client.close()

    async def killed(self) -> Centre:
        """It ends without a word, as by kill -9; returns the one that is started after it, with what was kept."""
        self.driver._live = False
        await self.driver._lanes.drop_all()
        await self.close()
        return Centre(self.pbx, records=self.records)

    # ---- acting

    async def ready(self, *seats: str) -> None:
        for seat in seats:
            await self.desk.log_on(AgentId(seat))
            await self.desk.request_state(AgentId(seat), AgentState.READY)
            await self.shows(seat, SeatState.READY)

    async def answered(self, caller: str, seat: str) -> Any:
        """A call from ``caller`` that ``seat`` answered."""
        call = await self.pbx.call(caller, "96000")
        await self.picks_up(seat)
        return call

    async def picks_up(self, seat: str) -> None:
        await self.shows(seat, SeatState.ALERTING)
        await self.phone_rings(seat)
        await self.pbx.pick_up(seat)
        await self.shows(seat, SeatState.TALKING)

    async def phone_rings(self, seat: str) -> None:
        await until_so(lambda: self.pbx.rings(seat), 3, f"{seat} rings")

    # ---- seeing

    async def shows(self, seat: str, state: SeatState, within_s: float = 5) -> None:
        """Wait until the wall shows the seat in ``state``."""
        await until(
            lambda: self.bus.seats()[AgentId(seat)].state is state,
            within_s,
            lambda: f"{seat} in {state}, but {self.bus.seats()[AgentId(seat)].state}; told {self.story()}",
        )

    async def sees(self, seat: str, consultation: ConsultationView | None, within_s: float = 5) -> None:
        """Wait until the seat's view shows this consultation (``None``: none)."""
        await until(
            lambda: self.bus.seats()[AgentId(seat)].consultation == consultation,
            within_s,
            lambda: f"{consultation}, but {self.bus.seats()[AgentId(seat)].consultation}; told {self.story()}",
        )

    def reason(self, seat: str) -> str | None:
        return self.bus.seats()[AgentId(seat)].reason

    def events(self, kind: type[E]) -> list[E]:
        return [event for event in self.driver.told if isinstance(event, kind)]

    async def told(self, kind: type[E], within_s: float = 5, **fields: Any) -> E:
        """Wait for an event with these fields, past or to come."""

        def find() -> E | None:
            fitting = (e for e in self.events(kind) if all(getattr(e, name) == value for name, value in fields.items()))
            return next(fitting, None)

        return await until(find, within_s, lambda: f"{kind.__name__} {fields}; told {self.story()}")

    def story(self, call: CallId | None = None) -> list[str]:
        """The events of a call (of all), each as its kind and device."""
        found = [event for event in self.driver.told if isinstance(event, cti.CallEvent)]
        return [
            " ".join(filter(None, (type(event).__name__, getattr(event, "device", ""))))
            for event in found
            if call is None or event.call == call
        ]

    def record(self, call: CallId) -> CallRecord:
        """The newest record of a call."""
        return next(r for r in reversed(self.records.kept) if isinstance(r, CallRecord) and r.call == call)

    def timeline(self, call: CallId) -> list[str]:
        return [r.kind for r in self.records.kept if isinstance(r, TimelineRecord) and r.call == call]

    async def over(self, call: CallId) -> CallRecord:
        """Wait until the call has ended; returns its record."""
        await self.told(cti.CallCleared, call=call)
        return await until(lambda: self.record(call) if self.record(call).ended_at else None, what="the record's end")

    async def first_call(self) -> CallId:
        return (await until(lambda: self.events(cti.Queued), what="Queued"))[0].call

    async def recording(self, call: CallId) -> bytes:
        """The finished recording of a call."""
        await self.told(cti.RecordingFinished, call=call, within_s=8)
        kept = [r for r in self.records.kept if isinstance(r, RecordingRecord) and r.call == call]
        assert kept[-1].finished_at is not None
        request = path("recordings", "stored", kept[-1].name, "file")
        return await self._raw(request)

    async def _raw(self, resource: str) -> bytes:
        import httpx

        auth = (self.pbx.user, self.pbx.password)
        async with httpx.AsyncClient(auth=auth, timeout=5, trust_env=False) as http:
            reply = await http.get(f"{self.pbx.url}/ari/{resource}")
        assert reply.status_code == 200, reply.text
        return reply.content

    # ---- the truth

    async def held(self) -> tuple[set[str], set[str]]:
        """Channels and bridges at the PBX, without the music's own and the queue."""
        channels = await self._client.request("GET", "channels")
        bridges = await self._client.request("GET", "bridges")
        return (
            {one["id"] for one in channels if not one["name"].startswith(("Announcer", "Local/", "MOH"))},
            {one["id"] for one in bridges if "queue" not in one["id"]},
        )

    async def agrees(self, living: Iterable[CallId] = ()) -> None:
        """What the program believes is what the PBX holds: no ghost call, no stray channel, no bridge left over."""
        calls = set(living)
        deadline = asyncio.get_running_loop().time() + 5
        while True:
            channels, bridges = await self.held()
            known = set(self.driver._book.legs) | {call.snoop for call in self.driver._book.calls.values()}
            settled = set(self.desk.world.calls) == calls == set(self.driver._book.calls)
            if (
                settled
                and channels == known - {None}
                and bridges == {bridge for call in self.driver._book.calls.values() for bridge in call.bridges}
            ):
                return
            assert asyncio.get_running_loop().time() < deadline, (
                f"channels {channels} but known {known}; bridges {bridges}; calls {set(self.desk.world.calls)}, meant {calls}"
            )
            await asyncio.sleep(0.05)
