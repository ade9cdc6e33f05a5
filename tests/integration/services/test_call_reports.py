"""The report on calls from calls and states as they are written, on both databases."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.records import CallRecord, SeatStateRecord, TimelineRecord
from telephony.types import CallOutcome, Direction, SeatState
from tests.integration.services.test_reports import who
from xktcc_app.domain.call_report import AgentWork, Queue
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.models.account import Account
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.organizations import renumber
from xktcc_app.repositories.records import write_records
from xktcc_app.services.call_reports import CallReportService
from xktcc_app.services.errors import BadValueError, PermissionDeniedError

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Monday noon."""
NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)


def minutes(n):
    return NINE + timedelta(minutes=n)


def call(name, begin, *, wait=None, talk=None, agent=None, direction=Direction.INBOUND, outcome=CallOutcome.ANSWERED):
    queued = minutes(begin) if wait is not None else None
    taken = minutes(begin) + timedelta(seconds=wait or 5)
    answered = taken if outcome is CallOutcome.ANSWERED else None
    return CallRecord(
        call=name, direction=direction, caller="13900000001", called="96000", started_at=minutes(begin), queued_at=queued,
        answered_at=answered, ended_at=taken + timedelta(seconds=talk or 0), agent=agent, outcome=outcome, talk_s=talk,
    )  # fmt: skip


def seat(agent, at, state):
    return SeatStateRecord(agent, at, state, None, state.value, None, agent, None)


@pytest.fixture
def written(any_database):
    def fill(session):
        centre, other = Organization(name="A", kind="city"), Organization(name="B", kind="city")
        session.add_all([centre, other])
        renumber(session)
        for number, org in (("1001", centre), ("1002", other)):
            session.add(
                Account(
                    account=number,
                    name=f"N{number}",
                    password_hash="",
                    agent_number=number,
                    org_id=org.id,
                    created_at=NOW,
                )
            )

    any_database.writing(fill)
    records = [
        call("a", 0, wait=5, talk=60, agent="1001"),
        call("b", 10, wait=40, talk=120, agent="1002"),
        call("c", 70, wait=30, outcome=CallOutcome.ABANDONED),
        call("d", 75, talk=20, agent="1001", direction=Direction.OUTBOUND),
        call("e", -24 * 60 * 30, wait=1, talk=1, agent="1001"),
        TimelineRecord("b", minutes(10), "missed", "1001", "1001"),
        seat("1001", minutes(-600), SeatState.READY),
        seat("1001", minutes(0), SeatState.TALKING),
        seat("1001", minutes(1), SeatState.WRAP_UP),
        seat("1001", minutes(2), SeatState.READY),
        seat("1002", minutes(0), SeatState.READY),
        seat("1002", minutes(60), SeatState.LOGGED_OFF),
    ]
    any_database.writing(lambda session: write_records(session, records))
    return any_database


def report(database):
    return CallReportService(database, SHANGHAI, 15, lambda: NOW)


async def test_a_day(written):
    today = date(2026, 11, 23)
    found = await report(written).calls(who(), today, today)
    assert found.queue == Queue(queued=3, answered=2, in_time=1, abandoned=1, wait_ms=45_000)
    assert (found.arrivals[0][9], found.arrivals[0][10]) == (2, 1)
    assert sum(map(sum, found.arrivals)) == 3
    first, second = found.agents
    # ready from midnight to nine, then from 9:02 until now
    assert first == AgentWork("1001", 1, 1, 1, 80, 60, 120, 9 * 3600 + (3 * 60 - 2) * 60)
    assert second == AgentWork("1002", 1, 0, 0, 120, 0, 0, 3600)
    assert found.everybody.handled == 3
    assert found.names == {"1001": "N1001", "1002": "N1002"}


async def test_this_month_comes_unasked(written):
    found = await report(written).calls(who())
    assert (found.period.first, found.period.last) == (date(2026, 11, 1), date(2026, 11, 23))
    assert found.queue.queued == 3


async def test_only_what_the_scope_lets_see(written):
    nobody = await report(written).calls(who(DataScope.BRANCH))
    assert (nobody.queue, nobody.agents) == (Queue(), ())
    branch = await report(written).calls(who(DataScope.BRANCH, 1))
    assert [one.agent for one in branch.agents] == ["1001"]
    assert branch.queue.queued == 1
    outside = await report(written).calls(who(DataScope.BRANCH, 1), org_id=2)
    assert (outside.queue, outside.agents) == (Queue(), ())
    own = await report(written).calls(who(DataScope.OWN, 1))
    assert own.agents == ()


async def test_no_permission_no_report_and_no_nonsense(written):
    with pytest.raises(PermissionDeniedError):
        await report(written).calls(who(permissions=frozenset({Permission.CALLS_VIEW})))
    for first, last in (
        (date(2026, 2, 1), date(2026, 1, 1)),
        (date(2020, 1, 1), date(2026, 1, 1)),
        (date.max, date.max),
    ):
        with pytest.raises(BadValueError):
            await report(written).calls(who(), first, last)


async def test_an_address_may_ask_nonsense(written):
    found = await report(written).asked(who(), {"since": "2026-11-23", "until": "2026-11-23", "org": "1"})
    assert (found.queue.queued, found.org_id) == (1, 1)
    assert (await report(written).asked(who(), {"org": "x"})).queue == Queue()
    for params in ({"since": "x"}, {"until": "2026-02-30"}, {"since": "2026-11-23", "until": "2026-11-01"}):
        with pytest.raises(BadValueError):
            await report(written).asked(who(), params)
    with pytest.raises(PermissionDeniedError):
        await report(written).asked(who(permissions=frozenset()), {"since": "x"})
