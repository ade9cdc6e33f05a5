from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.call_report import (
    AgentWork,
    Change,
    Period,
    Queue,
    by_weekday_and_hour,
    seconds_in,
    share_permille,
    together,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(minutes):
    return MONDAY + timedelta(minutes=minutes)


def test_calls_are_counted_in_the_zones_hours():
    found = by_weekday_and_hour({at(0): 3, at(15): 1, at(16 * 60): 2}, SHANGHAI)
    assert found[0][8] == 4
    assert found[1][0] == 2
    assert sum(map(sum, found)) == 6
    half = by_weekday_and_hour({at(15): 1, at(30): 1}, ZoneInfo("Asia/Kolkata"))
    assert (half[0][5], half[0][6]) == (1, 1)


def test_a_period_is_whole_local_days():
    period = Period.of(date(2026, 11, 1), date(2026, 11, 23), SHANGHAI)
    assert period.since == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert period.until == datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.mark.parametrize("last", [date(2026, 10, 31), date(2027, 2, 1), date.max])
def test_a_period_may_be_refused(last):
    with pytest.raises((ValueError, OverflowError)):
        Period.of(date(2026, 11, 1), last, SHANGHAI)


def test_the_last_day_there_is_can_not_be_asked_for():
    with pytest.raises(OverflowError):
        Period.of(date.max, date.max, SHANGHAI)


def test_the_queues_figures():
    queue = Queue(queued=10, answered=7, in_time=6, abandoned=3, wait_ms=70_000)
    assert (queue.service_level, queue.abandonment, queue.speed_of_answer_ms) == (600, 300, 10_000)
    empty = Queue()
    assert (empty.service_level, empty.abandonment, empty.speed_of_answer_ms) == (None, None, None)


def test_an_agents_figures():
    work = AgentWork("1001", answered=3, outbound=1, missed=1, talk_s=400, wrap_up_s=100, busy_s=500, ready_s=500)
    assert (work.handled, work.handling_time_s, work.occupancy) == (4, 125, 500)
    idle = AgentWork("1002")
    assert (idle.handled, idle.handling_time_s, idle.occupancy) == (0, None, None)
    assert together([work, work, idle]) == AgentWork("", 6, 2, 2, 800, 200, 1000, 1000)


@pytest.mark.parametrize(
    ("part", "of", "share"), [(1, 3, 333), (2, 3, 667), (1, 2000, 1), (0, 5, 0), (5, 5, 1000), (0, 0, None)]
)
def test_shares(part, of, share):
    assert share_permille(part, of) == share


def test_time_in_a_state_is_cut_to_the_period():
    changes = [
        Change("1001", at(-30), "ready"),
        Change("1001", at(10), "talking"),
        Change("1001", at(25), "ready"),
        Change("1002", at(20), "ready"),
        Change("1002", at(90), "busy"),
    ]
    assert seconds_in(changes, (at(0), at(60))) == {
        ("1001", "ready"): 45 * 60,
        ("1001", "talking"): 15 * 60,
        ("1002", "ready"): 40 * 60,
    }
    assert seconds_in([], (at(0), at(60))) == {}


moments = st.lists(st.integers(-100, 200), min_size=1, max_size=8, unique=True).map(sorted)


@given(st.dictionaries(st.sampled_from(["1001", "1002", "1003"]), moments))
def test_no_time_is_lost_or_counted_twice(seats):
    changes = [Change(agent, at(minute), "ready") for agent in sorted(seats) for minute in seats[agent]]
    found = seconds_in(changes, (at(0), at(60)))
    for agent, minutes in seats.items():
        assert found.get((agent, "ready"), 0) == max(0, 60 - max(0, minutes[0])) * 60
