"""The report on calls: when they come, how the queue was served, what each agent did; every figure with its formula."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.controls import blank
from xktcc_app.components.text import t, word
from xktcc_app.domain.call_report import HOURS
from xktcc_app.state.reports import ReportState

_queue: Any = ReportState.queue
_COLUMNS = ("answered", "outbound", "missed", "talk", "wrap_up", "ready", "aht", "occupancy")


def _figure(label: Any, value: Any, formula: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value, rx.el.small(formula, class_name="mut")), class_name="fig")


def _figures() -> rx.Component:
    seconds = _queue["seconds"]
    return rx.el.section(
        rx.el.div(rx.el.h2(t("report.queue")), class_name="panel-h"),
        rx.el.dl(
            _figure(t("report.queued"), _queue["queued"], t("report.queued_is")),
            _figure(t("report.answered"), _queue["answered"], t("report.answered_is")),
            _figure(t("report.abandoned"), _queue["abandoned"], t("report.abandoned_is")),
            _figure(t("report.level", seconds=seconds), _queue["level"], t("report.level_is", seconds=seconds)),
            _figure(t("report.asa"), _queue["asa"], t("report.asa_is")),
            _figure(t("report.abandonment"), _queue["abandonment"], t("report.abandonment_is")),
            _figure(t("report.aht"), _queue["aht"], t("report.aht_is")),
            _figure(t("report.occupancy"), _queue["occupancy"], t("report.occupancy_is")),
            class_name="figs",
        ),
        class_name="panel wide",
    )


def _hour(field: Any) -> rx.Component:
    return rx.el.td(field["n"], class_name="heat", custom_attrs={"data-level": field["level"]})


def _day(line: Any) -> rx.Component:
    hours = rx.foreach(line["hours"].to(list[dict[str, str]]), _hour)
    return rx.el.tr(
        rx.el.th(word("weekday", line["day"]), scope="row"), hours, rx.el.td(line["total"], class_name="r b")
    )


def _hours() -> rx.Component:
    each: Any = ReportState.arrivals_hours
    return rx.el.tr(
        rx.el.th(t("report.total"), scope="row"),
        rx.foreach(each, lambda n: rx.el.td(n, class_name="heat b")),
        rx.el.td(ReportState.arrivals_total, class_name="r b"),
    )


def _arrivals() -> rx.Component:
    head = [
        rx.el.th(t("report.weekday"), scope="col"),
        *(rx.el.th(str(at), class_name="heat", scope="col") for at in range(HOURS)),
    ]
    total = rx.el.span(t("report.arrivals_of", total=ReportState.arrivals_total), class_name="mut small")
    lines: Any = ReportState.arrivals
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*head, rx.el.th(t("report.total"), class_name="r", scope="col"))),
        rx.el.tbody(rx.foreach(lines, _day), _hours()),
        class_name="tbl",
    )
    return rx.el.section(
        rx.el.div(rx.el.h2(t("report.arrivals")), total, class_name="panel-h"),
        rx.el.div(table, class_name="tw", tab_index=0),
        class_name="panel wide",
    )


def _work(name: Any, line: Any, look: str) -> rx.Component:
    return rx.el.tr(rx.el.th(name, scope="row"), *(rx.el.td(line[key], class_name=f"r {look}") for key in _COLUMNS))


def _agents() -> rx.Component:
    head = [
        rx.el.th(t("report.agent"), scope="col"),
        *(rx.el.th(t(f"report.{key}"), class_name="r", scope="col") for key in _COLUMNS),
    ]
    lines: Any = ReportState.agents
    everybody: Any = ReportState.everybody
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*head)),
        rx.el.tbody(
            rx.foreach(lines, lambda line: _work(rx.fragment(line["agent"], " ", line["name"]), line, "")),
            _work(t("report.everybody"), everybody, "b"),
        ),
        class_name="tbl",
    )
    meaning = rx.el.p(t("report.work_is"), class_name="mut small rp-note")
    some = rx.fragment(rx.el.div(table, class_name="tw", tab_index=0), meaning)
    return rx.el.section(
        rx.el.div(rx.el.h2(t("report.agents")), class_name="panel-h"),
        rx.cond(lines.length() > 0, some, blank("users", t("report.no_agents"))),
        class_name="panel wide",
    )


def calls_report() -> rx.Component:
    """Everything below the bar."""
    return rx.el.div(_figures(), _arrivals(), _agents(), class_name="rp")
