"""The reports. What they show is what the address asks: ``tab``, ``year``, ``org``, ``since``, ``until``."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from xktcc_app.bootstrap import services
from xktcc_app.domain.list_params import text_of
from xktcc_app.domain.months import MONTHS, QUARTERS
from xktcc_app.domain.order_report import Blank
from xktcc_app.services.call_reports import CallsReport
from xktcc_app.services.reports import YearReport
from xktcc_app.state.acting import ask
from xktcc_app.state.report_lines import (
    arrivals_lines,
    month_columns,
    quarter_traces,
    queue_lines,
    unit_of,
    work_lines,
    year_lines,
)

ROUTE = "/reports"
_BAD_VALUE = "bad_value"
_KEPT = ("tab", "year", "org", "since", "until")


class ReportState(rx.State):
    """``/reports``. ``tab`` is ``orders`` or ``calls``; ``failure`` a code for ``error.<code>``; ``at`` local time, for reading.

    ``asked``: the address's parameters, for the files. ``fault``: ``bad_year`` or ``bad_period`` when the address asks for none.
    ``blank``: why the year has nothing to draw. ``months`` has the charts' and tables' texts by column (``report_lines``).
    """

    tab: str = "orders"
    year: int = 0
    org: str = ""
    since: str = ""
    until: str = ""
    asked: str = ""
    at: str = ""
    day: str = ""
    unit: str = "wan"
    loaded: bool = False
    busy: bool = False
    failure: str = ""
    fault: str = ""
    blank: str = ""
    years: list[int] = []
    months: dict[str, list[str]] = {}
    totals: dict[str, str] = {}
    quarters: list[dict[str, Any]] = []
    year_rows: list[dict[str, Any]] = []
    arrivals: list[dict[str, Any]] = []
    arrivals_hours: list[str] = []
    arrivals_total: str = ""
    queue: dict[str, str] = {}
    agents: list[dict[str, str]] = []
    everybody: dict[str, str] = {}

    @rx.event
    async def load(self) -> None:
        """Fetch what the address asks."""
        params = dict(self.router.url.query_parameters)
        self.tab = "calls" if params.get("tab") == "calls" else "orders"
        self.org = text_of(params, "org")
        self.asked = urlencode({name: params[name] for name in _KEPT if name in params and name != "tab"})
        self.busy, self.failure, self.fault = True, "", ""
        sid = self.router.session.session_id
        if self.tab == "orders":
            self.failure, found = await ask(sid, lambda all_, who: all_.reports.asked(who, params))
            if self.failure == _BAD_VALUE:
                self.failure, self.fault, self.year = "", "bad_year", 0
            elif found is not None:
                self._show_orders(found)
        else:
            self.failure, calls = await ask(sid, lambda all_, who: all_.call_reports.asked(who, params))
            if self.failure == _BAD_VALUE:
                self.failure, self.fault = "", "bad_period"
            elif calls is not None:
                self._show_calls(calls)
        self.busy = False

    @rx.event
    async def choose(self, key: str, value: str) -> Any:
        """Another tab, year, organization or day: the address says it, so that it can be sent on and gone back from."""
        if key not in _KEPT:
            return None
        params = {name: text for name, text in self.router.url.query_parameters.items() if name in _KEPT}
        params[key] = value[:20]
        return rx.redirect(f"{ROUTE}?{urlencode({name: text for name, text in params.items() if text})}")

    @rx.event
    async def open_month(self, points: list[dict[str, Any]]) -> Any:
        """The orders behind a month's bar, of this year or the one before."""
        at, trace = _index(points, "pointIndex", MONTHS), _index(points, "curveNumber", 2)
        links = self.months.get("link" if trace else "link_behind", [])
        return rx.redirect(links[at]) if at is not None and links and links[at] else None

    @rx.event
    async def open_quarter(self, points: list[dict[str, Any]]) -> Any:
        """The orders behind a quarter's bar."""
        at, trace = _index(points, "pointIndex", QUARTERS), _index(points, "curveNumber", len(self.quarters))
        if at is None or trace is None:
            return None
        # the chart's years are the table's first, the oldest first
        link = self.year_rows[len(self.quarters) - 1 - trace]["links"][at]
        return rx.redirect(link) if link else None

    def _show_orders(self, found: YearReport) -> None:
        self._seen(found.at)
        self.year, self.years = found.year, list(found.years)
        if found.year not in found.years:
            self.years = sorted({*found.years, found.year}, reverse=True)
        self.unit = unit_of(found)
        self.months, self.totals = month_columns(found, self.org)
        self.quarters, self.year_rows = quarter_traces(found), year_lines(found, self.org)
        nothing = found.blank is Blank.NOTHING and found.org_id is not None
        self.blank = "org" if nothing else "" if found.blank is None else found.blank.value

    def _show_calls(self, found: CallsReport) -> None:
        self._seen(found.at)
        self.since, self.until = found.period.first.isoformat(), found.period.last.isoformat()
        self.arrivals, self.arrivals_hours, self.arrivals_total = arrivals_lines(found)
        self.queue = queue_lines(found)
        self.agents, self.everybody = work_lines(found)

    def _seen(self, at: datetime) -> None:
        there = at.astimezone(services().settings.zone)
        self.at, self.day, self.loaded = f"{there:%Y-%m-%d %H:%M}", f"{there:%m-%d}", True


def _index(points: list[dict[str, Any]], key: str, below: int) -> int | None:
    """A place that the browser names; ``None`` when there is no such place."""
    at = points[0].get(key) if points and isinstance(points[0], dict) else None
    return at if isinstance(at, int) and 0 <= at < below else None
