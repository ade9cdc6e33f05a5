"""Every event handler of the program with who may call it. A handler that is missing here keeps the program from starting."""

from __future__ import annotations

from collections.abc import Mapping

import reflex as rx

from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.requirements import Access, Requirement
from xktcc_app.live.setup import LiveStates
from xktcc_app.state.audit_log import AuditState, OnlineState
from xktcc_app.state.call_detail import CallDetailState
from xktcc_app.state.call_work import CallWorkState
from xktcc_app.state.callbacks import CallbacksState, CallbackWorkState
from xktcc_app.state.calls import CallsState
from xktcc_app.state.catalogue import CatalogueFormState, ItemsState, ProvidersState
from xktcc_app.state.choices import ChoicesState
from xktcc_app.state.dialling import DialState
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_form import ElderFormState
from xktcc_app.state.elders import EldersState
from xktcc_app.state.order_detail import OrderDetailState
from xktcc_app.state.order_form import OrderFormState
from xktcc_app.state.orders import OrdersState
from xktcc_app.state.organizations import OrganizationsState
from xktcc_app.state.reports import ReportState
from xktcc_app.state.resources import ResourcesState
from xktcc_app.state.roles import RolesState
from xktcc_app.state.session import LoginState, PasswordState, PulseState, SessionState
from xktcc_app.state.toolbar import FED as TOOLBAR_FED
from xktcc_app.state.toolbar import ToolbarState
from xktcc_app.state.user_edit import UserEditState
from xktcc_app.state.users import UsersState
from xktcc_app.state.wall import FED as WALL_FED
from xktcc_app.state.wall import WallState

_TOOLBAR = (
    "dismiss", "log_on", "log_off", "set_state", "answer", "decline", "hang_up", "hold", "retrieve", "dial", "end_wrap_up",
    "extend_wrap_up", "watch_peers", "mute", "unmute", "digits", "transfer", "consult", "complete", "cancel_consultation", "conference",
)  # fmt: skip

ACCESS: Mapping[type[rx.State], Mapping[str, Requirement]] = {
    SessionState: {"require_login": Access.PUBLIC},
    LoginState: {"load": Access.PUBLIC},
    PasswordState: {"load": Access.LOGGED_IN},
    WallState: {
        "load": Permission.SEATS_VIEW,
        "leave": Access.LOGGED_IN,
        "force": Permission.SEATS_VIEW,
        "rewind": Permission.SEATS_VIEW,
        "reconnect": Permission.SEATS_VIEW,
        "dismiss": Permission.SEATS_VIEW,
    },
    CallWorkState: dict.fromkeys(("load", "choose", "dispatch", "new_elder"), Permission.TOOLBAR_USE),
    ChoicesState: {"load": Access.LOGGED_IN},
    EldersState: dict.fromkeys(("load", "changed"), Permission.ELDERS_VIEW),
    ProvidersState: {"load": Permission.CATALOGUE_MANAGE},
    ItemsState: {"load": Permission.CATALOGUE_MANAGE},
    CatalogueFormState: {
        **dict.fromkeys(("new", "edit", "submit", "set_active"), Permission.CATALOGUE_MANAGE),
        "leave": Access.LOGGED_IN,
    },
    ElderDetailState: {
        "open_elder": Permission.ELDERS_VIEW,
        "close": Access.LOGGED_IN,
        "dismiss": Access.LOGGED_IN,
        "unmask": Permission.RECORDS_UNMASK,
        "archive": Permission.ELDERS_EDIT,
    },
    OrdersState: dict.fromkeys(("load", "changed"), Permission.ORDERS_VIEW),
    OrderDetailState: {
        "open_order": Permission.ORDERS_VIEW,
        **dict.fromkeys(("close", "dismiss"), Access.LOGGED_IN),
        "unmask": Permission.RECORDS_UNMASK,
        **dict.fromkeys(("begin_step", "drop_step", "take_step"), Permission.ORDERS_DISPATCH),
    },
    OrderFormState: {
        **dict.fromkeys(
            ("new_order", "find_elder", "choose_elder", "drop_elder", "submit"), Permission.ORDERS_DISPATCH
        ),
        **dict.fromkeys(("leave", "dismiss"), Access.LOGGED_IN),
    },
    CallsState: dict.fromkeys(("load", "changed"), Permission.CALLS_VIEW),
    CallDetailState: {
        **dict.fromkeys(("open_call", "expand", "save"), Permission.CALLS_VIEW),
        **dict.fromkeys(("close", "dismiss"), Access.LOGGED_IN),
        "unmask": Permission.RECORDS_UNMASK,
    },
    ElderFormState: {
        **dict.fromkeys(
            ("new_elder", "edit_elder", "submit", "store_anyway", "reconsider", "resolve"), Permission.ELDERS_EDIT
        ),
        **dict.fromkeys(("leave", "dismiss"), Access.LOGGED_IN),
    },
    ReportState: dict.fromkeys(("load", "choose", "open_month", "open_quarter"), Permission.REPORTS_VIEW),
    CallbacksState: {"load": Permission.CALLS_VIEW},
    CallbackWorkState: {
        "close": Access.LOGGED_IN,
        **dict.fromkeys(("take", "release", "call_back", "ask_result", "finish"), Permission.CALLS_CALL_BACK),
    },
    DialState: {"dial": Permission.TOOLBAR_USE},
    UsersState: {"load": Permission.USERS_VIEW},
    UserEditState: {
        **dict.fromkeys(("open_user", "act", "find_org"), Permission.USERS_VIEW),
        **dict.fromkeys(("open_new", "save"), Permission.USERS_MANAGE),
        **dict.fromkeys(("save_phone", "test_phone"), Permission.USERS_PHONE),
        "close": Access.LOGGED_IN,
    },
    RolesState: {
        **dict.fromkeys(("load", "open_role", "give_up"), Permission.ROLES_VIEW),
        **dict.fromkeys(
            ("open_new", "copy_role", "tick", "tick_all", "choose_scope", "touch", "save", "delete"),
            Permission.ROLES_MANAGE,
        ),
    },
    ResourcesState: {
        "load": Permission.RESOURCES_VIEW,
        **dict.fromkeys(("open_node", "open_new", "save", "delete"), Permission.RESOURCES_MANAGE),
        "close": Access.LOGGED_IN,
    },
    OrganizationsState: {
        **dict.fromkeys(("load", "toggle", "find"), Permission.ORGANIZATIONS_VIEW),
        **dict.fromkeys(("open_new", "open_node", "find_parent", "save", "delete"), Permission.ORGANIZATIONS_MANAGE),
        "close": Access.LOGGED_IN,
    },
    AuditState: {"load": Permission.AUDIT_VIEW, "open_deed": Permission.AUDIT_VIEW, "close": Access.LOGGED_IN},
    OnlineState: {"load": Permission.SESSIONS_VIEW, "force_out": Permission.SESSIONS_END},
    ToolbarState: {"load": Access.LOGGED_IN, **dict.fromkeys(_TOOLBAR, Permission.TOOLBAR_USE)},
}
"""Finer rights (which state may be forced, whose seat) are the services' to check."""

STATES = LiveStates(
    session=SessionState,
    wall=WallState,
    toolbar=ToolbarState,
    pulse=PulseState,
    wall_vars=WALL_FED,
    toolbar_vars=TOOLBAR_FED,
    access=ACCESS,
)
