from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.records import TimelineRecord
from telephony.types import CallOutcome, Cause, Direction, SeatState, Side
from tests.integration.services.records import SECOND, T0, call, recording, seat
from xktcc_app.models.account import Account
from xktcc_app.repositories.calls import day_counts, last_seat_states, open_calls, open_recordings
from xktcc_app.repositories.records import write_records

DAY = (T0 - timedelta(hours=1), T0 + timedelta(hours=1))


@pytest.fixture
def kept(any_database):
    def keep(*records):
        any_database.writing(lambda session: write_records(session, records))
        return any_database

    return keep


def answered(name, wait, **changes):
    return call(name, answered_at=T0 + wait * SECOND, agent="1001", **changes)


def step(name, kind, agent, at=T0):
    return TimelineRecord(name, at, kind, agent, agent)


def test_counts_of_a_day(kept):
    before, after = DAY[0] - SECOND, DAY[1]
    database = kept(
        answered("in time", 15),
        answered("too late", 15.001),
        replace(answered("of 1002", 3), agent="1002"),
        replace(answered("yesterday", 0), answered_at=before, queued_at=before),
        call("tomorrow", queued_at=after, answered_at=after, agent="1001"),
        call("gave up", ended_at=T0, outcome=CallOutcome.ABANDONED),
        call("waits"),
        call("out", direction=Direction.OUTBOUND, queued_at=None, answered_at=T0, agent="1001"),
        call("out busy", direction=Direction.OUTBOUND, queued_at=None, ended_at=T0, agent="1001"),
        call("missed while away", answered_at=T0, agent="1001"),
        step("in time", "answered", "1001"),
        step("in time", "answered", "1001", at=T0 + SECOND),
        step("in time", "transferred", "1002", at=T0 + 2 * SECOND),
        step("too late", "answered", "1001"),
        step("of 1002", "answered", "1002"),
        step("yesterday", "answered", "1001", at=before),
        step("yesterday", "resynchronised", "1001"),
        step("out", "answered", "1001"),
        step("missed while away", "resynchronised", "1001"),
        step("in time", "held", "1003"),
    )
    counts = database.reading(lambda session: day_counts(session, *DAY, 15))
    assert counts.answered == {"1001": 3, "1002": 2}
    assert counts.outbound == {"1001": 2}
    assert (counts.answered_total, counts.answered_in_time, counts.abandoned, counts.queued) == (4, 3, 1, 6)


def test_an_empty_day(any_database):
    counts = any_database.reading(lambda session: day_counts(session, *DAY, 15))
    assert (counts.answered, counts.answered_total, counts.answered_in_time, counts.queued) == ({}, 0, 0, 0)


def test_open_calls_come_back_as_they_were(kept):
    full = call(
        "full", answered_at=T0, rang_at=T0, agent="1001", device="1001", elder_id=7, sos=True, cause=Cause.NORMAL
    )
    older = call("older", started_at=T0 - SECOND)
    over = call("over", ended_at=T0, outcome=CallOutcome.ANSWERED, cleared_by=Side.AGENT, talk_s=3.0, valid=False)
    database = kept(full, older, over)
    assert database.reading(open_calls) == [older, full]


KEPT_TOO = {"booked": "not_ready", "booked_reason": "meal", "since": T0 - SECOND}


def test_the_newest_state_of_each_agent_who_has_an_account(kept):
    database = kept(
        seat("1001"),
        seat("1002", state=SeatState.BUSY, reason="meal", by="x", wrap_up_until=T0, **KEPT_TOO),
        seat("1001", after=5, state=SeatState.TALKING, call="c1"),
        seat("1001", after=3, state=SeatState.READY),
        seat("9999"),
    )
    database.writing(
        lambda session: session.add_all(
            Account(account=number, name="", password_hash="", agent_number=number, created_at=T0)
            for number in ("1001", "1002", "1003")
        )
    )
    states = database.reading(last_seat_states)
    assert states == {
        "1001": seat("1001", after=3),
        "1002": seat("1002", state=SeatState.BUSY, reason="meal", by="x", wrap_up_until=T0, **KEPT_TOO),
    }


def test_open_recordings_come_back_as_they_were(kept):
    over = recording("over", finished_at=T0 + SECOND, complete=True)
    database = kept(recording("later", started_at=T0 + SECOND), recording("first"), over)
    assert database.reading(open_recordings) == [recording("first"), recording("later", started_at=T0 + SECOND)]
