"""The caller's record as it comes up with a call: whose number it is, what to know at once, the last orders and calls."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression, length
from xktcc_app.components.controls import time_of_day
from xktcc_app.components.dial import dial
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.domain.pop import PopCall, PopContact, PopMatch, PopOrder
from xktcc_app.state.call_work import CallWorkState

pop: Any = CallWorkState.pop
elder: Any = pop["elder"]
known: Any = elder["id"] != 0


def _whose(match: Any) -> Any:
    """Whose number it is: the elder's own, the device's, or a contact's by name and relation."""
    owner = expression(f"([{match['owner']}, {match['relation']}].filter(Boolean).join(' · '))", match["owner"])
    return rx.cond(match["kind"] == "contact", owner, word("pop.kind", match["kind"]))


def _tab(match: Any) -> rx.Component:
    return rx.el.button(
        match["name"],
        rx.el.span(" · ", _whose(match)),
        type="button",
        key=match["id"],
        custom_attrs={"aria-pressed": rx.cond(elder["id"] == match["id"], "true", "false")},
        on_click=CallWorkState.choose(match["id"]),
    )


def matches() -> rx.Component:
    """Which record of those that share the number, or whose number it is when it is not the elder's own."""
    found = pop["matches"].to(list[PopMatch])
    several = rx.el.div(
        icon("users", "i-14"),
        rx.el.span(t("pop.shared", count=length(found))),
        rx.el.div(rx.foreach(found, _tab), class_name="seg", role="group", aria_label=t("pop.choose")),
        class_name="pp-share",
    )
    other = rx.el.div(icon("info", "i-14"), rx.el.span(t("pop.is"), _whose(found[0])), class_name="pp-share")
    foreign = (length(found) == 1) & (found[0]["kind"] != "phone")
    return rx.cond(length(found) > 1, several, rx.cond(foreign, other))


def _types() -> rx.Component:
    return rx.foreach(
        elder["types"].to(list[str]),
        lambda code: rx.el.span(word("elder", code), class_name="tag", custom_attrs={"data-kind": code}),
    )


def head() -> rx.Component:
    """Name, sex and age, types, number and address."""
    about = rx.el.span(
        word("pop.gender", elder["gender"]),
        rx.cond(elder["age"] >= 0, rx.fragment(" · ", t("bar.age", age=elder["age"]))),
        class_name="sec nw",
    )
    return rx.el.div(
        rx.el.div(rx.el.h2(elder["name"]), about, rx.el.span(_types(), class_name="pp-tags"), class_name="pp-n"),
        rx.el.p(
            rx.el.span(icon("st-talking", "i-14"), pop["number"], class_name="pp-ph"),
            rx.el.span(elder["address"]),
            class_name="pp-a sec",
        ),
        class_name="pp-h",
    )


def _warning(field: str, kind: str, name: str) -> rx.Component:
    look = f"notice notice-{kind}" if kind else "notice"
    box = rx.el.div(
        icon(name), rx.el.span(rx.el.b(t(f"pop.{field}")), "：", elder[field]), class_name=look, title=elder[field]
    )
    return rx.cond(elder[field] != "", box)


def warnings() -> rx.Component:
    """Allergies, what to mind when speaking, illnesses."""
    return rx.el.div(
        _warning("allergies", "d", "warn"),
        _warning("remarks", "w", "info"),
        _warning("medical_history", "", "heart"),
        class_name="pp-w",
    )


def _contact(one: Any) -> rx.Component:
    call = dial(one["phone"], "contact", elder["id"], one["index"])
    relation = rx.cond(one["relation"] != "", rx.el.span("（", one["relation"], "）"))
    return rx.el.span(one["name"], relation, " ", call, class_name="nw", key=one["index"])


def facts() -> rx.Component:
    """Care, carer and contacts."""
    coded = [
        rx.fragment(rx.el.dt(t(f"pop.{name}")), rx.el.dd(word(f"pop.{name}", elder[name], default="none")))
        for name in ("self_care", "care_level", "care_mode")
    ]
    carer = rx.cond(elder["carer"] != "", elder["carer"], "—")
    people = rx.el.dd(rx.foreach(elder["contacts"].to(list[PopContact]), _contact), class_name="w")
    return rx.el.dl(
        *coded,
        rx.el.dt(t("pop.carer")),
        rx.el.dd(carer),
        rx.el.dt(t("pop.contacts")),
        rx.cond(length(elder["contacts"]) > 0, people, rx.el.dd("—", class_name="w")),
        class_name="pp-f",
    )


def _order(one: Any) -> rx.Component:
    status = rx.el.span(word("pop.order", one["status"]), class_name="tag", custom_attrs={"data-status": one["status"]})
    return rx.el.li(
        rx.el.span(one["item"], class_name="el"), status, rx.el.span(time_of_day(one["at_ms"], minutes=True), class_name="sec"),
        key=one["id"],
    )  # fmt: skip


def _call(one: Any) -> rx.Component:
    seconds = one["talk_s"]
    talked = expression(
        f"(({seconds}) < 0 ? '' : String(Math.floor(({seconds}) / 60)).padStart(2, '0') + ':' "
        f"+ String(({seconds}) % 60).padStart(2, '0'))",
        seconds,
    )
    note = rx.cond(one["note"] != "", one["note"], "—")
    kind = rx.cond(one["sos"], "SOS", word("dir", one["direction"]))
    return rx.el.li(
        rx.el.span(time_of_day(one["at_ms"], minutes=True), class_name="sec"),
        rx.el.span(kind),
        rx.el.span(note, class_name="el"),
        rx.el.span(rx.cond(seconds >= 0, talked, word("pop.call", one["status"])), class_name="sec"),
        key=one["id"],
    )


def _listed(title: str, rows: Any, empty: str, kind: str) -> rx.Component:
    nothing = rx.el.p(t(empty), class_name="mut")
    return rx.el.section(
        rx.el.h3(t(title)), rx.cond(length(rows) > 0, rx.el.ul(rx.foreach(rows, _row(kind))), nothing), class_name=f"pp-l pp-{kind}"
    )  # fmt: skip


def _row(kind: str) -> Any:
    return _order if kind == "orders" else _call


def last() -> rx.Component:
    """The last orders and the last calls."""
    return rx.el.div(
        _listed("pop.last_orders", elder["orders"].to(list[PopOrder]), "pop.no_orders", "orders"),
        _listed("pop.last_calls", elder["calls"].to(list[PopCall]), "pop.no_calls", "calls"),
        class_name="pp-t",
    )
