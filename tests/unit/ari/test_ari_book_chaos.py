"""Events in any order, any number of times: the book never fails, and says nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ari_scene import OTHER_SEAT, SEAT, Scene
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony import events as cti
from telephony.ari.messages import AriEvent, Unknown
from telephony.ari.names import Role
from telephony.ari.protocol import parse_event
from telephony.types import CallId

LINES = (Path(__file__).parents[2] / "fixtures/asterisk/sample_inbound.jsonl").read_text().splitlines()
EVENTS = [event for line in LINES if not isinstance(event := parse_event(line), Unknown)]
CALL = CallId("pbx-1795380528.0")


def play(events: list[AriEvent]) -> Scene:
    """The recorded call; our commands come as soon as their time has come."""
    scene = Scene()
    rung: list[str] = []
    for event in events:
        scene.feed(event)
        call = scene.book.calls.get(CALL)
        if call is None:
            continue
        if not rung:
            rung.append(scene.book.add_seat(call, Role.SEAT, SEAT).channel)
        elif len(rung) == 1 and len(scene.told(cti.Retrieved)) == 2:
            call.seats[SEAT].leaving = True
            call.transferred_from = SEAT
            rung.append("")
        elif len(rung) == 2 and SEAT not in call.seats:
            rung.append(scene.book.add_seat(call, Role.SEAT, OTHER_SEAT).channel)
    return scene


def test_the_recorded_call() -> None:
    scene = play(EVENTS)
    assert scene.names() == [
        "Queued",
        "Delivered 1001",
        "Established 1001",
        "RecordingStarted",
        "Held 1001",
        "Retrieved 1001",
        "Held 1001",
        "Retrieved 1001",
        "ConnectionCleared 1001",
        "RecordingFinished",
        "Delivered 1002",
        "Transferred",
        "Established 1002",
        "ConnectionCleared external",
        "ConnectionCleared 1002",
        "CallCleared",
    ]
    times = [event.at for event in scene.events]
    assert times == sorted(times)


def assert_sane(scene: Scene) -> None:
    told = Counter((type(event).__name__, getattr(event, "device", "")) for event in scene.events)
    for name in (
        "Queued",
        "Established",
        "Delivered",
        "ConnectionCleared",
        "Diverted",
        "CallCleared",
        "RecordingFinished",
    ):
        assert all(count == 1 for (kind, _device), count in told.items() if kind == name), told
    kinds = [
        type(event) for event in scene.events if not isinstance(event, cti.RecordingStarted | cti.RecordingFinished)
    ]
    if cti.CallCleared in kinds:
        assert kinds[-1] is cti.CallCleared
    for call in scene.book.calls.values():
        assert call.legs
        assert {leg.channel for leg in call.legs} <= set(scene.book.legs)


@given(st.permutations(EVENTS))
@settings(max_examples=25, deadline=None)
def test_any_order(events: list[AriEvent]) -> None:
    assert_sane(play(events))


@given(st.lists(st.tuples(st.integers(0, len(EVENTS) - 1), st.integers(0, 6)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_repeated_and_late_events(repetitions: list[tuple[int, int]]) -> None:
    events = list(EVENTS)
    for place, later in repetitions:
        events.insert(min(len(events), place + later), EVENTS[place])
    assert_sane(play(events))


@given(st.lists(st.sampled_from(EVENTS), max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_selection(events: list[AriEvent]) -> None:
    assert_sane(play(events))
