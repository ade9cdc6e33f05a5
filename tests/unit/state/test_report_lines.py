"""The texts of the reports, of totals that are known."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.months import month_number
from xktcc_app.domain.order_report import Total
from xktcc_app.services.reports import year_report
from xktcc_app.state.report_lines import (
    duration,
    money,
    month_columns,
    orders_behind,
    permille,
    quarter_traces,
    unit_of,
    whole_percent,
    year_lines,
)

AT = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
YUAN = 100
WAN = 1_000_000


def report(year=2026, **months):
    """Of totals by ``y2026_03=(number, fen)``."""
    found = {month_number(int(key[1:5]), int(key[6:])): Total(*both) for key, both in months.items()}
    return year_report(found, year, None, AT)


def test_months_stand_beside_those_of_the_year_before():
    columns, totals = month_columns(
        report(y2026_01=(1200, 3 * YUAN), y2026_11=(5, 7 * YUAN), y2025_01=(1000, 2 * YUAN)), "7"
    )
    assert columns["n"] == ["1,200", *["0"] * 9, "5", "0"]
    assert columns["n_before"] == ["1,000", *["0"] * 11]
    assert columns["n_change"] == ["+20%", *["—"] * 11]
    assert columns["amount"][0] == "3"
    assert columns["amount_height"][0] == "3.00"
    assert columns["n_behind"] == ["1000", *["0"] * 11]
    assert columns["hatch"] == [*[""] * 10, "/", ""]
    assert columns["link"][1] == ""
    assert columns["link_behind"][0] == orders_behind(month_number(2025, 1), 1, "7")
    assert totals == {
        "n": "1,205",
        "n_before": "1,000",
        "n_change": "+20%",
        "amount": "10",
        "amount_before": "2",
        "amount_change": "+50%",
        "over": "10",
    }


def test_a_year_without_one_before_has_nothing_beside_it():
    columns, totals = month_columns(report(year=2024, y2024_02=(1, 5)), "")
    assert columns["n_behind"] == columns["amount_behind"] == []
    assert (totals["n_change"], totals["over"]) == ("—", "")


@pytest.mark.parametrize(
    ("month", "length", "since", "until"),
    [
        (month_number(2024, 2), 1, "2024-02-01", "2024-02-29"),
        (month_number(2025, 2), 1, "2025-02-01", "2025-02-28"),
        (month_number(2025, 12), 1, "2025-12-01", "2025-12-31"),
        (month_number(2025, 10), 3, "2025-10-01", "2025-12-31"),
    ],
)
def test_the_orders_behind_a_figure(month, length, since, until):
    address = urlsplit(orders_behind(month, length, "3"))
    assert address.path == "/orders"
    asked = {"since": [since], "until": [until], "status": ["not_cancelled"], "community": ["3"]}
    assert parse_qs(address.query) == asked
    assert "community" not in orders_behind(month, length, "")


def test_large_amounts_are_told_in_ten_thousands():
    small, large = report(y2026_01=(1, 9 * WAN)), report(y2026_01=(1, 9 * WAN), y2020_05=(1, 10 * WAN))
    assert (unit_of(small), unit_of(large)) == ("yuan", "wan")
    assert (money(123_456, "yuan"), money(1_234_567, "wan")) == ("1,235", "1.2")


def test_every_year_has_a_row_and_the_newest_five_a_bar():
    found = report(y2019_05=(2, 300), y2025_05=(1, 200), y2026_05=(1, 100))
    rows, traces = year_lines(found, ""), quarter_traces(found)
    assert [row["year"] for row in rows] == list(range(2026, 2018, -1))
    assert [trace["name"] for trace in traces] == ["2022", "2023", "2024", "2025", "2026"]
    assert (rows[0]["current"], rows[0]["change"], rows[0]["over"]) == (True, "-50.0 %", 10)
    assert rows[-1]["links"] == ["", orders_behind(month_number(2019, 4), 3, ""), "", ""]
    assert traces[-1]["marker"]["pattern"]["shape"] == ["", "", "", "/"]


@given(st.integers(0, 10**15))
def test_heights_are_exact(fen):
    columns, _ = month_columns(report(y2026_01=(1, fen)), "")
    unit = YUAN if fen < 10 * WAN else WAN
    assert Decimal(columns["amount_height"][0]) * unit == fen


@pytest.mark.parametrize(
    ("value", "narrow", "wide"), [(None, "—", "—"), (0, "0%", "0.0 %"), (-4, "0%", "-0.4 %"), (18_991, "+1,899%", "+1,899.1 %")]
)  # fmt: skip
def test_shares(value, narrow, wide):
    assert (whole_percent(value), permille(value, signed=True)) == (narrow, wide)


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "—"), (0, "0:00"), (59.6, "1:00"), (3600, "1:00:00"), (36_061, "10:01:01")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_as_of_is_utc():
    assert report().at == datetime(2026, 11, 23, 4, tzinfo=UTC)
