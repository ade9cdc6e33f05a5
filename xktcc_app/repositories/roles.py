"""Roles: what they hold, who has them, and what an account's come to after a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, delete, func, select

from xktcc_app.domain.admin_forms import RoleForm
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.models.account import Account, AccountRole, LoginSession, Role, RolePermission

_ADMINISTRATION = frozenset({Permission.USERS_MANAGE.value, Permission.ROLES_MANAGE.value})


@dataclass(frozen=True, slots=True)
class StoredRole:
    """A role with everything about it. ``members``: accounts that have it; ``online``: those of them with a live session."""

    role: Role
    codes: frozenset[str]
    members: int
    online: int


def all_roles(session: Session) -> list[StoredRole]:
    """Every role, as they were made."""
    codes: defaultdict[int, set[str]] = defaultdict(set)
    for row in session.exec(select(RolePermission)):
        codes[row.role_id].add(row.permission)
    members = _counted(session, online=False)
    online = _counted(session, online=True)
    return [
        StoredRole(role, frozenset(codes[role.id or 0]), members.get(role.id or 0, 0), online.get(role.id or 0, 0))
        for role in session.exec(select(Role).order_by(col(Role.id)))
    ]


def _counted(session: Session, *, online: bool) -> dict[int, int]:
    statement = select(AccountRole.role_id, func.count()).group_by(col(AccountRole.role_id))
    if online:
        live = select(LoginSession.account_id).where(col(LoginSession.ended_at).is_(None))
        statement = statement.where(col(AccountRole.account_id).in_(live))
    return dict(session.exec(statement).all())


def one(session: Session, code: str, *, lock: bool = False) -> Role | None:
    """The role with this code; ``lock``: nobody else changes it until the transaction ends."""
    statement = select(Role).where(Role.code == code)
    return session.exec(statement.with_for_update() if lock else statement).first()


def codes_of(session: Session, role_id: int) -> frozenset[str]:
    """What the role holds."""
    return frozenset(session.exec(select(RolePermission.permission).where(RolePermission.role_id == role_id)).all())


def by_codes(session: Session, codes: Collection[str]) -> list[Role]:
    """The roles with these codes; unknown ones are left out."""
    return list(session.exec(select(Role).where(col(Role.code).in_(codes)).order_by(col(Role.id))).all())


def taken(session: Session, field: str, value: str, except_id: int | None) -> bool:
    """Whether another role has this ``code`` or ``name``."""
    found = session.exec(select(Role.id).where(getattr(Role, field) == value)).all()
    return any(ident != except_id for ident in found)


def add(session: Session, form: RoleForm) -> Role:
    """Store a new role."""
    role = Role(code=form.code, name=form.name, description=form.description, scope=form.scope)
    session.add(role)
    session.flush()
    grant(session, role.id or 0, form.codes)
    return role


def change(session: Session, role: Role, form: RoleForm) -> None:
    """Give ``role`` what the form says; its code stays."""
    role.name, role.description, role.scope = form.name, form.description, form.scope
    role.version += 1
    session.add(role)
    present = codes_of(session, role.id or 0)
    gone = delete(RolePermission).where(
        col(RolePermission.role_id) == role.id, col(RolePermission.permission).in_(present - form.codes)
    )
    session.exec(gone)
    grant(session, role.id or 0, form.codes - present)


def grant(session: Session, role_id: int, codes: Iterable[str]) -> None:
    """Add codes that the role does not have yet."""
    session.add_all(RolePermission(role_id=role_id, permission=code) for code in sorted(codes))
    session.flush()


def remove(session: Session, role: Role) -> None:
    """Take a role away that nobody has."""
    session.exec(delete(RolePermission).where(col(RolePermission.role_id) == role.id))
    session.delete(role)
    session.flush()


def members_of(session: Session, role_id: int) -> int:
    """How many accounts have the role."""
    return session.exec(select(func.count()).select_from(AccountRole).where(AccountRole.role_id == role_id)).one()


def set_roles(session: Session, account_id: int, roles: Collection[Role]) -> None:
    """Give the account exactly these roles."""
    wanted = {role.id or 0 for role in roles}
    present = set(session.exec(select(AccountRole.role_id).where(AccountRole.account_id == account_id)).all())
    session.exec(
        delete(AccountRole).where(
            col(AccountRole.account_id) == account_id, col(AccountRole.role_id).in_(present - wanted)
        )
    )
    session.add_all(AccountRole(account_id=account_id, role_id=role_id) for role_id in sorted(wanted - present))
    session.flush()


def administrators(session: Session) -> set[int]:
    """Active accounts that may manage users and roles everywhere: one at least must always be left."""
    held = session.exec(
        select(AccountRole.account_id, RolePermission.permission)
        .join(RolePermission, col(RolePermission.role_id) == AccountRole.role_id)
        .join(Account, col(Account.id) == AccountRole.account_id)
        .where(col(RolePermission.permission).in_(_ADMINISTRATION), col(Account.active))
        .distinct()
    )
    codes: defaultdict[int, set[str]] = defaultdict(set)
    for account_id, code in held:
        codes[account_id].add(code)
    able = {account_id for account_id, found in codes.items() if found >= _ADMINISTRATION}
    everywhere = session.exec(
        select(AccountRole.account_id)
        .join(Role, col(Role.id) == AccountRole.role_id)
        .where(Role.scope == DataScope.ALL.value, col(AccountRole.account_id).in_(able))
    )
    return set(everywhere)
