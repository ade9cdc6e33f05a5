"""Whatever is repeated, lost or comes in another order: no impossible seat, and a snapshot puts everything right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony import events as ev
from telephony.agent_model import AT_REST, ON_CALL, Happening, Input
from telephony.control import line
from telephony.control.dispatch import Dispatch
from telephony.control.rules import Rules
from telephony.control.world import World
from telephony.errors import IllegalTransitionError
from telephony.records import CallRecord, Record, SeatStateRecord, TimelineRecord
from telephony.types import AgentId, AgentState, CallId, DeviceId, SeatState
from telephony.views import SeatProfile
from tests.unit.telephony.control.pbx_simulation import START, Pbx

PROFILES = [SeatProfile(AgentId(n), n, 1, DeviceId(n)) for n in ("1001", "1002", "1003", "1004")]
PROFILES.append(SeatProfile(AgentId("1005"), "1005", 1, None))
ASKED = (AgentState.READY, AgentState.READY, AgentState.BUSY, AgentState.NOT_READY)


@dataclass(frozen=True)
class Command:
    """What an agent or the clock does."""

    at: datetime
    agent: AgentId
    kind: Input | None
    state: AgentState | None = None
    extend: bool = False

    def carry_out(self, world: World) -> None:
        if self.extend:
            world.extend_wrap_up(self.agent, 20, self.at)
        elif self.kind is None:
            world.tick(self.at)
        else:
            world.happen(self.agent, Happening(self.kind, self.at, state=self.state, reason="meal"))


Item = ev.Event | Command


def command(at: datetime, choice: int) -> Command:
    agent = PROFILES[choice % 5].agent
    kinds = (Input.LOG_ON, Input.SET_STATE, Input.SET_STATE, Input.SET_STATE, Input.LOG_OFF, Input.WRAP_UP_DONE, None)
    kind = kinds[choice // 5 % len(kinds)]
    return Command(at, agent, kind, ASKED[choice % 4] if kind is Input.SET_STATE else None, extend=choice % 31 == 30)


STEPS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 210), st.sampled_from([0.0, 0.05, 2.0, 17.0])), min_size=5, max_size=70
)


def story(
    steps: Iterable[tuple[int, int, float]], told: Callable[[Pbx, list[Item]], object] = lambda *_: None
) -> tuple[Pbx, list[Item]]:
    """A true history; every fourth thing or so is an agent's doing. ``told`` hears each step when it has happened."""
    pbx = Pbx()
    items: list[Item] = [pbx.snapshot()]
    for profile in PROFILES[:4]:
        items += [Command(START, profile.agent, Input.LOG_ON), Command(START, profile.agent, Input.SET_STATE, ASKED[0])]
    told(pbx, list(items))
    for action, choice, seconds in steps:
        if action >= len(pbx.actions):
            pbx.now += timedelta(seconds=seconds)
            step: list[Item] = [command(pbx.now, choice)]
        else:
            step = list(pbx.act(action, choice, seconds))
        items += step
        told(pbx, step)
    return pbx, items


def fresh() -> World:
    world = World(Rules(), START)
    for profile in PROFILES:
        world.add_seat(profile, START)
    return world


class Listener:
    """Feeds a world, checks it after every step, and keeps what it hands out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dispatch = Dispatch(world)
        self.records: list[Record] = []
        self.illegal = 0
        self.newest = START
        self.promised: dict[AgentId, CallId] = {}

    def feed(self, items: Iterable[Item]) -> Listener:
        for item in items:
            self.step(item)
        return self

    def step(self, item: Item) -> None:
        self.newest = max(self.newest, item.at)
        try:
            if isinstance(item, Command):
                item.carry_out(self.world)
            else:
                self.world.apply(item)
        except IllegalTransitionError:
            self.illegal += isinstance(item, ev.Event)
        if isinstance(item, ev.Event):
            self.dispatch.note(item)
        self.dispatch.overdue(self.newest)
        self.promise()
        patch, records = self.world.drain()
        self.records += records
        if patch is not None:
            assert all(view.since <= view.proven_at for view in patch.seats)
        possible(self.world, self.newest)

    def promise(self) -> None:
        self.promised = {a: c for a, c in self.promised.items() if self.dispatch.promised(a)}
        for one in self.dispatch.decide(self.newest, ()):
            seat = self.world.seat(one.agent)
            assert self.world.stale_since is None
            assert (seat.state, seat.in_service, seat.device) == (SeatState.READY, True, one.device)
            assert one.agent not in self.promised
            assert one.call not in self.promised.values()
            assert self.world.calls[one.call].waiting
            self.promised[one.agent] = one.call


def possible(world: World, newest: datetime) -> None:
    for seat in world.seats.values():
        calls = [c for c in world.calls.values() if seat.device is not None and seat.device in c.connections]
        shown = line.of_device(calls, seat.device) if seat.device else None
        assert (seat.state in ON_CALL) == (shown is not None)
        if shown is not None:
            assert (seat.state, seat.call) == shown
        assert (seat.state is SeatState.WRAP_UP) == (seat.wrap_up_until is not None)
        assert seat.state is not SeatState.READY or seat.in_service
        assert seat.state not in AT_REST or (seat.booked is None and seat.call is None)
        assert seat.since <= newest
        assert (seat.state is SeatState.LOGGED_OFF) <= (seat.requested is AgentState.LOGGED_OFF)
    counts = world.counts
    assert min(counts.queued, counts.answered_total, counts.abandoned, counts.answered_in_time, 0) == 0
    assert counts.answered_in_time <= counts.answered_total


def true_to(world: World, pbx: Pbx) -> None:
    assert {c.id: dict(c.connections) for c in world.calls.values()} == {c.id: c.parties for c in pbx.calls.values()}
    for seat in world.seats.values():
        if seat.device is None:
            continue
        assert seat.in_service == pbx.phones[seat.device]
        shown = pbx.shown(seat.device)
        assert seat.state == shown if shown is not None else seat.state not in ON_CALL


def facts(world: World) -> object:
    counts = world.counts
    seats = {agent: replace(world.view(agent), proven_at=START) for agent in world.seats}
    figures = (counts.queued, counts.answered_total, counts.abandoned, counts.answered, counts.outbound)
    return seats, dict(world.calls), figures


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_a_true_story_is_shown_and_kept_truly(steps: list[tuple[int, int, float]]) -> None:
    heard = Listener(fresh())
    pbx, _ = story(steps, lambda pbx, items: true_to(heard.feed(items).world, pbx))
    assert heard.illegal == 0
    kept_truly(heard.records, pbx, heard.world)


def kept_truly(records: Sequence[Record], pbx: Pbx, world: World) -> None:
    counts = world.counts
    assert (counts.queued, counts.answered_total, counts.abandoned) == (pbx.queued, pbx.answered, pbx.abandoned)
    assert counts.answered == Counter(AgentId(str(d)) for _, d in pbx.taken if d != "porter")
    assert counts.outbound == Counter({AgentId(str(d)): n for d, n in pbx.dialled.items() if d != "porter"})
    finals = Counter(r.call for r in records if isinstance(r, CallRecord) and r.outcome is not None)
    begun = {r.call for r in records if isinstance(r, CallRecord)}
    assert finals == Counter(begun - pbx.calls.keys())
    for call in begun:
        times = [r.at for r in records if isinstance(r, TimelineRecord) and r.call == call]
        assert times == sorted(times)


@given(STEPS, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_garbled_story_gives_no_impossible_seat_and_a_snapshot_repairs_it(steps, random) -> None:
    pbx, items = story(steps)
    garbled = [item for item in items for _ in range(random.choice((0, 1, 1, 1, 2)))]
    if random.random() < 0.7:
        garbled = shuffled_nearby(garbled, random)
    else:
        random.shuffle(garbled)
    if random.random() < 0.3:
        garbled.insert(len(garbled) // 2, ev.DriverDown(pbx.now, "lost"))
    heard = Listener(fresh()).feed(garbled)
    heard.step(pbx.snapshot())
    true_to(heard.world, pbx)
    once = facts(heard.world)
    heard.step(pbx.snapshot())
    assert facts(heard.world) == once


def shuffled_nearby(items: list[Item], random) -> list[Item]:
    places = [(index + random.uniform(0, 4), item) for index, item in enumerate(items)]
    return [item for _, item in sorted(places, key=lambda pair: pair[0])]


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_twice_is_once(steps: list[tuple[int, int, float]]) -> None:
    _, items = story(steps)
    once = Listener(fresh()).feed(items)
    twice = Listener(fresh()).feed(item for each in items for item in (each,) * (1 + isinstance(each, ev.Event)))
    assert facts(once.world) == facts(twice.world)
    assert keyed(once.records) == keyed(twice.records)


def keyed(records: Iterable[Record]) -> list[Record]:
    """As a keeper does that knows each record by its key: repetitions fall together."""
    return list(dict.fromkeys(records))


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_a_restart_goes_on_where_it_was(steps: list[tuple[int, int, float]]) -> None:
    pbx, items = story(steps)
    first = Listener(fresh()).feed(items)
    states = {r.agent: r for r in first.records if isinstance(r, SeatStateRecord)}
    calls = {r.call: r for r in first.records if isinstance(r, CallRecord)}
    second = World(Rules(), pbx.now)
    for profile in PROFILES:
        second.add_seat(profile, pbx.now, states.get(profile.agent))
    for kept in calls.values():
        if kept.ended_at is None:
            second.restore_call(kept)
    again = Listener(second)
    pbx.now += timedelta(seconds=1)
    for listener in (first, again):
        listener.step(pbx.snapshot())
    for agent, seat in first.world.seats.items():
        assert second.seats[agent] == (seat if agent in states else replace(seat, since=second.seats[agent].since))


def test_the_stories_reach_every_kind_of_event() -> None:
    """The simulation is worth something only if it tells of everything."""
    chance = Random(1)
    _, items = story([(chance.randrange(31), chance.randrange(210), 2.0) for _ in range(3000)])
    told = {type(item) for item in items}
    assert told >= {
        ev.Queued, ev.ServiceInitiated, ev.Originated, ev.Delivered, ev.Established, ev.Held, ev.Retrieved, ev.Diverted,
        ev.Transferred, ev.ConnectionCleared, ev.CallCleared, ev.Failed, ev.RecordingStarted, ev.RecordingFinished,
        ev.DeviceInService, ev.DeviceOutOfService, ev.MediaQuality, ev.Snapshot, Command,
    }  # fmt: skip
