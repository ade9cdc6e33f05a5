"""The order's drawer: everything of one order, its history, and the steps that are legal now."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import length
from xktcc_app.components.controls import blank, notice
from xktcc_app.components.data_table import NOTHING, money
from xktcc_app.components.dial import dial
from xktcc_app.components.drawer import close_button, drawer, facts, section
from xktcc_app.components.icons import icon
from xktcc_app.components.order_steps import step_bar
from xktcc_app.components.text import t, word
from xktcc_app.state.call_detail import CallDetailState
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.order_detail import OrderDetailState

IDENT = "order-drawer"
STAR_COUNT = 5
_order: Any = OrderDetailState.order


def status_tag(row: Any) -> rx.Component:
    """Where an order stands, and what of it is overdue."""
    late = rx.el.span(icon("al-long_wait", "i-12"), word("overdue", row["overdue"]), class_name="tag tag-d")
    return rx.el.span(
        rx.el.span(word("order_status", row["status"]), class_name="tag", custom_attrs={"data-kind": row["status"]}),
        rx.cond(row["overdue"] != "", late),
        class_name="tags",
    )


def priority_tag(row: Any) -> rx.Component:
    """How urgent it is, unless it is as usual."""
    urgent = rx.cond(row["priority"] == "urgent", "tag tag-d", "tag tag-w")
    return rx.cond(row["priority"] != "normal", rx.el.span(word("priority", row["priority"]), class_name=urgent))


def _text(name: str) -> Any:
    return rx.cond(_order[name].to(str) == "", NOTHING, _order[name].to(str))


def _phone() -> rx.Component:
    show = rx.el.button(
        t("record.show"), type="button", class_name="lnk", title=t("record.show_tip"), on_click=OrderDetailState.unmask
    )
    known = OrderDetailState.phone != ""
    clear = rx.el.span(OrderDetailState.phone, custom_attrs={"data-clear": "phone"})
    call = dial(rx.cond(known, clear, rx.el.span(_order["phone"])), "order", _order["id"])
    return rx.cond(
        _order["phone"].to(str) == "", NOTHING, rx.el.span(call, " ", rx.cond(may("records.unmask") & ~known, show))
    )


def stars(count: Any) -> rx.Component:
    """Stars given, as a picture and in words."""
    drawn = [
        rx.el.span("★", class_name=rx.cond(count.to(int) > at, "star", "star star-off")) for at in range(STAR_COUNT)
    ]
    return rx.el.span(rx.el.span(*drawn, aria_hidden="true"), " ", word("stars", count.to(str)), class_name="nw")


def _service() -> rx.Component:
    return section(
        "order.service",
        facts(
            ("order_field.category", word("category", _order["category"].to(str))),
            ("order_field.source", word("order_source", _order["source"].to(str))),
            ("order_field.provider", _text("provider")),
            ("order_field.worker", _text("worker")),
            ("order_field.appointment", _text("appointment")),
            ("order_field.created_at", _text("created")),
            wide=(("order_field.remarks", _text("remarks")),),
        ),
    )


def _costs() -> rx.Component:
    counted = rx.el.span(money(_order["unit_price"]), " × ", _order["quantity"])
    return section(
        "order.costs",
        facts(
            ("order_field.unit_price", counted),
            ("order_field.amount", rx.el.b(money(_order["amount"]))),
            ("order_field.subsidy", money(_order["subsidy"])),
            ("order_field.self_paid", money(_order["self_paid"])),
            ("order_field.payment", word("payment", _order["payment"].to(str))),
        ),
    )


def _whom() -> rx.Component:
    record = rx.el.button(
        t("order.open_elder"), type="button", class_name="lnk",
        on_click=ElderDetailState.open_elder(_order["elder_id"].to(int)),
    )  # fmt: skip
    call = rx.el.button(
        t("order.open_call"),
        type="button",
        class_name="lnk",
        on_click=CallDetailState.open_call(_order["call"].to(str)),
    )
    linked = rx.cond((_order["call"].to(str) != "") & may("calls.view"), call, NOTHING)
    return section(
        "order.whom",
        facts(
            ("order_field.elder", rx.el.span(_order["elder"], " ", rx.cond(may("elders.view"), record))),
            ("order_field.phone", _phone()),
            ("order.open_call", linked),
            wide=(("order_field.address", _text("address")),),
        ),
    )


def _result() -> rx.Component:
    rated = section(
        "order.result",
        facts(("order_field.stars", stars(_order["stars"])), wide=(("order_field.follow_up", _text("follow_up")),)),
    )
    return rx.cond(_order["stars"].to(int) > 0, rated)


def _step(step: Any) -> rx.Component:
    moved = rx.cond(
        step["before"] != "",
        rx.el.span(
            word("order_status", step["before"]), icon("right", "i-12"), word("order_status", step["after"]), class_name="sec nw"
        ),
    )  # fmt: skip
    head = rx.el.p(
        rx.el.b(word("order_action", step["action"])),
        moved,
        rx.el.span(step["by"]),
        rx.el.span(step["at"]),
        class_name="tl-h",
    )
    remark = rx.cond(step["remark"].to(str) != "", rx.el.p(step["remark"].to(str), class_name="tl-r"))
    return rx.el.li(head, remark, key=step["id"].to(str), custom_attrs={"data-action": step["action"]})


def _history() -> rx.Component:
    listed = rx.el.ol(rx.foreach(OrderDetailState.timeline, _step), class_name="tl")
    return section("order.history", rx.cond(length(OrderDetailState.timeline) > 0, listed))


def _heading() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(_order["item"]), rx.el.span(_order["number"], class_name="sec nw num"), class_name="drawer-n"
        ),
        rx.el.span(status_tag(_order), " ", priority_tag(_order), class_name="tags"),
        class_name="drawer-t",
    )


def _whole() -> rx.Component:
    head = rx.el.header(
        _heading(), rx.el.span(class_name="sp"), close_button(OrderDetailState.close), class_name="drawer-h drawer-line"
    )
    overtaken = notice(t("order.overtaken"), kind="w", name="warn", role="alert")
    body = rx.el.div(
        rx.cond(OrderDetailState.overtaken, overtaken),
        _whom(),
        _service(),
        _costs(),
        _result(),
        _history(),
        class_name="drawer-b",
        tab_index=0,
    )
    return rx.fragment(head, body, rx.cond(may("orders.dispatch"), step_bar()))


def waiting(failure: Any, close: Any) -> rx.Component:
    """What stands in a drawer until its record is there, and when it does not come."""
    lines = [
        rx.el.div(class_name="sk", custom_attrs={"style": {"height": "28px", "marginBottom": "12px"}}) for _ in range(6)
    ]
    failed = blank("warn", word("error", failure, default="unknown"))
    return rx.fragment(
        rx.el.header(rx.el.span(class_name="sp"), close_button(close), class_name="drawer-h"),
        rx.el.div(rx.cond(failure != "", failed, rx.fragment(*lines)), class_name="drawer-b"),
    )


def order_drawer() -> rx.Component:
    """The order that ``OrderDetailState.open_order(id)`` opens."""
    return drawer(
        rx.cond(_order.contains("id"), _whole(), waiting(OrderDetailState.failure, OrderDetailState.close)),
        ident=IDENT,
        shown=OrderDetailState.shown,
        close=OrderDetailState.close,
        label=t("order.label"),
        custom_attrs={"data-testid": IDENT},
    )
