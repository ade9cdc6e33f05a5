"""The seat wall, ``/seats``; with ``?tv=1`` for a television."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from xktcc_app.components.browser import chain, does, length, ui
from xktcc_app.components.controls import time_of_day
from xktcc_app.components.icons import icon
from xktcc_app.components.layout import breadcrumb, layout, may
from xktcc_app.components.listen_panel import listen_panel
from xktcc_app.components.rewind_bar import not_now, rewind_button
from xktcc_app.components.seat_wall import ask_dialog, seat_sheet, seats
from xktcc_app.components.text import t
from xktcc_app.components.tv_wall import tv_wall
from xktcc_app.components.wall_bar import filters_dialog, wall_bar
from xktcc_app.components.wall_summary import all_alerts, kpis, slot
from xktcc_app.components.wall_vars import LAST_EVENT_MS, REWIND_MS, SEAT_IDS, in_past, wall_stale
from xktcc_app.state.session import SessionState
from xktcc_app.state.wall import WallState

MANY_SEATS = 120
"""Above this a wall does without cross-fades: too many tiles change at once."""


def _freshness() -> rx.Component:
    time = time_of_day(LAST_EVENT_MS)
    old = rx.fragment(t("wall.as_of"), time)
    live = rx.fragment(rx.el.span(class_name="dot"), t("wall.live"), time)
    return rx.el.span(rx.cond(wall_stale(), old, rx.cond(in_past(), not_now(), live)), class_name="live only-d")


def _sound() -> rx.Component:
    on = ui("sound") == "1"
    silent = ui("silent") == "1"
    return rx.el.button(
        icon(rx.cond(on & ~silent, "sound", "mute")),
        rx.cond(silent, t("wall.sound_silent"), t("wall.sound")),
        type="button",
        class_name="btn btn-sm",
        title=rx.cond(on, t("wall.sound_on"), t("wall.sound_off")),
        on_click=does("toggleSound()", uses=("toggleSound",)),
        custom_attrs={"aria-pressed": rx.cond(on, "true", "false")},
    )


def _head() -> rx.Component:
    # the server hears of it by the address, which every event tells
    again = chain(WallState.load)
    tv = rx.el.button(
        icon("tv"),
        t("wall.tv"),
        type="button",
        class_name="btn btn-sm only-d",
        on_click=does(f'setUi("tv", "1"); ({again})()', again, uses=("setUi",)),
    )
    return rx.el.div(
        breadcrumb("menu.base", "page.seats"),
        rx.el.span(class_name="sp"),
        _freshness(),
        rewind_button(),
        _sound(),
        rx.cond(in_past(), rx.fragment(), tv),
        class_name="head",
    )


def _wall() -> rx.Component:
    many = length(SEAT_IDS) > MANY_SEATS
    attrs = {
        "data-testid": "seat-wall",
        "data-stale": rx.cond(wall_stale(), "true", "false"),
        "data-rewind": rx.cond(in_past(), "true", "false"),
        "data-rewind-ms": REWIND_MS,
        "data-many": rx.cond(many, "true", "false"),
    }
    wall = rx.el.div(kpis(), slot(), wall_bar(), seats(), class_name="wall", custom_attrs=attrs)
    dialogs = rx.fragment(ask_dialog(), seat_sheet(), all_alerts(), filters_dialog(), listen_panel())
    return layout(
        _head(),
        wall,
        dialogs,
        route="/seats",
        permission="seats.view",
    )


def seats_page(hotline: str) -> Callable[[], rx.Component]:
    """The wall; ``hotline`` is shown on the television."""

    def page() -> rx.Component:
        on_tv = (ui("tv") == "1") & SessionState.ready & may("seats.view")
        return rx.el.div(rx.cond(on_tv, tv_wall(hotline), _wall()), on_unmount=WallState.leave)

    return page
