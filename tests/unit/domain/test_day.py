from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.day import day_bounds

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_day_turns_at_local_midnight():
    before = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    assert day_bounds(before, SHANGHAI)[1] == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert day_bounds(before + timedelta(seconds=1), SHANGHAI)[0] == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "hours"), [("2026-03-29T12:00+00:00", 23), ("2026-10-25T12:00+00:00", 25)])
def test_days_on_which_the_clocks_change(moment, hours):
    start, end = day_bounds(datetime.fromisoformat(moment), ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(hours=hours)


def test_a_day_without_a_midnight_begins_at_its_first_moment():
    # Beirut skipped 00:00-01:00 on 2022-03-27
    zone = ZoneInfo("Asia/Beirut")
    start, _ = day_bounds(datetime(2022, 3, 27, 12, tzinfo=UTC), zone)
    assert start == datetime(2022, 3, 26, 22, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2049, 1, 1)),  # noqa: DTZ001 -- without a zone is what is tested
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]),
)
def test_every_moment_lies_in_its_day(moment, name):
    aware = moment.replace(tzinfo=UTC)
    start, end = day_bounds(aware, ZoneInfo(name))
    assert start <= aware < end


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        day_bounds(datetime(2026, 1, 1), SHANGHAI)  # noqa: DTZ001 -- without a zone is what is tested
