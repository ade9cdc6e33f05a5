"""Organizations, ``/organizations``: the tree."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.admin_form import choice_field, failed, fault_of, text_field, tick_field
from xktcc_app.components.browser import expression
from xktcc_app.components.controls import asking, blank
from xktcc_app.components.data_table import skeleton_rows
from xktcc_app.components.drawer import close_button, drawer
from xktcc_app.components.icons import icon
from xktcc_app.components.layout import breadcrumb, layout
from xktcc_app.components.text import t, word
from xktcc_app.domain.admin_forms import ORGANIZATION_RANKS
from xktcc_app.state.organizations import OrganizationsState

_S: Any = OrganizationsState
_NODE: Any = OrganizationsState.node


def _toggle(line: Any) -> rx.Component:
    button = rx.el.button(
        icon(rx.cond(line["open"].to(bool), "down", "right"), "i-14"),
        type="button",
        class_name="tw-b",
        aria_label=t("org.toggle", name=line["name"]),
        on_click=OrganizationsState.toggle(line["id"]),
        custom_attrs={"aria-expanded": rx.cond(line["open"].to(bool), "true", "false")},
    )
    return rx.cond(line["more"].to(bool), button, rx.el.span(class_name="tw-b"))


def _actions(line: Any) -> rx.Component:
    def link(text: str, handler: Any) -> rx.Component:
        return rx.el.button(t(text), type="button", class_name="lnk", on_click=handler)

    return rx.cond(
        may("organizations.manage"),
        rx.fragment(
            link("org.add", OrganizationsState.open_new(line["id"])),
            link("table.edit", OrganizationsState.open_node(line["id"], "edit")),
            link("org.move", OrganizationsState.open_node(line["id"], "move")),
        ),
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            _toggle(line),
            rx.el.b(line["name"].to(str)),
            rx.el.span(word("org_kind", line["kind"]), class_name="tag"),
            rx.cond(line["active"].to(bool), rx.fragment(), rx.el.span(t("user.disabled"), class_name="mut small")),
            class_name="row ind sp",
            style={"--depth": line["depth"].to_string()},
        ),
        rx.el.span(_actions(line), class_name="row ops"),
        key=line["id"].to_string(),
        custom_attrs={"data-org": line["id"]},
    )


def _panel() -> rx.Component:
    new = rx.el.button(
        icon("plus"), t("org.new_top"), type="button", class_name="btn btn-p", on_click=OrganizationsState.open_new(0)
    )
    find = rx.el.span(
        icon("search"),
        rx.el.input(
            class_name="inp", placeholder=t("org.find"), aria_label=t("org.find"), type="search",
            on_change=OrganizationsState.find.debounce(200), default_value="", max_length=64,
        ),
        class_name="inp-i find",
    )  # fmt: skip
    bar = rx.el.div(
        rx.cond(may("organizations.manage"), new),
        find,
        rx.el.span(class_name="sp"),
        rx.el.span(t("org.total", count=_S.total), class_name="mut small"),
        class_name="tbar",
    )
    nothing = blank("search", t("table.none"))
    tree = rx.el.ul(rx.foreach(_S.lines, _line), class_name="orgs", aria_label=t("page.organizations"))
    cut = rx.cond(_S.cut, rx.el.p(t("org.cut"), class_name="notice", role="status"))
    return rx.el.section(bar, rx.cond(_S.lines.length() > 0, tree, nothing), cut, class_name="panel list")


def _edit() -> rx.Component:
    kinds = [rx.el.option(t(f"org_kind.{kind}"), value=kind) for kind in ORGANIZATION_RANKS]
    return rx.fragment(
        text_field("org.name", "name", _NODE["name"], _S.faults, max_length=100),
        choice_field("org.kind", "kind", _NODE["kind"], _S.faults, *kinds),
        rx.cond(_NODE["id"].to(int) == 0, _parent()),
        text_field("resource_col.sort", "sort", _NODE["sort"].to_string(), _S.faults, input_mode="numeric", max_length=4),
        tick_field(t("org.active"), "active", on=_NODE["active"].to(bool)),
    )  # fmt: skip


def _parent() -> rx.Component:
    # thousands of organizations are too many to choose from unless what is typed picks some
    paths = rx.el.datalist(rx.foreach(_S.parents, lambda path: rx.el.option(value=path, key=path)), id="parent-choices")
    field = text_field(
        "org.parent", "parent", _NODE["parent"], _S.faults, hint="user.org_hint", list="parent-choices",
        placeholder=t("org.top"), on_change=OrganizationsState.find_parent.debounce(150), max_length=400,
    )  # fmt: skip
    return rx.fragment(field, paths)


def _drawer() -> rx.Component:
    moving = _S.mode == "move"
    new = _NODE["id"].to(int) == 0
    title = rx.cond(new, t("org.new"), _NODE["name"].to(str))
    delete = asking(
        "ask-delete", "delete", "delete_org", _NODE["name"].to(str), OrganizationsState.delete, disabled=_S.busy
    )
    lost = fault_of(_S.faults, "parent_id")
    form = rx.el.form(
        failed(_S.error_code, _S.uses),
        rx.cond(moving, rx.fragment(rx.el.p(t("org.move_hint"), class_name="notice"), _parent()), _edit()),
        rx.cond(lost != "", rx.el.span(word("fault", lost, default="bad_value"), class_name="fault", role="alert")),
        rx.el.div(
            rx.cond(~new & ~moving, delete),
            rx.el.button(
                rx.cond(moving, t("org.move"), t("save")), type="submit", class_name="btn btn-p", disabled=_S.busy
            ),
            class_name="af-go",
        ),
        on_submit=OrganizationsState.save,
        key=expression(f"`${{{_NODE}.id}} ${{{_S.mode}}} ${{{_NODE}.parent}}`", _NODE, _S.mode),
        class_name="af-grid",
    )
    head = rx.el.div(
        rx.el.h2(title), rx.el.span(class_name="sp"), close_button(OrganizationsState.close), class_name="drawer-h"
    )
    return drawer(
        head, rx.el.div(form, class_name="drawer-b"), ident="org-drawer", shown=_S.mode != "", close=OrganizationsState.close, label=title
    )  # fmt: skip


def organizations_page() -> rx.Component:
    """The tree of organizations."""
    retry = rx.el.button(t("retry"), type="button", class_name="btn btn-p", on_click=OrganizationsState.load)
    lost = rx.el.div(blank("warn", word("error", _S.failure, default="unknown"), retry), class_name="panel")
    return layout(
        rx.el.div(breadcrumb("menu.system", "page.organizations"), class_name="head"),
        rx.cond(_S.failure != "", lost, rx.cond(_S.loaded, _panel(), skeleton_rows())),
        _drawer(),
        route="/organizations",
        permission="organizations.view",
    )
