"""What those who wait are told, and when they are sent elsewhere."""

from dataclasses import replace

from telephony import events as ev
from telephony.control.dispatch import Dispatch
from telephony.control.queueing import AHEAD, NEXT, Announcement, Overflow, Queueing
from telephony.types import CallId
from tests.unit.telephony.control.worlds import C1, C2, T0, at, ready_world

NUMBER = "13700003333"


def waiting(**rules: object) -> tuple[Queueing, Dispatch]:
    """Two callers, the second a minute's part after the first; nobody is ready for them."""
    world = ready_world()
    world.rules = replace(world.rules, **rules)  # type: ignore[arg-type]
    for agent in world.seats:
        world.unreachable(agent, at(0))
    world.apply(ev.Queued(at(1), C1, "138", "96000"))
    world.apply(ev.Queued(at(2), C2, "139", "96000"))
    dispatch = Dispatch(world)
    return Queueing(world, dispatch), dispatch


def test_nothing_is_said_where_nothing_is_configured() -> None:
    queueing, _ = waiting()
    assert queueing.due(at(3)) == queueing.due(at(300)) == []


def test_a_new_caller_is_greeted_once_and_then_told_the_place() -> None:
    queueing, _ = waiting(greeting=("sound:hello",), announce_every_s=30)
    hello = ("sound:hello",)
    assert queueing.due(at(3)) == [Announcement(C1, hello, first=True), Announcement(C2, hello, first=True)]
    assert queueing.due(at(32)) == []
    assert queueing.due(at(33)) == [Announcement(C1, NEXT), Announcement(C2, (AHEAD[0], "number:1", AHEAD[1]))]
    assert queueing.due(at(34)) == []


def test_a_greeting_that_could_not_be_said_is_said_later_and_a_place_is_not() -> None:
    queueing, _ = waiting(greeting=("sound:hello",), announce_every_s=30)
    greeting, _other = queueing.due(at(3))
    assert isinstance(greeting, Announcement)
    queueing.not_heard(greeting)
    assert queueing.due(at(4)) == [greeting]
    place = queueing.due(at(36))[-1]
    assert isinstance(place, Announcement)
    queueing.not_heard(place)
    assert queueing.due(at(37)) == []


def test_one_for_whom_a_seat_is_kept_is_told_nothing() -> None:
    queueing, dispatch = waiting(greeting=("sound:hello",))
    dispatch.promise(next(iter(dispatch._world.seats)), C1, at(3))
    assert queueing.due(at(3)) == [Announcement(C2, ("sound:hello",), first=True)]


def test_whoever_waits_too_long_is_sent_elsewhere_once() -> None:
    queueing, dispatch = waiting(overflow_after_s=20, overflow_number=NUMBER)
    assert queueing.due(at(20.9)) == []
    assert queueing.due(at(21)) == [Overflow(C1, NUMBER)]
    assert queueing.due(at(22)) == [Overflow(C2, NUMBER)]
    assert queueing.due(at(90)) == []
    again = CallId(f"{C1}-again")
    dispatch._world.apply(ev.Queued(at(91), again, "138", "96000"))
    assert queueing.due(at(111)) == [Overflow(again, NUMBER)]


def test_nobody_is_told_anything_while_the_pbx_is_lost() -> None:
    queueing, dispatch = waiting(greeting=("sound:hello",))
    dispatch._world.apply(ev.DriverDown(at(2), "lost"))
    assert queueing.due(at(3)) == []
    assert at(0) == T0
