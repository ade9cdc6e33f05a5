"""What is written during a call: note, category and validity (saved by ``assets/js/callform.js``), an order, a new record."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import does, expression, length, ui
from xktcc_app.components.call_record import elder, pop
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.domain.call_category import CallCategory
from xktcc_app.domain.orders import PaymentMethod
from xktcc_app.domain.pop import CallOrder, Named, ServiceChoice
from xktcc_app.state.call_work import CallWorkState

_state: Any = CallWorkState
_faults: Any = _state.faults


def field(label: str, control: rx.Component, fault: str = "", **props: Any) -> rx.Component:
    """A labelled control; ``fault``: under which name the server tells what is wrong with it."""
    wrong = _faults[fault].to(str)
    told = rx.cond(
        _has(fault), rx.el.span(word("wrong", wrong, default="not_allowed"), class_name="fault", role="alert")
    )
    return rx.el.label(rx.el.span(t(label)), control, told if fault else rx.fragment(), class_name="fld", **props)


def _has(fault: str) -> Any:
    return expression(f"({_faults}[{rx.Var.create(fault)}] !== undefined)", _faults, kind=bool)


def _option(value: str, text: Any) -> rx.Component:
    return rx.el.option(text, value=value)


def call_form(call: Any) -> rx.Component:
    """Note, category and validity of ``call``. The script fills it, and saves it at every pause in typing."""
    categories = [_option(code.value, t(f"cat.{code}")) for code in CallCategory]
    note = rx.el.textarea(
        name="note", rows=4, class_name="inp", placeholder=t("form.note_hint"), custom_attrs={"aria-keyshortcuts": "Alt+N"}
    )  # fmt: skip
    judged = rx.el.span(
        *(
            rx.el.label(
                rx.el.input(type="radio", name="valid", value=value, default_checked=value == ""), t(f"form.valid_{name}"), class_name="ck"
            )
            for value, name in (("", "rule"), ("1", "yes"), ("0", "no"))
        ),
        class_name="fld-r", role="radiogroup", aria_label=t("form.valid"),
    )  # fmt: skip
    saving = ui("noteState")
    again = rx.el.button(
        t("form.keep_mine"), type="button", class_name="btn btn-sm", on_click=does("keepMine()", uses=("keepMine",))
    )
    plain = rx.match(
        saving,
        ("saving", t("form.saving")),
        ("saved", t("form.saved", at=ui("noteAt"))),
        ("waiting", t("form.waiting")),
        ("too_long", t("form.too_long")),
        ("conflict", t("form.changed")),
        ("failed", t("form.failed")),
        "",
    )
    told = rx.el.p(
        rx.cond(saving == "saved", icon("tick", "i-12")),
        rx.el.span(plain),
        rx.cond(saving == "conflict", again),
        class_name="form-s",
        role="status",
        custom_attrs={"data-save": saving},
    )
    return rx.el.form(
        rx.el.h2(t("form.title")),
        field("form.category", rx.el.select(_option("", t("form.choose")), *categories, name="category", class_name="inp")),
        field("form.note", note),
        rx.el.div(rx.el.span(t("form.valid")), judged, class_name="fld"),
        told,
        class_name="cw-f",
        key=call,
        custom_attrs={"data-call-form": call, "aria-label": t("form.title")},
        on_submit=does(""),
    )  # fmt: skip


def _made(one: Any) -> rx.Component:
    status = rx.el.span(word("pop.order", one["status"]), class_name="tag", custom_attrs={"data-status": one["status"]})
    return rx.el.li(
        icon("tick", "i-14"), one["item"], status, rx.el.span(one["number"], class_name="mut"), key=one["id"]
    )


def _choice(one: Any) -> rx.Component:
    return rx.el.option(value=one["name"], key=one["id"], custom_attrs={"data-price": one["price"]})


def dispatch_form() -> rx.Component:
    """An order for the elder on screen; what was ordered in this call stands above it."""
    items = rx.el.datalist(rx.foreach(_state.items.to(list[ServiceChoice]), _choice), id="service-items")
    item = rx.el.input(
        name="item", list="service-items", class_name="inp", auto_complete="off", placeholder=t("order.item_hint"),
        custom_attrs={"aria-keyshortcuts": "Alt+S"},
    )  # fmt: skip
    quantity = rx.el.input(name="quantity", type="number", default_value="1", min=1, max=9999, class_name="inp")
    providers = rx.foreach(
        _state.providers.to(list[Named]),
        lambda one: rx.el.option(one["name"], value=one["id"].to(str), key=one["id"]),
    )
    payment = [_option(code.value, t(f"pay.{code}")) for code in PaymentMethod]
    again = rx.el.label(
        rx.el.input(type="checkbox", name="again", value="1"), t("order.again"), class_name="ck fault", role="alert"
    )
    submit = rx.el.button(t("order.submit"), type="submit", class_name="btn btn-p", disabled=CallWorkState.busy)
    return rx.el.form(
        rx.el.h2(t("order.title"), rx.el.span(class_name="sp"), rx.el.span(elder["name"], class_name="mut small")),
        rx.cond(length(CallWorkState.orders) > 0, rx.el.ul(rx.foreach(_state.orders.to(list[CallOrder]), _made), class_name="made")),
        field("order.item", item, "item"),
        items,
        rx.el.div(
            field("order.quantity", quantity, "quantity"),
            field("order.subsidy", rx.el.input(name="subsidy", input_mode="decimal", class_name="inp", placeholder="0.00"), "subsidy"),
            class_name="fld-2",
        ),
        rx.el.p(class_name="order-sum", role="status", custom_attrs={"data-order-sum": t("order.sum")}),
        field("order.provider", rx.el.select(_option("", t("order.later")), providers, name="provider", class_name="inp"), "provider"),
        rx.el.div(
            field("order.appointment", rx.el.input(name="appointment", type="datetime-local", class_name="inp"), "appointment"),
            field("order.payment", rx.el.select(*payment, name="payment", class_name="inp"), "payment"),
            class_name="fld-2",
        ),
        field("order.remarks", rx.el.input(name="remarks", class_name="inp", max_length=1000), "remarks"),
        rx.cond(_has("again"), again),
        rx.el.div(submit, class_name="form-e"),
        class_name="cw-o",
        key=pop["call"].to(str) + "-" + _state.saved.to(str),
        custom_attrs={"aria-label": t("order.title"), "data-order-form": ""},
        on_submit=CallWorkState.dispatch,
    )  # fmt: skip


def new_form() -> rx.Component:
    """A record for a number that nobody has; the number itself is filled in by the server."""
    genders = [_option(code, t(f"pop.gender.{code}")) for code in ("f", "m")]
    submit = rx.el.button(t("new.submit"), type="submit", class_name="btn btn-p", disabled=CallWorkState.busy)
    return rx.el.form(
        rx.el.h2(t("new.title")),
        rx.el.p(t("new.hint"), class_name="mut small"),
        field("new.phone", rx.el.input(value=pop["number"], read_only=True, class_name="inp"), "phones"),
        rx.el.div(
            field("new.name", rx.el.input(name="name", class_name="inp", auto_complete="off", max_length=64), "name"),
            field("new.gender", rx.el.select(_option("", t("form.choose")), *genders, name="gender", class_name="inp"), "gender"),
            class_name="fld-2",
        ),
        field("new.address", rx.el.input(name="address", class_name="inp", auto_complete="off", max_length=200), "address"),
        rx.el.div(submit, class_name="form-e"),
        class_name="cw-n",
        custom_attrs={"aria-label": t("new.title")},
        on_submit=CallWorkState.new_elder,
    )  # fmt: skip


def order_or_new() -> rx.Component:
    """An order for a known caller, a record for an unknown one; each for those who may."""
    order = rx.cond(may("orders.dispatch"), dispatch_form())
    return rx.cond(elder["id"] != 0, order, rx.cond(may("elders.edit") & (pop["number"] != ""), new_form()))
