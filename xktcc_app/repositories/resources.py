"""The tree of resources as it is stored, and its agreement with what the program knows."""

from __future__ import annotations

from sqlmodel import Session, col, delete, func, select

from xktcc_app.domain.permissions import STARTING_ROLES, Permission
from xktcc_app.domain.resources import KNOWN, ResourceKind
from xktcc_app.models.account import Resource, Role, RolePermission

_PERMISSIONS = frozenset(code.value for code in Permission)


def all_resources(session: Session) -> list[Resource]:
    """Every node, siblings in their order."""
    return list(session.exec(select(Resource).order_by(col(Resource.sort), col(Resource.code))).all())


def one(session: Session, code: str) -> Resource | None:
    """The resource with this code."""
    return session.get(Resource, code, with_for_update=True)


def children_of(session: Session, code: str) -> int:
    """How many lie directly below it."""
    return session.exec(select(func.count()).select_from(Resource).where(Resource.parent == code)).one()


def holders_of(session: Session, code: str) -> list[str]:
    """Names of the roles that hold the code."""
    found = select(Role.name).join(RolePermission, col(RolePermission.role_id) == Role.id)
    return list(session.exec(found.where(RolePermission.permission == code).order_by(col(Role.id))).all())


def own_codes(session: Session) -> set[str]:
    """Codes that the administrators made."""
    return set(session.exec(select(Resource.code).where(col(Resource.builtin).is_(False))).all())


def reconcile(session: Session) -> tuple[int, int]:
    """Make the stored tree agree with the program's; returns how many came and went.

    A function that is new to this database is given to those starting roles that are born with it: an older database
    gains what a newer program can do. What the administrators took away from a role later stays away.
    """
    stored = {row.code: row for row in all_resources(session)}
    came = [known for code, known in KNOWN.items() if code not in stored]
    for known in came:
        session.add(
            Resource(
                code=known.code,
                parent=known.parent,
                kind=known.kind.value,
                sort=known.sort,
                builtin=True,
            )
        )
    gone = [code for code, row in stored.items() if row.builtin and code not in KNOWN]
    session.exec(delete(Resource).where(col(Resource.code).in_(gone)))
    _give_out(session, {known.code for known in came if known.kind is ResourceKind.BUTTON})
    return len(came), len(gone)


def _give_out(session: Session, codes: set[str]) -> None:
    for role in session.exec(select(Role).where(col(Role.code).in_(STARTING_ROLES))).all():
        born = {code.value for code in STARTING_ROLES[role.code].permissions}
        has = set(session.exec(select(RolePermission.permission).where(RolePermission.role_id == role.id)).all())
        session.add_all(
            RolePermission(role_id=role.id or 0, permission=code)
            for code in sorted((born & codes & _PERMISSIONS) - has)
        )
