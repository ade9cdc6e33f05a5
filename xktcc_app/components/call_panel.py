"""The screen pop: beside whatever the agent does, or filling the agent's own page. It never takes the focus."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components import call_record as record
from xktcc_app.components.browser import sets, ui
from xktcc_app.components.call_forms import call_form, order_or_new
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t
from xktcc_app.state.call_work import CallWorkState
from xktcc_app.state.toolbar import ToolbarState

_seat: Any = ToolbarState.seat
call: Any = _seat["call"]


def call_watch() -> rx.Component:
    """Asks the server for the caller's record whenever the call at hand is another one; a script presses it."""
    attrs = {"data-pop-call": call, "data-pop-loaded": record.pop["call"], "aria-hidden": "true"}
    return rx.el.button(type="button", hidden=True, tab_index=-1, on_click=CallWorkState.load, custom_attrs=attrs)


def _loading() -> rx.Component:
    lines = [
        rx.el.div(class_name="sk", custom_attrs={"style": {"height": height}}) for height in ("28px", "18px", "96px")
    ]
    return rx.el.div(*lines, rx.el.span(t("loading"), class_name="sr"), class_name="pp-sk", role="status")


def _unknown() -> rx.Component:
    number = rx.cond(record.pop["number"] != "", record.pop["number"], t("pop.anonymous"))
    return rx.el.div(
        rx.el.div(rx.el.h2(number), class_name="pp-n"), rx.el.p(t("pop.unknown"), class_name="sec"), class_name="pp-h"
    )


def caller() -> rx.Component:
    """The record, or that there is none."""
    found = rx.fragment(record.matches(), record.head(), record.warnings(), record.facts(), record.last())
    here = record.pop["call"] == call
    return rx.cond(here, rx.cond(record.known, found, _unknown()), _loading())


def work() -> rx.Component:
    """The agent's own page while there is a call: record at the left, forms at the right."""
    return rx.el.div(
        rx.el.section(caller(), class_name="panel pp", aria_label=t("pop.title")),
        rx.el.section(call_form(call), order_or_new(), class_name="panel cw"),
        class_name="work",
    )


@rx.memo
def call_panel() -> rx.Component:
    """The same beside any other page, folded away by a click and back by another. A memo: compiled once for all of them."""
    opened = ui("pop")
    fold = rx.el.button(
        icon("close"), type="button", class_name="btn btn-t btn-ico", aria_label=t("pop.fold"), title=t("pop.fold"),
        on_click=sets("pop", "0")
    )  # fmt: skip
    panel = rx.el.aside(
        rx.el.div(rx.el.h2(t("pop.title")), rx.el.span(class_name="sp"), fold, class_name="pop-h"),
        rx.el.div(
            rx.el.section(caller(), class_name="pp"),
            rx.el.section(call_form(call), order_or_new(), class_name="cw"),
            class_name="pop-b",
        ),
        class_name="pop",
        aria_label=t("pop.title"),
        custom_attrs={"data-pop": opened},
    )
    unfold = rx.el.button(
        icon("user"), t("pop.title"), type="button", class_name="btn pop-o", on_click=sets("pop", "1"), custom_attrs={"data-pop": opened}
    )  # fmt: skip
    return rx.cond(ToolbarState.shown & (call != ""), rx.fragment(unfold, panel))
