"""Resources, ``/resources``: the tree of menus and buttons."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.admin_form import choice_field, failed, text_field, tick_field
from xktcc_app.components.browser import expression
from xktcc_app.components.controls import asking, blank
from xktcc_app.components.data_table import NOTHING, skeleton_rows
from xktcc_app.components.drawer import close_button, drawer
from xktcc_app.components.icons import icon
from xktcc_app.components.layout import breadcrumb, layout
from xktcc_app.components.resource_names import resource_name
from xktcc_app.components.text import t, word
from xktcc_app.domain.resources import ResourceKind
from xktcc_app.state.resources import ResourcesState

_S: Any = ResourcesState
_NODE: Any = ResourcesState.node
_HEADS = ("name", "kind", "code", "route", "sort", "shown")


def _line(node: Any) -> rx.Component:
    edit = rx.el.button(
        t("table.edit"), type="button", class_name="lnk", on_click=ResourcesState.open_node(node["code"])
    )
    source = rx.cond(node["builtin"].to(bool), rx.fragment(), rx.el.span(t("resource_own"), class_name="tag"))
    style = {"--depth": node["depth"].to_string()}
    name = rx.el.span(
        resource_name(node["code"], node["name"]), source,
        rx.cond(node["sensitive"].to(bool), rx.el.span(icon("shield", "i-12"), title=t("roles.sensitive"), class_name="sens")),
        class_name="row ind", style=style,
    )  # fmt: skip
    return rx.el.tr(
        rx.el.td(name, class_name="m-name"),
        rx.el.td(word("resource_kind", node["kind"]), class_name="sec m-half"),
        rx.el.td(rx.el.code(node["code"].to(str)), class_name="m-half"),
        rx.el.td(rx.cond(node["route"].to(str) == "", NOTHING, node["route"].to(str)), class_name="sec m-half"),
        rx.el.td(node["sort"].to_string(), class_name="r m-hide"),
        rx.el.td(rx.cond(node["shown"].to(bool), t("yes"), t("no")), class_name="m-half"),
        rx.el.td(rx.cond(may("resources.manage"), edit), class_name="m-ops"),
        key=node["code"].to(str),
        custom_attrs={"data-kind-of": node["kind"]},
    )


def _table() -> rx.Component:
    heads = [
        rx.el.th(t(f"resource_col.{name}"), scope="col", class_name="r" if name == "sort" else "") for name in _HEADS
    ]
    new = rx.el.button(icon("plus"), t("new"), type="button", class_name="btn btn-p", on_click=ResourcesState.open_new)
    bar = rx.el.div(
        rx.cond(may("resources.manage"), new), rx.el.span(t("resource_hint"), class_name="mut small"), class_name="tbar"
    )
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*heads, rx.el.th(t("table.actions"), scope="col"))),
        rx.el.tbody(rx.foreach(_S.nodes, _line)),
        class_name="tbl cards restree",
        aria_label=t("page.resources"),
    )
    return rx.el.section(bar, rx.el.div(table, class_name="tw"), class_name="panel list")


def _parents() -> Any:
    return rx.foreach(
        _S.nodes,
        lambda node: rx.cond(
            node["kind"].to(str) != "button",
            rx.el.option(resource_name(node["code"], node["name"]), value=node["code"].to(str), key=node["code"].to(str)),
        ),
    )  # fmt: skip


def _form() -> rx.Component:
    kinds = [rx.el.option(t(f"resource_kind.{kind.value}"), value=kind.value) for kind in ResourceKind]
    made = rx.fragment(
        text_field("resource_col.code", "code", _NODE["code"], _S.faults, hint="resource_code_hint", max_length=40),
        choice_field("resource_col.kind", "kind", _NODE["kind"], _S.faults, *kinds),
        choice_field("resource_col.parent", "parent", _NODE["parent"], _S.faults, rx.el.option("—", value=""), _parents()),
    )  # fmt: skip
    own_route = text_field(
        "resource_col.route", "route", _NODE["route"], _S.faults, hint="resource_route_hint", max_length=200
    )
    program = word("resource", _NODE["code"])
    delete = asking(
        "ask-delete", "delete", "delete_resource", _NODE["name"].to(str), ResourcesState.delete, disabled=_S.busy
    )
    return rx.el.form(
        failed(_S.error_code, _S.uses),
        text_field("resource_col.name", "name", _NODE["name"], _S.faults, max_length=64, placeholder=program),
        rx.cond(_S.is_new, made),
        rx.cond(_NODE["builtin"].to(bool), rx.fragment(), own_route),
        text_field(
            "resource_col.sort", "sort", _NODE["sort"].to_string(), _S.faults, input_mode="numeric", max_length=4
        ),
        tick_field(t("resource_col.shown"), "shown", on=_NODE["shown"].to(bool)),
        rx.cond(_S.faults.contains("shown"), rx.el.span(t("fault.must_be_shown"), class_name="fault", role="alert")),
        rx.el.div(
            rx.cond(~_S.is_new & ~_NODE["builtin"].to(bool), delete),
            rx.el.button(t("save"), type="submit", class_name="btn btn-p", disabled=_S.busy),
            class_name="af-go",
        ),
        on_submit=ResourcesState.save,
        key=expression(f"`${{{_NODE}.code}} ${{{_S.is_new}}}`", _NODE),
        class_name="af-grid",
    )


def _drawer() -> rx.Component:
    title = rx.cond(_S.is_new, t("resource_new"), resource_name(_NODE["code"], _NODE["name"]))
    head = rx.el.div(
        rx.el.h2(title), rx.el.span(class_name="sp"), close_button(ResourcesState.close), class_name="drawer-h"
    )
    return drawer(
        head, rx.el.div(_form(), class_name="drawer-b"), ident="resource-drawer", shown=_S.open, close=ResourcesState.close, label=title
    )  # fmt: skip


def resources_page() -> rx.Component:
    """The tree of resources."""
    retry = rx.el.button(t("retry"), type="button", class_name="btn btn-p", on_click=ResourcesState.load)
    lost = rx.el.div(blank("warn", word("error", _S.failure, default="unknown"), retry), class_name="panel")
    return layout(
        rx.el.div(breadcrumb("menu.system", "page.resources"), class_name="head"),
        rx.cond(_S.failure != "", lost, rx.cond(_S.loaded, _table(), skeleton_rows())),
        _drawer(),
        route="/resources",
        permission="resources.view",
    )
