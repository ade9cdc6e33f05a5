from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.test_access import principal
from xktcc_app.domain.cells import MAX_CELL, is_formula, safe_cell
from xktcc_app.domain.data_scope import EVERYTHING, Scope, scope_of
from xktcc_app.domain.paging import Page, Rows, Sort, page_of, sort_of
from xktcc_app.domain.permissions import DataScope
from xktcc_app.domain.record_keys import (
    SLOTS,
    day_begin,
    key_at,
    moment_of,
    month_begin,
    order_number,
    rollup_day,
    rollup_month,
)

MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds are naive


@pytest.mark.parametrize(
    ("number", "size", "page"),
    [
        ("3", "50", Page(3, 50)),
        ("0", "20", Page(1, 20)),
        ("-1", "7", Page(1, 20)),
        (None, None, Page(1, 20)),
        ("9" * 11, "100", Page(10_000_000, 100)),
        ("9" * 400, "１００", Page(1, 20)),
    ],
)
def test_pages_from_an_address(number, size, page):
    assert page_of(number, size) == page


def test_a_pages_place_and_how_many_there_are():
    assert Page(3, 50).offset == 100
    assert Rows((), 0, capped=False, page=Page()).pages == 1
    assert Rows((), 41, capped=False, page=Page()).pages == 3


def test_only_what_is_allowed_is_sorted_by():
    usual = Sort("created")
    assert sort_of("-name", {"name"}, usual) == Sort("name", descending=True)
    assert sort_of("name", {"name"}, usual) == Sort("name", descending=False)
    assert sort_of("name; DROP TABLE", {"name"}, usual) == usual


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r=1", "＝1", "  =1", "\u00a0@"])
def test_what_could_be_a_formula_becomes_text(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "cell"),
    [(3, 3), (2.5, 2.5), (-1, -1), (None, ""), ("王", "王"), ("a\x00b", "ab"), ("\x01=1", "'=1"), (True, "True")],
)
def test_other_cells_stay(value, cell):
    assert safe_cell(value) == cell


def test_cells_end_where_excel_ends():
    assert len(str(safe_cell("x" * 40_000))) == MAX_CELL


def test_formulas_in_files():
    assert is_formula("=1")
    assert not is_formula("1=1")
    assert not is_formula(1)


@given(MOMENTS, MOMENTS)
def test_keys_rise_with_time(one, other):
    milli = timedelta(milliseconds=1)
    if other - one >= milli:
        assert key_at(one) + SLOTS - 1 < key_at(other)
    assert timedelta(0) <= one - moment_of(key_at(one)) < milli


@given(MOMENTS)
def test_a_moment_lies_in_its_day_and_month(moment):
    key = key_at(moment)
    assert day_begin(rollup_day(moment)) <= key < day_begin(rollup_day(moment) + 1)
    assert month_begin(rollup_month(moment)) <= key < month_begin(rollup_month(moment) + 1)


def test_days_are_counted_in_one_zone():
    assert moment_of(day_begin(rollup_day(datetime(2026, 11, 23, 1, tzinfo=UTC)))) == datetime(
        2026, 11, 22, 16, tzinfo=UTC
    )
    assert moment_of(month_begin(2026 * 12 + 10)) == datetime(2026, 11, 1, tzinfo=timezone(timedelta(hours=8)))


def test_orders_are_spoken_of_by_local_time():
    key = key_at(datetime(2026, 11, 23, 1, 2, 3, 456_000, tzinfo=UTC))
    assert order_number(key) == "2611230902033648"
    assert order_number(key + 1) == "2611230902033649"


def test_scopes():
    assert scope_of(principal(scope=DataScope.ALL, org_ids=None)) == EVERYTHING
    assert scope_of(principal(org_id=None)) == Scope(nothing=True)
    assert scope_of(principal()) == Scope(node=2)
    assert scope_of(principal(scope=DataScope.OWN)) == Scope(node=2, agent="1001", account_id=1)
    # without a seat there are no own calls
    assert scope_of(principal(scope=DataScope.OWN, agent=None)) == Scope(node=2, agent="", account_id=1)
