"""The list of keyboard shortcuts, shown on ``?``, and the one question about desktop notifications."""

from __future__ import annotations

import reflex as rx

from xktcc_app.components.browser import does, ui
from xktcc_app.components.browser_phone import phone_dialog
from xktcc_app.components.controls import dialog
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t
from xktcc_app.state.toolbar import ToolbarState

KEYS = (
    ("answer", "F2"), ("hang", "F4"), ("hold", "F8"), ("mute", "F9"), ("pad", "Alt+K"), ("transfer", "Alt+T"), ("ready", "Alt+1"),
    ("busy", "Alt+2"), ("dial", "Alt+P"), ("note", "Alt+N"), ("order", "Alt+S"), ("help", "?"),
)  # fmt: skip
"""Catalogue key behind ``keys.`` → the key. F-keys and Alt, so that they work while something is typed too."""


def _keys() -> rx.Component:
    rows = [rx.fragment(rx.el.dt(rx.el.kbd(key)), rx.el.dd(t(f"keys.{name}"))) for name, key in KEYS]
    close = rx.el.button(t("keys.close"), type="button", class_name="btn", custom_attrs={"data-close": ""})
    body = rx.el.div(
        rx.el.h2(t("keys.title")), rx.el.dl(*rows, class_name="keys"), rx.el.div(close, class_name="dialog-f"), class_name="dialog-b"
    )  # fmt: skip
    return dialog(body, ident="keys", aria_label=t("keys.title"))


def _remind() -> rx.Component:
    buttons = [
        rx.el.button(
            t(f"remind.{name}"), type="button", class_name=f"btn btn-sm {look}",
            on_click=does(f"allowReminder({yes})", uses=("allowReminder",))
        )
        for name, look, yes in (("allow", "btn-p", "true"), ("later", "", "false"))
    ]  # fmt: skip
    box = rx.el.div(icon("bell"), rx.el.span(t("remind.ask")), *buttons, class_name="remind", role="status")
    return rx.cond(ui("remind") == "1", box)


def desk_help() -> rx.Component:
    """For accounts with a toolbar; nothing for everyone else."""
    return rx.cond(
        ToolbarState.shown,
        rx.fragment(_keys(), rx.cond(ToolbarState.provisioned, rx.fragment(phone_dialog(), _remind()))),
    )


def ring_switch() -> rx.Component:
    """Whether a ringing call is heard at this machine."""
    on = ui("ring") == "1"
    return rx.el.button(
        icon(rx.cond(on, "sound", "mute")), t("remind.ring"), type="button", class_name="btn btn-sm",
        title=rx.cond(on, t("remind.ring_on"), t("remind.ring_off")), on_click=does("toggleRing()", uses=("toggleRing",)),
        custom_attrs={"aria-pressed": rx.cond(on, "true", "false")},
    )  # fmt: skip
