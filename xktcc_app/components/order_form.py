"""The form of a new order in its drawer. The sums are the script's (``assets/js/sums.js``)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import length
from xktcc_app.components.controls import blank
from xktcc_app.components.data_table import money
from xktcc_app.components.drawer import close_button, drawer, section
from xktcc_app.components.form_fields import Fields
from xktcc_app.components.text import t, word
from xktcc_app.i18n.catalogue import family
from xktcc_app.state.order_form import OrderFormState

IDENT = "order-form"
PAUSE_MS = 250
_elder: Any = OrderFormState.elder
_drawn: Any = OrderFormState.drawn
_faults: Any = OrderFormState.faults
_f = Fields(rx.Var.create({}).to(dict[str, str]), OrderFormState.faults, "order_new")


def _wrong(name: str) -> dict[str, Any]:
    """What tells a screen reader that ``name`` is wrong, and where it says why."""
    wrong = _faults.contains(name)
    return {
        "aria-invalid": rx.cond(wrong, "true", "false"),
        "aria-describedby": rx.cond(wrong, f"fault-{name}", ""),
    }


def _one_found(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.b(one["name"]),
            rx.el.span(one["phone"], class_name="num"),
            rx.el.span(one["community"], class_name="sec"),
            rx.el.span(one["number"], class_name="sec num"),
            type="button",
            on_click=OrderFormState.choose_elder(one["id"]),
        ),
        key=one["id"].to(str),
    )


def _seek() -> rx.Component:
    field = rx.el.input(
        name="elder_text", class_name="inp", auto_complete="off", max_length=200, placeholder=t("order_new.elder_hint"),
        on_change=OrderFormState.find_elder.debounce(PAUSE_MS),
        custom_attrs={"data-seek-elder": "", "aria-controls": "elders-found", **_wrong("elder")},
    )  # fmt: skip
    found = rx.el.ul(
        rx.foreach(OrderFormState.found, _one_found), id="elders-found", class_name="found", aria_label=t("order_new.found"),
        custom_attrs={"data-found": ""},
    )  # fmt: skip
    none = rx.cond(OrderFormState.sought, rx.el.p(t("order_new.none"), class_name="mut", role="status"))
    label = rx.el.span(t("order_new.elder"), rx.el.span("*", class_name="req", aria_hidden="true"), class_name="ff-l")
    return rx.el.div(
        rx.el.label(label, field, _f.fault("elder"), class_name="ff"),
        rx.cond(length(OrderFormState.found) > 0, found, none),
        class_name="ff ff-w",
    )


def _chosen_elder() -> rx.Component:
    another = rx.el.button(t("order_new.another"), type="button", class_name="lnk", on_click=OrderFormState.drop_elder)
    phone, number = rx.el.span(_elder["phone"], class_name="num"), rx.el.span(_elder["number"], class_name="sec num")
    return rx.el.div(
        rx.el.p(rx.el.b(_elder["name"]), phone, number, another),
        rx.el.p(_elder["address"], class_name="sec"),
        class_name="chosen ff-w",
        custom_attrs={"data-testid": "chosen-elder"},
    )


def _item() -> rx.Component:
    def option(one: Any) -> rx.Component:
        return rx.el.option(
            word("category", one["category"]), " · ", money(one["price"]),
            value=one["name"], key=one["id"].to(str), custom_attrs={"data-price": one["price"]},
        )  # fmt: skip

    options = rx.el.datalist(rx.foreach(OrderFormState.items, option), id="order-items")
    field = _f.text("item", needed=True, wide=True, list="order-items", max_length=100, placeholder=t("order_new.item_hint"))  # fmt: skip
    return rx.fragment(field, options)


def _sum(name: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(t(f"order_field.{'unit_price' if name == 'price' else name}")),
        rx.el.dd(class_name="num", custom_attrs={"data-sum": name, "suppressHydrationWarning": True}),
    )


def _sums() -> rx.Component:
    shown = [_sum(name) for name in ("price", "amount", "subsidy", "self_paid")]
    return rx.el.dl(*shown, class_name="sums ff-w", role="status", aria_label=t("order_new.sums"))


def _code(name: str, codes: str) -> rx.Component:
    """One of the codes; the first one holds until another is chosen."""
    options = [rx.el.option(t(f"{codes}.{code}"), value=code) for code in family(codes)["zh"]]
    return _select(name, *options)


def _select(name: str, *options: Any) -> rx.Component:
    control = rx.el.select(*options, name=name, class_name="inp", custom_attrs=_wrong(name))
    return rx.el.label(rx.el.span(t(f"order_new.{name}"), class_name="ff-l"), control, _f.fault(name), class_name="ff")


def _provider() -> rx.Component:
    some = rx.foreach(OrderFormState.providers, lambda one: rx.el.option(one["name"], value=one["id"], key=one["id"]))
    return _select("provider", rx.el.option(t("order_new.later"), value=""), some)


def _entry() -> rx.Component:
    head = rx.el.header(
        rx.el.h2(t("order_new.title")), rx.el.span(class_name="sp"), close_button(OrderFormState.leave),
        class_name="drawer-h drawer-line",
    )  # fmt: skip
    whom = section("order_new.for_whom", rx.cond(_elder.contains("id"), _chosen_elder(), _seek()))
    what = section(
        "order_new.what",
        _item(),
        _f.text("quantity", input_mode="numeric", max_length=4, placeholder="1"),
        _f.text("subsidy", input_mode="decimal", max_length=10, placeholder="0.00"),
        _sums(),
        _code("payment", codes="payment"),
        _code("source", codes="order_source"),
    )
    how = section(
        "order_new.how",
        _provider(),
        _f.text("appointment", type="datetime-local"),
        _code("priority", codes="priority"),
        _f.long_text("remarks", 1000),
    )
    foot = rx.el.footer(
        rx.el.button(t("cancel"), type="button", class_name="btn", on_click=OrderFormState.leave, custom_attrs={"data-leaves": ""}),
        rx.el.button(t("order_new.store"), type="submit", class_name="btn btn-p", disabled=OrderFormState.saving),
        class_name="drawer-f",
    )  # fmt: skip
    return rx.fragment(
        head,
        rx.el.form(
            rx.el.div(whom, what, how, class_name="drawer-b form-b"),
            foot,
            key=_drawn.to(str),
            class_name="drawer-form",
            on_submit=OrderFormState.submit,
            aria_label=t("order_new.title"),
            custom_attrs={"data-guard": "", "data-sums": ""},
        ),
    )


def order_form() -> rx.Component:
    """The form that ``OrderFormState.new_order()`` opens."""
    return drawer(
        rx.cond(_drawn > 0, _entry(), blank("file", t("loading"))),
        ident=IDENT,
        shown=OrderFormState.shown,
        close=OrderFormState.leave,
        label=t("order_new.title"),
        custom_attrs={"data-testid": IDENT},
    )
