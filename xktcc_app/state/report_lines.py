"""Reports as the pages draw them: texts for the tables, exact decimal texts for the bars (no float money)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from xktcc_app.domain.call_report import AgentWork
from xktcc_app.domain.list_queries import NOT_CANCELLED
from xktcc_app.domain.months import MONTHS, QUARTERS, month_number
from xktcc_app.domain.order_report import NONE, Total, ten_thousand_yuan, whole
from xktcc_app.services.call_reports import CallsReport
from xktcc_app.services.reports import YearReport, YearRow

HATCH = "/"
MOST_YEARS = 5
"""Years that the chart of quarters shows side by side; the table has every one."""
NOTHING = "—"
_LARGE = 10 * 1_000_000
_QUARTER = MONTHS // QUARTERS


def orders_behind(month: int, length: int, org: str) -> str:
    """The address of the orders that a report counts in ``length`` months from ``month`` (``domain.months``) on."""
    behind = month + length
    first, after = (date(one // MONTHS, one % MONTHS + 1, 1) for one in (month, behind))
    last = after - timedelta(days=1)
    asked = {"since": first.isoformat(), "until": last.isoformat(), "status": NOT_CANCELLED, "community": org}
    return f"/orders?{urlencode({name: text for name, text in asked.items() if text})}"


def _links(totals: tuple[Total, ...], first: int, length: int, org: str) -> list[str]:
    """Where each of ``totals`` leads, ``length`` months each from the month ``first`` on; "" where there is nothing."""
    return [orders_behind(first + at * length, length, org) if one.n else "" for at, one in enumerate(totals)]


def unit_of(report: YearReport) -> str:
    """``wan`` (10,000 yuan) for a report of large amounts, ``yuan`` for one of small."""
    largest = max((quarter.amount for row in report.by_year for quarter in row.quarters), default=0)
    return "wan" if largest >= _LARGE else "yuan"


def money(fen: int, unit: str) -> str:
    """An amount as the tables show it; its fen are in the exported workbook."""
    return ten_thousand_yuan(fen) if unit == "wan" else f"{_rounded_yuan(fen):,}"


def _rounded_yuan(fen: int) -> int:
    return (fen + 50) // 100


def whole_percent(value: int | None) -> str:
    """Thousandths as whole percent with its sign, for narrow columns: 311 → "+31%"."""
    if value is None:
        return NOTHING
    size = (abs(value) + 5) // 10
    return f"{'-' if value < 0 else '+'}{size:,}%" if size else "0%"


def permille(value: int | None, *, signed: bool = False) -> str:
    """Thousandths as percent: 311 → "31.1 %"."""
    if value is None:
        return NOTHING
    sign = "-" if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{abs(value) // 10:,}.{abs(value) % 10} %"


def _height(fen: int, unit: str) -> str:
    """An amount in its unit, exactly."""
    if unit == "yuan":
        return f"{fen // 100}.{fen % 100:02d}"
    return f"{fen // 1_000_000}.{fen % 1_000_000:06d}"


def _hatches(under_way: int | None, n: int) -> list[str]:
    return [HATCH if at == under_way else "" for at in range(n)]


def month_columns(report: YearReport, org: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """By name the twelve texts of the months, and the texts for the whole year. ``link``: the orders behind a month that has some.

    ``…_behind`` are the heights of the year before, none when it had no orders, and ``link_behind`` where they lead.
    """
    before, unit = whole(report.before), unit_of(report)
    marked = report.before if before != NONE else ()
    first = month_number(report.year, 1)
    months = {
        "link": _links(report.months, first, 1, org),
        "link_behind": _links(report.before, first - MONTHS, 1, org),
        "n_height": [str(one.n) for one in report.months],
        "n_behind": [str(one.n) for one in marked],
        "n": [f"{one.n:,}" for one in report.months],
        "n_before": [f"{one.n:,}" for one in report.before],
        "n_change": [whole_percent(one) for one in report.n_changes],
        "amount_height": [_height(one.amount, unit) for one in report.months],
        "amount_behind": [_height(one.amount, unit) for one in marked],
        "amount": [money(one.amount, unit) for one in report.months],
        "amount_before": [money(one.amount, unit) for one in report.before],
        "amount_change": [whole_percent(one) for one in report.amount_changes],
        "hatch": _hatches(report.month_under_way, len(report.months)),
    }
    n_change, amount_change = report.total_changes
    totals = {
        "n": f"{report.total.n:,}",
        "n_before": f"{before.n:,}",
        "n_change": whole_percent(n_change),
        "amount": money(report.total.amount, unit),
        "amount_before": money(before.amount, unit),
        "amount_change": whole_percent(amount_change),
        "over": str(report.over) if report.month_under_way is not None and n_change is not None else "",
    }
    return months, totals


def quarter_traces(report: YearReport) -> list[dict[str, Any]]:
    """Plotly's bars of each year, the oldest first; colours come from the theme."""
    shown, unit = report.by_year[:MOST_YEARS][::-1], unit_of(report)
    return [
        {
            "type": "bar",
            "name": str(row.year),
            "x": [1, 2, 3, 4],
            "y": [_height(one.amount, unit) for one in row.quarters],
            "text": [money(one.amount, unit) for one in row.quarters],
            "textposition": "outside",
            "cliponaxis": False,
            "hoverinfo": "name+text",
            "marker": {"pattern": {"shape": _hatches(row.quarter_under_way, len(row.quarters)), "size": 6}},
        }
        for row in shown
    ]


def year_lines(report: YearReport, org: str) -> list[dict[str, Any]]:
    """A row a year."""
    unit = unit_of(report)
    return [_year_line(row, unit, org) for row in report.by_year]


def _year_line(row: YearRow, unit: str, org: str) -> dict[str, Any]:
    return {
        "links": _links(row.quarters, month_number(row.year, 1), _QUARTER, org),
        "year": row.year,
        "current": row.quarter_under_way is not None,
        "quarters": [money(one.amount, unit) for one in row.quarters],
        "total": money(row.total.amount, unit),
        "change": permille(row.change, signed=True),
        "over": row.over,
    }


def arrivals_lines(report: CallsReport) -> tuple[list[dict[str, Any]], list[str], str]:
    """A row a weekday (1 is Monday) with its hours' counts and their strength from 0 to 6; each hour's sum; how many calls in all."""
    most = max((n for day in report.arrivals for n in day), default=0)
    lines = [
        {
            "day": str(at),
            "hours": [{"n": str(n) if n else "", "level": str(-(-6 * n // most)) if n else "0"} for n in day],
            "total": f"{sum(day):,}",
        }
        for at, day in enumerate(report.arrivals, 1)
    ]
    hours = [sum(hour) for hour in zip(*report.arrivals, strict=True)]
    return lines, [f"{n:,}" for n in hours], f"{sum(hours):,}"


def queue_lines(report: CallsReport) -> dict[str, str]:
    """The figures of the queue."""
    queue = report.queue
    return {
        "queued": f"{queue.queued:,}",
        "answered": f"{queue.answered:,}",
        "abandoned": f"{queue.abandoned:,}",
        "level": permille(queue.service_level),
        "asa": NOTHING if queue.speed_of_answer_ms is None else f"{queue.speed_of_answer_ms / 1000:.1f} s",
        "abandonment": permille(queue.abandonment),
        "aht": duration(report.everybody.handling_time_s),
        "occupancy": permille(report.everybody.occupancy),
        "seconds": str(report.service_level_s),
    }


def work_lines(report: CallsReport) -> tuple[list[dict[str, str]], dict[str, str]]:
    """A row an agent, and all as one."""
    lines = [_work(one) | {"name": report.names.get(one.agent, "")} for one in report.agents]
    return lines, _work(report.everybody)


def _work(work: AgentWork) -> dict[str, str]:
    return {
        "agent": work.agent,
        "answered": f"{work.answered:,}",
        "outbound": f"{work.outbound:,}",
        "missed": f"{work.missed:,}",
        "talk": duration(work.talk_s),
        "wrap_up": duration(work.wrap_up_s),
        "ready": duration(work.ready_s),
        "aht": duration(work.handling_time_s),
        "occupancy": permille(work.occupancy),
    }


def duration(seconds: float | None) -> str:
    """h:mm:ss, or m:ss below an hour."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
