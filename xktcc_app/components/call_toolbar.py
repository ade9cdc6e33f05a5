"""The call toolbar on top of every page: own state, the call at hand, and what can be done with it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, takes, ui
from xktcc_app.components.browser_phone import phone_button
from xktcc_app.components.controls import link_down, menu, menu_button, menu_item, notice, since, until
from xktcc_app.components.icons import icon, state_icon
from xktcc_app.components.text import t, word
from xktcc_app.components.toolbar_call import BREAK_REASONS, blocked, incoming, on_call, stale, wrap_up
from xktcc_app.i18n.catalogue import family
from xktcc_app.state.toolbar import ToolbarState

_SYSTEM_REASONS = tuple(code for code in family("reason")["zh"] if code not in BREAK_REASONS)

_seat: Any = ToolbarState.seat
_state: Any = _seat["state"]
_call = (_state == "alerting") | (_state == "talking") | (_state == "hold")
_consult: Any = _seat["consult"]["state"]
_outbound = _seat["dir"] == "outbound"


def _own_state() -> rx.Component:
    reason = rx.cond(_seat["reason"] != "", " · " + word("reason", _seat["reason"]).to(str), "")
    title = rx.match(
        _state,
        ("wrap_up", t("bar.left")),
        ("not_ready", word("state", _state).to(str) + reason.to(str)),
        ("alerting", rx.cond(_outbound, t("bar.calling"), word("state", _state))),
        ("talking", rx.cond(_consult != "", word("bar.consult", _consult), word("state", _state))),
        ("hold", rx.cond(_consult != "", word("bar.consult", _consult), word("state", _state))),
        word("state", _state),
    )
    under = rx.match(
        _state,
        (
            "logged_off",
            rx.el.span(rx.cond(ToolbarState.provisioned, t("bar.not_signed_in"), t("bar.no_phone")), class_name="d"),
        ),
        ("wrap_up", until(_seat["wrap_up_until_ms"])),
        since(_seat["since_ms"]),
    )
    opened = ui("barOpen")
    more = rx.el.button(
        icon("down"), type="button", class_name="btn btn-t btn-ico bar-more", aria_label=t("bar.states"), aria_expanded=opened == "1",
        on_click=does(f'setUi("barOpen", {opened} ? "" : "1")', opened, uses=("setUi",)),
    )  # fmt: skip
    return rx.el.div(state_icon(_state), rx.el.div(rx.el.b(title), under), more, class_name="bar-st")


def _reasons(ident: str) -> list[rx.Component]:
    return [
        menu_item(
            word("reason", rx.Var.create(code)),
            role="menuitemradio",
            aria_checked=(_state == "not_ready") & (_seat["reason"] == code),
            on_click=ToolbarState.set_state("not_ready", code),
            key=f"{ident}-{code}",
        )
        for code in BREAK_REASONS
    ]


def _choice(code: str, key: str = "", **props: Any) -> rx.Component:
    words = t(f"state.{code}")
    return rx.el.button(
        rx.el.span(words, custom_attrs={"data-word": words}),
        type="button",
        disabled=blocked(),
        custom_attrs={
            "aria-pressed": rx.cond(_state == code, "true", "false"),
            **({"aria-keyshortcuts": key} if key else {}),
        },
        **props,
    )


def _states() -> rx.Component:
    words = t("state.not_ready")
    pressed = {"aria-pressed": rx.cond(_state == "not_ready", "true", "false")}
    pause = menu_button(
        rx.el.span(words, custom_attrs={"data-word": words}), icon("down", "i-12"),
        controls="break-menu", disabled=blocked(), custom_attrs=pressed,
    )  # fmt: skip
    return rx.el.div(
        _choice("ready", "Alt+1", on_click=ToolbarState.set_state("ready", "")),
        _choice("busy", "Alt+2", on_click=ToolbarState.set_state("busy", "")),
        menu(pause, *_reasons("break"), ident="break-menu"),
        _choice("logged_off", on_click=ToolbarState.log_off),
        class_name="seg",
        role="group",
        aria_label=t("bar.states"),
    )


def _dial() -> rx.Component:
    on_break = _state == "not_ready"
    wrong = rx.match(
        ToolbarState.error_code,
        ("bad_number", "true"),
        ("barred_number", "true"),
        ("emergency_number", "true"),
        "false",
    )
    # neither a longest length nor a pattern: a number cut short would be another number, and the server says what is wrong.
    # What is typed outlives a call that comes meanwhile.
    field = rx.el.input(
        name="number", type="tel", auto_complete="off", required=True, default_value=ui("dialNumber"), on_change=takes("dialNumber"),
        class_name="inp", placeholder=t("bar.dial_hint"), aria_label=t("bar.dial"), disabled=stale() | on_break,
        custom_attrs={"aria-keyshortcuts": "Alt+P", "aria-invalid": wrong},
    )  # fmt: skip
    return rx.el.form(
        rx.el.label(icon("st-talking"), field, class_name="inp-i"),
        rx.el.button(
            icon("st-talking"), rx.el.span(t("bar.dial")), type="submit", class_name="btn btn-p", disabled=blocked() | on_break,
            title=rx.cond(on_break, t("bar.dial_later"), t("bar.dial")),
        ),
        class_name="dial",
        on_submit=ToolbarState.dial,
    )  # fmt: skip


def _idle() -> rx.Component:
    by_system = expression(
        f"{rx.Var.create(list(_SYSTEM_REASONS))}.includes({_seat['reason']})", _seat["reason"], kind=bool
    )
    told = (_state == "busy") & by_system
    counts = t("bar.today", answered=_seat["answered"], outbound=_seat["outbound"])
    back = rx.el.button(
        t("bar.back_ready"),
        type="button",
        class_name="btn btn-p",
        disabled=blocked(),
        on_click=ToolbarState.set_state("ready", ""),
    )
    return rx.fragment(
        rx.el.div(
            _states(),
            rx.el.span(class_name="bar-sep"),
            _dial(),
            rx.cond(told, notice(word("reason", _seat["reason"]), kind="w")),
            phone_button(),
            class_name="bar-mid",
        ),
        rx.el.div(rx.cond(told, back, rx.el.span(counts, class_name="bar-hint")), class_name="bar-act"),
    )


def _sign_in() -> rx.Component:
    button = rx.el.button(
        icon("st-logged_off"),
        t("bar.sign_in"),
        type="button",
        class_name="btn btn-p",
        disabled=blocked(),
        on_click=ToolbarState.log_on,
    )
    hint = rx.el.span(t("bar.sign_in_hint"), class_name="bar-hint")
    ready = rx.fragment(phone_button(), button, hint)
    return rx.el.div(
        rx.cond(ToolbarState.provisioned, ready, notice(t("bar.unprovisioned"), kind="w")), class_name="bar-mid"
    )


def _lost() -> rx.Component:
    text = rx.cond(link_down(), t("bar.link"), t("bar.stale"))
    return rx.el.div(notice(text, kind="d", name="al-device_offline", role="status"), class_name="bar-mid")


@rx.memo
def call_toolbar() -> rx.Component:
    """The toolbar of an account with ``toolbar.use``; nothing for everyone else. A memo: on every page, compiled once."""
    body = rx.match(
        _state,
        ("logged_off", _sign_in()),
        ("wrap_up", wrap_up()),
        ("alerting", rx.cond(_outbound, on_call(), incoming())),
        ("talking", on_call()),
        ("hold", on_call()),
        _idle(),
    )
    kind = rx.cond(
        _call, rx.cond(_outbound, "bar call out", "bar call"), rx.cond(_state == "wrap_up", "bar wrap", "bar")
    )
    urgent = rx.cond(_seat["sos"], " sos", "")
    bar = rx.el.div(
        _own_state(),
        rx.cond(stale(), _lost(), body),
        class_name=kind.to(str) + urgent.to(str),
        role="region",
        aria_label=t("bar"),
        custom_attrs={
            "data-testid": "call-toolbar",
            "data-state": _state,
            "data-call": _seat["call"],
            "data-muted": rx.cond(_seat["muted"], "true", "false"),
            "data-provisioned": rx.cond(ToolbarState.provisioned, "true", "false"),
            "data-stale": rx.cond(stale(), "true", "false"),
            "data-open": ui("barOpen"),
        },
    )
    return rx.cond(ToolbarState.shown, bar)
