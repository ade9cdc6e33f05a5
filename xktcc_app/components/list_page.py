"""A list page: breadcrumb, query form, tools, table, pages. A page says what it consists of; how it works is here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression
from xktcc_app.components.controls import menu, menu_button, page_link
from xktcc_app.components.data_table import Column, RowAction, data_table, waiting
from xktcc_app.components.icons import icon
from xktcc_app.components.layout import breadcrumb, layout, may
from xktcc_app.components.pagination import address, pagination, search
from xktcc_app.components.query_form import Filter, query_form
from xktcc_app.components.text import language, t


@dataclass(frozen=True)
class Tool:
    """A button above the table; shown to accounts with ``permission``. ``first``: the one that is used most.

    ``opens``: the id of a dialog to open, instead of a ``handler``.
    """

    text: str
    icon: str
    handler: Any
    permission: str
    first: bool = False
    opens: str = ""


@dataclass(frozen=True)
class ListPage:
    """What a list page consists of. ``crumbs``: catalogue keys, the page's own last. ``state`` has ``ListQuery``.

    ``toggles``: parameters that are on (``1``) or off, by their catalogue keys, as buttons above the table.
    ``export``: the kind of list for the export route, with the permission for it. ``extra`` is put into the page besides,
    dialogs for example, ``note`` above the table, ``below`` under a row.
    ``kept``: parameters that have no field and stay whatever is asked.
    """

    route: str
    crumbs: tuple[str, ...]
    permission: str
    state: Any
    filters: Sequence[Filter]
    columns: Sequence[Column]
    actions: Sequence[RowAction] = ()
    tools: Sequence[Tool] = ()
    toggles: Sequence[tuple[str, str]] = ()
    export: tuple[str, str] | None = None
    extra: Callable[[], rx.Component] = rx.fragment
    kept: Sequence[str] = ()
    note: Callable[[], rx.Component] = rx.fragment
    below: Callable[[Any, int], rx.Component] | None = None


def _tool(tool: Tool) -> rx.Component:
    look = "btn btn-p" if tool.first else "btn"
    deed: dict[str, Any] = {"custom_attrs": {"data-open": tool.opens}} if tool.opens else {"on_click": tool.handler}
    button = rx.el.button(icon(tool.icon), t(tool.text), type="button", class_name=look, **deed)
    return rx.cond(may(tool.permission), button)


def _export(kind: str, permission: str) -> rx.Component:
    def choice(form: str) -> rx.Component:
        begin = does(f'startExport("{kind}", "{form}", {language()})', language(), uses=("startExport",))
        return rx.el.button(t(f"export.{form}"), type="button", role="menuitem", class_name="menu-i", on_click=begin)

    button = menu_button(icon("download"), t("export"), icon("down", "i-12"), controls="export-menu", class_name="btn")
    return rx.cond(may(permission), menu(button, choice("xlsx"), choice("csv"), ident="export-menu"))


def _toggle(name: str, text: str) -> rx.Component:
    on = expression(f'(new URLSearchParams({search()}).get("{name}") === "1")', search(), kind=bool)
    to = rx.cond(on, address(**{name: ""}), address(**{name: "1"}))
    attrs = {"aria-pressed": rx.cond(on, "true", "false")}
    return page_link(t(text), to=to, role="button", class_name="btn", custom_attrs=attrs)


def _bar(page: ListPage) -> rx.Component:
    first = [_tool(tool) for tool in page.tools if tool.first]
    rest = [_tool(tool) for tool in page.tools if not tool.first]
    export = [_export(*page.export)] if page.export else []
    again = rx.el.button(
        icon("refresh"), type="button", class_name="btn btn-t btn-ico", title=t("refresh"), aria_label=t("refresh"),
        on_click=page.state.load, custom_attrs={"data-refresh": ""},
    )  # fmt: skip
    toggles = [_toggle(*toggle) for toggle in page.toggles]
    return rx.el.div(*first, *export, *rest, rx.el.span(class_name="sp"), *toggles, again, class_name="tbar")


def list_page(page: ListPage) -> rx.Component:
    """The page in its shell."""
    table = rx.el.section(
        _bar(page),
        data_table(page.state, page.columns, page.actions, page.crumbs[-1], page.below),
        rx.cond(page.state.loaded, pagination(page.state)),
        class_name="panel list",
        aria_label=t(page.crumbs[-1]),
        custom_attrs={"aria-busy": waiting(page.state), "data-answered": page.state.answered},
    )
    return layout(
        rx.el.div(breadcrumb(*page.crumbs), class_name="head"),
        query_form(page.filters, [*(name for name, _ in page.toggles), *page.kept]),
        page.note(),
        table,
        page.extra(),
        route=page.route,
        permission=page.permission,
    )
