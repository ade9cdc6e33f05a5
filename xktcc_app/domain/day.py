"""The local day: where it begins and ends in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo


def day_bounds(moment: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Start (inclusive) and end (exclusive) of the day of ``moment`` in ``zone``, both aware UTC.

    Right when the clocks change: such a day has 23 or 25 hours, and one without a midnight begins at its first moment.
    ``moment`` must be aware (``ValueError``).
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone has no day")
    day = moment.astimezone(zone).date()
    start, end = (datetime.combine(date, time.min, zone).astimezone(UTC) for date in (day, day + timedelta(days=1)))
    return start, end
