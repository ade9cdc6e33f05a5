"""The benchmark's comparison at a smaller size: five years of orders against SQL that shares nothing with the report."""

import asyncio
from zoneinfo import ZoneInfo

from sqlmodel import select

from bench.reports import DAYS, NOW, YEARS, ZONE, compare, directly
from tests.integration.services.test_reports import who
from xktcc_app.generator.orders import OrderPlan
from xktcc_app.generator.populate import populate_orders
from xktcc_app.models.organization import Organization
from xktcc_app.services.order_totals import rebuild, verify
from xktcc_app.services.reports import ReportService


def test_five_years_are_right_to_the_fen(any_database):
    populate_orders(any_database, 400, OrderPlan(4_000, NOW, DAYS))
    rebuild(any_database)
    assert verify(any_database) == []
    service = ReportService(any_database, ZoneInfo(ZONE), lambda: NOW)
    kinds = select(Organization.id).where(Organization.kind == "district")
    districts = any_database.reading(lambda session: session.exec(kinds).all())
    seen = {}
    for node in (None, *districts):
        direct = any_database.reading(lambda s, node=node: directly(s, node, sqlite=any_database.is_sqlite))
        seen[node] = sum(compare(asyncio.run(service.orders(who(), year, node)), direct) for year in YEARS)
        assert seen[node] == sum(n for n, _ in direct.values()) > 0
    # every elder lives in one district
    assert seen.pop(None) == sum(seen.values())
