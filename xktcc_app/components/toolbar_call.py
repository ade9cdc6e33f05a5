"""The call toolbar's contents while there is a call, and just after it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import length, ui
from xktcc_app.components.controls import link_down, menu, menu_button, menu_item, time_of_day
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.components.transfer import consultation, picker
from xktcc_app.domain.pop import PopCall, PopOrder
from xktcc_app.state.call_work import CallWorkState
from xktcc_app.state.toolbar import ToolbarState

BREAK_REASONS = ("meal", "rest", "training", "meeting", "paperwork", "other")
"""Why an agent pauses: chosen by the agent, unlike the reasons that the system gives."""

_seat: Any = ToolbarState.seat
_state: Any = _seat["state"]
_elder: Any = _seat["elder"]
_pop: Any = CallWorkState.pop


def stale() -> Any:
    """Whether the toolbar may show what is no longer so."""
    return ToolbarState.stale | link_down()


def blocked() -> Any:
    """A command is under way, or nobody knows whether one would make sense."""
    return (ToolbarState.busy_action != "") | stale()


def _party() -> rx.Component:
    known = _elder["name"] != ""
    name = rx.cond(known, _elder["name"], t("bar.unknown"))
    age = rx.cond(_elder["age"] >= 0, rx.el.span(t("bar.age", age=_elder["age"]), class_name="sec"))
    types = rx.foreach(
        _elder["types"].to(list[str]),
        lambda code: rx.el.span(word("elder", code), class_name="tag", custom_attrs={"data-kind": code}),
    )
    where = rx.cond(_elder["community"] != "", " · " + _elder["community"].to(str), "")
    line = rx.cond(
        _seat["called"] != "",
        " · " + t("bar.called", dir=word("dir", _seat["dir"]), called=_seat["called"]).to(str),
        "",
    )
    shared = rx.cond(_elder["matches"] > 1, " · " + t("bar.matches", count=_elder["matches"]).to(str), "")
    urgent = rx.cond(_seat["sos"] | _elder["sos"], rx.el.span("SOS", class_name="sosb"))
    return rx.el.div(
        rx.el.div(urgent, name, age, types, class_name="p1"),
        rx.el.div(_seat["number"], where, line, shared, class_name="p2"),
        class_name="p",
    )


def big(text: str, picture: str, look: str, handler: Any, key: str = "", **props: Any) -> rx.Component:
    """A button of the call; ``key``: its keyboard shortcut."""
    disabled = props.pop("disabled", blocked())
    attrs = {"aria-keyshortcuts": key, **props.pop("custom_attrs", {})} if key else props.pop("custom_attrs", {})
    return rx.el.button(
        icon(picture),
        t(text),
        type="button",
        class_name=f"tb {look}",
        on_click=handler,
        disabled=disabled,
        custom_attrs=attrs,
        **props,
    )


def _last() -> rx.Component:
    """When the caller last called, and what was last ordered for them."""
    calls, orders = _pop["elder"]["calls"].to(list[PopCall]), _pop["elder"]["orders"].to(list[PopOrder])
    call = rx.cond(
        length(calls) > 0, rx.el.div(t("pop.last_call_at"), " ", time_of_day(calls[0]["at_ms"], minutes=True))
    )
    order = rx.el.div(t("pop.last_order_is"), " ", orders[0]["item"], " · ", word("pop.order", orders[0]["status"]))
    ordered = rx.cond(length(orders) > 0, order)
    return rx.cond(_pop["call"] == _seat["call"], rx.el.div(call, ordered, class_name="bar-last"))


def incoming() -> rx.Component:
    """A call rings: who it is, and answer or decline."""
    can = _seat["can_answer"].to(bool) | (ui("phoneRings") == "1")
    by_hand = rx.cond(can, "", t("bar.pick_up"))
    answer = big(
        "bar.answer",
        "st-talking",
        "tb-g",
        ToolbarState.answer,
        "F2",
        disabled=blocked() | ~can,
        custom_attrs={"data-answer": ""},
        title=by_hand,
    )
    hint = rx.cond(can, rx.fragment(), rx.el.span(t("bar.pick_up"), class_name="bar-hint"))
    return rx.fragment(
        rx.el.div(_party(), hint, _last(), class_name="bar-mid"),
        rx.el.div(answer, big("bar.decline", "hang", "tb-o", ToolbarState.decline, "F4"), class_name="bar-act"),
    )


def _booking() -> rx.Component:
    booked = _seat["booked"]
    text = rx.cond(booked != "", t("bar.after_is", state=word("state", booked)), t("bar.after"))
    button = menu_button(text, icon("down", "i-12"), controls="after-menu", class_name="btn btn-sm", disabled=blocked())
    plain = [
        menu_item(
            t(f"state.{code}"),
            role="menuitemradio",
            aria_checked=booked == code,
            on_click=ToolbarState.set_state(code, ""),
        )
        for code in ("ready", "busy")
    ]
    breaks = [
        menu_item(
            t("state.not_ready"),
            " · ",
            word("reason", rx.Var.create(code)),
            on_click=ToolbarState.set_state("not_ready", code),
        )
        for code in BREAK_REASONS
    ]
    return menu(button, *plain, *breaks, ident="after-menu", class_name="menu-r")


def _mute(answered: Any) -> rx.Component:
    muted = _seat["muted"]
    return rx.el.button(
        icon(rx.cond(muted, "mic-off", "mic")), rx.cond(muted, t("bar.unmute"), t("bar.mute")), type="button", class_name="tb",
        disabled=blocked() | ~answered, custom_attrs={"aria-pressed": rx.cond(muted, "true", "false"), "aria-keyshortcuts": "F9"},
        on_click=rx.cond(muted, ToolbarState.unmute, ToolbarState.mute),
    )  # fmt: skip


def _pad(answered: Any) -> rx.Component:
    button = menu_button(
        icon("pad"), t("bar.pad"), controls="call-pad", class_name="tb", disabled=stale() | ~answered,
        custom_attrs={"aria-keyshortcuts": "Alt+K"},
    )  # fmt: skip
    keys = [
        rx.el.button(
            key, type="button", role="menuitem", class_name="key", on_click=ToolbarState.digits(key).stop_propagation
        )
        for key in "123456789*0#"
    ]
    return menu(button, *keys, ident="call-pad", class_name="menu-r pad")


def on_call() -> rx.Component:
    """A call that was answered, or that one has dialled: what can be done in it, and hang up at the far right."""
    held = _state == "hold"
    answered = held | (_state == "talking")
    hold = rx.el.button(
        icon("st-hold"), rx.cond(held, t("bar.retrieve"), t("bar.hold")), type="button", class_name="tb", disabled=blocked() | ~answered,
        custom_attrs={"aria-pressed": rx.cond(held, "true", "false"), "aria-keyshortcuts": "F8"},
        on_click=rx.cond(held, ToolbarState.retrieve, ToolbarState.hold),
    )  # fmt: skip
    hint = rx.cond(held, rx.el.span(t("bar.waiting_tone"), class_name="bar-hint"))
    alone = rx.fragment(
        rx.el.div(_party(), hint, _booking(), class_name="bar-mid"),
        rx.el.div(
            hold,
            _mute(answered),
            _pad(answered),
            picker(stale() | ~answered, blocked()),
            rx.el.span(class_name="bar-sep"),
            big("bar.hang_up", "hang", "tb-r", ToolbarState.hang_up, "F4"),
            class_name="bar-act",
        ),
    )
    hang_up = big("bar.hang_up", "hang", "tb-r", ToolbarState.hang_up, "F4")
    return rx.cond(_seat["consult"]["asking"], consultation(_mute(answered), hang_up, blocked()), alone)


def wrap_up() -> rx.Component:
    """After the call: what is left of wrap-up, longer or done."""
    line = rx.el.span(
        class_name="bar-line",
        custom_attrs={"data-line-since-ms": _seat["since_ms"], "data-line-until-ms": _seat["wrap_up_until_ms"]},
    )
    extend = rx.el.button(
        t("bar.extend"), type="button", class_name="btn", disabled=blocked(), on_click=ToolbarState.extend_wrap_up
    )
    finish = rx.el.button(
        t("bar.finish"), type="button", class_name="btn btn-p", disabled=blocked(), on_click=ToolbarState.end_wrap_up
    )
    return rx.fragment(
        rx.el.div(_party(), _booking(), class_name="bar-mid"), rx.el.div(extend, finish, class_name="bar-act"), line
    )
