"""Every service method that acts for somebody, with what it needs. Tests call each of them without it.

The methods ask for it themselves, as their first step. One that neither does so nor stands here keeps the program from starting.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.requirements import Access, Requirement, compare
from xktcc_app.services.accounts import AccountService
from xktcc_app.services.audit_log import AuditLogService
from xktcc_app.services.browser_phone import BrowserPhoneService
from xktcc_app.services.call_form import CallFormService
from xktcc_app.services.call_records import CallRecordService
from xktcc_app.services.call_reports import CallReportService
from xktcc_app.services.call_work import CallWorkService
from xktcc_app.services.callbacks import CallbackService
from xktcc_app.services.catalogue import CatalogueService
from xktcc_app.services.dialling import DialService
from xktcc_app.services.elders import ElderService
from xktcc_app.services.exports import ExportService
from xktcc_app.services.guards import require
from xktcc_app.services.import_jobs import ImportJobs
from xktcc_app.services.imports import ImportService
from xktcc_app.services.orders import OrderService
from xktcc_app.services.organizations import OrganizationService
from xktcc_app.services.recordings import RecordingService
from xktcc_app.services.refusals import Refusals
from xktcc_app.services.reports import ReportService
from xktcc_app.services.resources import ResourceService
from xktcc_app.services.rewind import RewindService
from xktcc_app.services.roles import RoleService
from xktcc_app.services.screen_pop import ScreenPopService
from xktcc_app.services.seats import SeatService
from xktcc_app.services.sessions import SessionService
from xktcc_app.services.toolbar import ToolbarService
from xktcc_app.services.user_phones import UserPhoneService
from xktcc_app.services.users import UserService

_P = Permission
_EXPORTS = frozenset({_P.ELDERS_EXPORT, _P.ORDERS_EXPORT, _P.CALLS_EXPORT})
"""An export needs the permission of its list; a job is its account's own."""
_TOOLBAR = (
    "answer", "cancel_consultation", "complete_transfer", "conference", "consult", "decline", "dial", "end_wrap_up", "extend_wrap_up",
    "hang_up", "hold", "log_off", "log_on", "mute", "retrieve", "send_digits", "set_state", "transfer_blind", "unmute",
)  # fmt: skip

NEEDS: Mapping[type, Mapping[str, Requirement]] = {
    SessionService: dict.fromkeys(("change_password", "logout_everywhere"), Access.LOGGED_IN),
    AccountService: {
        **dict.fromkeys(("disable", "enable"), _P.USERS_MANAGE),
        "force_out": _P.SESSIONS_END,
        "reset_password": _P.USERS_RESET_PASSWORD,
    },
    UserService: {
        **dict.fromkeys(("create", "update"), _P.USERS_MANAGE),
        **dict.fromkeys(("detail", "search"), _P.USERS_VIEW),
        "online": _P.SESSIONS_VIEW,
    },
    UserPhoneService: dict.fromkeys(("give", "test"), _P.USERS_PHONE),
    RoleService: {
        "all": frozenset({_P.ROLES_VIEW, _P.USERS_VIEW}),
        **dict.fromkeys(("create", "delete", "update"), _P.ROLES_MANAGE),
    },
    ResourceService: {
        "tree": frozenset({_P.RESOURCES_VIEW, _P.ROLES_VIEW}),
        **dict.fromkeys(("create", "delete", "update"), _P.RESOURCES_MANAGE),
        "menu_for": Access.LOGGED_IN,
    },
    OrganizationService: {
        "tree": _P.ORGANIZATIONS_VIEW,
        "paths": _P.USERS_VIEW,
        "at_path": _P.USERS_MANAGE,
        **dict.fromkeys(("create", "delete", "move", "update"), _P.ORGANIZATIONS_MANAGE),
        **dict.fromkeys(("places", "visible"), Access.LOGGED_IN),
    },
    AuditLogService: {"search": _P.AUDIT_VIEW, "export": _P.AUDIT_EXPORT},
    Refusals: {"note": Access.INTERNAL},
    SeatService: {"force": frozenset({_P.SEATS_FORCE_STATE, _P.SEATS_FORCE_CLEAR})},
    RewindService: {"wall_at": _P.SEATS_VIEW},
    ToolbarService: dict.fromkeys(_TOOLBAR, _P.TOOLBAR_USE),
    ElderService: {
        **dict.fromkeys(("detail", "history", "search"), _P.ELDERS_VIEW),
        **dict.fromkeys(("archive", "create", "update"), _P.ELDERS_EDIT),
        "unmask": _P.RECORDS_UNMASK,
    },
    CatalogueService: dict.fromkeys(("fields", "items", "providers", "save", "set_active"), _P.CATALOGUE_MANAGE),
    OrderService: {
        **dict.fromkeys(("detail", "of_call", "search"), _P.ORDERS_VIEW),
        "of_elder": _P.ELDERS_VIEW,
        **dict.fromkeys(("create", "take_step"), _P.ORDERS_DISPATCH),
        "unmask": _P.RECORDS_UNMASK,
    },
    CallRecordService: {
        **dict.fromkeys(("detail", "note", "search"), _P.CALLS_VIEW),
        "of_elder": _P.ELDERS_VIEW,
        "unmask": _P.RECORDS_UNMASK,
    },
    CallFormService: dict.fromkeys(("load", "save"), _P.TOOLBAR_USE),
    ScreenPopService: {"pop": _P.TOOLBAR_USE},
    CallWorkService: {
        **dict.fromkeys(("choices", "orders_of_call"), Access.LOGGED_IN),
        "dispatch": _P.ORDERS_DISPATCH,
        "new_elder": _P.ELDERS_EDIT,
    },
    CallbackService: {
        **dict.fromkeys(("counts", "detail", "search"), _P.CALLS_VIEW),
        **dict.fromkeys(("call_back", "finish", "release", "take"), _P.CALLS_CALL_BACK),
        "unmask": _P.RECORDS_UNMASK,
    },
    RecordingService: {
        "open": _P.CALLS_PLAY,
        "heard": Access.INTERNAL,
        "hold_of": _P.CALLS_VIEW,
        **dict.fromkeys(("end_hold", "hold"), _P.CALLS_HOLD),
    },
    DialService: {"dial": _P.TOOLBAR_USE},
    BrowserPhoneService: dict.fromkeys(("begin", "credentials", "device", "renew"), _P.TOOLBAR_USE),
    ExportService: {"start": _EXPORTS, **dict.fromkeys(("cancel", "job"), Access.LOGGED_IN)},
    ImportService: dict.fromkeys(("dry_run", "run"), _P.ELDERS_IMPORT),
    ImportJobs: {
        **dict.fromkeys(("begin", "place", "store"), _P.ELDERS_IMPORT),
        "job": Access.LOGGED_IN,
    },
    ReportService: dict.fromkeys(("asked", "orders"), _P.REPORTS_VIEW),
    CallReportService: dict.fromkeys(("asked", "calls"), _P.REPORTS_VIEW),
}


def acting_methods(service: type) -> list[str]:
    """Its public methods that take a ``principal``: what may be done for somebody."""
    members = inspect.getmembers(service, inspect.isfunction)
    return [
        name
        for name, method in members
        if not name.startswith("_") and "principal" in inspect.signature(method).parameters
    ]


def undeclared(service: type) -> list[str]:
    """Its acting methods that do not stand above."""
    declared = NEEDS.get(service, {})
    return [name for name in acting_methods(service) if name not in declared]


def check_declared(services: Iterable[object]) -> None:
    """``UndeclaredError`` when a service does something for somebody whose need is neither above nor asked for by itself."""
    kinds = {type(service) for service in services}
    careless = [
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name in undeclared(kind)
        if require.__name__ not in getattr(kind, name).__code__.co_names
    ]
    compare("service methods", careless, ())
    gone = [name for kind in kinds for name in NEEDS.get(kind, {}) if name not in acting_methods(kind)]
    compare("service methods", (), gone)
