"""The elder's drawer, on every page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components import elder_parts
from xktcc_app.components.access import may
from xktcc_app.components.controls import blank, question
from xktcc_app.components.drawer import close_button, drawer, tabs
from xktcc_app.components.elder_form import elder_form
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_form import ElderFormState

IDENT = "elder-drawer"
ASK_ARCHIVE = "ask-archive"
_elder: Any = ElderDetailState.elder


def _heading() -> rx.Component:
    years = rx.cond(_elder["age"].to(str) == "", "", " · " + t("record.years", age=_elder["age"]).to(str))
    about = rx.el.span(word("gender", _elder["gender"].to(str)), years, " · ", _elder["number"], class_name="sec nw")
    return rx.el.div(
        rx.el.div(rx.el.h2(_elder["name"]), about, class_name="drawer-n"),
        elder_parts.header_tags(),
        class_name="drawer-t",
    )


def _counted(text: str, count: Any) -> rx.Component:
    return rx.fragment(t(text), rx.cond(count > 0, rx.el.span(count, class_name="n")))


def _deeds() -> rx.Component:
    archived = _elder["archived"]
    edit = rx.el.button(
        icon("pen"), t("table.edit"), type="button", class_name="btn", on_click=ElderFormState.edit_elder(_elder["id"].to(int))
    )  # fmt: skip
    archive = rx.el.button(
        t("record.archive"), type="button", class_name="btn", custom_attrs={"data-open": ASK_ARCHIVE}
    )
    restore = rx.el.button(
        t("record.restore"), type="button", class_name="btn", on_click=ElderDetailState.archive(False)
    )
    return rx.cond(may("elders.edit"), rx.fragment(edit, rx.cond(archived, restore, archive)))


def _ask_archive() -> rx.Component:
    go = rx.el.button(
        t("record.archive"), type="button", class_name="btn btn-d", on_click=ElderDetailState.archive(True), custom_attrs={"data-close": ""}
    )  # fmt: skip
    return question(ASK_ARCHIVE, t("record.archive_ask", name=_elder["name"]), t("record.archive_text"), go)


def _ask_discard() -> rx.Component:
    go = rx.el.button(t("form.discard"), type="button", class_name="btn btn-d", custom_attrs={"data-discard": ""})
    return question("ask-discard", t("form.discard_ask"), t("form.discard_text"), go)


def _record() -> rx.Component:
    contacts: Any = ElderDetailState.contacts
    parts = tabs(
        "elderTab",
        (
            ("basics", t("record.basics"), elder_parts.basics()),
            ("contacts", _counted("record.contacts", contacts.length()), elder_parts.contacts()),
            ("health", t("record.health"), elder_parts.health()),
            ("orders", _counted("record.orders", ElderDetailState.order_count), elder_parts.orders()),
            ("calls", _counted("record.calls", ElderDetailState.call_count), elder_parts.calls()),
            ("history", t("record.history"), elder_parts.history()),
        ),
    )
    head = rx.el.header(
        _heading(), rx.el.span(class_name="sp"), _deeds(), close_button(ElderDetailState.close), class_name="drawer-h"
    )
    return rx.fragment(head, *parts)


def _instead() -> rx.Component:
    lines = [
        rx.el.div(class_name="sk", custom_attrs={"style": {"height": "28px", "marginBottom": "12px"}}) for _ in range(6)
    ]
    failed = blank("warn", word("error", ElderDetailState.failure, default="unknown"))
    close = rx.el.header(rx.el.span(class_name="sp"), close_button(ElderDetailState.close), class_name="drawer-h")
    return rx.fragment(
        close, rx.el.div(rx.cond(ElderDetailState.failure != "", failed, rx.fragment(*lines)), class_name="drawer-b")
    )


@rx.memo
def elder_drawer() -> rx.Component:
    """The record that ``ElderDetailState.open_elder(id)`` opens, or the form of ``ElderFormState``. A memo: compiled once for all pages."""
    writing = ElderFormState.mode != ""
    known = _elder.contains("id")
    panel = drawer(
        rx.cond(writing, elder_form(), rx.cond(known, _record(), _instead())),
        ident=IDENT,
        shown=ElderDetailState.shown | writing,
        close=[ElderFormState.leave, ElderDetailState.close],
        label=t("record.label"),
        custom_attrs={"data-testid": IDENT},
    )
    return rx.fragment(panel, _ask_archive(), _ask_discard())
