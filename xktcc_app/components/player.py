"""The player of a call's recording. The browser's own element plays; ``assets/js/player.js`` moves what is to be seen.

One plays at a time on a page, however many players stand on it. Nothing is loaded (or audited) before somebody presses play.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.controls import file_link
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.domain.recordings import PLAYABLE

SPEEDS = ("1", "1.5", "2")
FAILURES = ("401", "403", "404", "410", "other")


def playable(state: Any) -> Any:
    """Whether a recording in this state (``CallRow.recording``) can be heard."""
    cases = " || ".join(f'{state} === "{name}"' for name in sorted(PLAYABLE))
    return expression(f"({cases})", state, kind=bool)


def player(call: Any, seconds: Any, state: Any, *, downloadable: Any = False, autoplay: bool = False) -> rx.Component:
    """The whole bar, for a row that is open or a dialog; or, when there is nothing to hear, why.

    ``call``: the call's id; ``seconds``: length (``CallRow.recording_s``); ``state``: ``CallRow.recording``, "" shows nothing.
    ``downloadable``: the account has ``calls.download``. ``autoplay``: begin as soon as the bar is there (after a click).
    """
    return rx.cond(playable(state), _bar(call, seconds, state, downloadable, autoplay=autoplay), recording_state(state))


def recording_state(state: Any) -> rx.Component:
    """In a word what became of a recording that can't be heard; nothing for ""."""
    return rx.cond(state != "", rx.el.span(icon("info", "i-14"), word("recording", state), class_name="pl-none"))


def play_button(seconds: Any, state: Any, **props: Any) -> rx.Component:
    """For a table's cell: opens the row's player (``props``: what a click does), or tells why there is none."""
    button = rx.el.button(
        icon("play", "i-14"),
        rx.el.span(custom_attrs={"data-length": seconds, "suppressHydrationWarning": True}),
        rx.cond(state == "cut", icon("warn", "i-14")),
        type="button",
        title=word("recording", state),
        class_name="btn btn-sm pl-open",
        **props,
    )
    return rx.cond(playable(state), button, recording_state(state))


def _bar(call: Any, seconds: Any, state: Any, downloadable: Any, *, autoplay: bool) -> rx.Component:
    attrs = {"data-player": call, "data-seconds": seconds} | ({"data-autoplay": ""} if autoplay else {})
    return rx.el.div(
        rx.el.button(
            icon("play", "i-play"),
            icon("pause", "i-pause"),
            icon("spin", "i-spin"),
            type="button",
            class_name="btn btn-p btn-ico pl-go",
            aria_label=t("player.play"),
            custom_attrs={"data-do": "toggle"},
        ),
        rx.el.span(class_name="pl-at", custom_attrs={"data-at": "", "suppressHydrationWarning": True}),
        rx.el.input(
            type="range",
            min=0,
            max=seconds,
            step=0.1,
            default_value=0,
            class_name="pl-seek",
            aria_label=t("player.seek"),
            custom_attrs={"data-seek": "", "suppressHydrationWarning": True},
        ),
        rx.el.span(class_name="pl-all", custom_attrs={"data-length": seconds, "suppressHydrationWarning": True}),
        rx.cond(state == "cut", rx.el.span(word("recording", state), class_name="tag pl-cut")),
        _speeds(),
        rx.cond(downloadable, _download(call)),
        _failures(),
        class_name="player",
        role="group",
        aria_label=t("player"),
        custom_attrs=attrs,
    )


def _speeds() -> rx.Component:
    buttons = [
        rx.el.button(
            f"{speed}×",
            type="button",
            custom_attrs={"data-do": "speed", "data-speed": speed, "aria-pressed": "true" if speed == "1" else "false"},
        )
        for speed in SPEEDS
    ]
    return rx.el.div(*buttons, class_name="seg pl-speed", role="group", aria_label=t("player.speed"))


def _download(call: Any) -> rx.Component:
    address = expression(f"recordingUrl({call}) + '?download=1'", call, uses=("recordingUrl",))
    return file_link(icon("down-file"), t("player.download"), href=address, class_name="btn btn-sm")


def _failures() -> rx.Component:
    words = [rx.el.span(t(f"player.failed.{why}"), custom_attrs={"data-when": why}) for why in FAILURES]
    again = rx.el.button(t("player.again"), type="button", class_name="lnk", custom_attrs={"data-do": "again"})
    loading = rx.el.span(t("player.loading"), custom_attrs={"data-when": "loading"})
    return rx.el.div(loading, *words, again, class_name="pl-say", role="status")
