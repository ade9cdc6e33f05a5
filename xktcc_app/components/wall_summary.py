"""Above the seats: today's figures, and the one slot that holds either the alerts or the stale banner."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, length, ui
from xktcc_app.components.controls import dialog, link_down, since, time_of_day
from xktcc_app.components.icons import icon, state_icon
from xktcc_app.components.rewind_bar import rewind_bar
from xktcc_app.components.text import t, word
from xktcc_app.components.wall_vars import ALERTS, ATTEMPTS, CENTRE, COUNTS, LAST_EVENT_MS, LOADED, in_past, wall_stale
from xktcc_app.state.wall import WallState

STATES = ("ready", "alerting", "talking", "hold", "wrap_up", "not_ready", "busy", "logged_off")
"""Seat states in the order in which people read them."""


def figure(value: rx.Var[Any]) -> rx.Var[str]:
    """A number with its thousands apart."""
    return expression(f"({value}).toLocaleString('en-US')", value)


def percent(value: rx.Var[Any]) -> rx.Var[str]:
    """A percentage with one decimal; a dash where there is none (below 0)."""
    return expression(f"({value} < 0 ? '—' : ({value}).toFixed(1))", value)


def state_count(code: str) -> rx.Var[int]:
    """How many seats are in the state ``code``."""
    return expression(f"({COUNTS}[{rx.Var.create(code)}] ?? 0)", COUNTS, kind=int)


def waits_too_long() -> rx.vars.BooleanVar:
    """Whether the caller at the head of the queue is past the threshold: the server has raised that alert."""
    return expression(f'{ALERTS}.some((alert) => alert.kind === "long_wait")', ALERTS, kind=bool)


def longest_wait() -> rx.Component:
    """The longest wait, ticking; a dash while nobody waits."""
    return rx.cond(CENTRE["longest_since_ms"] > 0, since(CENTRE["longest_since_ms"]), rx.el.span("—"))


def _kpi(name: str, label: rx.Var[str], *value: Any, bad: Any = False) -> rx.Component:
    attrs = {"data-testid": f"kpi-{name}"}
    shown = rx.el.div(*value, class_name="kpi-v", custom_attrs={"data-bad": rx.cond(bad, "true", "false")})
    return rx.el.div(rx.el.div(label, class_name="kpi-l"), shown, class_name="kpi", custom_attrs=attrs)


def _state_button(code: str) -> rx.Component:
    chosen = ui("state")
    only = t("kpi.only", state=t(f"state.{code}"))
    return rx.el.button(
        state_icon(rx.Var.create(code)),
        rx.el.span(t(f"state.{code}"), class_name="w"),
        rx.el.b(state_count(code)),
        type="button",
        title=only,
        on_click=does(f'setUi("state", {chosen} === "{code}" ? "" : "{code}")', chosen, uses=("setUi",)),
        custom_attrs={
            "data-state": code,
            "data-testid": f"kpi-{code}",
            "aria-pressed": rx.cond(chosen == code, "true", "false"),
        },
    )


def _states() -> rx.Component:
    mix = [
        rx.el.i(
            custom_attrs={
                "data-state": code,
                "style": expression(f"({{flex: {state_count(code)}}})", state_count(code), kind=dict),
            }
        )
        for code in STATES
    ]
    return rx.el.div(
        rx.el.div(t("kpi.seats", online=CENTRE["online"], total=CENTRE["total"]), class_name="kpi-l"),
        rx.el.div(*(_state_button(code) for code in STATES), class_name="stc"),
        rx.el.div(*mix, class_name="mix", aria_hidden="true"),
        class_name="kpi kpi-st",
        custom_attrs={"data-testid": "kpi-seats"},
    )


def kpis() -> rx.Component:
    """Queue, longest wait, seats by state, today's answered, abandoned and service level."""
    level_label = t("kpi.level", seconds=CENTRE["service_level_s"])
    return rx.el.section(
        _kpi("waiting", t("kpi.waiting"), rx.el.span(CENTRE["waiting"]), rx.el.small(t("kpi.people"))),
        _kpi("longest", t("kpi.longest"), icon("warn"), longest_wait(), bad=waits_too_long()),
        _states(),
        _kpi("answered", t("kpi.answered"), rx.el.span(figure(CENTRE["answered"]))),
        _kpi(
            "abandoned",
            t("kpi.abandoned"),
            rx.el.span(figure(CENTRE["abandoned"])),
            rx.el.small(percent(CENTRE["abandoned_rate"]), " %"),
        ),
        _kpi("level", level_label, rx.el.span(percent(CENTRE["service_level"])), rx.el.small("%")),
        class_name="panel kpis",
        aria_label=t("wall.summary"),
    )


def _alert(alert: Any) -> rx.Component:
    who = expression(f"[{alert['seat']}, {alert['name']}].filter(Boolean).join(' ')", alert["seat"])
    text = expression(f"[{alert['detail']}, {who}].filter(Boolean).join(' → ')", alert["detail"])
    body = rx.el.button(
        rx.el.span(icon(rx.Var.create("al-") + alert["kind"].to(str)), word("alert", alert["kind"]), class_name="k"),
        rx.el.span(text, class_name="t"),
        since(alert["since_ms"]),
        type="button",
        class_name="al",
        custom_attrs={"data-goto": alert["seat"], "data-close": ""},
    )
    return rx.el.li(body, key=alert["id"], custom_attrs={"data-kind": alert["kind"], "data-alert": alert["id"]})


def _alerts() -> rx.Component:
    some = length(ALERTS) > 0
    listed = rx.fragment(
        rx.el.span(t("alerts"), " ", rx.el.span(length(ALERTS), class_name="cnt"), class_name="slot-l"),
        rx.el.ol(rx.foreach(ALERTS, _alert)),
        rx.el.button(t("alerts.all"), type="button", class_name="al-all", custom_attrs={"data-open": "all-alerts"}),
    )
    none = rx.fragment(
        rx.el.span(t("alerts"), class_name="slot-l"), rx.el.span(t("alerts.none"), class_name="mut al-none")
    )
    return rx.el.div(
        rx.cond(some, listed, none),
        class_name="slot",
        role="region",
        aria_label=t("alerts"),
        custom_attrs={"data-testid": "alerts", "data-alerts": rx.cond(LOADED, "true", "false")},
    )


def _stale_banner() -> rx.Component:
    attempt = rx.cond(ATTEMPTS > 0, t("stale.pbx_try", attempt=ATTEMPTS), "")
    pbx = rx.fragment(
        rx.el.b(t("stale.pbx"), class_name="nw"),
        rx.el.span(time_of_day(LAST_EVENT_MS), t("stale.pbx_1"), attempt, class_name="t"),
        rx.el.button(t("stale.reconnect"), type="button", class_name="btn btn-sm", on_click=WallState.reconnect),
    )
    link = rx.fragment(
        rx.el.b(t("link.down"), class_name="nw"),
        rx.el.span(time_of_day(LAST_EVENT_MS), t("stale.pbx_1"), class_name="t"),
        rx.el.button(t("reload"), type="button", class_name="btn btn-sm", on_click=does("location.reload()")),
    )
    return rx.el.div(
        icon("al-device_offline"),
        rx.cond(link_down(), link, pbx),
        class_name="slot slot-stale",
        role="alert",
        custom_attrs={"data-testid": "stale-banner"},
    )


def slot() -> rx.Component:
    """One place of 40 px: the stale banner when the data can't be trusted, the bar of a wall wound back, else the alerts."""
    return rx.cond(wall_stale(), _stale_banner(), rx.cond(in_past(), rewind_bar(), _alerts()))


def all_alerts() -> rx.Component:
    """Every alert in a dialog; the slot shows as many as fit."""
    close = rx.el.button(t("close"), type="button", class_name="btn", custom_attrs={"data-close": ""})
    return dialog(
        rx.el.div(
            rx.el.h2(t("alerts")),
            rx.el.ol(rx.foreach(ALERTS, _alert), class_name="al-list"),
            rx.el.div(close, class_name="dialog-f"),
            class_name="dialog-b",
        ),
        ident="all-alerts",
        aria_label=t("alerts"),
    )
