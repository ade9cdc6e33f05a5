"""The report on orders: two charts of the year's months, one of every year's quarters, each with its table."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression, length
from xktcc_app.components.charts import Bars, chart, compared, picture_button
from xktcc_app.components.controls import blank, notice, page_link
from xktcc_app.components.text import t
from xktcc_app.domain.months import MONTHS, QUARTERS
from xktcc_app.state.reports import ReportState

_months: Any = ReportState.months
_totals: Any = ReportState.totals


def _labels() -> list[Any]:
    return [t(f"month.{at}") for at in range(1, MONTHS + 1)]


def this_year() -> rx.Component:
    """Leads back to what there certainly is."""
    return rx.el.button(t("report.this"), type="button", class_name="btn", on_click=ReportState.choose("year", ""))


def _row(label: Any, cells: Any, total: Any) -> rx.Component:
    return rx.el.tr(rx.el.th(label, scope="row", class_name="sec"), cells, rx.el.td(total, class_name="r b"))


def _plain(texts: Any) -> Any:
    return rx.foreach(texts.to(list[str]), lambda text: rx.el.td(text, class_name="r sec"))


def _linked(texts: Any, links: Any) -> Any:
    """Figures that lead to the orders behind them."""
    where = links.to(list[str])

    def cell(text: Any, at: Any) -> rx.Component:
        return rx.el.td(rx.cond(where[at] != "", page_link(text, to=where[at]), text), class_name="r")

    return rx.foreach(texts.to(list[str]), cell)


def _months_table(name: str, label: str) -> rx.Component:
    head = [
        rx.el.th(t("report.month"), scope="col"),
        *(rx.el.th(one, class_name="r", scope="col") for one in _labels()),
    ]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*head, rx.el.th(t("report.total"), class_name="r", scope="col"))),
            rx.el.tbody(
                _row(t(label), _linked(_months[name], _months["link"]), _totals[name]),
                _row(t("report.before"), _plain(_months[f"{name}_before"]), _totals[f"{name}_before"]),
                _row(t("report.change"), _plain(_months[f"{name}_change"]), _total_change(name)),
            ),
            class_name="tbl",
        ),
        class_name="tw",
        tab_index=0,
    )


def _total_change(name: str) -> rx.Component:
    over = t("report.total_over", months=_totals["over"])
    return rx.el.span(_totals[f"{name}_change"], title=rx.cond(_totals["over"] != "", over, ""))


def _unit() -> Any:
    return rx.cond(ReportState.unit == "wan", t("report.unit_wan"), t("report.unit_yuan"))


def _hatched() -> Any:
    some = expression(f"({_months['hatch']} ?? []).includes('/')", _months["hatch"], kind=bool)
    return rx.cond(some, rx.fragment(" · ", t("report.hatched", day=ReportState.day)))


def _before() -> Any:
    """What the muted bars are."""
    some = expression(f"({_months['n_behind']} ?? []).length > 0", _months["n_behind"], kind=bool)
    return rx.cond(some, rx.el.span(rx.el.i(), t("report.before"), class_name="rp-lg rp-before", aria_hidden="true"))


def _head(title: str, unit: Any, ident: str, *more: Any, of_year: bool = True) -> rx.Component:
    small = rx.el.span(unit, *more, class_name="mut small")
    year: Any = ReportState.year
    words = t(title)
    parts = [words, year, unit] if of_year else [words, unit]
    named = expression(f"[{', '.join(map(str, parts))}].join(' · ')", *parts)
    file = expression(f"`xktcc-{ident.removeprefix('chart-')}-${{{year}}}`", year)
    return rx.el.div(
        rx.el.h2(t(title)), small, rx.el.span(class_name="sp"), picture_button(ident, named, file), class_name="panel-h"
    )


def _monthly(name: str, title: str, unit: Any, label: str) -> rx.Component:
    ident = f"chart-{name}"
    bars = Bars(
        ident=ident,
        traces=compared(
            ReportState.year,
            _months[name],
            heights=_months[f"{name}_height"],
            hatches=_months["hatch"],
            before=_months[f"{name}_behind"],
        ),
        labels=_labels(),
        on_click=ReportState.open_month,
    )
    return rx.el.section(
        _head(title, unit, ident, _hatched(), _before()), chart(bars), _months_table(name, label), class_name="panel"
    )


def _year_row(row: Any) -> rx.Component:
    year = rx.cond(row["current"], t("report.this_year", year=row["year"]), t("report.year_is", year=row["year"]))
    so_far = t("report.so_far", months=row["over"], change=row["change"])
    cells = _linked(row["quarters"], row["links"])
    return rx.el.tr(
        rx.el.th(year, scope="row"),
        cells,
        rx.el.td(row["total"], class_name="r b"),
        rx.el.td(rx.cond(row["current"] & (row["change"] != "—"), so_far, row["change"]), class_name="r sec"),
    )


def _not_all() -> Any:
    """The chart shows the newest years only, when there are many."""
    more = expression(
        f"{ReportState.year_rows}.length > {ReportState.quarters}.length",
        ReportState.year_rows,
        ReportState.quarters,
        kind=bool,
    )
    return rx.cond(more, rx.fragment(" · ", t("report.newest", years=length(ReportState.quarters))))


def _quarters() -> rx.Component:
    names = [t(f"quarter.{at}") for at in range(1, QUARTERS + 1)]
    bars = Bars(
        ident="chart-quarters",
        traces=ReportState.quarters,
        labels=names,
        on_click=ReportState.open_quarter,
        years=True,
    )
    ends = [rx.el.th(t(text), class_name="r", scope="col") for text in ("report.whole_year", "report.change")]
    head = [
        rx.el.th(t("report.year"), scope="col"),
        *(rx.el.th(name, class_name="r", scope="col") for name in names),
        *ends,
    ]
    rows: Any = ReportState.year_rows
    body = rx.el.tbody(rx.foreach(rows, _year_row))
    legend = rx.foreach(ReportState.quarters, lambda one: rx.el.span(rx.el.i(), one["name"], class_name="rp-lg"))
    return rx.el.section(
        _head("report.quarters", _unit(), "chart-quarters", _hatched(), _not_all(), of_year=False),
        rx.el.div(legend, class_name="rp-legend", aria_hidden="true"),
        chart(bars),
        rx.el.div(rx.el.table(rx.el.thead(rx.el.tr(*head)), body, class_name="tbl"), class_name="tw", tab_index=0),
        class_name="panel wide",
    )


def _sentence(text: Any, *more: rx.Component) -> rx.Component:
    return rx.el.section(blank("chart", text, *more), class_name="panel wide", role="status")


def _why_blank() -> Any:
    """A sentence where charts would be empty."""
    every = rx.el.button(t("report.every_org"), type="button", class_name="btn", on_click=ReportState.choose("org", ""))
    year = ReportState.year
    return rx.match(
        ReportState.blank,
        ("org", _sentence(t("report.blank_org"), every)),
        ("nothing", _sentence(t("report.blank_nothing"))),
        ("future", _sentence(t("report.blank_future", year=year), this_year())),
        _sentence(t("report.blank_year", year=year), this_year()),
    )


def order_report() -> rx.Component:
    """Everything below the bar."""
    months = rx.fragment(
        _monthly("n", "report.months_n", t("report.unit_n"), "report.n"),
        _monthly("amount", "report.months_amount", _unit(), "report.amount"),
    )
    ever = (ReportState.blank != "org") & (ReportState.blank != "nothing")
    return rx.fragment(
        notice(t("report.rule"), " ", t("report.rule_click")),
        rx.el.div(
            rx.cond(ReportState.blank == "", months, _why_blank()),
            rx.cond(ever, _quarters()),
            class_name="rp",
        ),
    )
