"""Search, filters, order and view of the wall: all of it decided in the browser and kept in the address."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, length, sets, takes, ui
from xktcc_app.components.controls import dialog
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t
from xktcc_app.components.wall_summary import STATES
from xktcc_app.components.wall_vars import GROUPS, SEAT_IDS

_GROUPINGS = ("org", "state", "none")
_ORDERS = ("exception", "number", "name", "state", "since")


def _select(key: str, label: str, *options: Any) -> rx.Component:
    return rx.el.select(*options, class_name="inp", aria_label=t(label), value=ui(key), on_change=takes(key))


def _organizations() -> rx.Component:
    some = rx.foreach(GROUPS, lambda group: rx.el.option(group["name"], value=group["id"], key=group["id"]))
    return _select("org", "bar.org", rx.el.option(t("bar.org_all"), value=""), some)


def _states() -> rx.Component:
    options = [rx.el.option(t(f"state.{code}"), value=code) for code in STATES]
    return _select("state", "bar.state", rx.el.option(t("bar.state_all"), value=""), *options)


def _grouping() -> rx.Component:
    return _select("group", "bar.group", *(rx.el.option(t(f"bar.group_{code}"), value=code) for code in _GROUPINGS))


def _order() -> rx.Component:
    return _select("sort", "bar.sort", *(rx.el.option(t(f"bar.sort_{code}"), value=code) for code in _ORDERS))


def _exceptions() -> rx.Component:
    count = GROUPS.map(lambda group: group["exceptions"])
    total = expression(f"{count}.reduce((sum, more) => sum + more, 0)", count, kind=int)
    box = rx.el.input(
        type="checkbox",
        checked=ui("only") == "1",
        on_change=does('setUi("only", e.target.checked ? "1" : "")', uses=("setUi",)),
    )
    return rx.el.label(box, t("bar.only"), " ", rx.el.span("(", total, ")", class_name="mut"), class_name="ck")


def _view() -> rx.Component:
    def button(code: str, picture: str) -> rx.Component:
        words = t(f"bar.{code}")
        return rx.el.button(
            icon(picture, "i-14"),
            rx.el.span(words, custom_attrs={"data-word": words}),
            type="button",
            on_click=sets("view", code),
            custom_attrs={"aria-pressed": rx.cond(ui("view") == code, "true", "false")},
        )

    return rx.el.div(
        button("tiles", "grid"), button("table", "list"), class_name="seg", role="group", aria_label=t("bar.view")
    )


def _shown() -> rx.Component:
    # The script counts: which seats pass the filters is known to the browser only.
    count = rx.el.b(custom_attrs={"data-count": "shown", "suppressHydrationWarning": True})
    total = t("bar.shown_of", total=length(SEAT_IDS))
    return rx.el.span(t("bar.shown"), " ", count, " ", total, class_name="mut small nw num", role="status")


def wall_bar() -> rx.Component:
    """The bar above the seats; on a phone all but the search is behind one button."""
    search = rx.el.input(
        type="search", class_name="inp", value=ui("q"), placeholder=t("bar.search_hint"), aria_label=t("bar.search"), on_change=takes("q"),
        auto_complete="off",
    )  # fmt: skip
    filters = rx.el.button(
        icon("filter"),
        type="button",
        class_name="btn btn-ico only-m",
        aria_label=t("bar.filters"),
        custom_attrs={"data-open": "filters"},
    )
    wide = [
        _organizations(),
        _states(),
        _grouping(),
        _order(),
        _exceptions(),
        rx.el.span(class_name="sp"),
        _shown(),
        _view(),
    ]
    field = rx.el.label(icon("search"), search, class_name="inp-i")
    return rx.el.div(field, filters, rx.el.div(*wide, class_name="only-d wall-wide"), class_name="wall-bar")


def filters_dialog() -> rx.Component:
    """The same choices for a phone."""

    def field(label: str, control: rx.Component) -> rx.Component:
        return rx.el.label(rx.el.span(t(label)), control, class_name="lf")

    close = rx.el.button(t("close"), type="button", class_name="btn btn-p", custom_attrs={"data-close": ""})
    reset = rx.el.button(
        t("reset"), type="button", class_name="btn", on_click=does("resetFilters()", uses=("resetFilters",))
    )
    return dialog(
        rx.el.div(
            rx.el.h2(t("bar.filters")),
            field("bar.org", _organizations()),
            field("bar.state", _states()),
            field("bar.group", _grouping()),
            field("bar.sort", _order()),
            rx.el.div(_exceptions(), rx.el.span(class_name="sp"), _view(), class_name="row"),
            rx.el.div(reset, close, class_name="dialog-f"),
            class_name="dialog-b",
        ),
        ident="filters",
        class_name="dialog filters",
        aria_label=t("bar.filters"),
    )
