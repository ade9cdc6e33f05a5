"""The audit log, ``/audit``, and who is online, ``/sessions``."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import does, length
from xktcc_app.components.data_table import Column, RowAction
from xktcc_app.components.drawer import close_button, drawer, facts, section
from xktcc_app.components.list_page import ListPage, Tool, list_page
from xktcc_app.components.query_form import coded, span, typed
from xktcc_app.components.text import t, word
from xktcc_app.pages.users import role_tags
from xktcc_app.state.audit_log import AuditState, OnlineState


def _result(row: Any) -> rx.Component:
    grave = {"data-kind": rx.cond(row["result"].to(str) == "ok", "plain", "disabled")}
    return rx.el.span(word("result", row["result"]), class_name="tag", custom_attrs=grave)


def _change(change: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(change["field"], scope="row"),
        rx.el.td(change["before"], class_name="wrap old"),
        rx.el.td(change["after"], class_name="wrap"),
        key=change["field"],
    )


def _deed_drawer() -> rx.Component:
    deed: Any = AuditState.deed
    head = rx.el.div(
        rx.el.h2(word("deed_kind", deed["action"])), rx.el.span(class_name="sp"), close_button(AuditState.close), class_name="drawer-h"
    )  # fmt: skip
    told = facts(
        ("audit.at", deed["at"].to(str)),
        ("audit.seq", deed["id"].to_string()),
        ("audit.account", deed["account"].to(str)),
        ("audit.address", deed["address"].to(str)),
        ("audit.result", word("result", deed["result"])),
        ("audit.code", deed["outcome"].to(str)),
        wide=(("audit.target", deed["target"].to(str)),),
    )
    heads = [rx.el.th(t(f"audit.{name}"), scope="col") for name in ("field", "before", "after")]
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*heads)), rx.el.tbody(rx.foreach(AuditState.changes, _change)), class_name="tbl diff"
    )
    more = rx.foreach(
        AuditState.more, lambda one: rx.fragment(rx.el.dt(one["field"]), rx.el.dd(one["value"], class_name="w"))
    )
    body = rx.el.div(
        told,
        rx.cond(length(AuditState.changes) > 0, section("audit.changes", table)),
        rx.cond(length(AuditState.more) > 0, section("audit.more", rx.el.dl(more, class_name="dl"))),
        class_name="drawer-b",
    )
    return drawer(
        head, body, ident="deed-drawer", shown=AuditState.shown, close=AuditState.close, label=t("page.audit")
    )


AUDIT = ListPage(
    route="/audit",
    crumbs=("menu.system", "page.audit"),
    permission="audit.view",
    state=AuditState,
    filters=(
        span("since", "until", "audit.period", kind="date"),
        typed("account", "audit.account", main=True, hint="audit.account_hint"),
        coded("action", "audit.action", codes="deed_kind"),
        typed("target", "audit.target", hint="audit.target_hint"),
        coded("result", "audit.result", codes="result"),
    ),
    columns=(
        Column("at", "audit.at", look="m-half"),
        Column("account", "audit.account", look="b m-name"),
        Column("address", "audit.address", look="sec m-hide"),
        Column("action", "audit.action", kind="code", codes="deed_kind", look="m-half"),
        Column("target", "audit.target", look="sec m-row"),
        Column("result", "audit.result", cell=_result),
    ),
    actions=(RowAction("table.view", AuditState.open_deed),),
    tools=(Tool("export", "download", does("location.assign('/api/audit.csv' + location.search)"), "audit.export"),),
    extra=_deed_drawer,
)

SESSIONS = ListPage(
    route="/sessions",
    crumbs=("menu.system", "page.sessions"),
    permission="sessions.view",
    state=OnlineState,
    filters=(),
    columns=(
        Column("account", "user.account", look="b m-name"),
        Column("name", "user.name", look="m-half"),
        Column("roles", "user.roles", cell=role_tags, look="m-row"),
        Column("org", "user.org", look="sec m-half"),
        Column("since", "session.since", look="m-half"),
        Column("seen", "session.seen", look="sec m-half"),
        Column("address", "audit.address", look="m-half"),
        Column("browser", "session.browser", look="sec m-hide cut"),
    ),
    actions=(
        RowAction("deed.force_out", OnlineState.force_out, shown=lambda _row: may("sessions.end"), asks="force_out"),
    ),
)


def audit_page() -> rx.Component:
    """The audit log."""
    return list_page(AUDIT)


def sessions_page() -> rx.Component:
    """Who is online."""
    return list_page(SESSIONS)
