"""When elders call: the day of a hotline, as a share of its busiest hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

# From the morning's peak (8 to 11 h) over a smaller one after the midday rest to a quiet night; never below a quarter,
# so that a demo shown at night lives.
_HOURLY = (
    0.25, 0.25, 0.25, 0.25, 0.25, 0.30, 0.50, 0.75, 1.00, 1.00, 1.00, 0.95,
    0.60, 0.50, 0.65, 0.80, 0.80, 0.70, 0.60, 0.55, 0.45, 0.35, 0.30, 0.25,
)  # fmt: skip


def share_of_peak(moment: datetime, zone: ZoneInfo) -> float:
    """Return how busy the hotline is at `moment` (aware): 0.25 to 1, linear between full hours of the local zone."""
    local = moment.astimezone(zone)
    fraction = local.minute / 60
    this, following = _HOURLY[local.hour], _HOURLY[(local.hour + 1) % 24]
    return this + (following - this) * fraction
