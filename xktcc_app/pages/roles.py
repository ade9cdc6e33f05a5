"""Roles, ``/roles``: at the left which there are, at the right the functions of one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.admin_form import done, failed, fault_of, text_field
from xktcc_app.components.browser import expression, sets, takes, ui
from xktcc_app.components.controls import asking, blank
from xktcc_app.components.data_table import skeleton_rows
from xktcc_app.components.icons import icon
from xktcc_app.components.layout import breadcrumb, layout
from xktcc_app.components.resource_names import found_in, resource_name
from xktcc_app.components.text import t, word
from xktcc_app.domain.permissions import DataScope
from xktcc_app.state.roles import RolesState

_S: Any = RolesState
_ROLE: Any = RolesState.role


def _is_new() -> Any:
    return _ROLE["version"].to(int) == 0


def _built_in() -> rx.Component:
    return rx.el.span(t("roles.builtin"), class_name="tag")


def _listed(role: Any) -> rx.Component:
    attrs = {"aria-current": rx.cond(role["code"] == _ROLE["code"].to(str), "true", "false")}
    names = rx.el.span(rx.el.b(role["name"].to(str)), rx.el.span(role["code"].to(str), class_name="mut"))
    return rx.el.li(
        rx.el.button(
            names,
            rx.cond(role["builtin"].to(bool), _built_in()),
            rx.el.span(t("roles.members", count=role["members"]), class_name="mut num"),
            type="button",
            on_click=RolesState.open_role(role["code"]),
            custom_attrs=attrs,
        ),
        key=role["code"].to(str),
    )


def _list() -> rx.Component:
    new = rx.el.button(icon("plus"), t("new"), type="button", class_name="btn btn-sm", on_click=RolesState.open_new)
    head = rx.el.div(
        rx.el.h2(t("roles.list")), rx.el.span(class_name="sp"), rx.cond(may("roles.manage"), new), class_name="panel-h"
    )
    return rx.el.aside(head, rx.el.ul(rx.foreach(_S.roles, _listed), class_name="rl"), class_name="panel")


def _head() -> rx.Component:
    keep = _ROLE["builtin"].to(bool) | (_ROLE["members"].to(int) > 0)
    why = rx.cond(_ROLE["builtin"].to(bool), t("roles.builtin_stays"), t("roles.members_stay"))
    copy = rx.el.button(t("roles.copy"), type="button", class_name="btn btn-sm", on_click=RolesState.copy_role)
    delete = asking(
        "ask-delete", "delete", "delete_role", _ROLE["name"].to(str), RolesState.delete, look="btn btn-sm btn-do",
        disabled=keep | _S.busy, title=rx.cond(keep, why, ""),
    )  # fmt: skip
    return rx.el.div(
        rx.el.h2(rx.cond(_is_new(), t("roles.new"), _ROLE["name"].to(str))),
        rx.cond(_ROLE["builtin"].to(bool), _built_in()),
        rx.el.span(class_name="sp"),
        rx.cond(may("roles.manage") & ~_is_new(), rx.fragment(copy, delete)),
        class_name="panel-h",
    )


def _scopes() -> rx.Component:
    def choice(scope: DataScope) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio", name="scope", value=scope.value, checked=_S.scope == scope.value,
                on_change=lambda _value: RolesState.choose_scope(scope.value),
            ),
            t(f"scope.{scope.value}"),
            class_name="ck",
        )  # fmt: skip

    wrong = fault_of(_S.faults, "scope")
    return rx.el.fieldset(
        rx.el.legend(t("roles.scope")),
        rx.el.div(*map(choice, DataScope), rx.el.span(t("roles.scope_hint"), class_name="mut small"), class_name="row wrap"),
        rx.cond(wrong != "", rx.el.span(word("fault", wrong, default="bad_value"), class_name="fault", role="alert")),
        class_name="af af-all",
    )  # fmt: skip


def _fields() -> rx.Component:
    touched: dict[str, Any] = {"on_change": RolesState.touch.throttle(1000)}
    return rx.el.div(
        text_field("roles.name", "name", _ROLE["name"], _S.faults, max_length=64, **touched),
        text_field("roles.code", "code", _ROLE["code"], _S.faults, max_length=40, read_only=~_is_new()),
        text_field("roles.description", "description", _ROLE["description"], _S.faults, max_length=200, **touched),
        _scopes(),
        class_name="af-grid rf",
        key=expression(f"`${{{_ROLE}.code}} ${{{_ROLE}.version}}`", _ROLE),
    )


def _bar() -> rx.Component:
    find = rx.el.span(
        icon("search"),
        rx.el.input(class_name="inp", placeholder=t("roles.find"), aria_label=t("roles.find"), on_change=takes("treeFind"), type="search"),
        class_name="inp-i",
    )  # fmt: skip
    every = rx.el.button(
        t("roles.all"), type="button", class_name="btn btn-t btn-sm", on_click=RolesState.tick_all(True)
    )
    none = rx.el.button(
        t("roles.none"), type="button", class_name="btn btn-t btn-sm", on_click=RolesState.tick_all(False)
    )
    legend = rx.el.span(
        icon("shield", "i-12"), t("roles.sensitive"), rx.el.i(class_name="sw"), t("roles.changed"), class_name="mut small row only-d"
    )  # fmt: skip
    return rx.el.div(
        rx.el.b(t("roles.functions")), find, every, none, rx.el.span(class_name="sp"), legend, class_name="tbar rb"
    )


def _box(code: Any, label: Any, **props: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox", on_change=lambda _value: RolesState.tick(code), disabled=~may("roles.manage"), **props
        ),
        label,
        class_name="ck",
    )


def _mixed(line: Any) -> dict[str, Any]:
    return {
        "checked": line["state"].to(str) == "all",
        "custom_attrs": {"data-mixed": rx.cond(line["state"].to(str) == "some", "true", "false")},
    }


def _function(button: Any) -> rx.Component:
    shield = rx.el.span(icon("shield", "i-12"), title=t("roles.sensitive"), class_name="sens")
    name = rx.fragment(resource_name(button["code"], button["name"]), rx.cond(button["sensitive"].to(bool), shield))
    return rx.el.span(
        _box(button["code"], name, checked=button["on"].to(bool)),
        class_name=rx.cond(button["changed"].to(bool), "chg", ""),
        key=button["code"].to(str),
        custom_attrs={"data-code": button["code"]},
    )


def _group(line: Any, fold: Any) -> rx.Component:
    count = rx.el.span(line["on"].to_string(), " / ", line["of"].to_string(), class_name="mut num small")
    name = rx.el.b(resource_name(line["code"], line["name"]))
    shut = fold == line["code"].to(str)
    toggle = rx.el.button(
        icon(rx.cond(shut, "right", "down"), "i-14"),
        type="button",
        class_name="tw-b",
        aria_label=resource_name(line["code"], line["name"]),
        on_click=sets("treeFold", rx.cond(shut, "", line["code"].to(str)).to(str)),
        custom_attrs={"aria-expanded": rx.cond(shut, "false", "true")},
    )
    return rx.el.div(
        toggle, _box(line["code"], name, **_mixed(line)), count, class_name="rt rt-g", key=line["code"].to(str)
    )


def _page(line: Any, find: Any, fold: Any) -> rx.Component:
    shown = found_in(find, line) & (fold != line["group"].to(str))
    menu = rx.el.div(
        _box(line["code"], resource_name(line["code"], line["name"]), **_mixed(line)),
        rx.el.code(line["route"].to(str)),
        class_name="mm",
    )
    buttons = rx.el.div(rx.foreach(line["buttons"].to(list[dict[str, Any]]), _function), class_name="bb")
    return rx.cond(shown, rx.el.div(menu, buttons, class_name="rt rt-m", key=line["code"].to(str)))


def _tree() -> rx.Component:
    find, fold = ui("treeFind"), ui("treeFold")
    lines = rx.foreach(
        _S.tree, lambda line: rx.cond(line["kind"].to(str) == "group", _group(line, fold), _page(line, find, fold))
    )
    wrong = fault_of(_S.faults, "codes")
    told = rx.el.p(word("fault", wrong, default="bad_value"), class_name="notice notice-d", role="alert")
    return rx.fragment(rx.cond(wrong != "", told), rx.el.div(lines, class_name="tree"))


def _changed(change: Any) -> rx.Component:
    return rx.el.span(
        change["sign"].to(str),
        " ",
        resource_name(change["page"], change["page_name"]),
        "·",
        resource_name(change["code"], change["name"]),
        class_name=rx.cond(change["sign"].to(str) == "+", "plus", "minus"),
        key=change["code"].to(str),
    )


def _foot() -> rx.Component:
    changed = _S.changed.length() > 0
    effect = t("roles.effect", count=_ROLE["online"].to(int))
    words = rx.el.span(
        t("roles.ticked", count=_S.ticked_count),
        rx.cond(changed, rx.el.span(t("roles.now", count=_S.changed.length()), rx.foreach(_S.changed, _changed), class_name="chs")),
        rx.cond(_ROLE["online"].to(int) > 0, rx.el.span(effect)),
        class_name="sec small rsum",
        role="status",
    )  # fmt: skip
    idle = ~(changed | _S.dirty | _is_new()) | _S.busy
    return rx.el.div(
        words,
        rx.el.span(class_name="sp"),
        rx.el.button(t("cancel"), type="button", class_name="btn", disabled=idle, on_click=RolesState.give_up),
        rx.el.button(t("save"), type="submit", class_name="btn btn-p", disabled=idle),
        class_name="rfoot",
    )


def _editor() -> rx.Component:
    return rx.el.section(
        _head(),
        rx.el.form(
            failed(_S.error_code, _S.uses),
            done(_S.said),
            _fields(),
            _bar(),
            _tree(),
            rx.cond(may("roles.manage"), _foot()),
            on_submit=RolesState.save,
        ),
        class_name="panel",
    )


def roles_page() -> rx.Component:
    """The roles."""
    retry = rx.el.button(t("retry"), type="button", class_name="btn btn-p", on_click=RolesState.load)
    lost = rx.el.div(blank("warn", word("error", _S.failure, default="unknown"), retry), class_name="panel")
    whole = rx.el.div(_list(), _editor(), class_name="rg")
    return layout(
        rx.el.div(breadcrumb("menu.system", "page.roles"), class_name="head"),
        rx.cond(_S.failure != "", lost, rx.cond(_S.loaded, whole, skeleton_rows())),
        route="/roles",
        permission="roles.view",
    )
