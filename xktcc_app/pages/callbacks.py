"""Callers to be called back, ``/callbacks``: a worklist that everybody shares and that empties itself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import expression
from xktcc_app.components.controls import failure, time_of_day
from xktcc_app.components.data_table import Column, RowAction
from xktcc_app.components.drawer import close_button, drawer
from xktcc_app.components.list_page import ListPage, list_page
from xktcc_app.components.query_form import Filter, placed, ticked, typed
from xktcc_app.components.text import t, word
from xktcc_app.domain.callback_params import ALL
from xktcc_app.domain.callbacks import CallbackResult, CallbackState
from xktcc_app.state.callbacks import CallbacksState, CallbackWorkState
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.toolbar import ToolbarState

_faults: Any = CallbackWorkState.faults


def _who(row: Any) -> rx.Component:
    sos = rx.cond(row["sos"].to(bool), rx.el.span("SOS", class_name="sosb"))
    named = rx.el.button(
        row["name"], type="button", class_name="lnk b", on_click=ElderDetailState.open_elder(row["elder_id"])
    )
    return rx.el.span(sos, rx.cond(row["elder_id"].to(int) > 0, named, t("callback.unknown")), class_name="row")


def _when(key: str) -> Any:
    return lambda row: rx.el.span(time_of_day(row[key], minutes=True), class_name="num")


def _state(row: Any) -> rx.Component:
    done = row["result"].to(str) != ""
    words = rx.cond(done, word("callback.result", row["result"]), word("callback.state", row["state"]))
    return rx.el.span(words, class_name="tag", custom_attrs={"data-callback": row["state"]})


def _by(row: Any) -> rx.Component:
    taken = row["taken_by"].to(str) != ""
    return rx.cond(taken, rx.el.span(row["taken_by"], " ", time_of_day(row["taken_ms"], minutes=True)), rx.el.span("—"))


def _is(row: Any, state: str) -> Any:
    return row["state"].to(str) == state


def _result_form() -> rx.Component:
    options = [rx.el.option(t(f"callback.result.{code}"), value=code) for code in CallbackResult]
    wrong = expression(f'({_faults}["result"] ?? {_faults}["remark"] ?? "")', _faults)
    form = rx.el.form(
        rx.el.label(
            rx.el.span(t("callback.result")),
            rx.el.select(rx.el.option(t("form.choose"), value=""), *options, name="result", class_name="inp"),
            class_name="fld",
        ),
        rx.el.label(
            rx.el.span(t("form.note")), rx.el.textarea(name="remark", class_name="inp", rows=3), class_name="fld"
        ),
        rx.cond(wrong != "", rx.el.p(word("wrong", wrong, default="not_allowed"), class_name="fault", role="alert")),
        rx.el.div(rx.el.button(t("callback.finish"), type="submit", class_name="btn btn-p"), class_name="form-e"),
        on_submit=CallbackWorkState.finish,
        key=CallbackWorkState.closing,
    )
    head = rx.el.header(
        rx.el.h2(CallbackWorkState.name),
        rx.el.span(class_name="sp"),
        close_button(CallbackWorkState.close),
        class_name="drawer-h",
    )
    return drawer(
        head, rx.el.div(form, class_name="drawer-b cw"), ident="callback-result", shown=CallbackWorkState.closing > 0,
        close=CallbackWorkState.close, label=t("callback.result"),
    )  # fmt: skip


def _states(label: Any) -> rx.Component:
    """Without a choice the open ones, unlike other lists' conditions."""
    options = [rx.el.option(t(f"callback.state.{code}"), value=code) for code in (*CallbackState, ALL)]
    first = rx.el.option(t("callback.open"), value="")
    return rx.el.select(first, *options, name="state", class_name="inp", aria_label=label, default_value="")


def _extra() -> rx.Component:
    told = rx.el.div(failure(CallbackWorkState.error_code), class_name="toasts")
    return rx.fragment(_result_form(), told)


_MAY = may("calls.call_back")

CALLBACKS = ListPage(
    route="/callbacks",
    crumbs=("menu.base", "page.callbacks"),
    permission="calls.view",
    state=CallbacksState,
    filters=(
        typed("name", "field.name", main=True, hint="query.name"),
        typed("phone", "field.phone", main=True),
        Filter("callback.state", _states),
        placed(),
        ticked("mine", "callback.mine"),
    ),
    columns=(
        Column("name", "field.name", look="m-name", cell=_who),
        Column("number", "callback.number", look="m-half"),
        Column("reason", "callback.reason", kind="code", codes="pop.call", look="m-half sec"),
        Column("last_ms", "callback.last", look="m-half sec", cell=_when("last_ms")),
        Column("missed", "callback.missed", look="r"),
        Column("tried", "callback.tried", look="r"),
        Column("tried_outcome", "callback.tried_outcome", kind="code", codes="pop.call", look="sec m-hide"),
        Column("state", "callback.state", look="m-half", cell=_state),
        Column("taken_by", "callback.by", look="m-half sec", cell=_by),
    ),
    actions=(
        RowAction(
            "callback.call",
            CallbackWorkState.call_back,
            shown=lambda row: (
                _MAY & ToolbarState.provisioned & ~_is(row, "done") & (_is(row, "waiting") | row["mine"].to(bool))
            ),
        ),
        RowAction("callback.take", CallbackWorkState.take, shown=lambda row: _MAY & _is(row, "waiting")),
        RowAction(
            "callback.release",
            CallbackWorkState.release,
            shown=lambda row: _MAY & row["mine"].to(bool) & ~_is(row, "done"),
        ),
        RowAction(
            "callback.finish",
            CallbackWorkState.ask_result,
            shown=lambda row: _MAY & row["mine"].to(bool) & ~_is(row, "done"),
        ),
    ),
    extra=_extra,
)


def callbacks_page() -> rx.Component:
    """The worklist."""
    return list_page(CALLBACKS)
