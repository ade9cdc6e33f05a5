"""Service orders, ``/orders``."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.call_drawer import call_drawer
from xktcc_app.components.data_table import Column, RowAction
from xktcc_app.components.dial import dialled_cell
from xktcc_app.components.list_page import ListPage, Tool, list_page
from xktcc_app.components.order_drawer import order_drawer, priority_tag, status_tag
from xktcc_app.components.order_form import order_form
from xktcc_app.components.query_form import chosen, coded, one_elder, placed, span, typed
from xktcc_app.state.choices import ChoicesState
from xktcc_app.state.order_detail import OrderDetailState
from xktcc_app.state.order_form import OrderFormState
from xktcc_app.state.orders import OrdersState


def _service(row: Any) -> rx.Component:
    return rx.el.span(row["item"], " ", priority_tag(row), class_name="tags")


ORDERS = ListPage(
    route="/orders",
    crumbs=("menu.base", "page.orders"),
    permission="orders.view",
    state=OrdersState,
    filters=(
        typed("service", "order_field.service", main=True),
        typed("elder", "order_field.elder", main=True),
        coded("category", "order_field.category", codes="category"),
        coded("status", "order_field.status", codes="order_status"),
        coded("payment", "order_field.payment", codes="payment"),
        chosen("provider", "order_field.provider", ChoicesState.providers),
        placed(),
        span("since", "until", "order_field.period", kind="date"),
        span("amount_from", "amount_to", "order_field.amount", kind="yuan"),
    ),
    kept=("elder_id",),
    note=lambda: one_elder("order.only_elder", "order.all_elders"),
    columns=(
        Column("number", "order_field.number", look="sec m-hide"),
        Column("item", "order_field.item_name", look="b m-name", cell=_service),
        Column("category", "order_field.category", kind="code", codes="category", look="sec m-hide"),
        Column("elder", "order_field.elder", look="m-half"),
        Column("phone", "order_field.phone", look="m-half sec", cell=dialled_cell("phone", "order")),
        Column("status", "order_field.status", look="m-row", cell=status_tag),
        Column("amount", "order_field.amount", kind="money", sort="amount", look="r m-half"),
        Column("payment", "order_field.payment", kind="code", codes="payment", look="sec m-hide"),
        Column("provider", "order_field.provider", look="sec m-hide"),
        Column("appointment", "order_field.appointment", sort="appointment", look="sec m-hide"),
        Column("created", "order_field.created_at", sort="created", look="sec m-half"),
    ),
    actions=(RowAction("table.view", OrderDetailState.open_order),),
    tools=(Tool("order_new.title", "plus", OrderFormState.new_order(0), "orders.dispatch", first=True),),
    export=("orders", "orders.export"),
    extra=lambda: rx.fragment(order_drawer(), order_form(), call_drawer()),
)


def orders_page() -> rx.Component:
    """The list of orders."""
    return list_page(ORDERS)
