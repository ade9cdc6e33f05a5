"""Every page with its route, title and the events that its loading starts."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.text import t
from xktcc_app.pages.audit import audit_page, sessions_page
from xktcc_app.pages.callbacks import callbacks_page
from xktcc_app.pages.calls import calls_page
from xktcc_app.pages.catalogue import items_page, providers_page
from xktcc_app.pages.desk import desk_page
from xktcc_app.pages.elders import elders_page
from xktcc_app.pages.home import home_page, lost_page
from xktcc_app.pages.login import login_page
from xktcc_app.pages.orders import orders_page
from xktcc_app.pages.organizations import organizations_page
from xktcc_app.pages.password import password_page
from xktcc_app.pages.reports import reports_page
from xktcc_app.pages.resources import resources_page
from xktcc_app.pages.roles import roles_page
from xktcc_app.pages.seats import seats_page
from xktcc_app.pages.users import users_page
from xktcc_app.state.audit_log import AuditState, OnlineState
from xktcc_app.state.callbacks import CallbacksState
from xktcc_app.state.calls import CallsState
from xktcc_app.state.catalogue import ItemsState, ProvidersState
from xktcc_app.state.choices import ChoicesState
from xktcc_app.state.elders import EldersState
from xktcc_app.state.orders import OrdersState
from xktcc_app.state.organizations import OrganizationsState
from xktcc_app.state.reports import ReportState
from xktcc_app.state.resources import ResourcesState
from xktcc_app.state.roles import RolesState
from xktcc_app.state.session import LoginState, PasswordState, SessionState
from xktcc_app.state.toolbar import ToolbarState
from xktcc_app.state.users import UsersState
from xktcc_app.state.wall import WallState


def add_pages(app: rx.App, *, hotline: str, answer_within_s: int, time_zone: str) -> None:
    """Give ``app`` its pages. ``hotline`` and ``answer_within_s`` are public: they stand on the log-in page."""
    inside = [SessionState.require_login, ToolbarState.load]
    entry, password = login_page(hotline, answer_within_s), password_page(hotline, answer_within_s)
    app.add_page(entry, route="/login", title=t("title.login"), on_load=LoginState.load)
    app.add_page(
        password, route="/password", title=t("title.password"), on_load=[SessionState.require_login, PasswordState.load]
    )
    app.add_page(home_page, route="/", title=t("title.home"), on_load=inside)
    app.add_page(seats_page(hotline), route="/seats", title=t("title.seats"), on_load=[*inside, WallState.load])
    app.add_page(desk_page, route="/desk", title=t("title.desk"), on_load=inside)
    listed = [*inside, ChoicesState.load]
    app.add_page(elders_page, route="/elders", title=t("title.elders"), on_load=[*listed, EldersState.load])
    app.add_page(orders_page, route="/orders", title=t("title.orders"), on_load=[*listed, OrdersState.load])
    app.add_page(calls_page, route="/calls", title=t("title.calls"), on_load=[*listed, CallsState.load])
    reports = reports_page(time_zone)
    app.add_page(reports, route="/reports", title=t("title.reports"), on_load=[*listed, ReportState.load])
    app.add_page(callbacks_page, route="/callbacks", title=t("title.callbacks"), on_load=[*listed, CallbacksState.load])
    _add_administration(app, inside, listed)
    app.add_page(providers_page, route="/providers", title=t("title.providers"), on_load=[*listed, ProvidersState.load])
    app.add_page(items_page, route="/service-items", title=t("title.items"), on_load=[*listed, ItemsState.load])
    app.add_page(lost_page, route="/404", title=t("title.lost"))


def _add_administration(app: rx.App, inside: list[Any], listed: list[Any]) -> None:
    for name, page, events in (
        ("users", users_page, [*listed, UsersState.load]),
        ("roles", roles_page, [*inside, RolesState.load]),
        ("resources", resources_page, [*inside, ResourcesState.load]),
        ("organizations", organizations_page, [*inside, OrganizationsState.load]),
        ("audit", audit_page, [*inside, AuditState.load]),
        ("sessions", sessions_page, [*inside, OnlineState.load]),
    ):
        app.add_page(page, route=f"/{name}", title=t(f"title.{name}"), on_load=events)
