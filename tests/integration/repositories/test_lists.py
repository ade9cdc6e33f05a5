from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.repositories.city import NOW, TODAY
from xktcc_app.domain.data_scope import EVERYTHING, Scope
from xktcc_app.domain.list_queries import (
    NEWEST_CALLS,
    NEWEST_ELDERS,
    NEWEST_ORDERS,
    CallQuery,
    ElderQuery,
    OrderQuery,
)
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.repositories.call_list import CallList
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.order_list import OrderList

DAY = timedelta(days=1)
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def check(found, expected, page, limit):
    assert found.total == min(len(expected), limit if found.capped else len(expected))
    assert found.capped is False or len(expected) > limit
    assert list(found.keys) == expected[page.offset : page.offset + page.size]


def pages(expected, limit):
    last = max(min(len(expected), limit) // 20, 1)
    return {Page(1), Page(2), Page(last), Page(last + 1, 20)} if len(expected) <= limit else {Page(1), Page(2)}


ELDERS = [
    ElderQuery(),
    ElderQuery(name="王"),
    ElderQuery(name="兰"),
    ElderQuery(name="桂兰"),
    ElderQuery(name="w"),
    ElderQuery(name="gl"),
    ElderQuery(name="wang"),
    ElderQuery(name="李", gender="f"),
    ElderQuery(name="不存在的名字"),
    ElderQuery(phone="1"),
    ElderQuery(phone="38"),
    ElderQuery(phone="138"),
    ElderQuery(phone="１３８"),
    ElderQuery(phone="0571"),
    ElderQuery(phone="95"),
    ElderQuery(gender="m"),
    ElderQuery(types=("very_old",)),
    ElderQuery(types=("destitute", "lost_only_child")),
    ElderQuery(types=("no such",)),
    ElderQuery(care_level="severe"),
    ElderQuery(youngest=80),
    ElderQuery(oldest=65),
    ElderQuery(youngest=70, oldest=70),
    ElderQuery(youngest=200),
    ElderQuery(youngest=90, oldest=60),
    ElderQuery(name="张", phone="3", gender="f", types=("very_old",), youngest=60),
    ElderQuery(gender="f", types=("lives_alone",), phone="13"),
]


@pytest.mark.parametrize("query", ELDERS, ids=repr)
def test_elders_are_found_as_by_looking_at_each(city, limits, query):
    expected = city.matching_elders(query)
    for page in pages(expected, limits):
        found = city.database.reading(
            lambda session, page=page: ElderList(session, EVERYTHING, TODAY).find(query, NEWEST_ELDERS, page)
        )
        check(found, expected, page, limits)


@pytest.mark.parametrize("kind", ["district", "street", "community"])
def test_elders_of_a_branch(city, limits, kind):
    node = city.node(kind)
    for query in (
        ElderQuery(community=node),
        ElderQuery(community=node, gender="f"),
        ElderQuery(community=node, name="王"),
    ):
        expected = city.matching_elders(query)
        found = city.database.reading(
            lambda session, query=query: ElderList(session, EVERYTHING, TODAY).find(query, NEWEST_ELDERS, Page())
        )
        check(found, expected, Page(), limits)


def test_a_scope_is_never_left(city):
    district, street = city.node("district"), city.node("street")
    other = next(node.id for node in city.nodes.values() if node.kind == "district" and node.id != district)

    def total(scope, query):
        return city.database.reading(
            lambda session: ElderList(session, scope, TODAY).find(query, NEWEST_ELDERS, Page())
        ).total

    scope = Scope(node=district)
    assert total(scope, ElderQuery()) == len(city.matching_elders(ElderQuery(), district))
    assert total(scope, ElderQuery(name="王")) == len(city.matching_elders(ElderQuery(name="王"), district))
    assert total(scope, ElderQuery(community=street)) == len(city.matching_elders(ElderQuery(community=street)))
    assert total(scope, ElderQuery(community=other)) == 0
    assert total(scope, ElderQuery(community=987_654)) == 0
    assert total(Scope(nothing=True), ElderQuery()) == 0
    outside = next(elder for elder in city.elders if not city.below(district, elder.org_id))
    inside = next(elder for elder in city.elders if city.below(district, elder.org_id))

    def opened(elder):
        return city.database.reading(lambda session: ElderList(session, scope, TODAY).get(elder.id))

    assert opened(outside) is None
    assert opened(inside).id == inside.id


@pytest.mark.parametrize("key", ["name", "number", "birth_date"])
@pytest.mark.parametrize("descending", [True, False])
def test_elders_sorted_by_a_column(city, limits, key, descending):
    column = {"name": "name_key"}.get(key, key)
    for query in (ElderQuery(), ElderQuery(name="王"), ElderQuery(gender="f")):
        # by code points of UTF-8, as both databases compare them
        chosen = [elder for elder in city.elders if elder.id in set(city.matching_elders(query))]
        expected = sorted(
            chosen, key=lambda elder: (str(getattr(elder, column)).encode(), elder.id), reverse=descending
        )
        found = city.database.reading(
            lambda session, query=query: ElderList(session, EVERYTHING, TODAY).find(
                query, Sort(key, descending), Page(2)
            )
        )
        assert list(found.keys) == [elder.id for elder in expected][20:40]


@SLOW
@given(st.text(max_size=12) | st.from_regex(r"[a-z]{1,6}|[%_'\"\\*()^:-]{1,5}|[0-9]{1,6}", fullmatch=True))
def test_any_text_is_found_as_itself_and_never_fails(city, text):
    for query in (ElderQuery(name=text), ElderQuery(phone=text)):
        expected = city.matching_elders(query)
        found = city.database.reading(
            lambda session, query=query: ElderList(session, EVERYTHING, TODAY).find(query, NEWEST_ELDERS, Page())
        )
        check(found, expected, Page(), 10_000)


def test_ten_kilobytes_of_text_find_nothing(city):
    for text in ("王" * 10_000, "1" * 10_000, "'\"%_" * 3_000):
        for query in (ElderQuery(name=text), ElderQuery(phone=text)):
            found = city.database.reading(
                lambda session, query=query: ElderList(session, EVERYTHING, TODAY).find(query, NEWEST_ELDERS, Page())
            )
            assert found.total == 0


ORDERS = [
    OrderQuery(),
    OrderQuery(category="meals"),
    OrderQuery(category="meals", service="餐"),
    OrderQuery(service="助浴"),
    OrderQuery(service="助浴（站"),
    OrderQuery(service="没有"),
    OrderQuery(status="settled"),
    OrderQuery(status="to_dispatch"),
    OrderQuery(payment="wechat"),
    OrderQuery(category="cleaning", status="settled", payment="government"),
    OrderQuery(elder="王"),
    OrderQuery(elder="桂", status="cancelled"),
    OrderQuery(provider=3),
    OrderQuery(amount_from=5_000),
    OrderQuery(amount_from=1_500, amount_to=3_000),
    OrderQuery(amount_from=3_000, amount_to=1_000),
    OrderQuery(since=NOW - 40 * DAY),
    OrderQuery(since=NOW - 400 * DAY, until=NOW - 100 * DAY, status="settled"),
    OrderQuery(since=NOW - 2 * DAY, until=NOW - 3 * DAY),
    OrderQuery(elder="李", since=NOW - 500 * DAY, amount_to=5_000),
]


@pytest.mark.parametrize("query", ORDERS, ids=repr)
def test_orders_are_found_as_by_looking_at_each(city, limits, query):
    items = None
    if query.service or query.category:
        items = {
            order.item_id
            for order in city.orders
            if query.service.translate(str.maketrans("（）", "()"))
            in order.item_name.translate(str.maketrans("（）", "()"))
            and query.category in {"", order.category}
        }
    expected = city.matching_orders(query, items)
    for page in pages(expected, limits):
        found = city.database.reading(
            lambda session, page=page: OrderList(session, EVERYTHING).find(query, NEWEST_ORDERS, page)
        )
        check(found, expected, page, limits)
    back = city.database.reading(
        lambda session: OrderList(session, EVERYTHING).find(query, Sort("created", descending=False), Page())
    )
    assert list(back.keys) == expected[::-1][:20]


CALLS = [
    CallQuery(),
    CallQuery(status="answered"),
    CallQuery(status="abandoned"),
    CallQuery(valid="1"),
    CallQuery(valid="0", direction="outbound"),
    CallQuery(direction="inbound", status="answered", valid="1"),
    CallQuery(name="王"),
    CallQuery(name="王", direction="outbound", valid="1"),
    CallQuery(name="桂英"),
    CallQuery(number="13"),
    CallQuery(number="138"),
    CallQuery(number="1380"),
    CallQuery(number="x"),
    CallQuery(agent="1002"),
    CallQuery(cleared_by="agent"),
    CallQuery(talk_from=300),
    CallQuery(talk_from=20, talk_to=45),
    CallQuery(talk_to=5),
    CallQuery(since=NOW - 10 * DAY),
    CallQuery(since=NOW - 30 * DAY, until=NOW - 20 * DAY, direction="inbound"),
    CallQuery(name="李", since=NOW - 200 * DAY, until=NOW - 20 * DAY, number="3", agent="1001"),
]


@pytest.mark.parametrize("query", CALLS, ids=repr)
def test_calls_are_found_as_by_looking_at_each(city, limits, query):
    expected = city.matching_calls(query)
    for page in pages(expected, limits):
        found = city.database.reading(
            lambda session, page=page: CallList(session, EVERYTHING).find(query, NEWEST_CALLS, page)
        )
        check(found, expected, page, limits)
    back = city.database.reading(
        lambda session: CallList(session, EVERYTHING).find(query, Sort("started", descending=False), Page())
    )
    assert list(back.keys) == expected[::-1][:20]


@pytest.mark.parametrize("kind", ["district", "community"])
def test_calls_and_orders_of_a_branch_have_their_own_counts(city, limits, kind):
    node = city.node(kind)
    calls = city.database.reading(
        lambda session: CallList(session, Scope(node=node)).find(CallQuery(status="answered"), NEWEST_CALLS, Page())
    )
    check(calls, city.matching_calls(CallQuery(community=node, status="answered")), Page(), limits)
    orders = city.database.reading(
        lambda session: OrderList(session, Scope(node=node)).find(OrderQuery(status="settled"), NEWEST_ORDERS, Page())
    )
    check(orders, city.matching_orders(OrderQuery(community=node, status="settled"), None), Page(), limits)


def test_an_agent_sees_the_own_calls_and_orders(city):
    calls = city.database.reading(
        lambda session: CallList(session, Scope(node=1, agent="1002", account_id=9)).find(
            CallQuery(), NEWEST_CALLS, Page()
        )
    )
    assert calls.total == len(city.matching_calls(CallQuery(agent="1002")))
    orders = city.database.reading(
        lambda session: OrderList(session, Scope(node=1, agent="1002", account_id=9)).find(
            OrderQuery(), NEWEST_ORDERS, Page()
        )
    )
    assert orders.total == 0


def test_one_elders_calls_and_orders(city):
    elder = city.calls[0].elder_id or city.calls[1].elder_id
    calls = city.database.reading(
        lambda session: CallList(session, EVERYTHING).find(CallQuery(elder_id=elder), NEWEST_CALLS, Page())
    )
    check(calls, city.matching_calls(CallQuery(elder_id=elder)), Page(), 10_000)
    orders = city.database.reading(
        lambda session: OrderList(session, EVERYTHING).find(OrderQuery(elder_id=elder), NEWEST_ORDERS, Page())
    )
    check(orders, city.matching_orders(OrderQuery(elder_id=elder), None), Page(), 10_000)
