"""The steps of an order: a button for each that is legal now, and the form of the one that was chosen."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import length
from xktcc_app.components.form_fields import Fields
from xktcc_app.components.text import t, word
from xktcc_app.domain.orders import OrderAction
from xktcc_app.state.order_detail import OrderDetailState

MAX_REMARK = 1000
_GRAVE = (OrderAction.REFUSE.value, OrderAction.CANCEL.value)
_order: Any = OrderDetailState.order
_f = Fields(OrderDetailState.order, OrderDetailState.faults, "order_field")


def _rating() -> rx.Component:
    choices = [
        rx.el.label(
            rx.el.input(type="radio", name="stars", value=str(count)), t(f"stars.{count}"), class_name="ck ck-o"
        )
        for count in range(5, 0, -1)
    ]
    return _f.group("stars", rx.el.div(*choices, class_name="ff-ticks"))


def _remark(*, needed: bool = False) -> rx.Component:
    return _f.text("remark", needed=needed, wide=True, max_length=MAX_REMARK)


def _fields() -> Any:
    worker = _f.text("worker", max_length=64)
    return rx.match(
        OrderDetailState.step,
        ("dispatch", rx.fragment(_f.chosen("provider_id", OrderDetailState.providers, needed=True), worker, _remark())),
        ("accept", rx.fragment(worker, _remark())),
        ("refuse", _remark(needed=True)),
        ("cancel", _remark(needed=True)),
        ("rate", rx.fragment(_rating(), _f.long_text("follow_up", MAX_REMARK), _remark())),
        _remark(),
    )


def _form() -> rx.Component:
    step = OrderDetailState.step
    grave = (step == _GRAVE[0]) | (step == _GRAVE[1])
    buttons = rx.el.div(
        rx.el.button(
            rx.cond(step == "cancel", t("step.keep"), t("step.back")), type="button", class_name="btn", on_click=OrderDetailState.drop_step
        ),
        rx.el.button(
            word("order_action", step), type="submit", class_name=rx.cond(grave, "btn btn-d", "btn btn-p"),
            disabled=OrderDetailState.saving,
        ),
        class_name="step-act",
    )  # fmt: skip
    return rx.el.form(
        rx.el.h3(word("order_action", step)),
        rx.el.p(word("step_hint", step), class_name="sec"),
        rx.el.div(_fields(), class_name="step-f"),
        buttons,
        key=step,
        class_name="step-form",
        on_submit=OrderDetailState.take_step,
        aria_label=word("order_action", step),
        custom_attrs={"data-guard": "", "data-step": step},
    )


def _button(action: Any) -> rx.Component:
    grave = (action == _GRAVE[0]) | (action == _GRAVE[1])
    return rx.el.button(
        word("order_action", action),
        type="button",
        key=action,
        class_name=rx.cond(grave, "btn btn-do", "btn btn-p"),
        on_click=OrderDetailState.begin_step(action),
        custom_attrs={"data-step": action},
    )


def step_bar() -> rx.Component:
    """At the drawer's foot; nothing where an order can't go on."""
    offered = rx.el.div(rx.foreach(OrderDetailState.actions, _button), class_name="drawer-f")
    bar = rx.cond(OrderDetailState.step != "", _form(), offered)
    return rx.cond(length(OrderDetailState.actions) > 0, bar)
