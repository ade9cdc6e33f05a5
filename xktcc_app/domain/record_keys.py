"""Keys of orders and calls that rise with time, so that the newest come first without sorting and a period is a range."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SLOTS = 8
"""Keys in a millisecond; more than these in one take the next ones that are free."""
ROLLUP_ZONE = timezone(timedelta(hours=8))
"""Rollups are per day of this one zone, whatever zone people read dates in."""


def key_at(moment: datetime) -> int:
    """The lowest key of the millisecond of an aware ``moment``."""
    return (moment - _EPOCH) // timedelta(milliseconds=1) * SLOTS


def moment_of(key: int) -> datetime:
    """The millisecond of a key, UTC."""
    return _EPOCH + timedelta(milliseconds=key // SLOTS)


def rollup_day(moment: datetime) -> int:
    """The day in which a moment is counted, as days since 1 January of year 1."""
    return moment.astimezone(ROLLUP_ZONE).toordinal()


def rollup_month(moment: datetime) -> int:
    """The month in which a moment is counted, as 12 × year + month - 1."""
    there = moment.astimezone(ROLLUP_ZONE)
    return there.year * 12 + there.month - 1


def day_begin(day: int) -> int:
    """The lowest key of a rollup day."""
    there = date.fromordinal(day)
    return key_at(datetime(there.year, there.month, there.day, tzinfo=ROLLUP_ZONE))


def month_begin(month: int) -> int:
    """The lowest key of a rollup month."""
    return key_at(datetime(month // 12, month % 12 + 1, 1, tzinfo=ROLLUP_ZONE))


def order_number(key: int) -> str:
    """The number under which people speak of an order: local date and time and the place in its second."""
    made = moment_of(key).astimezone(ROLLUP_ZONE)
    place = made.microsecond // 1000 * SLOTS + key % SLOTS
    return f"{made:%y%m%d%H%M%S}{place:04d}"
