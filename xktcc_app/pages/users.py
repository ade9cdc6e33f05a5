"""Users, ``/users``."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.data_table import NOTHING, Column, RowAction
from xktcc_app.components.list_page import ListPage, Tool, list_page
from xktcc_app.components.query_form import chosen, coded, typed
from xktcc_app.components.text import t, word
from xktcc_app.components.user_drawer import user_drawer
from xktcc_app.state.choices import ChoicesState
from xktcc_app.state.user_edit import UserEditState
from xktcc_app.state.users import UsersState


def role_tags(row: Any) -> rx.Component:
    """The roles of a row: the program's own in the visitor's language, others by their code."""

    def tag(code: Any) -> rx.Component:
        own = word("role", code)
        return rx.el.span(expression(f"(({own}) || {code})", own, code), key=code, class_name="tag")

    return rx.el.span(rx.foreach(row["roles"].to(list[str]), tag), class_name="tags")


def _phone(row: Any) -> rx.Component:
    kind = {"data-kind": rx.cond(row["phone"].to(str) == "missing", "lives_alone", "plain")}
    told = rx.el.span(word("phone_state", row["phone"]), class_name="tag", custom_attrs=kind)
    return rx.cond(row["phone"].to(str) == "none", rx.el.span(NOTHING), told)


def _state(row: Any) -> rx.Component:
    online = rx.el.span(t("user.online"), class_name="stx is-on", title=row["online"].to(str))
    offline = rx.el.span(t("user.offline"), class_name="mut")
    here = rx.cond(row["online"].to(str) != "", online, offline)
    return rx.cond(row["active"].to(str) == "no", rx.el.span(t("user.disabled"), class_name="tag"), here)


USERS = ListPage(
    route="/users",
    crumbs=("menu.system", "page.users"),
    permission="users.view",
    state=UsersState,
    filters=(
        typed("text", "user.text", main=True, hint="user.text_hint"),
        chosen("org", "user.org", ChoicesState.organizations),
        chosen("role", "user.role", ChoicesState.roles),
        coded("active", "user.active", codes="active"),
        coded("phone", "user.phone", codes="phone_query"),
        coded("online", "user.state", codes="online_query"),
    ),
    columns=(
        Column("account", "user.account", sort="account", look="b m-name"),
        Column("name", "user.name", sort="name", look="m-half"),
        Column("roles", "user.roles", cell=role_tags, look="m-row"),
        Column("org", "user.org", look="sec m-half"),
        Column("agent_number", "user.agent", sort="agent_number", look="m-half"),
        Column("phone", "user.phone", cell=_phone, look="m-half"),
        Column("online", "user.state", cell=_state, look="m-half"),
        Column("created", "user.created", sort="created_at", look="sec m-hide"),
    ),
    actions=(RowAction("table.edit", UserEditState.open_user),),
    tools=(Tool("user.new", "plus", UserEditState.open_new, "users.manage", first=True),),
    extra=user_drawer,
)


def users_page() -> rx.Component:
    """The list of users."""
    return list_page(USERS)
