"""The phone in the browser: its button, and the dialog that chooses, tests and takes it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, length, takes, ui
from xktcc_app.components.controls import dialog
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word

STATES = ("on", "connecting", "failed", "elsewhere")


def _state() -> Any:
    return word("phone.state", ui("phone"), default="off")


def phone_button() -> rx.Component:
    """Says how the browser phone is; opens the dialog."""
    return rx.el.button(
        icon("headset"),
        rx.el.span(_state()),
        type="button",
        class_name="btn btn-sm phone-b",
        title=t("phone.title"),
        custom_attrs={"data-open": "phone", "data-phone": ui("phone")},
    )


def _choose(key: str, options: str, label: str) -> rx.Component:
    listed = expression(ui(options)._js_expr, ui(options), kind=list[dict[str, str]])
    some = rx.foreach(listed, lambda one: rx.el.option(one["name"], value=one["id"], key=one["id"]))
    # The options are a component of their own: without the key a list that was drawn before them would not show what is chosen.
    select = rx.el.select(
        rx.el.option(t("phone.usual"), value=""), some, class_name="inp", value=ui(key), on_change=takes(key),
        key=length(listed),
    )  # fmt: skip
    return rx.el.label(rx.el.span(t(label)), select, class_name="fld")


def phone_dialog() -> rx.Component:
    """Devices, level, echo test, and which tab has the phone."""
    state, wrong = ui("phone"), ui("phoneErr")
    testing = ui("phoneTest") == "1"
    told = rx.el.p(rx.el.b(_state()), class_name="phone-s", role="status", custom_attrs={"data-phone": state})
    error = rx.cond(
        wrong != "",
        rx.el.p(icon("warn"), word("phone.err", wrong, default="unknown"), class_name="notice notice-d", role="alert"),
    )
    level = rx.el.div(
        rx.el.span(class_name="level-i", custom_attrs={"data-level": "0"}), class_name="level", aria_hidden="true"
    )
    test = rx.el.button(
        rx.cond(testing, t("phone.stop_test"), t("phone.test")), type="button", class_name="btn",
        on_click=does("testPhone()", uses=("testPhone",)), custom_attrs={"aria-pressed": rx.cond(testing, "true", "false")},
    )  # fmt: skip
    take = rx.el.button(
        rx.cond(state == "elsewhere", t("phone.take"), t("phone.start")), type="button", class_name="btn btn-p",
        on_click=does("takePhone()", uses=("takePhone",)),
    )  # fmt: skip
    drop = rx.el.button(
        t("phone.stop"), type="button", class_name="btn", on_click=does("dropPhone()", uses=("dropPhone",))
    )
    running = (state == "on") | (state == "connecting") | (state == "failed")
    close = rx.el.button(t("keys.close"), type="button", class_name="btn", custom_attrs={"data-close": ""})
    body = rx.el.div(
        rx.el.h2(t("phone.title")),
        rx.el.p(t("phone.hint")),
        told,
        error,
        _choose("mic", "mics", "phone.mic"),
        _choose("speaker", "speakers", "phone.speaker"),
        rx.el.div(level, test, class_name="row"),
        rx.cond(testing, rx.el.p(t("phone.echo_hint"), class_name="small")),
        rx.el.div(close, rx.cond(running, drop, take), class_name="dialog-f"),
        class_name="dialog-b",
    )
    return dialog(body, ident="phone", aria_label=t("phone.title"))
