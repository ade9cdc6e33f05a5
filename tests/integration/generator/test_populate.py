from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import func, select

from telephony.exchange.demo_numbers import demo_number
from xktcc_app.domain.data_scope import EVERYTHING
from xktcc_app.domain.id_card import id_card_fault
from xktcc_app.domain.list_queries import NEWEST_CALLS, CallQuery
from xktcc_app.domain.paging import Page
from xktcc_app.generator import demo
from xktcc_app.generator.demo import add_past
from xktcc_app.generator.populate import Sizes, populate
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder
from xktcc_app.models.order import ServiceOrder
from xktcc_app.repositories.call_list import CallList

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SMALL = Sizes(elders=40, orders=60, calls=80, communities=10)


def everything(database, table):
    return database.reading(lambda session: [row.model_dump() for row in session.exec(select(table)).all()])


def test_a_city_is_plausible(database):
    populate(database, SMALL, 3, NOW)
    elders, orders, calls = (everything(database, table) for table in (Elder, ServiceOrder, Call))
    assert (len(elders), len(orders), len(calls)) == (40, 60, 80)
    assert elders[7]["numbers"].startswith(demo_number(7))
    assert not any(id_card_fault(one["id_card"], one["birth_date"], one["gender"], NOW.date()) for one in elders)
    for order in orders:
        assert order["unit_price"] * order["quantity"] == order["amount"] == order["subsidy"] + order["self_paid"]
        assert order["created_at"] < NOW
    for call in calls:
        assert call["started_at"] < NOW
        assert (call["answered_at"] is None) is (call["status"] != "answered")
    assert len({call["seq"] for call in calls}) == 80


def test_what_is_written_afterwards_has_keys_of_its_own(any_database):
    populate(any_database, SMALL, 3, NOW)
    most = any_database.reading(lambda session: session.exec(select(func.max(Elder.id))).one())

    def add(session):
        session.add(Elder(number="one more", name="王", gender="f", community="", address="", created_at=NOW))

    any_database.writing(add)
    assert any_database.reading(lambda session: session.exec(select(func.max(Elder.id))).one()) == most + 1


def test_the_same_seed_makes_the_same_city(database, tmp_path):
    from xktcc_app.migrate import migrate
    from xktcc_app.services.database import Database

    url = f"sqlite:///{tmp_path / 'other.db'}"
    migrate(url)
    other = Database(url)
    for one in (database, other):
        populate(one, SMALL, 3, NOW)
    for table in (Elder, ServiceOrder, Call):
        assert everything(database, table) == everything(other, table)
    other.close()


def test_the_demos_past_ends_where_today_begins(database, monkeypatch):
    monkeypatch.setattr(demo, "ORDERS", 30)
    monkeypatch.setattr(demo, "CALLS", 50)
    populate(database, Sizes(elders=20, orders=0, calls=0, communities=5), 3, NOW)
    add_past(database, ZoneInfo("Asia/Shanghai"), 1, NOW)
    newest = database.reading(lambda session: session.exec(select(func.max(Call.started_at))).one())
    assert newest < datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert database.reading(lambda s: CallList(s, EVERYTHING).find(CallQuery(), NEWEST_CALLS, Page())).total == 50
