"""A past for the demo: orders and calls of the elders that are there, up to the begin of today."""

from __future__ import annotations

from datetime import datetime, tzinfo

from xktcc_app.domain.day import day_bounds
from xktcc_app.generator.populate import Sizes, populate
from xktcc_app.services.database import Database

ORDERS = 1_500
CALLS = 3_000


def add_past(database: Database, zone: tzinfo, seed: int, now: datetime) -> None:
    """Add it, once, to a filled demo whose lists are up to date. Today's counts are left to today's own calls."""
    begin, _ = day_bounds(now, zone)
    populate(database, Sizes(elders=0, orders=ORDERS, calls=CALLS), seed, begin)
