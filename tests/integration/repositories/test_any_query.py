"""Whatever is asked, in any combination, is answered as by looking at each record, and nothing outside the scope comes back."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.repositories.city import NOW, TODAY
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.elders import ElderType
from xktcc_app.domain.list_params import elder_query
from xktcc_app.domain.list_queries import (
    CALL_SORTS,
    ELDER_SORTS,
    NEWEST_CALLS,
    NEWEST_ELDERS,
    NEWEST_ORDERS,
    ORDER_SORTS,
    CallQuery,
    ElderQuery,
    OrderQuery,
)
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.repositories.call_list import CallList
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.order_list import OrderList

SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
NAMES = st.sampled_from(
    ["王", "李", "桂兰", "w", "gl", "wang", "😀", "王%", "_", "'", '"', "兰 ", "Ｗ", "n:王", "OR 王"]
)
NUMBERS = st.sampled_from(["1", "13", "138", "1380", "１３８", "0571", "%", "_", "1 3 8", "+86", "9" * 300, "a1", "³8"])
DAYS = st.integers(0, 500).map(lambda days: NOW - timedelta(days=days))
PAGES = st.builds(Page, st.integers(1, 4), st.sampled_from([20, 50]))


def maybe(strategy, none=None):
    return st.just(none) | strategy


ELDERS = st.builds(
    ElderQuery,
    name=maybe(NAMES, ""),
    phone=maybe(NUMBERS, ""),
    gender=st.sampled_from(["", "f", "m"]),
    types=st.lists(st.sampled_from([kind.value for kind in ElderType]), max_size=2, unique=True).map(tuple),
    community=maybe(st.integers(1, 40)),
    care_level=st.sampled_from(["", "intact", "severe"]),
    youngest=maybe(st.integers(60, 100)),
    oldest=maybe(st.integers(60, 100)),
)
ORDERS = st.builds(
    OrderQuery,
    status=st.sampled_from(["", "settled", "cancelled"]),
    payment=st.sampled_from(["", "wechat", "government"]),
    elder=maybe(NAMES, ""),
    provider=maybe(st.integers(1, 5)),
    community=maybe(st.integers(1, 40)),
    since=maybe(DAYS),
    until=maybe(DAYS),
    amount_from=maybe(st.integers(0, 20_000)),
    amount_to=maybe(st.integers(0, 20_000)),
)
CALLS = st.builds(
    CallQuery,
    name=maybe(NAMES, ""),
    number=maybe(NUMBERS, ""),
    community=maybe(st.integers(1, 40)),
    status=st.sampled_from(["", "answered", "abandoned"]),
    valid=st.sampled_from(["", "0", "1"]),
    direction=st.sampled_from(["", "inbound", "outbound"]),
    agent=maybe(st.sampled_from(["1001", "1003", "nobody"]), ""),
    cleared_by=st.sampled_from(["", "agent", "external"]),
    since=maybe(DAYS),
    until=maybe(DAYS),
    talk_from=maybe(st.integers(0, 600)),
    talk_to=maybe(st.integers(0, 600)),
)


def same(found, expected, page):
    assert (found.total, found.capped) == (len(expected), False)
    assert list(found.keys) == expected[page.offset : page.offset + page.size]


def asked(city, lists, query, sort, page, *more):
    return city.database.reading(lambda session: lists(session, *more).find(query, sort, page))


@SLOW
@given(query=ELDERS, page=PAGES)
def test_elders_by_any_combination(city, query, page):
    district = city.node("district")
    if query.community is not None and query.community not in city.nodes:
        query = replace(query, community=None)
    same(asked(city, ElderList, query, NEWEST_ELDERS, page, Scope(), TODAY), city.matching_elders(query), page)
    within = asked(city, ElderList, query, NEWEST_ELDERS, page, Scope(node=district), TODAY)
    same(within, city.matching_elders(query, district), page)


@SLOW
@given(query=ORDERS, page=PAGES)
def test_orders_by_any_combination(city, query, page):
    same(asked(city, OrderList, query, NEWEST_ORDERS, page, Scope()), city.matching_orders(query, None), page)


@SLOW
@given(query=CALLS, page=PAGES)
def test_calls_by_any_combination(city, query, page):
    same(asked(city, CallList, query, NEWEST_CALLS, page, Scope()), city.matching_calls(query), page)


@SLOW
@given(
    query=ELDERS | ORDERS | CALLS,
    key=st.sampled_from(sorted(ELDER_SORTS | ORDER_SORTS | CALL_SORTS)),
    descending=st.booleans(),
)
def test_any_order_shows_the_same_records(city, query, key, descending):
    page = Page(1, 100)
    match query:
        case ElderQuery():
            find = lambda sort: asked(city, ElderList, query, sort, page, Scope(), TODAY)  # noqa: E731 -- one of three, chosen by the kind of list
            usual, known = NEWEST_ELDERS, ELDER_SORTS
        case OrderQuery():
            find = lambda sort: asked(city, OrderList, query, sort, page, Scope())  # noqa: E731 -- one of three, chosen by the kind of list
            usual, known = NEWEST_ORDERS, ORDER_SORTS
        case _:
            find = lambda sort: asked(city, CallList, query, sort, page, Scope())  # noqa: E731 -- one of three, chosen by the kind of list
            usual, known = NEWEST_CALLS, CALL_SORTS
    if key not in known:
        return
    plain, ordered = find(usual), find(Sort(key, descending))
    assert ordered.total == plain.total
    if plain.total <= page.size:
        assert set(ordered.keys) == set(plain.keys)


@SLOW
@given(st.dictionaries(st.sampled_from([*ElderQuery.__dataclass_fields__, "page", "size", "order"]), st.text()))
def test_any_address_is_answered(city, params):
    found = asked(city, ElderList, elder_query(params), NEWEST_ELDERS, Page(), Scope(), TODAY)
    assert found.total >= len(found.keys)
