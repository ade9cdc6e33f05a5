from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.types import AgentId, CallOutcome, Direction
from tests.integration.services.records import T0, call
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.callbacks import CallbackQuery
from xktcc_app.domain.paging import Page
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.account import Account
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import organizations
from xktcc_app.repositories.records import write_records
from xktcc_app.services.audit import AuditService
from xktcc_app.services.callbacks import CallbackService, CallbackSurroundings
from xktcc_app.services.errors import (
    AlreadyClosedError,
    ChangedMeanwhileError,
    FieldErrors,
    NoSeatError,
    NotFoundError,
    PermissionDeniedError,
    TakenByAnotherError,
)

MINUTE = timedelta(minutes=1)
MOBILE, LANDLINE, DAUGHTER = "13800001111", "057112345678", "13900002222"
AGENT = STARTING_ROLES["agent"].permissions


class Office:
    def __init__(self, database):
        self.database, self.entries, self.dialled, self.refusal = database, [], [], None
        self.entries_sink = type("Sink", (), {"put": lambda _, entry: self.entries.append(entry)})()
        audit = AuditService(self.entries_sink)
        self.service = CallbackService(CallbackSurroundings(database, audit, self._dial, lambda: T0 + 60 * MINUTE))
        database.writing(self._fill)

    async def _dial(self, principal, number):
        if self.refusal is not None:
            raise self.refusal
        self.dialled.append((principal.account, number))

    def _fill(self, session):
        city = Organization(name="临江市", kind="city")
        session.add(city)
        session.flush()
        self.north, self.south = (
            Organization(name=name, kind="community", parent_id=city.id) for name in ("城北", "城南")
        )
        session.add_all([self.north, self.south])
        organizations.renumber(session)
        elder = Elder(
            number="L1", name="王桂兰", gender="f", community="", address="", created_at=T0, org_id=self.north.id
        )
        session.add(elder)
        session.flush()
        self.elder = elder.id
        for number, kind in ((MOBILE, "phone"), (LANDLINE, "phone"), (DAUGHTER, "contact")):
            session.add(ElderPhone(elder_id=elder.id, number=number, kind=kind))
        session.add(
            Account(
                account="li", name="李", password_hash="x", org_id=self.north.id, agent_number="1001", created_at=T0
            )
        )

    def happened(self, *records):
        self.database.writing(lambda session: write_records(session, records))

    def who(self, account="li", org=None, scope=DataScope.OWN, permissions=AGENT):
        org = org or self.north
        return Principal(
            *(1, account, account, ("x",), frozenset(permissions), scope, org.id, None, "s", False), AgentId("1001")
        )

    async def open(self, who=None, **query):
        return (await self.service.search(who or self.who(), CallbackQuery(**query))).rows

    def actions(self):
        return [entry.action for entry in self.entries]


@pytest.fixture
def office(any_database):
    return Office(any_database)


def missed(name, number=MOBILE, after=0, **changes):
    at = T0 + after * MINUTE
    values = {"caller": number, "started_at": at, "queued_at": at, "ended_at": at + MINUTE / 2}
    return call(name, **(values | {"outcome": CallOutcome.ABANDONED} | changes))


def dialled(name, number=MOBILE, after=0, **changes):
    at = T0 + after * MINUTE
    values = {"direction": Direction.OUTBOUND, "caller": "1001", "called": number, "agent": AgentId("1001")}
    return call(name, **(values | {"started_at": at, "queued_at": None} | changes))


async def test_calls_of_one_number_become_one_entry(office):
    running = replace(missed("m1"), ended_at=None, outcome=None)
    office.happened(running)
    assert await office.open() == ()
    office.happened(missed("m1", elder_id=office.elder))
    office.happened(missed("m2", after=5, elder_id=office.elder), missed("m3", number="13700003333", after=6))
    office.happened(missed("m2", after=5, elder_id=office.elder))  # written again, as after a restart
    first, unknown = await office.open()
    assert (first.missed, first.name, first.number) == (2, "王桂兰", "138****1111")
    assert (first.first_at, first.last_at) == (T0 + MINUTE / 2, T0 + 5.5 * MINUTE)
    assert (unknown.missed, unknown.name, unknown.state) == (1, "", "waiting")
    assert [one.deed for one in (await office.service.detail(office.who(), first.id)).calls] == ["missed", "missed"]


async def test_who_called_may_be_found_after_the_end(office):
    office.happened(missed("m1"))
    office.happened(missed("m1", elder_id=office.elder, sos=True))
    (row,) = await office.open()
    assert (row.name, row.sos, row.missed) == ("王桂兰", True, 1)


async def test_an_anonymous_caller_can_not_be_called_back(office):
    office.happened(missed("m1", number=""))
    assert await office.open() == ()


async def test_a_call_in_vain_counts_and_an_answered_one_closes(office):
    office.happened(missed("m1", elder_id=office.elder))
    busy = dialled("d1", after=2, ended_at=T0 + 3 * MINUTE, outcome=CallOutcome.REMOTE_BUSY)
    office.happened(busy)
    office.happened(busy)
    (row,) = await office.open()
    assert (row.tried, row.tried_outcome, row.tried_at) == (1, "remote_busy", T0 + 3 * MINUTE)
    office.happened(dialled("d2", after=4, answered_at=T0 + 5 * MINUTE))
    assert await office.open() == ()
    (done,) = await office.open(state="done")
    assert (done.result, done.closed_by, done.closed_at, done.by_itself) == ("reached", "li", T0 + 5 * MINUTE, True)
    detail = await office.service.detail(office.who(), done.id)
    assert [one.deed for one in detail.calls] == ["missed", "tried", "reached"]


@pytest.mark.parametrize(
    ("waiting", "spoken", "closes"),
    [(MOBILE, LANDLINE, True), (LANDLINE, MOBILE, True), (MOBILE, DAUGHTER, False), (DAUGHTER, MOBILE, False)],
)
async def test_the_elder_may_be_reached_by_any_number_of_their_own(office, waiting, spoken, closes):
    office.happened(missed("m1", number=waiting, elder_id=office.elder))
    at = T0 + 2 * MINUTE
    office.happened(call("a1", caller=spoken, elder_id=office.elder, started_at=at, answered_at=at + MINUTE))
    assert (await office.open() == ()) is closes


async def test_an_earlier_talk_closes_nothing_and_the_next_call_in_vain_opens_another_entry(office):
    talk = call("a1", started_at=T0 - 9 * MINUTE, answered_at=T0 - 8 * MINUTE, ended_at=T0 - 2 * MINUTE)
    office.happened(missed("m1"), talk)
    assert len(await office.open()) == 1
    office.happened(dialled("d1", after=2, answered_at=T0 + 3 * MINUTE), missed("m2", after=9))
    assert [row.missed for row in await office.open()] == [1]
    assert len(await office.open(state="")) == 2


async def test_a_call_taken_for_lost_that_goes_on_is_no_missed_one(office):
    office.happened(missed("m1", outcome=CallOutcome.SYSTEM_FAILURE))
    office.happened(call("m1", answered_at=T0 + MINUTE))
    assert await office.open() == ()


async def test_scope(office):
    office.happened(missed("m1", elder_id=office.elder), missed("m2", number="13700003333", after=1))
    assert len(await office.open()) == 2
    south = office.who(org=office.south)
    (unknown,) = await office.open(south)
    assert unknown.name == ""
    known = (await office.open())[0]
    with pytest.raises(NotFoundError):
        await office.service.take(south, known.id)
    with pytest.raises(NotFoundError):
        await office.service.detail(south, known.id)
    assert (await office.service.counts(south)).waiting == 1
    with pytest.raises(PermissionDeniedError):
        await office.service.search(office.who(permissions=()))
    with pytest.raises(PermissionDeniedError):
        await office.service.take(office.who(permissions={Permission.CALLS_VIEW}), known.id)


async def test_filters_order_and_pages(office):
    office.happened(
        missed("m1", number="13700003333"),
        missed("m2", number="13700004444", after=1, sos=True),
        missed("m3", elder_id=office.elder, after=2),
    )
    rows = await office.open()
    assert [row.sos for row in rows] == [True, False, False]
    assert [row.name for row in await office.open(name="桂")] == ["王桂兰"]
    assert [row.number for row in await office.open(number="3333")] == ["137****3333"]
    assert await office.open(number="x") == ()
    assert await office.open(name="%") == ()
    assert len(await office.open(since=T0 + MINUTE, until=T0 + 2 * MINUTE)) == 1
    assert len(await office.open(community=office.north.id)) == 1
    page = await office.service.search(office.who(), page=Page(2, 2))
    assert (len(page.rows), page.total, page.pages) == (1, 3, 2)


async def test_one_takes_it_and_another_is_told(office):
    office.happened(missed("m1"))
    (row,) = await office.open()
    mine = await office.service.take(office.who(), row.id)
    assert (mine.state, mine.taken_by, mine.mine) == ("taken", "li", True)
    zhao = office.who("zhao")
    for deed in (office.service.take, office.service.release, office.service.call_back):
        with pytest.raises(TakenByAnotherError):
            await deed(zhao, row.id)
    assert [row.id for row in await office.open(mine=True)] == [row.id]
    assert (await office.open(state="waiting")) == ()
    assert (await office.service.counts(zhao)).taken == 1
    boss = office.who("boss", permissions=AGENT | {Permission.CALLS_CORRECT})
    assert (await office.service.release(boss, row.id)).state == "waiting"
    await office.service.take(zhao, row.id)
    assert office.actions() == ["callback.taken", "callback.released", "callback.taken"]


async def test_call_back_dials_the_number_from_the_own_seat(office):
    office.happened(missed("m1"))
    (row,) = await office.open()
    assert (await office.service.call_back(office.who(), row.id)).mine
    assert office.dialled == [("li", MOBILE)]
    assert office.actions() == [AuditAction.CALLBACK_TAKEN, AuditAction.CALLBACK_DIALLED]
    assert MOBILE not in repr(office.entries)


async def test_a_dial_that_fails_leaves_it_to_the_others(office):
    office.happened(missed("m1"))
    (row,) = await office.open()
    office.refusal = NoSeatError("no seat")
    with pytest.raises(NoSeatError):
        await office.service.call_back(office.who(), row.id)
    assert (await office.open())[0].state == "waiting"
    mine = await office.service.take(office.who(), row.id)
    with pytest.raises(NoSeatError):
        await office.service.call_back(office.who(), row.id)
    assert (await office.open())[0].taken_by == mine.taken_by


async def test_finishing_by_hand(office):
    office.happened(missed("m1"))
    (row,) = await office.open()
    office.happened(missed("m2", after=1))
    with pytest.raises(ChangedMeanwhileError):
        await office.service.finish(office.who(), row.id, row.version, "not_needed")
    with pytest.raises(FieldErrors) as fault:
        await office.service.finish(office.who(), row.id, row.version, "nonsense", "x" * 501)
    assert fault.value.faults == {"result": "not_allowed", "remark": "too_long"}
    (row,) = await office.open()
    done = await office.service.finish(office.who(), row.id, row.version, "not_needed", " 已由社区处理 ")
    assert (done.state, done.closed_by, done.remark, done.by_itself) == ("done", "li", "已由社区处理", False)
    with pytest.raises(AlreadyClosedError):
        await office.service.take(office.who(), row.id)


async def test_unmasking_is_audited(office):
    office.happened(missed("m1"))
    (row,) = await office.open()
    with pytest.raises(PermissionDeniedError):
        await office.service.unmask(office.who(), row.id)
    boss = office.who("boss", permissions=AGENT | {Permission.RECORDS_UNMASK})
    assert await office.service.unmask(boss, row.id) == MOBILE
    assert office.actions() == [AuditAction.UNMASKED]
