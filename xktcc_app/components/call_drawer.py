"""A call's drawer: recording, timeline, orders; note and validity for those who may set them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components import call_parts
from xktcc_app.components.access import may
from xktcc_app.components.browser import expression
from xktcc_app.components.call_parts import CALL
from xktcc_app.components.controls import notice
from xktcc_app.components.data_table import NOTHING
from xktcc_app.components.dial import dial
from xktcc_app.components.drawer import close_button, drawer, facts, section
from xktcc_app.components.form_fields import Fields
from xktcc_app.components.icons import icon
from xktcc_app.components.order_drawer import waiting
from xktcc_app.components.text import t, word
from xktcc_app.state.call_detail import CallDetailState

IDENT = "call-drawer"
MAX_NOTE = 2000
_drawn: Any = CallDetailState.drawn
_f = Fields(CallDetailState.entry, CallDetailState.faults, "call_field")


def _text(name: str) -> Any:
    return rx.cond(CALL[name].to(str) == "", NOTHING, CALL[name].to(str))


def _number() -> rx.Component:
    show = rx.el.button(
        t("record.show"), type="button", class_name="lnk", title=t("record.show_tip"), on_click=CallDetailState.unmask
    )
    known = CallDetailState.number != ""
    clear = rx.el.span(CallDetailState.number, custom_attrs={"data-clear": "number"})
    call = dial(rx.cond(known, clear, rx.el.span(CALL["number"])), "call", CALL["id"])
    return rx.cond(
        CALL["number"].to(str) == "", NOTHING, rx.el.span(call, " ", rx.cond(may("records.unmask") & ~known, show))
    )


def _facts() -> rx.Component:
    hung_up = rx.cond(CALL["cleared_by"].to(str) == "", NOTHING, word("hung_up", CALL["cleared_by"].to(str)))
    return section(
        "call.facts",
        facts(
            ("call_field.elder", call_parts.elder(CALL)),
            ("call_field.number", _number()),
            ("call_field.started_at", _text("at")),
            ("call_field.agent", _text("agent")),
            ("call_field.waited", _text("waited")),
            ("call_field.talk_s", _text("talk")),
            ("call_field.community", _text("community")),
            ("call_field.cleared_by", hung_up),
            ("call_field.valid", call_parts.validity(CALL)),
        ),
    )


def _judged() -> rx.Component:
    entry: Any = CallDetailState.entry
    choices = [
        rx.el.label(
            rx.el.input(type="radio", name="valid", value=value, default_checked=entry["valid"] == value),
            t(f"judged.{name}"),
            class_name="ck ck-o",
        )
        for value, name in (("", "rule"), ("1", "1"), ("0", "0"))
    ]
    return _f.group("valid", rx.el.div(*choices, class_name="ff-ticks"))


def _theirs() -> rx.Component:
    note = rx.cond(CALL["note"].to(str) == "", t("call.no_note"), CALL["note"].to(str))
    words = (rx.el.b(note), " · ", word("validity", CALL["valid"].to(str)))
    return notice(t("call.overtaken"), *words, " ", t("call.overtaken_then"), kind="w", name="warn", role="alert")


def _form() -> rx.Component:
    saved = rx.cond(
        CallDetailState.stored, rx.el.span(icon("tick", "i-12"), t("call.saved"), class_name="sec", role="status")
    )
    foot = rx.el.div(
        saved,
        rx.el.button(t("call.save"), type="submit", class_name="btn btn-p", disabled=CallDetailState.saving),
        class_name="step-act",
    )
    return rx.el.form(
        rx.cond(CallDetailState.overtaken, _theirs()),
        _f.long_text("note", MAX_NOTE),
        _judged(),
        foot,
        key=expression(f"({CALL['id']} + ' ' + {_drawn})", CALL["id"], _drawn),
        on_submit=CallDetailState.save,
        class_name="note-form",
        aria_label=t("call.notes"),
        custom_attrs={"data-guard": ""},
    )


def _notes() -> rx.Component:
    note = rx.cond(CALL["note"].to(str) == "", t("call.no_note"), CALL["note"].to(str))
    read = rx.fragment(rx.el.p(note, class_name="tl-r"), rx.el.p(t("call.others"), class_name="mut small"))
    return section("call.notes", rx.cond(CALL["editable"], _form(), read))


def _whole() -> rx.Component:
    name = rx.cond(CALL["elder_id"].to(int) > 0, CALL["name"].to(str), t("call.unknown"))
    title = rx.el.div(
        rx.el.div(rx.el.h2(t("call.with", name=name)), rx.el.span(CALL["at"], class_name="sec nw num"), class_name="drawer-n"),
        rx.el.span(call_parts.direction(CALL), call_parts.status(CALL), class_name="tags"),
        class_name="drawer-t",
    )  # fmt: skip
    head = rx.el.header(
        title, rx.el.span(class_name="sp"), close_button(CallDetailState.close), class_name="drawer-h drawer-line"
    )
    body = rx.el.div(
        call_parts.player_bar(autoplay=False),
        _notes(),
        _facts(),
        section("call.course", call_parts.timeline()),
        rx.cond(may("orders.view"), section("call.orders", call_parts.orders())),
        class_name="drawer-b",
        tab_index=0,
    )
    return rx.fragment(head, body)


def call_drawer() -> rx.Component:
    """The call that ``CallDetailState.open_call(id)`` opens."""
    return drawer(
        rx.cond(CALL.contains("id"), _whole(), waiting(CallDetailState.failure, CallDetailState.close)),
        ident=IDENT,
        shown=CallDetailState.shown,
        close=CallDetailState.close,
        label=t("call.label"),
        custom_attrs={"data-testid": IDENT},
    )
