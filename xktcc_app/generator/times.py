"""When things happen in a call centre: more by day than by night, more on working days, a little more every month."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from xktcc_app.domain.record_keys import ROLLUP_ZONE, SLOTS, key_at

_HOURS = np.array([2, 1, 1, 1, 2, 5, 14, 38, 70, 95, 92, 70, 45, 52, 72, 78, 66, 48, 36, 28, 20, 12, 6, 3], dtype=float)
_DAY_MS = 86_400_000


def draw_keys(random: Generator, count: int, days: int, until: datetime) -> NDArray[np.int64]:
    """Keys of ``count`` moments in the ``days`` before ``until`` (aware), rising, each its own."""
    today = until.astimezone(ROLLUP_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    first = key_at(today) // SLOTS - (days - 1) * _DAY_MS
    weekday = (today.weekday() - days + 1 + np.arange(days)) % 7
    weights = np.where(weekday < 5, 1.0, 0.62) * np.linspace(0.85, 1.15, days)
    day = random.choice(days, count, p=weights / weights.sum())
    hour = random.choice(24, count, p=_HOURS / _HOURS.sum())
    moments = first + day * _DAY_MS + hour * 3_600_000 + random.integers(0, 3_600_000, count)
    now = key_at(until) // SLOTS
    # what would lie after now happened a day earlier
    moments = np.where(moments >= now, moments - _DAY_MS, moments)
    keys = np.sort(moments) * SLOTS
    place = np.arange(count)
    return np.maximum.accumulate(keys - place) + place


def moments_as_text(keys: NDArray[np.int64], *, zone: str) -> list[str]:
    """The moments of keys as the database keeps them, ``zone`` written behind each."""
    since = np.datetime64("2000-01-01T00:00:00", "ms") + (keys // SLOTS).astype("timedelta64[ms]")
    return [text.replace("T", " ") + "000" + zone for text in np.datetime_as_string(since, unit="ms").tolist()]
