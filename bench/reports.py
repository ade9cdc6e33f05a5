"""The report on orders at a city's scale: 2 M orders over 5 years, on both databases, and its first picture in a real browser.

What the report says is first compared with independent SQL, to the fen; the peer of its time is that SQL, a GROUP BY over the
orders. ``python -m bench.reports --orders 200000``, or ``BENCH_ORDERS``, makes a smaller city.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import text
from sqlmodel import Session, select

from bench import postgres
from bench.measures import percentile, show
from bench.wall import log_in
from tests.support.chromium import MISSING, chromium
from tests.support.program import ADMIN_PASSWORD, DEMO_PASSWORD, Program
from xktcc_app.config import Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.first_start import prepare_accounts
from xktcc_app.generator.orders import OrderPlan
from xktcc_app.generator.populate import populate_orders
from xktcc_app.migrate import migrate
from xktcc_app.models.organization import Organization
from xktcc_app.services.database import Database
from xktcc_app.services.order_totals import rebuild, verify
from xktcc_app.services.reports import ReportService, YearReport

ORDERS = int(os.environ.get("BENCH_ORDERS", "2000000"))
ELDERS = 20_000
DAYS = 5 * 365 + 1
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
YEARS = range(2021, 2027)
ZONE = "Asia/Shanghai"
LOADS = 7
_PEER = "GROUP BY over the orders"
_BOSS = Principal(
    1, "boss", "Boss", ("admin",), frozenset(Permission), DataScope.ALL, None, None, "s", must_change_password=False, agent=None
)  # fmt: skip
# the local month of the moment that stands in the row, by the database's own clock arithmetic
_MONTH = {
    True: "strftime('%Y-%m', created_at, '+8 hours')",
    False: f"to_char(created_at AT TIME ZONE '{ZONE}', 'YYYY-MM')",
}


def directly(session: Session, node: int | None, *, sqlite: bool) -> dict[str, tuple[int, int]]:
    """Month → orders and fen of an organization and below, by SQL that shares nothing with the report."""
    below = "" if node is None else (
        " AND org_id IN (WITH RECURSIVE below(id) AS (SELECT id FROM organization WHERE id = :node"
        " UNION ALL SELECT o.id FROM organization o JOIN below b ON o.parent_id = b.id) SELECT id FROM below)"
    )  # fmt: skip
    statement = (
        f"SELECT {_MONTH[sqlite]} AS month, count(*), sum(amount) FROM service_order"  # noqa: S608 -- our own text
        f" WHERE status <> 'cancelled'{below} GROUP BY 1"
    )
    rows = session.execute(text(statement), {} if node is None else {"node": node})
    return {month: (int(n), int(amount)) for month, n, amount in rows}


def compare(report: YearReport, direct: dict[str, tuple[int, int]]) -> int:
    """How many orders of the year were compared; fails at the first fen that differs."""
    for at, month in enumerate(report.months, 1):
        found = direct.get(f"{report.year}-{at:02d}", (0, 0))
        if (month.n, month.amount) != found:
            raise AssertionError(f"{report.year}-{at:02d}: {month} reported, {found} counted")
    return report.total.n


def measure(name: str, database: Database, orders: int, rounds: int) -> None:
    """Compare, then time the report of everything, of a district, of a community, and the exact check of all totals."""
    zone = Settings(time_zone=ZONE).zone
    service = ReportService(database, zone, lambda: NOW)
    elsewhere = ReportService(database, Settings(time_zone="America/St_Johns").zone, lambda: NOW)
    kinds = {"everything": None, "a district": "district", "a community": "community"}
    for what, kind in kinds.items():
        node = None if kind is None else database.reading(lambda s, kind=kind: _first(s, kind))
        begun = time.perf_counter()
        direct = database.reading(lambda s, node=node: directly(s, node, sqlite=database.is_sqlite))
        took = (time.perf_counter() - begun) * 1000
        seen = sum(compare(asyncio.run(service.orders(_BOSS, year, node)), direct) for year in YEARS)
        if seen != sum(n for n, _ in direct.values()):
            raise AssertionError(f"{what}: {seen} orders in the report, others in the table")
        show(f"{name}: report of {what}, orders compared to the fen", seen, "orders")
        for where, asked in (("", service), (" in another zone", elsewhere)):
            ours = []
            for at in range(rounds):
                begun = time.perf_counter()
                asyncio.run(asked.orders(_BOSS, YEARS[at % len(YEARS)], node))
                ours.append((time.perf_counter() - begun) * 1000)
            for share in (50, 95):
                show(f"{name}: report of {what}{where}, p{share}", percentile(ours, share), "ms", _PEER, took)
    begun = time.perf_counter()
    wrong = verify(database)
    show(f"{name}: totals of {orders} orders verified", time.perf_counter() - begun, "s")
    if wrong:
        raise AssertionError(f"{len(wrong)} kept totals are wrong")


def _first(session: Session, kind: str) -> int | None:
    return session.exec(select(Organization.id).where(Organization.kind == kind).limit(1)).one()


def fill(url: str, name: str, orders: int) -> Database:
    """The migrated database with its orders and their totals."""
    migrate(url)
    database = Database(url)
    begun = time.monotonic()
    populate_orders(database, ELDERS, OrderPlan(orders, NOW, DAYS))
    show(f"{name}: {orders} orders made", time.monotonic() - begun, "s")
    begun = time.monotonic()
    rebuild(database)
    show(f"{name}: their totals rebuilt", time.monotonic() - begun, "s")
    return database


def measure_page(browser: Browser, program: Program) -> None:
    """Visits with an empty cache: until all three charts are drawn, and what travelled for them."""
    session, _, secret = log_in(program).partition("=")
    took, sizes = [], []
    for _ in range(LOADS):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": session, "value": secret, "url": program.url}])
        page = context.new_page()
        page.goto(f"{program.url}/reports", wait_until="commit")
        page.wait_for_function(_DRAWN, polling="raf")
        took.append(page.evaluate("performance.now()"))
        sizes.append(page.evaluate(_TRANSFERRED))
        context.close()
    show("report_first_paint_p50", percentile(took, 50), "ms")
    show("report_first_paint_max", max(took), "ms")
    show("report_transferred", max(sizes) / 1000, "kB")


_DRAWN = "() => [...document.querySelectorAll('.chart')].filter((one) => one.querySelector('.bars .point path')).length === 3"
_TRANSFERRED = (
    "[...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
    ".reduce((sum, one) => sum + one.transferSize, 0)"
)


def _page(directory: Path) -> None:
    browser_program = chromium()
    if browser_program is None:
        sys.exit(MISSING)
    program = Program(directory, {"XKTCC_DEMO": "0"})
    program.start(300)  # builds the pages when they are not built yet
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
            measure_page(browser, program)
            browser.close()
    finally:
        program.stop()


def run(orders: int = ORDERS, rounds: int = 40) -> None:
    """Measure and print: SQLite with the page before it, then PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="xktcc-reports-") as directory:
        data = prepare_data_dir(Path(directory) / "data")
        settings = Settings(data_dir=data, demo=True, demo_password=DEMO_PASSWORD, admin_password=ADMIN_PASSWORD)
        migrate(settings.effective_database_url)
        prepare_accounts(settings)
        database = fill(settings.effective_database_url, "SQLite", orders)
        measure("SQLite", database, orders, rounds)
        database.close()
        _page(data)
    home = Path(tempfile.mkdtemp(prefix="xktcc-reports-"))
    try:
        with postgres.server(home) as url:
            database = fill(url, "PostgreSQL", orders)
            measure("PostgreSQL", database, orders, rounds)
            database.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--rounds", type=int, default=40)
    told = parser.parse_args()
    run(told.orders, told.rounds)
