from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.months import month_begins, month_number, month_of
from xktcc_app.domain.order_report import (
    NONE,
    Blank,
    Standing,
    Total,
    blank_of,
    change_permille,
    month_changes,
    months_of,
    quarters_of,
    ten_thousand_yuan,
    whole,
    year_changes,
    years_of,
    yuan,
)

totals = st.builds(Total, st.integers(0, 10**7), st.integers(0, 10**13))
months = st.dictionaries(st.integers(2020 * 12, 2026 * 12 + 11), totals, max_size=40)


@given(months)
def test_months_and_quarters_add_up_to_the_years_and_these_to_everything(found):
    every = years_of(found, 2026)
    for year in every:
        assert whole(months_of(found, year)) == whole(quarters_of(found, year))
    assert whole(tuple(whole(months_of(found, year)) for year in every)) == whole(tuple(found.values()))


@given(months, st.randoms())
def test_parts_that_divide_the_orders_add_up_to_the_whole(found, random):
    one = {month: Total(random.randint(0, total.n), random.randint(0, total.amount)) for month, total in found.items()}
    other = {month: total - one[month] for month, total in found.items()}
    for year in years_of(found, 2026):
        for part in (months_of, quarters_of):
            both = zip(part(one, year), part(other, year), strict=True)
            assert tuple(a + b for a, b in both) == part(found, year)


def test_a_month_without_orders_is_zero():
    found = {month_number(2026, 3): Total(2, 500)}
    assert months_of(found, 2026) == (NONE, NONE, Total(2, 500), *[NONE] * 9)
    assert quarters_of(found, 2026) == (Total(2, 500), NONE, NONE, NONE)
    assert months_of(found, 2025) == (NONE,) * 12


def test_the_years_have_no_gap_and_end_with_this_one_at_least():
    assert years_of({}, 2026) == (2026,)
    assert years_of({month_number(2023, 12): Total(1, 1)}, 2026) == (2026, 2025, 2024, 2023)
    assert years_of({month_number(2027, 1): Total(1, 1), month_number(2020, 1): NONE}, 2026) == (2027, 2026)


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (110, 100, 100),
        (90, 100, -100),
        (0, 100, -1000),
        (100, 100, 0),
        (4721, 4063, 162),
        (1, 2000, -1000),
        (5, 0, None),
    ],
)
def test_a_change_in_thousandths(now, before, change):
    assert change_permille(now, before) == change


def test_halves_of_a_thousandth_go_away_from_zero():
    assert change_permille(20_001, 20_000) == 0
    assert change_permille(2001, 2000) == 1
    assert change_permille(1999, 2000) == -1


def test_a_year_under_way_is_compared_by_its_whole_months():
    standing = Standing.on(date(2026, 11, 22))
    found = {month_number(2026, 10): Total(1, 300), month_number(2026, 11): Total(9, 9000)}
    found |= {month_number(2025, 10): Total(1, 200), month_number(2025, 12): Total(5, 7000)}
    assert year_changes(found, 2026, standing) == (0, 500)
    assert year_changes(found, 2025, standing) == (None, None)
    assert year_changes(found, 2027, standing) == (None, None)
    assert standing.month_under_way(2026) == 10
    assert standing.quarter_under_way(2026) == 3
    assert standing.month_under_way(2025) is None
    assert standing.quarter_under_way(2025) is None
    assert (standing.whole_months(2025), standing.whole_months(2026), standing.whole_months(2027)) == (12, 10, 0)


def test_why_nothing_can_be_drawn():
    found = {month_number(2026, 3): Total(1, 0), month_number(2025, 3): NONE}
    assert blank_of(found, 2026, 2026) is None
    assert blank_of(found, 2025, 2026) is Blank.YEAR
    assert blank_of(found, 2027, 2026) is Blank.FUTURE
    assert blank_of({}, 2027, 2026) is Blank.NOTHING
    assert blank_of({month_number(2025, 3): NONE}, 2025, 2026) is Blank.NOTHING


@given(months, st.integers(2019, 2028))
def test_a_year_is_blank_when_all_its_months_are_zero(found, year):
    assert (blank_of(found, year, 2026) is None) == (whole(months_of(found, year)) != NONE)


def test_months_that_are_not_over_are_not_compared():
    assert month_changes((110, 50), (100, 100), 1) == (100, None)


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.0"), (472_100_000, "472.1"), (49_999, "0.0"), (50_000, "0.1"), (-472_150_000, "-472.2"), (-49_999, "0.0"),
     (123_456_700_000, "123,456.7")]
)  # fmt: skip
def test_amounts_in_ten_thousand_yuan(fen, shown):
    assert ten_thousand_yuan(fen) == shown


@pytest.mark.parametrize(("fen", "shown"), [(0, "0.00"), (5, "0.05"), (123_456, "1,234.56"), (-5, "-0.05")])
def test_amounts_in_yuan(fen, shown):
    assert yuan(fen) == shown


def test_a_month_begins_at_the_zones_midnight():
    assert month_begins(month_number(2026, 1), ZoneInfo("Asia/Shanghai")) == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert month_begins(month_number(2024, 3), UTC) == datetime(2024, 3, 1, tzinfo=UTC)
    assert month_of(date(2024, 2, 29)) == month_number(2024, 2) == 2024 * 12 + 1
