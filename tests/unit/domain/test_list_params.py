from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.list_params import (
    call_query,
    day_of,
    elder_query,
    exactly_date_of,
    exactly_whole_of,
    fen_of,
    order_query,
    text_of,
    whole_of,
)
from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = [*ElderQuery.__dataclass_fields__, *OrderQuery.__dataclass_fields__, *CallQuery.__dataclass_fields__]


def test_an_address_that_asks_nothing_asks_for_everything():
    assert elder_query({}) == ElderQuery()
    assert order_query({}, SHANGHAI) == OrderQuery()
    assert call_query({}, SHANGHAI) == CallQuery()


def test_elders_are_asked_for_by_everything_at_once():
    asked = elder_query(
        {"name": " wgl ", "phone": "１３８", "gender": "f", "types": "very_old,lives_alone,nonsense", "community": "7"}
        | {"care_level": "mild", "youngest": "65", "oldest": "999", "archived": "1"}
    )
    assert asked == ElderQuery("wgl", "１３８", "f", ("very_old", "lives_alone"), 7, "mild", 65, 150, archived=True)


def test_codes_that_there_are_not_count_as_not_said():
    odd = {"status": "x", "payment": "'", "category": "%", "valid": "2", "direction": "up", "cleared_by": "me"}
    assert order_query(odd, SHANGHAI) == OrderQuery()
    assert call_query(odd, SHANGHAI) == CallQuery()
    asked = call_query({"status": "open", "valid": "0", "direction": "outbound", "cleared_by": "external"}, SHANGHAI)
    assert (asked.status, asked.valid, asked.direction, asked.cleared_by) == ("open", "0", "outbound", "external")


def test_a_period_is_whole_days_of_the_readers_zone():
    since = day_of({"since": "2026-11-01"}, "since", SHANGHAI)
    until = day_of({"until": "2026-11-01"}, "until", SHANGHAI, after=True)
    assert since == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert until == datetime(2026, 11, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("0.05", 5),
        ("12.345", None),
        ("-1", None),
        ("1e3", None),
        ("", None),
        (".5", 50),
        ("１２．５", 1250),
    ],
)
def test_amounts_are_given_in_yuan(text, fen):
    assert fen_of({"amount": text}, "amount") == fen


@pytest.mark.parametrize("text", ["-1", "1.5", "abc", "", "9" * 40])
def test_what_is_no_whole_number_is_passed_over(text):
    assert whole_of({"community": text}, "community") is None


def test_full_width_digits_are_digits():
    assert whole_of({"youngest": "８０"}, "youngest") == 80


def test_endless_text_is_cut():
    assert len(text_of({"name": "x" * 10_000}, "name")) == 200


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=300)))
def test_no_address_fails(params):
    elder_query(params)
    order_query(params, SHANGHAI)
    call_query(params, SHANGHAI)


@given(st.text(max_size=12), st.sampled_from(["9999-12-31", "0001-01-01"]))
def test_no_day_fails(text, edge):
    day_of({"since": text}, "since", SHANGHAI, after=True)
    day_of({"since": edge}, "since", SHANGHAI, after=True)


def test_what_a_report_is_asked_must_be_what_it_can_be():
    assert exactly_whole_of({}, "year") is exactly_whole_of({"year": " "}, "year") is None
    assert exactly_whole_of({"year": "2024"}, "year") == 2024
    for text in ("abc", "-1", "20.5", "9" * 13):
        with pytest.raises(ValueError, match="year"):
            exactly_whole_of({"year": text}, "year")
    assert exactly_date_of({}, "since") is None
    assert exactly_date_of({"since": "2024-02-29"}, "since") == date(2024, 2, 29)
    for text in ("2023-02-29", "x"):
        with pytest.raises(ValueError, match=r"."):
            exactly_date_of({"since": text}, "since")


def test_orders_are_asked_for_as_reports_count_them():
    assert order_query({"status": "not_cancelled"}, SHANGHAI) == OrderQuery(status="not_cancelled")
