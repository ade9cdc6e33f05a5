"""What an account may do: permission codes, data scopes and the roles that the program starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """A system function. The codes are stored with the roles and are stable."""

    SEATS_VIEW = "seats.view"
    SEATS_FORCE_STATE = "seats.force_state"
    SEATS_FORCE_CLEAR = "seats.force_clear"
    SEATS_LISTEN = "seats.listen"
    SEATS_WHISPER = "seats.whisper"
    SEATS_BARGE = "seats.barge"
    TOOLBAR_USE = "toolbar.use"
    ACCOUNT_OWN = "account.own"
    ELDERS_VIEW = "elders.view"
    ORDERS_VIEW = "orders.view"
    CALLS_VIEW = "calls.view"
    ELDERS_EDIT = "elders.edit"
    ELDERS_IMPORT = "elders.import"
    ELDERS_EXPORT = "elders.export"
    ORDERS_DISPATCH = "orders.dispatch"
    ORDERS_EXPORT = "orders.export"
    CALLS_CORRECT = "calls.correct"
    CALLS_EXPORT = "calls.export"
    CALLS_CALL_BACK = "calls.call_back"
    CALLS_PLAY = "calls.play"
    CALLS_DOWNLOAD = "calls.download"
    CALLS_HOLD = "calls.hold"
    CATALOGUE_MANAGE = "catalogue.manage"
    RECORDS_UNMASK = "records.unmask"
    USERS_VIEW = "users.view"
    USERS_MANAGE = "users.manage"
    USERS_RESET_PASSWORD = "users.reset_password"  # noqa: S105 -- a code, not a password
    USERS_PHONE = "users.phone"
    ROLES_VIEW = "roles.view"
    ROLES_MANAGE = "roles.manage"
    RESOURCES_VIEW = "resources.view"
    RESOURCES_MANAGE = "resources.manage"
    ORGANIZATIONS_VIEW = "organizations.view"
    ORGANIZATIONS_MANAGE = "organizations.manage"
    AUDIT_VIEW = "audit.view"
    AUDIT_EXPORT = "audit.export"
    SESSIONS_VIEW = "sessions.view"
    SESSIONS_END = "sessions.end"
    REPORTS_VIEW = "reports.view"


EVERYONE = frozenset({Permission.ACCOUNT_OWN})
"""What every account may do, whatever its roles: change its own password, log out."""


class DataScope(StrEnum):
    """Whose data an account sees: all, its own organization and those below, or only its own."""

    ALL = "all"
    BRANCH = "branch"
    OWN = "own"


_WIDTH = {DataScope.OWN: 0, DataScope.BRANCH: 1, DataScope.ALL: 2}


def within_scope(scope: DataScope, other: DataScope) -> bool:
    """Whether ``scope`` sees no more than ``other``."""
    return _WIDTH[scope] <= _WIDTH[other]


def widest(scopes: list[DataScope]) -> DataScope:
    """The scope of an account with several roles: the widest of theirs; ``OWN`` without a role."""
    return max(scopes, key=_WIDTH.__getitem__, default=DataScope.OWN)


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """A role that exists from the first start; administrators may change it later."""

    name: str
    permissions: frozenset[Permission]
    scope: DataScope


_READING = frozenset({Permission.ELDERS_VIEW, Permission.ORDERS_VIEW, Permission.CALLS_VIEW})
_RECORD_KEEPING = frozenset({Permission.ELDERS_EDIT, Permission.ORDERS_DISPATCH})

STARTING_ROLES: Mapping[str, RoleDefinition] = {
    "admin": RoleDefinition("管理员", frozenset(Permission), DataScope.ALL),
    "supervisor": RoleDefinition(
        "班长",
        _READING
        | EVERYONE
        | _RECORD_KEEPING
        | {
            Permission.TOOLBAR_USE,
            Permission.REPORTS_VIEW,
            Permission.RECORDS_UNMASK,
            Permission.CALLS_CORRECT,
            Permission.CATALOGUE_MANAGE,
        }
        | {Permission.ELDERS_EXPORT, Permission.ORDERS_EXPORT, Permission.CALLS_EXPORT}
        | {Permission.CALLS_CALL_BACK, Permission.CALLS_PLAY, Permission.CALLS_DOWNLOAD, Permission.CALLS_HOLD}
        | {code for code in Permission if code.startswith("seats.")},
        DataScope.BRANCH,
    ),
    "agent": RoleDefinition(
        "坐席",
        _READING
        | _RECORD_KEEPING
        | EVERYONE
        | {Permission.TOOLBAR_USE, Permission.CALLS_CALL_BACK, Permission.CALLS_PLAY},
        DataScope.OWN,
    ),
}
