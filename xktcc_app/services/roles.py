"""Roles: what each may do and whose data it sees. Changes take effect on open sessions at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from xktcc_app.domain.admin_forms import Faults, RoleForm
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import DataScope, Permission, within_scope
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.resources import KNOWN, is_view
from xktcc_app.models.account import Role
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import resources as resources_repo
from xktcc_app.repositories import roles as roles_repo
from xktcc_app.repositories.roles import StoredRole
from xktcc_app.services.account_access import exceeds, keep_an_administrator
from xktcc_app.services.audit import AuditService, differences
from xktcc_app.services.database import Database
from xktcc_app.services.effects import Effects
from xktcc_app.services.errors import (
    BeyondOwnRightsError,
    BuiltInError,
    ChangedMeanwhileError,
    FieldErrors,
    InUseError,
    LastAdministratorError,
    NotFoundError,
    OutOfScopeError,
)
from xktcc_app.services.guards import require

_PERMISSIONS = frozenset(code.value for code in Permission)


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role. ``members``: accounts that have it; ``online``: those of them who are logged in now."""

    code: str
    name: str
    description: str
    scope: str
    builtin: bool
    version: int
    members: int
    online: int
    codes: frozenset[str]


class RoleService:
    """Reading needs ``roles.view``; changing ``roles.manage``, the scope of all data, and the rights that are given or taken."""

    def __init__(self, database: Database, audit: AuditService, effects: Effects) -> None:
        self._database = database
        self._audit = audit
        self._effects = effects

    async def all(self, principal: Principal) -> list[RoleRow]:
        """Every role, as they were made."""
        if not principal.may(Permission.USERS_VIEW):  # the list of users names the roles
            require(principal, Permission.ROLES_VIEW)
        return await self._database.read(lambda session: [_row(stored) for stored in roles_repo.all_roles(session)])

    async def create(self, principal: Principal, form: RoleForm) -> str:
        """Store a new role; returns its code. ``FieldErrors``."""
        _may_change(principal)
        form = _with_views(form.tidied())

        def work(session: Session) -> None:
            faults = _faults(session, principal, form, None)
            if faults:
                raise FieldErrors(faults)
            try:
                roles_repo.add(session, form)
            except IntegrityError:  # somebody stored the same at the same moment
                raise FieldErrors({"code": "taken"}) from None

        await self._database.write(work)
        self._audit.record(AuditAction.ROLE_CREATED, principal, target=form.code, **differences({}, _told(form)))
        return form.code

    async def update(self, principal: Principal, version: int, form: RoleForm) -> int:
        """Change the role ``form.code`` that was read with ``version``; returns its version now.

        Raises ``FieldErrors``, ``NotFoundError``, ``BeyondOwnRightsError``, and ``ChangedMeanwhileError`` when another
        administrator was quicker.
        """
        _may_change(principal)
        form = _with_views(form.tidied())

        def work(session: Session) -> tuple[RoleForm, int]:
            role = _existing(session, form.code)
            if role.version != version:
                raise ChangedMeanwhileError(role.version)
            present = roles_repo.codes_of(session, role.id or 0)
            if exceeds(principal, role, present):
                raise BeyondOwnRightsError(Permission.ROLES_MANAGE)
            before = RoleForm(role.code, role.name, role.description, role.scope, present)
            faults = _faults(session, principal, form, role)
            if faults:
                raise FieldErrors(faults)
            roles_repo.change(session, role, form)
            _keep_rights(session, principal)
            return before, role.version

        before, now = await self._database.write(work)
        changes = differences(_told(before), _told(form))
        self._audit.record(AuditAction.ROLE_UPDATED, principal, target=form.code, **changes)
        await self._effects.rights_changed()
        return now

    async def delete(self, principal: Principal, code: str) -> None:
        """Take a role away. ``BuiltInError``, ``InUseError`` while accounts have it."""
        _may_change(principal)

        def work(session: Session) -> None:
            role = _existing(session, code)
            if role.builtin:
                raise BuiltInError("a role of the program stays")
            if members := roles_repo.members_of(session, role.id or 0):
                raise InUseError({"accounts": members})
            if exceeds(principal, role, roles_repo.codes_of(session, role.id or 0)):
                raise BeyondOwnRightsError(Permission.ROLES_MANAGE)
            roles_repo.remove(session, role)

        await self._database.write(work)
        self._audit.record(AuditAction.ROLE_DELETED, principal, target=code)


def _may_change(principal: Principal) -> None:
    """A role is everybody's: who sees only a branch must not change what others outside of it may do."""
    require(principal, Permission.ROLES_MANAGE)
    if principal.scope is not DataScope.ALL:
        raise OutOfScopeError(Permission.ROLES_MANAGE)


def _existing(session: Session, code: str) -> Role:
    role = roles_repo.one(session, code, lock=True)
    if role is None:
        raise NotFoundError("no such role")
    return role


def _faults(session: Session, principal: Principal, form: RoleForm, role: Role | None) -> Faults:
    faults = form.faults()
    own_id = role.id if role else None
    for field in ("code", "name"):
        if roles_repo.taken(session, field, getattr(form, field), own_id):
            faults.setdefault(field, "taken")
    if form.codes - _PERMISSIONS - resources_repo.own_codes(session):
        faults.setdefault("codes", "unknown")
    if any(code in _PERMISSIONS and code not in principal.permissions for code in form.codes):
        faults.setdefault("codes", "beyond_own")
    if "scope" not in faults and not within_scope(DataScope(form.scope), principal.scope):
        faults["scope"] = "beyond_own"
    return faults


def _keep_rights(session: Session, principal: Principal) -> None:
    """Neither the last administrator nor oneself is locked out: told at the field, and nothing is stored."""
    try:
        keep_an_administrator(session)
    except LastAdministratorError:
        raise FieldErrors({"codes": "last_administrator"}) from None
    rights = accounts_repo.rights_of(session, principal.account_id)
    if not {Permission.ROLES_MANAGE, Permission.ROLES_VIEW} <= rights.permissions:
        raise FieldErrors({"codes": "locks_out"})
    if rights.scope is not DataScope.ALL:
        raise FieldErrors({"scope": "locks_out"})


def _with_views(form: RoleForm) -> RoleForm:
    """A page's functions are of no use without the page: its view comes along."""
    pages = {KNOWN[code].parent for code in form.codes if code in KNOWN}
    views = {known.code for known in KNOWN.values() if is_view(known.code) and known.parent in pages}
    return RoleForm(form.code, form.name, form.description, form.scope, form.codes | views)


def _told(form: RoleForm) -> dict[str, Any]:
    return {
        "name": form.name,
        "description": form.description,
        "scope": form.scope,
        "codes": sorted(form.codes),
    }


def _row(stored: StoredRole) -> RoleRow:
    role = stored.role
    return RoleRow(
        *(role.code, role.name, role.description, role.scope, role.builtin, role.version),
        members=stored.members,
        online=stored.online,
        codes=stored.codes,
    )
