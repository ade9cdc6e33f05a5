"""The panel of a supervisor who listens: who hears them, both parties' levels and volumes, and who else listens."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import expression, ui
from xktcc_app.components.controls import since
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.components.wall_vars import LISTENERS, wall_seat
from xktcc_app.state.session import SessionState

MODES = ("listen", "whisper", "barge")
_PARTIES = ("customer", "agent")


def names_of_listeners(seat: Any, but: Any = "") -> Any:
    """The names of those who listen to a seat, without the account ``but``."""
    without = rx.Var.create(but)
    return expression(
        f"{LISTENERS}.filter((one) => one.seat === {seat} && one.account !== {without}).map((one) => one.name).join(' · ')",
        LISTENERS,
        seat,
        without,
    )


def listener_mark(seat: Any, lang: Any) -> rx.Component:
    """The mark at a seat that somebody listens to; whoever may not listen is sent no listeners."""
    names: Any = names_of_listeners(seat)
    words = t("listen.by", lang, names=names)
    count = expression(f"{LISTENERS}.filter((one) => one.seat === {seat}).length", LISTENERS, seat, kind=int)
    mark = rx.el.span(
        icon("headset"),
        count,
        class_name="ear",
        title=words,
        role="img",
        aria_label=words,
        custom_attrs={"data-ear": ""},
    )
    return rx.cond(names != "", mark)


def _head(seat: Any) -> rx.Component:
    close = rx.el.button(
        icon("close"),
        type="button",
        class_name="btn btn-t btn-ico",
        aria_label=t("listen.end"),
        title=t("listen.end"),
        custom_attrs={"data-listen-end": ""},
    )
    began: Any = ui("listenSince")
    return rx.el.div(
        icon("headset"),
        rx.el.b(seat["name"]),
        rx.el.span(ui("listenSeat"), class_name="mut"),
        rx.el.span(class_name="sp"),
        since(began),
        close,
        class_name="listen-h",
    )


def _sign() -> rx.Component:
    """One line that says who hears the supervisor now; read out when it changes."""
    asking: Any = ui("listenAsking") != ""
    on: Any = rx.cond(asking, t("listen.asking"), word("listen.sign", ui("listenMode")))
    ended: Any = word("listen.why", ui("listenCode"), default="unknown")
    state: Any = ui("listenState")
    text: Any = rx.cond(state == "opening", t("listen.opening"), rx.cond(state == "ended", ended, on))
    picture: Any = rx.cond(ui("listenMode") == "listen", "mute", "sound")
    return rx.el.div(icon(picture), rx.el.b(text), class_name="listen-sign", role="status", aria_live="assertive")


def _modes() -> rx.Component:
    def button(mode: str) -> Any:
        attrs = {"data-listen-mode": mode, "aria-pressed": rx.cond(ui("listenMode") == mode, "true", "false")}
        shown = rx.el.button(t(f"act.{mode}"), type="button", disabled=ui("listenState") != "on", custom_attrs=attrs)
        return rx.cond(may(f"seats.{mode}"), shown)

    modes = rx.el.div(*map(button, MODES), class_name="seg", role="group", aria_label=t("listen.modes"))
    end = rx.el.button(t("act.clear"), type="button", class_name="btn btn-do", custom_attrs={"data-listen-clear": ""})
    on: Any = ui("listenState") == "on"
    return rx.el.div(modes, rx.cond(on & may("seats.force_clear"), end), class_name="listen-m")


def _party(number: int, name: str) -> rx.Component:
    volume = rx.el.input(
        type="range",
        min=0,
        max=100,
        step=5,
        default_value=ui(f"listenVolume{number}"),
        aria_label=t(f"listen.volume_{name}"),
        custom_attrs={"data-listen-volume": str(number)},
    )
    bar = rx.el.span(
        rx.el.i(custom_attrs={"data-listen-level": str(number)}), class_name="listen-l", aria_hidden="true"
    )
    return rx.el.div(
        rx.el.span(t(f"listen.{name}")), bar, volume, class_name="listen-p", custom_attrs={"data-party": str(number)}
    )


def listen_panel() -> rx.Component:
    """Shown from the click on listening until it is over."""
    seat = wall_seat(ui("listenSeat"), "seat_listened")
    others: Any = names_of_listeners(ui("listenSeat"), SessionState.account)
    code: Any = ui("listenCode")
    failed: Any = rx.cond(
        (code != "") & (ui("listenState") == "on"),
        rx.el.div(word("listen.why", code, default="unknown"), class_name="listen-bad", role="alert"),
    )
    panel: Any = rx.el.section(
        _head(seat),
        _sign(),
        _modes(),
        *(_party(number, name) for number, name in enumerate(_PARTIES)),
        failed,
        rx.cond(others != "", rx.el.div(t("listen.others", names=others), class_name="listen-others")),
        class_name="listen",
        aria_label=t("listen"),
        custom_attrs={
            "data-testid": "listen-panel",
            "data-mode": ui("listenMode"),
            "data-listening": ui("listenState"),
        },
    )
    return rx.cond(ui("listenSeat") != "", panel)
