"""Reports as workbooks. Amounts are numbers in yuan, exact to the fen; words come from the reader's catalogue."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xktcc_app.domain.cells import safe_cell
from xktcc_app.domain.months import QUARTERS
from xktcc_app.services.call_reports import CallsReport
from xktcc_app.services.reports import YearReport

_MONEY = "#,##0.00"
_COUNT = "#,##0"
_SHARE = "0.0%"
_CHANGE = "+0.0%;-0.0%;0.0%"
_SECONDS = "#,##0.0"
_WIDEST = 72
_LINE = Side(style="thin", color="FFB8C0C4")
_HEAD = PatternFill("solid", fgColor="FFECEFF1")


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on every sheet: ``texts`` of the reader's catalogue, whose figures they are, and the zone of dates with its name."""

    texts: Mapping[str, str]
    place: str
    zone: tzinfo
    zone_name: str

    def word(self, key: str, **holes: object) -> str:
        """The catalogue's text, its holes filled."""
        return self.texts[key].format(**holes)

    def as_of(self, at: datetime) -> str:
        """As of when, in the zone."""
        return self.word("report.as_of", at=f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}", zone=self.zone_name)


def orders_workbook(report: YearReport, paper: Paper) -> bytes:
    """Two sheets: the year's months beside those of the year before, and every year's quarters. Amounts in yuan."""
    book, word = Workbook(), paper.word
    n, amount = word("report.n"), word("report.amount_yuan")
    head = [word("report.month"), n, amount]
    head += [word("report.of_before", what=what) for what in (n, amount)]
    head += [word("report.change_of", what=what) for what in (n, word("report.amount"))]
    months = _Sheet(book, str(report.year), (_COUNT, _MONEY, _COUNT, _MONEY, _CHANGE, _CHANGE))
    months.title(f"{word('report.year_is', year=report.year)} · {word('report.orders')} · {paper.place}")
    months.note(paper.as_of(report.at))
    months.note(word("report.rule"))
    if report.blank is not None:
        months.note(word(f"report.blank_{report.blank.value}", year=report.year))
    months.head(head)
    day = f"{report.at.astimezone(paper.zone):%m-%d}"
    pairs = zip(report.months, report.before, report.n_changes, report.amount_changes, strict=True)
    for at, (now, before, *changes) in enumerate(pairs):
        name = word(f"month.{at + 1}")
        if at == report.month_under_way:
            name = word("report.up_to", what=name, day=day)
        months.row([name, now.n, _yuan(now.amount), before.n, _yuan(before.amount), *map(_share, changes)])
    sums = [sum(one.n for one in report.before), _yuan(sum(one.amount for one in report.before))]
    total = [word("report.total"), report.total.n, _yuan(report.total.amount), *sums]
    months.row([*total, *map(_share, report.total_changes)], strong=True)
    if report.month_under_way:
        months.note(word("report.total_over", months=report.over))
    quarters = _Sheet(book, word("report.quarters_sheet"), (*(_MONEY,) * (QUARTERS + 1), _CHANGE))
    quarters.title(f"{word('report.quarters')} · {paper.place}")
    quarters.note(paper.as_of(report.at))
    quarters.note(word("report.rule"))
    names = (word(f"quarter.{at}") for at in range(1, QUARTERS + 1))
    quarters.head([word("report.year"), *names, word("report.whole_year"), word("report.change")])
    for row in report.by_year:
        sums = [*(_yuan(one.amount) for one in row.quarters), _yuan(row.total.amount)]
        quarters.row([row.year, *sums, _share(row.change)])
    return _saved(book)


def calls_workbook(report: CallsReport, paper: Paper) -> bytes:
    """Three sheets: the queue's figures with their formulas, calls by weekday and hour, the agents' work. Times in seconds."""
    book, word, seconds = Workbook(), paper.word, report.service_level_s
    title = f"{word('report.calls')} · {report.period.first} – {report.period.last} · {paper.place}"

    def sheet(name: str, *forms: str) -> _Sheet:
        made = _Sheet(book, word(name), forms)
        made.title(title)
        made.note(paper.as_of(report.at))
        return made

    figures, all_ = report.queue, report.everybody
    wait = figures.speed_of_answer_ms
    queue = sheet("report.queue", _COUNT)
    queue.head([word("report.figure"), word("report.value"), word("report.formula")])
    for key, value, form in (
        ("queued", figures.queued, _COUNT),
        ("answered", figures.answered, _COUNT),
        ("abandoned", figures.abandoned, _COUNT),
        ("level", _share(figures.service_level), _SHARE),
        ("asa", None if wait is None else Decimal(wait) / 1000, _SECONDS),
        ("abandonment", _share(figures.abandonment), _SHARE),
        ("aht", all_.handling_time_s, _SECONDS),
        ("occupancy", _share(all_.occupancy), _SHARE),
    ):
        queue.row([word(f"report.{key}", seconds=seconds), value, word(f"report.{key}_is", seconds=seconds)], form=form)
    arrivals = sheet("report.arrivals", *(_COUNT,) * 25)
    arrivals.head([word("report.weekday"), *range(24), word("report.total")])
    for at, day in enumerate(report.arrivals, 1):
        arrivals.row([word(f"weekday.{at}"), *day, sum(day)])
    hours = [sum(day[hour] for day in report.arrivals) for hour in range(24)]
    arrivals.row([word("report.total"), *hours, sum(hours)], strong=True)
    agents = sheet("report.agents", *(_COUNT,) * 6, _SECONDS, _SHARE)
    keys = ("agent", "answered", "outbound", "missed", "talk", "wrap_up", "ready", "aht", "occupancy")
    agents.head([word(f"report.{key}") for key in keys])
    for one in (*report.agents, all_):
        name = f"{one.agent} {report.names.get(one.agent, '')}".strip() or word("report.everybody")
        times = [round(one.talk_s), round(one.wrap_up_s), round(one.ready_s), one.handling_time_s]
        cells = [name, one.answered, one.outbound, one.missed, *times, _share(one.occupancy)]
        agents.row(cells, strong=one is all_)
    agents.note(word("report.in_seconds"))
    return _saved(book)


class _Sheet:
    """A sheet with a title, notes, a head and rows, wide enough for what is in it. ``forms``: of the columns behind the first."""

    def __init__(self, book: Workbook, name: str, forms: Sequence[str]) -> None:
        self._sheet: Worksheet = book.create_sheet(name[:31])
        self._forms = forms
        self._widths: dict[int, int] = {}
        self._sheet.page_setup.orientation = "landscape"
        self._sheet.page_setup.fitToHeight = 0
        self._sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

    def title(self, text: str) -> None:
        self._line([text], Font(bold=True, size=14))

    def note(self, text: str) -> None:
        self._line([text], Font(color="FF5C6870"))

    def head(self, texts: Sequence[Any]) -> None:
        """The columns' names; what is above stays while the rest is scrolled."""
        self._line(texts, Font(bold=True), fill=_HEAD, measured=True)
        self._sheet.freeze_panes = f"B{self._sheet.max_row + 1}"

    def row(self, values: Sequence[Any], *, strong: bool = False, form: str = "") -> None:
        """``form``: of this row's figure, where a column has figures of several kinds."""
        self._line(values, Font(bold=strong), measured=True)
        at = self._sheet.max_row
        for column, one in enumerate(self._forms, 2):
            self._sheet.cell(at, column).number_format = form or one

    def _line(
        self, values: Sequence[Any], font: Font, *, fill: PatternFill | None = None, measured: bool = False
    ) -> None:
        self._sheet.append([safe_cell(value) if isinstance(value, str) else value for value in values])
        for column, cell in enumerate(self._sheet[self._sheet.max_row], 1):
            cell.font = font
            if not measured:
                continue
            cell.border = Border(bottom=_LINE)
            if fill is not None:
                cell.fill = fill
            if 1 < column < len(self._forms) + 2:
                cell.alignment = Alignment(horizontal="right")
            else:
                cell.alignment = Alignment(horizontal="left", indent=int(column > 1))
            self._widths[column] = max(self._widths.get(column, 0), _signs(cell.value))
            width = min(_WIDEST, self._widths[column] + 3)
            self._sheet.column_dimensions[get_column_letter(column)].width = width


def _signs(value: Any) -> int:
    """How wide a value is, in Latin signs."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else str("" if value is None else value)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _share(permille: int | None) -> Decimal | None:
    return None if permille is None else Decimal(permille) / 1000


def _saved(book: Workbook) -> bytes:
    book.remove(book.worksheets[0])  # the empty one that every new workbook has
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
