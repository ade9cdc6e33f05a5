"""The hub against a bus and a clock that the test turns; what sockets get is kept in lists."""

import asyncio
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from telephony.bus import MemoryBus
from telephony.types import AgentId, SeatState
from telephony.views import CentreView, Patch, SeatView
from tests.support.views import caller, seat, utc, waiting
from xktcc_app.domain.thresholds import Thresholds
from xktcc_app.domain.wire import Listener
from xktcc_app.live.board import Board
from xktcc_app.live.client_vars import client_key, seat_key
from xktcc_app.live.hub import BACKLOG, GATHER_S, Hub, StateNames
from xktcc_app.live.rooms import Scope

WHOLE = Scope(None)
NAMES = StateNames("wall", "toolbar", "pulse")


class Sockets:
    """Keeps what each socket was sent, merged as a page merges it; ``encoded`` counts the packets made."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        self.got: dict[str, list[Mapping[str, Mapping[str, Any]]]] = defaultdict(list)
        self.backlogs: dict[str, int] = {}
        self.encoded = 0

    def packet(self, delta: Mapping[str, Mapping[str, Any]]) -> Any:
        self.encoded += 1
        return delta

    def send(self, packet: Mapping[str, Mapping[str, Any]], sids: Iterable[str]) -> None:
        for sid in sids:
            self.got[sid].append(packet)
            for state, values in packet.items():
                self.pages[sid][state].update(values)

    def backlog(self, sid: str) -> int:
        return self.backlogs.get(sid, 0)

    def wall(self, sid: str, name: str) -> Any:
        return self.pages[sid]["wall"].get(client_key(name))

    def seat(self, sid: str, agent: str) -> Any:
        return self.pages[sid]["wall"].get(seat_key(agent))


class Scene:
    def __init__(self) -> None:
        self.now = utc()
        self.bus = MemoryBus()
        self.sockets = Sockets()
        self.listeners: list[Listener] = []
        board = Board(Thresholds(), lambda: {1: "一组", 2: "二组"}, listeners=lambda: list(self.listeners))
        self.hub = Hub(self.bus, self.sockets, board, NAMES, lambda: self.now)
        self.bus.subscribe(self.hub._take)

    def publish(self, *seats: SeatView, removed: tuple[str, ...] = (), **centre: Any) -> None:
        self.bus.publish(Patch(seats, self.centre(**centre), tuple(map(AgentId, removed))))

    def centre(self, **changes: Any) -> CentreView:
        return replace(self.bus.centre(), **({"last_event_at": utc()} | changes))

    def turn(self, at: datetime | None = None) -> None:
        self.now = at or self.now
        self.hub._tick()


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def test_a_newcomer_gets_everything_at_once(scene: Scene) -> None:
    scene.publish(seat("1002", 2), seat("1001"), answered_today=3)
    scene.hub.join_wall("a", WHOLE)
    assert scene.sockets.wall("a", "seat_ids") == ["1001", "1002"]
    assert scene.sockets.wall("a", "loaded") is True
    assert scene.sockets.wall("a", "centre")["answered"] == 3
    assert [group["name"] for group in scene.sockets.wall("a", "groups")] == ["一组", "二组"]
    assert len(scene.sockets.got["a"]) == 1


async def test_a_change_goes_out_alone_and_is_encoded_once_for_all(scene: Scene) -> None:
    scene.publish(seat("1001"), seat("1002"))
    for sid in "abc":
        scene.hub.join_wall(sid, WHOLE)
    made = scene.sockets.encoded
    scene.publish(seat("1002", state=SeatState.BUSY))
    scene.hub.flush()
    assert scene.sockets.encoded == made + 1
    (delta,) = [scene.sockets.got[sid][-1]["wall"] for sid in "a"]
    assert seat_key("1002") in delta
    assert seat_key("1001") not in delta
    assert client_key("seat_ids") not in delta
    assert scene.sockets.wall("c", "counts") == {"busy": 1, "ready": 1}


async def test_nothing_new_is_not_sent(scene: Scene) -> None:
    view = seat("1001")
    scene.publish(view)
    scene.hub.join_wall("a", WHOLE)
    scene.hub.flush()
    sent = len(scene.sockets.got["a"])
    scene.bus.publish(Patch((view,)))
    scene.hub.flush()
    assert len(scene.sockets.got["a"]) == sent


async def test_a_room_never_learns_of_other_branches(scene: Scene) -> None:
    scene.publish(seat("1001", 1), seat("2001", 2, SeatState.TALKING, party=caller(name="李桂兰", sos=True)))
    scene.hub.join_wall("a", Scope(frozenset({1})))
    scene.hub.join_wall("whole", WHOLE)
    scene.publish(seat("2001", 2, SeatState.HOLD, party=caller(name="李桂兰", sos=True)), seat("2002", 2))
    scene.publish(waiting=(waiting(utc() - timedelta(minutes=9), caller("13800005678", name="张守义")),))
    scene.turn()
    everything = str(scene.sockets.got["a"])
    assert not any(word in everything for word in ("2001", "2002", "李桂兰", "张守义"))
    assert scene.sockets.wall("a", "centre")["total"] == 1
    assert scene.sockets.wall("a", "counts") == {"ready": 1}
    assert "张守义" in str(scene.sockets.got["whole"])


async def test_who_listens_is_told_to_those_who_may_and_of_their_own_seats_only(scene: Scene) -> None:
    scene.publish(seat("1001", 1), seat("2001", 2))
    rooms = {
        "all": Scope(None, listens=True),
        "branch": Scope(frozenset({1}), listens=True),
        "agents": Scope(None),
    }
    for sid, scope in rooms.items():
        scene.hub.join_wall(sid, scope)
    scene.listeners = [
        {"seat": one, "account": "boss", "name": "周敏", "mode": "whisper", "since_ms": 0} for one in ("1001", "2001")
    ]
    scene.hub.poke()
    scene.hub.flush()
    told = {sid: [one["seat"] for one in scene.sockets.wall(sid, "listeners")] for sid in rooms}
    assert told == {"all": ["1001", "2001"], "branch": ["1001"], "agents": []}


async def test_a_seat_that_moves_to_another_branch_leaves_the_room(scene: Scene) -> None:
    scene.publish(seat("1001", 1), seat("1002", 1))
    scene.hub.join_wall("a", Scope(frozenset({1})))
    scene.publish(seat("1002", 2))
    scene.hub.flush()
    assert scene.sockets.wall("a", "seat_ids") == ["1001"]


async def test_a_removed_seat_is_no_longer_listed_nor_counted(scene: Scene) -> None:
    scene.publish(seat("1001"), seat("1002", state=SeatState.TALKING, party=caller(sos=True)))
    scene.hub.join_wall("a", WHOLE)
    assert scene.sockets.wall("a", "alerts")
    scene.publish(removed=("1002", "unknown"))
    scene.hub.flush()
    assert scene.sockets.wall("a", "seat_ids") == ["1001"]
    assert scene.sockets.wall("a", "counts") == {"ready": 1}
    assert scene.sockets.wall("a", "alerts") == []


async def test_levels_rise_as_time_goes_by(scene: Scene) -> None:
    start = utc()
    scene.publish(seat("1001", state=SeatState.WRAP_UP, since=start))
    scene.now = start
    scene.hub.join_wall("a", WHOLE)
    assert scene.sockets.seat("a", "1001")["level"] == 0
    scene.turn(start + timedelta(seconds=61))
    assert scene.sockets.seat("a", "1001")["level"] == 1
    scene.turn(start + timedelta(seconds=91))
    assert scene.sockets.seat("a", "1001")["level"] == 2
    assert [alert["kind"] for alert in scene.sockets.wall("a", "alerts")] == ["long_wrap_up"]


async def test_the_wall_is_stale_until_something_proves_it_true(scene: Scene) -> None:
    scene.bus.publish(Patch(centre=CentreView()))
    scene.hub.join_wall("a", WHOLE)
    assert scene.sockets.wall("a", "stale") is True
    scene.publish()
    scene.hub.flush()
    assert scene.sockets.wall("a", "stale") is False


async def test_a_lost_pbx_makes_it_stale_at_once_and_a_snapshot_true_again(scene: Scene) -> None:
    scene.publish(seat("1001"))
    scene.hub.join_wall("a", WHOLE)
    lost = utc()
    scene.publish(stale_since=lost, reconnect_attempts=2)
    scene.hub.flush()
    assert scene.sockets.wall("a", "stale") is True
    assert scene.sockets.wall("a", "stale_since_ms") == round(lost.timestamp() * 1000)
    assert scene.sockets.wall("a", "attempts") == 2
    scene.publish(stale_since=None, reconnect_attempts=0)
    scene.hub.flush()
    assert (scene.sockets.wall("a", "stale"), scene.sockets.wall("a", "attempts")) == (False, 0)


async def test_silence_makes_it_stale_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.publish(seat("1001"))
    scene.hub.join_wall("a", WHOLE)
    scene.hub.join_toolbar("a", AgentId("1001"))
    later = time.monotonic() + 3
    monkeypatch.setattr("xktcc_app.live.freshness.time.monotonic", lambda: later)
    scene.hub.flush()
    assert scene.sockets.wall("a", "stale") is True
    assert scene.sockets.wall("a", "stale_since_ms") > 0
    assert scene.sockets.pages["a"]["toolbar"][client_key("stale")] is True
    scene.publish()
    scene.hub.flush()
    assert scene.sockets.wall("a", "stale") is False
    assert scene.sockets.pages["a"]["toolbar"][client_key("stale")] is False


async def test_an_agent_gets_the_own_seat_and_no_other(scene: Scene) -> None:
    scene.publish(seat("1001"), seat("1002"))
    scene.hub.join_toolbar("a", AgentId("1001"))
    first = len(scene.sockets.got["a"])
    scene.publish(seat("1002", state=SeatState.BUSY))
    scene.hub.flush()
    assert len(scene.sockets.got["a"]) == first
    scene.publish(seat("1001", state=SeatState.ALERTING, party=caller()))
    scene.hub.flush()
    own = scene.sockets.pages["a"]["toolbar"][client_key("seat")]
    assert (own["state"], own["elder"]["name"], own["number"]) == ("alerting", "王秀英", "138****1234")
    scene.hub.leave("a")
    scene.publish(seat("1001"))
    scene.hub.flush()
    assert len(scene.sockets.got["a"]) == first + 1


async def test_an_agent_without_a_seat_is_told_so(scene: Scene) -> None:
    scene.hub.join_toolbar("a", AgentId("7777"))
    told = scene.sockets.pages["a"]["toolbar"]
    assert told[client_key("provisioned")] is False
    assert told[client_key("seat")]["id"] == "7777"


async def test_who_leaves_the_wall_gets_nothing_more_and_must_not_show_it_as_current(scene: Scene) -> None:
    scene.publish(seat("1001"))
    scene.hub.join_wall("a", WHOLE)
    scene.hub.leave_wall("a")
    assert scene.sockets.wall("a", "loaded") is False
    sent = len(scene.sockets.got["a"])
    scene.publish(seat("1001", state=SeatState.BUSY))
    scene.turn()
    scene.hub.leave_wall("a")
    assert len(scene.sockets.got["a"]) == sent
    assert len(scene.hub.rooms) == 0


async def test_a_page_that_does_not_keep_up_is_left_out_and_then_brought_up_to_date(scene: Scene) -> None:
    scene.publish(seat("1001"))
    for sid in ("slow", "quick"):
        scene.hub.join_wall(sid, WHOLE)
    scene.sockets.backlogs["slow"] = BACKLOG + 1
    before = len(scene.sockets.got["slow"])
    scene.publish(seat("1001", state=SeatState.BUSY))
    scene.hub.flush()
    assert len(scene.sockets.got["slow"]) == before
    assert scene.sockets.seat("quick", "1001")["state"] == "busy"
    scene.sockets.backlogs["slow"] = 0
    scene.turn()
    assert scene.sockets.seat("slow", "1001")["state"] == "busy"


async def test_a_stumble_is_logged_and_everybody_is_told_everything_anew(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.publish(seat("1001"))
    scene.hub.join_wall("a", WHOLE)

    def broken() -> None:
        raise RuntimeError("broken on purpose")

    scene.hub._guarded(broken)
    assert "the hub stumbled" in caplog.text
    scene.sockets.pages["a"].clear()
    scene.turn()
    assert scene.sockets.wall("a", "loaded") is True


async def until(fact: Any, within_s: float = 2.0) -> None:
    deadline = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)


async def test_a_single_change_leaves_at_once_and_a_burst_is_gathered(scene: Scene) -> None:
    hub = Hub(scene.bus, scene.sockets, Board(Thresholds(), dict), NAMES)
    hub.start()
    scene.publish(*(seat(str(number)) for number in range(1001, 1101)))
    hub.join_wall("a", WHOLE)
    await asyncio.sleep(2 * GATHER_S)
    sent = len(scene.sockets.got["a"])
    begun = time.monotonic()
    scene.publish(seat("1001", state=SeatState.BUSY))
    await until(lambda: len(scene.sockets.got["a"]) > sent)
    assert time.monotonic() - begun < GATHER_S / 2
    sent = len(scene.sockets.got["a"])
    for number in range(1001, 1101):
        scene.publish(seat(str(number), state=SeatState.HOLD))
        await asyncio.sleep(0.001)
    await until(lambda: scene.sockets.seat("a", "1100")["state"] == "hold")
    assert len(scene.sockets.got["a"]) - sent < 20
    await hub.stop()


async def test_the_beat_goes_to_everybody_once_a_second(scene: Scene) -> None:
    scene.hub.start()
    scene.hub.join_wall("a", WHOLE)
    scene.hub.join_toolbar("b", AgentId("1001"))
    for sid in "ab":
        first = scene.sockets.pages[sid]["pulse"][client_key("now_ms")]
        scene.now += timedelta(seconds=1)
        await until(lambda sid=sid, first=first: scene.sockets.pages[sid]["pulse"][client_key("now_ms")] > first)
    await scene.hub.stop()


async def test_a_thousand_comings_and_goings_leave_nothing_behind(scene: Scene) -> None:
    scene.publish(*(seat(str(number)) for number in range(1001, 1051)))

    def come_and_go(number: int) -> None:
        sid = f"s{number}"
        scene.hub.join_wall(sid, WHOLE if number % 2 else Scope(frozenset({1, number % 7})))
        scene.hub.join_toolbar(sid, AgentId(str(1001 + number % 50)))
        scene.hub.leave(sid)
        scene.sockets.got.clear()
        scene.sockets.pages.clear()

    for number in range(100):
        come_and_go(number)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(1000):
        come_and_go(number)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000
    assert len(scene.hub.rooms) == 0
    assert scene.hub._own == scene.hub._own_told == {}


async def test_an_sos_call_that_already_rings_at_a_seat_is_told_once(scene: Scene) -> None:
    call = caller(sos=True)
    scene.publish(seat("1001", state=SeatState.ALERTING, party=call), waiting=(waiting(utc(), call),))
    scene.hub.join_wall("a", WHOLE)
    assert [(alert["kind"], alert["seat"]) for alert in scene.sockets.wall("a", "alerts")] == [("sos", "1001")]


async def test_a_pbx_whose_clock_was_set_back_still_proves_itself(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.publish(last_event_at=utc() + timedelta(hours=1))
    scene.hub.join_wall("a", WHOLE)
    later = time.monotonic() + 3
    monkeypatch.setattr("xktcc_app.live.freshness.time.monotonic", lambda: later)
    scene.publish(last_event_at=utc())
    scene.hub.flush()
    assert scene.sockets.wall("a", "stale") is False


class Past:
    """The wall of a minute ago."""

    def __init__(self, at: datetime, *seats: SeatView) -> None:
        self.at = at
        self.seats = seats
        self.centre = CentreView(answered_today=4)


def test_a_wall_wound_back_gets_nothing_of_now_until_it_joins_again() -> None:
    scene = Scene()
    scene.publish(seat("1001"), seat("2001", org_id=2))
    scene.hub.join_wall("a", Scope(frozenset({1})))
    then = scene.now - timedelta(minutes=1)
    past = Past(then, seat("1001", state=SeatState.TALKING, since=then - timedelta(minutes=20)), seat("2001", org_id=2))
    scene.hub.show_past("a", Scope(frozenset({1})), past)
    assert scene.sockets.wall("a", "rewind_ms") == round(then.timestamp() * 1000)
    assert scene.sockets.seat("a", "1001")["state"] == "talking"
    assert scene.sockets.seat("a", "1001")["level"] == 2, "as late as it was then"
    assert scene.sockets.wall("a", "seat_ids") == ["1001"], "within the scope"
    assert scene.sockets.wall("a", "centre")["answered"] == 4

    before = len(scene.sockets.got["a"])
    scene.publish(seat("1001", state=SeatState.BUSY))
    scene.hub.flush()
    assert len(scene.sockets.got["a"]) == before
    scene.hub._beat(scene.now)
    assert "now_ms_rx_state_" in scene.sockets.pages["a"]["pulse"], "its line still stands"

    scene.hub.join_wall("a", Scope(frozenset({1})))
    assert scene.sockets.wall("a", "rewind_ms") == 0
    assert scene.sockets.seat("a", "1001")["state"] == "busy"


def test_the_past_is_shown_only_to_who_has_a_wall_and_ends_with_it() -> None:
    scene = Scene()
    past = Past(scene.now, seat("1001"))
    scene.hub.show_past("nobody", WHOLE, past)
    assert not scene.sockets.got["nobody"]
    scene.hub.join_wall("a", WHOLE)
    scene.hub.show_past("a", WHOLE, past)
    scene.hub.show_past("a", WHOLE, past)
    assert scene.hub.is_watching("a")
    scene.hub.leave_wall("a")
    assert scene.sockets.wall("a", "loaded") is False
    assert not scene.hub.is_watching("a")
