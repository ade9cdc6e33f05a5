from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony import events as ev
from telephony.control.counts import Counts, day_bounds
from telephony.control.rules import Rules
from telephony.control.world import World
from telephony.history import TodayCounts
from telephony.types import AgentId, CallId, DeviceId, Side
from tests.unit.telephony.control.worlds import (
    A1,
    A2,
    C1,
    C2,
    P1,
    P2,
    T0,
    answers,
    at,
    dialled,
    ends,
    feed,
    leaves,
    profile,
    queued,
    ready_world,
    rings,
)  # fmt: skip

C3 = CallId("c3")
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def figures(world: World) -> tuple[int, int, int, int]:
    counts = world.counts
    return counts.queued, counts.answered_total, counts.answered_in_time, counts.abandoned


@pytest.mark.parametrize(
    ("zone", "day", "hours", "start"),
    [
        (SHANGHAI, date(2026, 3, 2), 24, datetime(2026, 3, 1, 16, tzinfo=UTC)),
        (BERLIN, date(2026, 3, 29), 23, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (BERLIN, date(2026, 10, 25), 25, datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
def test_a_local_day_has_as_many_hours_as_the_zone_gives_it(
    zone: ZoneInfo, day: date, hours: int, start: datetime
) -> None:
    begin, end = (moment.astimezone(UTC) for moment in day_bounds(day, zone))
    assert begin == start
    assert end - begin == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "before"),
    [
        (SHANGHAI, datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)),
        (BERLIN, datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)),  # the next day has 23 hours
        (BERLIN, datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # and ends at 22 h UTC
    ],
)
def test_the_day_ends_at_local_midnight(zone: ZoneInfo, before: datetime) -> None:
    counts = Counts(zone, before)
    counts.load(TodayCounts({A1: 3}, {A1: 1}, 3, 1, 4, 2))
    assert not counts.roll(before + timedelta(microseconds=999_999))
    assert (counts.answered[A1], counts.outbound[A1], counts.queued) == (3, 1, 4)
    assert counts.roll(before + timedelta(seconds=1))
    assert not counts.roll(before + timedelta(seconds=2))
    assert not counts.roll(before), "a clock set back does not bring yesterday back"
    assert (counts.answered[A1], counts.outbound[A1], counts.queued, counts.abandoned) == (0, 0, 0, 0)


def test_an_inbound_call_is_queued_answered_and_in_time() -> None:
    world = ready_world()
    feed(world, queued(), rings(), answers(seconds=16), queued(C2, 20), rings(C2, P2, 21), answers(C2, P2, 35.1))
    assert figures(world) == (2, 2, 1, 0)
    assert (world.counts.answered[A1], world.counts.answered[A2]) == (1, 1)


def test_abandoned_is_hung_up_in_the_queue_only() -> None:
    world = ready_world()
    feed(world, queued(), ends(), queued(C2), ends(C2, Side.SYSTEM))
    assert figures(world) == (2, 0, 0, 1)


def test_a_transferred_call_counts_once_for_each_agent_and_once_for_the_centre() -> None:
    world = ready_world()
    there = (rings(phone=P2, seconds=29), ev.Transferred(at(30), C1, P1, P2), answers(phone=P2, seconds=30))
    back = (rings(phone=P1, seconds=39), ev.Transferred(at(40), C1, P2, P1), answers(phone=P1, seconds=40))
    feed(world, queued(), rings(), answers(), leaves(seconds=29), *there, leaves(P2, seconds=39), *back)
    assert figures(world) == (1, 1, 1, 0)
    assert world.counts.answered == {A1: 1, A2: 1}


def test_an_outbound_call_counts_for_its_agent_when_it_begins() -> None:
    world = ready_world()
    feed(world, *dialled())
    assert (world.counts.outbound, figures(world)) == ({A1: 1}, (0, 0, 0, 0))


def test_nobodys_phone_counts_for_nobody() -> None:
    world = ready_world()
    feed(world, *dialled(phone=DeviceId("porter")), queued(C2), answers(C2, DeviceId("porter")))
    assert (world.counts.outbound, world.counts.answered) == ({}, {})
    assert world.counts.answered_total == 1


def test_what_happened_yesterday_is_not_counted_today() -> None:
    midnight = datetime(2026, 3, 2, 16, tzinfo=UTC)
    world = World(Rules(), midnight - timedelta(seconds=1))
    world.add_seat(profile("1001"), T0)
    late = (midnight - timedelta(milliseconds=50) - T0).total_seconds()
    world.roll(midnight)
    assert world.drain()[0] is not None
    feed(world, queued(seconds=late), answers(seconds=late), *dialled(C2, P1, late - 10), ends(seconds=late))
    assert (figures(world), world.counts.answered, world.counts.outbound) == ((0, 0, 0, 0), {}, {})
    feed(world, queued(C3, late + 1), ends(C3, seconds=late + 2))
    assert figures(world) == (1, 0, 0, 1)


def test_answers_of_a_restored_call_are_not_counted_again() -> None:
    counts = Counts(SHANGHAI, T0)
    counts.note_taken(C1, AgentId("1001"))
    counts._take(C1, AgentId("1001"))
    counts._take(C1, AgentId("1002"))
    assert counts.answered == {AgentId("1002"): 1}
