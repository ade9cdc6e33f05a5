"""Handing a call over: the picker of a seat or number that hangs from a button of the call, and the toolbar during a consultation."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, length, sets, takes, ui
from xktcc_app.components.controls import since
from xktcc_app.components.icons import icon, state_icon
from xktcc_app.components.text import t, word
from xktcc_app.domain.wire import Peer
from xktcc_app.state.toolbar import ToolbarState

_state: Any = ToolbarState
_seat: Any = ToolbarState.seat
_consult: Any = _seat["consult"]


def _ways(look: str, disabled: Any, seat: Any, number: Any) -> list[rx.Component]:
    """Speak with them first, or leave the call to them at once."""
    choices = (("bar.consult_first", ToolbarState.consult), ("bar.blind", ToolbarState.transfer))
    return [
        rx.el.button(t(text), type="button", class_name=look, disabled=disabled, on_click=command(seat, number))
        for text, command in choices
    ]


def _peer(one: Any, acting: Any) -> rx.Component:
    ways = rx.el.span(*_ways("btn btn-sm", acting, one["id"], ""), class_name="xf-w")
    return rx.el.li(
        rx.el.b(one["name"], class_name="el"),
        rx.el.span(one["id"], class_name="sec"),
        rx.el.span(one["org_name"], class_name="mut el"),
        rx.el.span(
            state_icon(one["state"]),
            word("state", one["state"]),
            class_name="stx",
            custom_attrs={"data-state": one["state"]},
        ),
        since(one["since_ms"], "sec"),
        rx.cond(one["free"], ways, rx.el.span(t("bar.cant"), class_name="mut xf-w")),
        key=one["id"],
        custom_attrs={"data-peer": one["id"]},
    )


def _shown() -> Any:
    """The seats that fit what was typed, without one's own: chosen in the browser, so that nothing waits for the server."""
    peers, own, typed, free = ToolbarState.peers, _seat["id"], ui("xferQ"), ui("xferFree")
    js = (
        f"({peers}.filter((peer) => peer.id !== {own} && (!{free} || peer.free) "
        f"&& `${{peer.id}} ${{peer.name}} ${{peer.org_name}}`.toLowerCase().includes({typed}.trim().toLowerCase())))"
    )
    return expression(js, peers, own, typed, free, kind=list[Peer])


def _by_seat(acting: Any) -> rx.Component:
    shown = _shown()
    none = rx.el.p(t("bar.no_peers"), class_name="mut")
    return rx.cond(length(shown) > 0, rx.el.ul(rx.foreach(shown, lambda one: _peer(one, acting))), none)


def _by_number(acting: Any) -> rx.Component:
    number = ui("xferNumber")
    return rx.el.div(*_ways("btn", acting | (number == ""), "", number), class_name="xf-n")


def _head() -> rx.Component:
    kind = ui("xferKind")
    kinds = [
        rx.el.button(
            t(f"bar.to_{name}"),
            type="button",
            on_click=sets("xferKind", name),
            custom_attrs={"aria-pressed": rx.cond(kind == name, "true", "false")},
        )
        for name in ("seat", "number")
    ]
    find = rx.el.input(
        type="search",
        class_name="inp",
        placeholder=t("bar.find_seat"),
        aria_label=t("bar.find_seat"),
        auto_complete="off",
        default_value="",
        on_change=takes("xferQ"),
        key="seat",
    )
    number = rx.el.input(
        type="tel",
        class_name="inp",
        placeholder=t("bar.to_number"),
        aria_label=t("bar.to_number"),
        auto_complete="off",
        default_value="",
        on_change=takes("xferNumber"),
        key="number",
    )
    free = rx.el.label(
        rx.el.input(type="checkbox", on_change=does('setUi("xferFree", e.target.checked ? "1" : "")', uses=("setUi",))),
        t("bar.only_free"),
        class_name="ck",
    )
    field = rx.cond(
        kind == "seat",
        rx.el.span(icon("search"), find, class_name="inp-i"),
        rx.el.span(icon("st-talking"), number, class_name="inp-i"),
    )
    return rx.el.div(
        rx.el.div(*kinds, class_name="seg", role="group", aria_label=t("bar.transfer")),
        field,
        rx.cond(kind == "seat", free),
        class_name="xf-h",
    )


def picker(disabled: Any, acting: Any) -> rx.Component:
    """The button and what hangs from it. ``acting``: a command is under way, so that no other can be given."""
    opened = ui("xfer") == "1"
    button = rx.el.button(
        icon("transfer"),
        t("bar.transfer"),
        type="button",
        class_name="tb",
        disabled=disabled,
        on_click=does("togglePicker()", uses=("togglePicker",)),
        custom_attrs={
            "aria-expanded": rx.cond(opened, "true", "false"),
            "aria-pressed": rx.cond(opened, "true", "false"),
            "aria-keyshortcuts": "Alt+T",
            "data-xfer": "",
        },
    )
    watch = rx.el.button(
        type="button",
        hidden=True,
        tab_index=-1,
        on_click=ToolbarState.watch_peers,
        custom_attrs={"data-watch-peers": "", "aria-hidden": "true"},
    )
    body = rx.cond(ui("xferKind") == "seat", _by_seat(acting), _by_number(acting))
    box = rx.el.div(
        watch,
        _head(),
        body,
        rx.el.p(t("bar.xfer_hint"), class_name="xf-f mut"),
        class_name="xf",
        role="dialog",
        aria_label=t("bar.transfer"),
    )
    return rx.el.div(button, rx.cond(opened, box), class_name="has-menu")


def _other() -> Any:
    return expression(
        f"([{_consult['agent']}, {_consult['name']}].filter(Boolean).join(' ') || {_consult['number']})",
        _consult["agent"],
    )


def consultation(mute: rx.Component, hang_up: rx.Component, disabled: Any) -> rx.Component:
    """The toolbar of who consults: hand over, join all three, or take the call back."""
    joined, talking = _consult["state"] == "conference", _consult["state"] == "talking"
    elder = expression(f"({_seat['elder']['name']} || {_seat['number']})", _seat["number"])
    with_whom = rx.cond(joined, t("bar.consult_joined", name=_other()), t("bar.consult_with", name=_other()))
    waits = rx.cond(joined, elder, t("bar.consult_wait", name=elder))
    who = rx.el.div(rx.el.div(with_whom, class_name="p1"), rx.el.div(waits, class_name="p2"), class_name="p")
    complete = rx.el.button(
        icon("tick"),
        t("bar.complete"),
        type="button",
        class_name="btn btn-p",
        disabled=disabled | ~(joined | talking),
        on_click=ToolbarState.complete,
    )
    join = rx.el.button(
        icon("users"),
        t("bar.join"),
        type="button",
        class_name="btn",
        disabled=disabled | ~talking,
        on_click=ToolbarState.conference,
    )
    cancel = rx.el.button(
        rx.cond(joined, t("bar.end_join"), t("bar.cancel_consult")),
        type="button",
        class_name="btn",
        disabled=disabled,
        on_click=ToolbarState.cancel_consultation,
    )
    return rx.fragment(
        rx.el.div(who, class_name="bar-mid"),
        rx.el.div(
            complete,
            rx.cond(joined, mute, rx.cond(_consult["at_phone"], rx.fragment(), join)),
            cancel,
            rx.el.span(class_name="bar-sep"),
            hang_up,
            class_name="bar-act bar-consult",
        ),
    )
