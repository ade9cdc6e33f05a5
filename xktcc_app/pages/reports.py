"""The reports, ``/reports``."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.calls_report import calls_report
from xktcc_app.components.controls import blank, file_link
from xktcc_app.components.icons import icon
from xktcc_app.components.layout import breadcrumb, layout
from xktcc_app.components.order_report import order_report, this_year
from xktcc_app.components.text import language, t, word
from xktcc_app.state.choices import ChoicesState
from xktcc_app.state.reports import ReportState


def _tab(code: str) -> rx.Component:
    words = t(f"report.{code}")
    chosen = rx.cond(ReportState.tab == code, "true", "false")
    attrs = {"aria-pressed": chosen, "data-word": words}
    return rx.el.button(words, type="button", on_click=ReportState.choose("tab", code), custom_attrs=attrs)


def _field(text: str, control: rx.Component) -> rx.Component:
    return rx.el.label(rx.el.span(t(text)), control, class_name="fld fld-inline")


def _year() -> rx.Component:
    years: Any = ReportState.years
    year: Any = ReportState.year
    options = rx.foreach(years, lambda one: rx.el.option(t("report.year_is", year=one), value=one.to(str), key=one))
    none = rx.cond(year == 0, rx.el.option("—", value="0"))
    select = rx.el.select(
        none,
        options,
        class_name="inp",
        value=year.to(str),
        on_change=lambda chosen: ReportState.choose("year", chosen),
    )
    return _field("report.year", select)


def _org() -> rx.Component:
    every = rx.el.option(t("report.org_all"), value="")
    places = rx.foreach(ChoicesState.places, lambda one: rx.el.option(one["name"], value=one["id"], key=one["id"]))
    select = rx.el.select(
        every,
        places,
        name="org",
        class_name="inp",
        value=ReportState.org,
        on_change=lambda org: ReportState.choose("org", org),
    )
    return _field("report.org", select)


def _date(key: str, text: str, value: Any) -> rx.Component:
    return _field(
        text,
        rx.el.input(
            type="date",
            class_name="inp",
            default_value=value,
            key=value,
            on_blur=lambda day: ReportState.choose(key, day),
        ),
    )


def _xlsx() -> rx.Component:
    address = expression(
        f"`/api/reports/${{{ReportState.tab}}}.xlsx?lang=${{{language()}}}&${{{ReportState.asked}}}`",
        language(),
        ReportState.asked,
    )
    link = file_link(icon("download"), t("report.xlsx"), href=address, class_name="btn")
    return rx.cond((ReportState.fault == "") & (ReportState.failure == ""), link)


def _bar() -> rx.Component:
    days = rx.fragment(
        _date("since", "report.first", ReportState.since), _date("until", "report.last", ReportState.until)
    )
    return rx.el.div(
        rx.el.div(_tab("orders"), _tab("calls"), class_name="seg", role="group", aria_label=t("report.kind")),
        rx.cond(ReportState.tab == "orders", _year(), days),
        _org(),
        rx.el.span(class_name="sp"),
        _xlsx(),
        class_name="panel tbar",
    )


def _failed() -> rx.Component:
    again = rx.el.button(t("retry"), type="button", class_name="btn", on_click=ReportState.load)
    words = rx.el.p(word("error", ReportState.failure, default="unknown"), class_name="mut")
    return rx.el.div(blank("warn", t("report.failed"), words, again), class_name="panel", role="alert")


def _fault() -> rx.Component:
    year = blank("chart", t("report.bad_year"), this_year())
    told = rx.cond(ReportState.fault == "bad_year", year, blank("chart", t("report.bad_period")))
    return rx.el.div(told, class_name="panel", role="alert")


def _skeleton() -> rx.Component:
    panels = [rx.el.div(class_name="sk panel", custom_attrs={"style": {"height": "340px"}}) for _ in range(2)]
    return rx.el.div(*panels, rx.el.span(t("loading"), class_name="sr"), class_name="rp", role="status")


def reports_page(time_zone: str) -> Any:
    """The page; ``time_zone`` is named on it."""

    def page() -> rx.Component:
        breadcrumb("menu.stats", "page.reports")
        at = rx.el.span(t("report.as_of", at=ReportState.at, zone=time_zone), class_name="mut small only-d")
        shown = rx.cond(ReportState.tab == "orders", order_report(), calls_report())
        well = rx.cond(ReportState.fault != "", _fault(), rx.cond(ReportState.loaded, shown, _skeleton()))
        body = rx.cond(ReportState.failure != "", _failed(), well)
        return layout(
            rx.el.div(
                breadcrumb("menu.stats", "page.reports"),
                rx.el.span(class_name="sp"),
                rx.cond(ReportState.loaded, at),
                class_name="head",
            ),
            _bar(),
            rx.el.div(body, custom_attrs={"aria-busy": rx.cond(ReportState.busy, "true", "false")}),
            route="/reports",
            permission="reports.view",
        )

    return page
