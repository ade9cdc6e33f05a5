"""What a call's drawer, its opened row and the list of calls show of it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import length
from xktcc_app.components.data_table import NOTHING, money
from xktcc_app.components.icons import icon
from xktcc_app.components.player import play_button, player
from xktcc_app.components.text import t, word
from xktcc_app.state.call_detail import CallDetailState
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.order_detail import OrderDetailState

CALL: Any = CallDetailState.call
STEP_ICONS = {
    "queued": "users",
    "dialled": "dir-outbound",
    "originated": "dir-outbound",
    "rang": "st-alerting",
    "answered": "st-talking",
    "held": "st-hold",
    "retrieved": "st-talking",
    "transferred": "right",
    "ended": "hang",
    "missed": "close",
    "failed": "warn",
}


def direction(row: Any) -> rx.Component:
    """In or out, and whether it came from an SOS device."""
    picture = icon(rx.cond(row["direction"] == "inbound", "dir-inbound", "dir-outbound"), "i-14")
    sos = rx.cond(row["sos"], rx.el.span("SOS", class_name="sosb"))
    return rx.el.span(picture, word("dir", row["direction"]), sos, class_name="row gap")


def elder(row: Any) -> rx.Component:
    """The elder, as a way to the record; or that nobody has this number."""
    link = rx.el.button(
        row["name"], type="button", class_name="lnk b", on_click=ElderDetailState.open_elder(row["elder_id"].to(int)),
        title=t("order.open_elder"),
    )  # fmt: skip
    known = rx.cond(may("elders.view"), link, rx.el.b(row["name"]))
    return rx.cond(row["elder_id"].to(int) > 0, known, rx.el.span(t("call.unknown"), class_name="mut"))


def status(row: Any) -> rx.Component:
    """How the call ended."""
    return rx.el.span(word("call_status", row["status"]), class_name="tag", custom_attrs={"data-kind": row["status"]})


def validity(row: Any) -> rx.Component:
    """Valid or not, in words and by a sign; and whether a person said so."""
    valid = row["valid"] == "1"
    sign = icon(rx.cond(valid, "tick", "minus"), "i-14")
    by_hand = rx.cond(row["corrected"], rx.el.span(icon("pen", "i-12"), title=t("call.corrected"), class_name="mut"))
    look = rx.cond(valid, "row gap", "row gap mut")
    return rx.el.span(sign, word("validity", row["valid"]), by_hand, class_name=look)


def recording(row: Any) -> rx.Component:
    """Opens the row's player; for those who may not listen, how long they talked."""
    talk = rx.cond(row["talk"].to(str) == "", NOTHING, row["talk"].to(str))
    is_open = CallDetailState.expanded == row["id"]
    button = play_button(
        row["recording_s"],
        row["recording"].to(str),
        on_click=CallDetailState.expand(row["id"]),
        custom_attrs={"aria-expanded": rx.cond(is_open, "true", "false"), "data-play": row["id"]},
    )
    there = (row["recording"].to(str) != "") & may("calls.play")
    return rx.cond(there, button, rx.el.span(talk, class_name="num"))


def player_bar(*, autoplay: bool) -> rx.Component:
    """The recording of the open call."""
    bar = player(
        CALL["id"],
        CALL["recording_s"],
        CALL["recording"].to(str),
        downloadable=may("calls.download"),
        autoplay=autoplay,
    )
    return rx.cond(may("calls.play"), bar)


def _step_icon(kind: Any) -> rx.Component:
    name: Any = rx.match(kind, *STEP_ICONS.items(), "info")
    return icon(name.to(str), "i-14")


def _said(step: Any) -> Any:
    ended = step["side"].to(str) != ""
    return rx.cond(ended, word("hung_up", step["side"].to(str)), step["agent"].to(str))


def course() -> rx.Component:
    """The timeline from left to right, with the seconds between."""

    def one(step: Any) -> rx.Component:
        between = rx.el.span(
            rx.el.span(t("call.after", seconds=step["after"])),
            class_name="cl-gap",
            custom_attrs={"style": {"flexGrow": step["grow"]}},
        )
        stop = rx.el.span(
            rx.el.span(_step_icon(step["kind"]), class_name="cl-i"),
            rx.el.b(word("call_step", step["kind"])),
            rx.el.span(step["at"], class_name="num"),
            rx.el.span(_said(step), class_name="mut"),
            class_name="cl-st",
        )
        return rx.el.li(
            rx.cond(step["after"].to(str) != "", between),
            stop,
            key=step["id"].to(str),
            custom_attrs={"data-kind": step["kind"], "style": {"flexGrow": step["grow"]}},
        )

    return rx.el.ol(rx.foreach(CallDetailState.steps, one), class_name="cl", tab_index=0, aria_label=t("call.course"))


def timeline() -> rx.Component:
    """The timeline from top to bottom, with the seconds between."""

    def one(step: Any) -> rx.Component:
        after = rx.cond(
            step["after"].to(str) != "", rx.el.span("+ ", t("call.after", seconds=step["after"]), class_name="mut")
        )
        head = rx.el.p(
            _step_icon(step["kind"]),
            rx.el.b(word("call_step", step["kind"])),
            rx.el.span(_said(step)),
            rx.el.span(step["at"], class_name="num"),
            after,
            class_name="tl-h",
        )
        return rx.el.li(head, key=step["id"].to(str), custom_attrs={"data-kind": step["kind"]})

    return rx.el.ol(rx.foreach(CallDetailState.steps, one), class_name="tl tl-s")


def orders() -> rx.Component:
    """The orders that were made in this call."""

    def one(order: Any) -> rx.Component:
        link = rx.el.button(
            order["number"],
            type="button",
            class_name="lnk num",
            on_click=OrderDetailState.open_order(order["id"].to(int)),
        )
        tag = rx.el.span(
            word("order_status", order["status"]), class_name="tag", custom_attrs={"data-kind": order["status"]}
        )
        return rx.el.li(link, rx.el.span(order["item"]), tag, money(order["amount"]), key=order["id"].to(str))

    listed = rx.el.ul(rx.foreach(CallDetailState.orders, one), class_name="made")
    return rx.cond(length(CallDetailState.orders) > 0, listed, rx.el.p(t("call.no_orders"), class_name="mut"))


def opened_row(row: Any, columns: int) -> rx.Component:
    """Below a row whose recording was asked for: player, timeline and note."""
    note = rx.cond(
        CALL["note"].to(str) == "", rx.el.span(t("call.no_note"), class_name="mut"), rx.el.span(CALL["note"])
    )
    made = rx.cond(length(CallDetailState.orders) > 0, orders())
    inside = rx.el.div(
        player_bar(autoplay=True),
        course(),
        rx.el.div(rx.el.span(t("call_field.note"), class_name="mut"), note, made, class_name="ex-n"),
        class_name="exg",
    )
    wait = rx.el.div(rx.el.div(class_name="sk", custom_attrs={"style": {"height": "96px"}}), class_name="exg")
    failed = rx.el.p(word("error", CallDetailState.failure, default="unknown"), role="alert", class_name="exg")
    known = rx.cond(CALL["id"].to(str) == row["id"], inside, wait)
    cell = rx.el.td(rx.cond(CallDetailState.failure != "", failed, known), col_span=columns, class_name="m-row")
    return rx.cond(CallDetailState.expanded == row["id"], rx.el.tr(cell, class_name="ex"))
