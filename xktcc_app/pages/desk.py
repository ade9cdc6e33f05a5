"""The agent's own page, ``/desk``: the call at hand with its record and forms; between calls state, counts and phone, large."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.call_panel import call, work
from xktcc_app.components.controls import blank, since
from xktcc_app.components.desk_help import ring_switch
from xktcc_app.components.icons import icon, state_icon
from xktcc_app.components.layout import breadcrumb, layout
from xktcc_app.components.seat_tile import network, network_text
from xktcc_app.components.text import language, t, word
from xktcc_app.components.toolbar_call import blocked
from xktcc_app.state.toolbar import ToolbarState

_seat: Any = ToolbarState.seat


def _sign_in() -> rx.Component:
    return rx.el.button(
        icon("st-logged_off"), t("bar.sign_in"), type="button", class_name="btn btn-p", disabled=blocked(), on_click=ToolbarState.log_on
    )  # fmt: skip


def _now() -> rx.Component:
    reason = rx.cond(_seat["reason"] != "", rx.el.span(word("reason", _seat["reason"]), class_name="sec"))
    time = rx.cond(_seat["state"] == "logged_off", _sign_in(), since(_seat["since_ms"]))
    return rx.el.section(
        rx.el.h2(t("desk.now")),
        rx.el.div(
            state_icon(_seat["state"]),
            rx.el.div(rx.el.b(word("state", _seat["state"])), time, reason),
            class_name="desk-now",
        ),
        class_name="panel",
        custom_attrs={"data-state": _seat["state"]},
    )


def _today() -> rx.Component:
    figures = (("desk.answered", _seat["answered"]), ("desk.outbound", _seat["outbound"]))
    listed = [rx.el.div(rx.el.dt(t(label)), rx.el.dd(value)) for label, value in figures]
    return rx.el.section(rx.el.h2(t("desk.today")), rx.el.dl(*listed, class_name="desk-f"), class_name="panel")


def _phone() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("desk.network")),
        rx.el.p(t("desk.phone"), " ", rx.el.b(_seat["id"]), " · ", _seat["org_name"]),
        rx.el.p(network(_seat, language()), network_text(_seat, language()), class_name="row sec"),
        class_name="panel",
    )


def _keys() -> rx.Component:
    return rx.el.button(
        icon("keyboard"),
        t("keys.title"),
        type="button",
        class_name="btn btn-sm only-d",
        custom_attrs={"data-open": "keys"},
    )


def desk_page() -> rx.Component:
    """Own seat for accounts with a phone."""
    rest = rx.el.div(_now(), _today(), _phone(), class_name="desk")
    own = rx.cond(call != "", work(), rest)
    none = rx.el.div(
        blank("headset", t("desk.unprovisioned"), rx.el.p(t("bar.unprovisioned"), class_name="mut")), class_name="panel"
    )
    shown = rx.cond(ToolbarState.provisioned, own, none)
    head = rx.el.div(
        breadcrumb("menu.work", "page.desk"), rx.el.span(class_name="sp"), ring_switch(), _keys(), class_name="head"
    )
    return layout(head, shown, route="/desk", permission="toolbar.use")
