"""Winding the wall back: the button, and the bar that stands in the slot meanwhile."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import chain, does, takes, ui
from xktcc_app.components.controls import time_of_day
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t
from xktcc_app.components.wall_vars import REWIND_MS, in_past
from xktcc_app.state.wall import WallState

_SPEEDS = ("1", "10", "60", "300")


def _question() -> rx.Var[Any]:
    return chain(WallState.rewind, lambda at: [at])


def rewind_button() -> rx.Component:
    """Looks back, or leads back to now."""
    ask, live = _question(), chain(WallState.load)
    toggle = does(f"({REWIND_MS} > 0 ? ({live})() : startRewind({ask}))", REWIND_MS, ask, live, uses=("startRewind",))
    return rx.el.button(
        icon("history"),
        t("rewind"),
        type="button",
        class_name="btn btn-sm",
        on_click=toggle,
        custom_attrs={"aria-pressed": rx.cond(in_past(), "true", "false")},
    )


def not_now() -> rx.Component:
    """Which moment is shown, and that it is not now."""
    return rx.el.b(t("rewind.at"), time_of_day(REWIND_MS, dated=True), t("rewind.not_now"))


def rewind_bar() -> rx.Component:
    """Play, the last 24 hours as a slider, the moment, the speed, and the way back."""
    ask = _question()
    playing = ui("playing") != ""
    play = rx.el.button(
        icon(rx.cond(playing, "pause", "play")),
        type="button",
        class_name="btn btn-sm btn-ico",
        aria_label=rx.cond(playing, t("rewind.stop"), t("rewind.play")),
        on_click=does(f"togglePlay({ask})", ask, uses=("togglePlay",)),
    )
    # The script owns its ends and its place: both move with the time.
    slider = rx.el.input(
        type="range",
        step=1,
        aria_label=t("rewind.moment"),
        on_change=does(f"rewindTo(e.target.value, {ask})", ask, uses=("rewindTo",)),
        custom_attrs={"data-rewind-bar": "", "suppressHydrationWarning": True},
    )
    speed = rx.el.select(
        *(rx.el.option(t("rewind.times", times=rx.Var.create(times)), value=times) for times in _SPEEDS),
        class_name="inp",
        aria_label=t("rewind.speed"),
        value=ui("speed"),
        on_change=takes("speed"),
    )
    back = rx.el.button(t("rewind.back"), type="button", class_name="btn btn-sm", on_click=WallState.load)
    return rx.el.div(
        icon("history"),
        rx.el.b(t("rewind"), class_name="nw"),
        play,
        slider,
        rx.el.b(time_of_day(REWIND_MS, dated=True), class_name="nw num"),
        rx.el.span(speed, class_name="only-d"),
        back,
        class_name="slot slot-rew",
        role="region",
        aria_label=t("rewind"),
        custom_attrs={"data-testid": "rewind-bar"},
    )
