"""Months of a time zone: numbered through, with the moment at which each begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

MONTHS = 12
QUARTERS = 4


def month_number(year: int, month: int) -> int:
    """A month as one number, 12 × year + month - 1; ``month`` counts from 1."""
    return year * MONTHS + month - 1


def month_of(day: date) -> int:
    """The number of the month in which a day lies."""
    return month_number(day.year, day.month)


def month_begins(month: int, zone: tzinfo) -> datetime:
    """The first moment of a month in ``zone``, aware UTC."""
    return datetime(month // MONTHS, month % MONTHS + 1, 1, tzinfo=zone).astimezone(UTC)
