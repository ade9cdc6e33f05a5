"""The report against independent SQL on the orders themselves, on both databases, in several zones."""

import random
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from telephony.types import AgentId
from xktcc_app.domain.data_scope import EVERYTHING, Scope
from xktcc_app.domain.list_params import order_query
from xktcc_app.domain.list_queries import NEWEST_ORDERS
from xktcc_app.domain.months import month_begins, month_number
from xktcc_app.domain.order_report import Blank, Total
from xktcc_app.domain.orders import OrderAction, OrderStatus
from xktcc_app.domain.paging import Page
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.record_keys import key_at, moment_of
from xktcc_app.generator.populate import Sizes, populate
from xktcc_app.models.order import OrderRollup, ServiceOrder
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import order_records, organization_tree
from xktcc_app.repositories.order_list import OrderList
from xktcc_app.repositories.order_records import Step
from xktcc_app.repositories.order_report import OrderReport
from xktcc_app.services.errors import BadValueError, PermissionDeniedError
from xktcc_app.services.order_totals import rebuild, verify
from xktcc_app.services.reports import ReportService
from xktcc_app.services.upkeep import rebuild_all
from xktcc_app.state.report_lines import orders_behind

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = ["Asia/Shanghai", "UTC", "America/St_Johns", "Pacific/Auckland", "Asia/Kathmandu"]


def who(scope=DataScope.ALL, org=None, permissions=frozenset(Permission)):
    return Principal(
        1, "boss", "Boss", ("admin",), permissions, scope, org, None, "session", must_change_password=False, agent=AgentId("1")
    )  # fmt: skip


@pytest.fixture
def filled(any_database):
    populate(any_database, Sizes(elders=80, orders=400, calls=0, communities=10), 5, NOW)
    any_database.writing(_spread)
    rebuild_all(any_database)
    return any_database


def _spread(session: Session) -> None:
    """Move the orders over five years with a leap year, many of them to hours around a change of month."""
    chance = random.Random(4)
    for order in session.exec(select(ServiceOrder)).all():
        begin = month_begins(month_number(2022, 1) + chance.randrange(58), SHANGHAI)
        moment = begin + timedelta(
            hours=chance.choice([-14, -9, -3, 0, 2, 8, 13, 300, 690]), minutes=chance.randrange(60)
        )
        key = key_at(moment) + chance.randrange(8)
        session.execute(text("UPDATE service_order SET id = :new WHERE id = :old"), {"new": key, "old": order.id})
        session.execute(
            text("UPDATE service_order SET status = :status, created_at = :at WHERE id = :id"),
            {"status": chance.choice(list(OrderStatus)).value, "at": moment.replace(tzinfo=None), "id": key},
        )


def plainly(database, year, zone, orgs=None):
    """Months counted one by one with nothing of the report's own code."""

    def work(session):
        found = []
        for month in range(12):
            first = datetime(year, month + 1, 1, tzinfo=zone)
            last = datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=zone)
            epoch = datetime(2000, 1, 1, tzinfo=UTC)
            low, high = (int((at - epoch).total_seconds() * 1000) * 8 for at in (first, last))
            plain = "SELECT count(*), coalesce(sum(amount), 0) FROM service_order WHERE status <> 'cancelled'"
            plain += " AND id >= :low AND id < :high"
            if orgs is not None:
                plain += f" AND org_id IN ({','.join(map(str, orgs)) or 'NULL'})"
            row = session.execute(text(plain), {"low": low, "high": high}).one()
            found.append(Total(int(row[0]), int(row[1])))
        return tuple(found)

    return database.reading(work)


@pytest.mark.parametrize("name", ZONES)
async def test_months_are_those_of_the_zone_to_the_fen(filled, name):
    zone = ZoneInfo(name)
    report = ReportService(filled, zone, lambda: NOW)
    seen = 0
    for year in (2022, 2023, 2024, 2025, 2026):
        one = await report.orders(who(), year)
        assert one.months == plainly(filled, year, zone)
        seen += one.total.n
    assert seen > 200
    assert verify(filled) == []


async def test_an_organization_counts_itself_and_all_below(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    districts = filled.reading(
        lambda session: session.exec(select(Organization).where(Organization.kind == "district")).all()
    )
    for district in districts:
        below = filled.reading(
            lambda session, top=district: session.exec(
                select(Organization.id).where(Organization.low >= top.low, Organization.low <= top.high)
            ).all()
        )
        asked = await report.orders(who(), 2024, district.id)
        scoped = await report.orders(who(DataScope.BRANCH, district.id), 2024)
        assert asked.months == scoped.months == plainly(filled, 2024, SHANGHAI, below)


async def test_outside_the_scope_there_are_no_orders(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    streets = select(Organization.id).where(Organization.kind == "street")
    ids = filled.reading(lambda session: session.exec(streets).all())
    assert (await report.orders(who(DataScope.BRANCH, ids[0]), 2024, ids[1])).total == Total()
    assert (await report.orders(who(DataScope.BRANCH), 2024)).total == Total()
    assert (await report.orders(who(), 2024, 10**6)).total == Total()


async def test_own_orders_are_counted_one_by_one(filled):
    filled.writing(lambda session: session.execute(text("UPDATE service_order SET created_by = 1 WHERE id % 3 = 0")))
    own = await ReportService(filled, SHANGHAI, lambda: NOW).orders(who(DataScope.OWN, 1), 2024)
    assert 0 < own.total.n < (await ReportService(filled, SHANGHAI, lambda: NOW).orders(who(), 2024)).total.n


async def test_a_late_correction_is_in_the_next_report(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    before = await report.orders(who(), 2024)

    def cancel(session):
        order = next(
            one for one in session.exec(select(ServiceOrder)).all()
            if one.status == OrderStatus.ACCEPTED.value and 2024 * 12 <= month_number(*_month(one)) < 2025 * 12
        )  # fmt: skip
        order_records.move_order(session, order, OrderStatus.CANCELLED, {}, Step("boss", NOW, OrderAction.CANCEL))
        return order.amount

    amount = filled.writing(cancel)
    after = await report.orders(who(), 2024)
    assert after.total == before.total - Total(1, amount)
    assert after.months == plainly(filled, 2024, SHANGHAI)
    assert verify(filled) == []


def _month(order):
    there = moment_of(order.id).astimezone(SHANGHAI)
    return there.year, there.month


async def test_totals_that_are_wrong_are_told_and_counted_anew(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    right = await report.orders(who(), 2024)

    def spoil(session):
        """One too high, one gone, one of orders that are not there, one of an organization that is not."""
        rows = session.exec(select(OrderRollup).where(OrderRollup.node == 0, OrderRollup.status != "cancelled")).all()
        high, gone = [row for row in rows if row.month // 12 == 2024][:2]
        high.amount += 1
        session.delete(gone)
        made = {"item_id": high.item_id, "status": "settled", "payment": "cash", "n": 1, "amount": 5}
        session.add_all(
            [OrderRollup(node=0, month=2024 * 12 + 1200, **made), OrderRollup(node=99_999, month=high.month, **made)]
        )
        return Total(0, 1), Total(-gone.n, -gone.amount), Total(1, 5), Total(1, 5)

    spoilt = filled.writing(spoil)
    found = verify(filled)
    assert sorted((one.kept - one.counted for one in found), key=str) == sorted(spoilt, key=str)
    assert (await report.orders(who(), 2024)).total != right.total
    assert len(verify(filled, most=2)) == 2
    assert rebuild(filled) > 100
    assert verify(filled) == []
    assert (await report.orders(who(), 2024)).months == right.months


async def test_totals_of_no_orders_are_none(any_database):
    assert verify(any_database) == []
    assert rebuild(any_database) == 0
    report = await ReportService(any_database, SHANGHAI, lambda: NOW).orders(who())
    assert (report.blank, report.years) == (Blank.NOTHING, (2026,))


async def test_a_new_order_is_in_the_next_report_and_one_moved_to_another_organization_too(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    before = await report.orders(who())

    def add(session):
        like = session.exec(select(ServiceOrder)).first()
        names = {
            "source",
            "elder_id",
            "elder_name",
            "name_key",
            "phone",
            "address",
            "item_id",
            "item_name",
            "category",
            "payment",
        }
        values = {name: getattr(like, name) for name in names} | {"org_id": like.org_id, "quantity": 1}
        values |= {"unit_price": 12_345, "amount": 12_345, "subsidy": 0, "self_paid": 12_345}
        return order_records.add_order(session, values, Step("boss", NOW, OrderAction.CREATE)).org_id

    org = filled.writing(add)
    after = await report.orders(who())
    assert after.months[10] - before.months[10] == Total(1, 12_345)
    other = filled.reading(lambda session: _elsewhere(session, org))
    there = (await report.orders(who(), org_id=other)).total

    def move(session):
        organization_tree.move(session, session.get(Organization, org), other)

    filled.writing(move)
    assert (await report.orders(who(), org_id=other)).total == there + (await report.orders(who(), org_id=org)).total
    assert (await report.orders(who())).months == after.months
    assert verify(filled) == []


def _elsewhere(session, org):
    """A street that the community ``org`` does not belong to."""
    community = session.get(Organization, org)
    streets = session.exec(select(Organization).where(Organization.kind == "street")).all()
    return next(street.id for street in streets if street.id != community.parent_id)


async def test_why_there_is_nothing_to_draw(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    assert (await report.orders(who(), 2024)).blank is None
    assert (await report.orders(who(), 2010)).blank is Blank.YEAR
    assert (await report.orders(who(), 2031)).blank is Blank.FUTURE
    assert (await report.orders(who(), 2024, 10**6)).blank is Blank.NOTHING


async def test_an_address_may_ask_nonsense(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    assert (await report.asked(who(), {})).year == 2026
    assert (await report.asked(who(), {"year": "2024", "org": "1"})).total.n > 0
    assert (await report.asked(who(), {"org": "x"})).blank is Blank.NOTHING
    assert (await report.asked(who(), {"year": "２０２４"})).year == 2024
    for year in ("abc", "20.5", "-2024", "1999", "3000", "9" * 40):
        with pytest.raises(BadValueError):
            await report.asked(who(), {"year": year})
    with pytest.raises(PermissionDeniedError):
        await report.asked(who(permissions=frozenset()), {"year": "abc"})


@pytest.mark.parametrize("year", [2024, 2026])
async def test_the_orders_behind_a_figure_are_those_it_counts(filled, year):
    """The list that a bar or a figure leads to has as many orders, of as much money."""
    report = await ReportService(filled, SHANGHAI, lambda: NOW).orders(who(), year)
    for at, total in enumerate(report.months):
        params = dict(parse_qsl(urlsplit(orders_behind(month_number(year, at + 1), 1, "")).query))
        query = order_query(params, SHANGHAI)
        found = filled.reading(
            lambda session, query=query: OrderList(session, EVERYTHING).find(query, NEWEST_ORDERS, Page(1, 100))
        )
        amounts = filled.reading(
            lambda session, found=found: [session.get(ServiceOrder, key).amount for key in found.keys]
        )
        assert (found.total, sum(amounts)) == (total.n, total.amount)


async def test_this_year_comes_unasked_and_the_years_can_be_chosen(filled):
    report = await ReportService(filled, SHANGHAI, lambda: NOW).orders(who())
    assert report.year == 2026
    assert report.years == (2026, 2025, 2024, 2023, 2022, 2021)[: len(report.years)]
    assert [row.year for row in report.by_year] == list(report.years)
    assert report.month_under_way == 10
    # one minute to the new year in Shanghai is still the old one, the next is not
    eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert (await ReportService(filled, SHANGHAI, lambda: eve).orders(who())).year == 2026
    turned = await ReportService(filled, SHANGHAI, lambda: eve + timedelta(minutes=1)).orders(who())
    assert (turned.year, turned.total, turned.month_under_way) == (2027, Total(), 0)


async def test_no_permission_no_report_and_no_nonsense(filled):
    report = ReportService(filled, SHANGHAI, lambda: NOW)
    with pytest.raises(PermissionDeniedError):
        await report.orders(who(permissions=frozenset({Permission.ORDERS_VIEW})))
    for year in (1999, 3000, -1):
        with pytest.raises(BadValueError):
            await report.orders(who(), year)


def test_scope_nothing_is_nothing(filled):
    found = filled.reading(lambda session: OrderReport(session, Scope(nothing=True), UTC).months(None))
    assert found == {}
    assert filled.reading(lambda session: OrderReport(session, EVERYTHING, UTC).months(None))


def test_a_leap_day_is_in_february():
    assert month_begins(month_number(2024, 3), SHANGHAI) - month_begins(month_number(2024, 2), SHANGHAI) == timedelta(
        29
    )
    assert date(2024, 2, 29).month == 2
