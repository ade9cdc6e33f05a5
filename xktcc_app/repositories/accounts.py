"""Accounts, their roles and their seats."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from telephony.types import AgentId, DeviceId
from telephony.views import SeatProfile
from xktcc_app.domain.permissions import DataScope, Permission, RoleDefinition, widest
from xktcc_app.domain.principal import Principal
from xktcc_app.models.account import Account, AccountRole, Resource, Role, RolePermission
from xktcc_app.repositories.organizations import branch_ids

_KNOWN = frozenset(code.value for code in Permission)


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account's roles come to."""

    role_names: tuple[str, ...]
    permissions: frozenset[Permission]
    scope: DataScope
    extra: frozenset[str] = frozenset()


def by_name(session: Session, account: str) -> Account | None:
    """The account with this (lower-case) name."""
    return session.exec(select(Account).where(Account.account == account)).first()


def count_accounts(session: Session) -> int:
    """How many accounts there are, disabled ones too."""
    return session.exec(select(func.count(col(Account.id)))).one()


def commonest_password_hash(session: Session) -> str | None:
    """The hash that most accounts share: that of accounts filled in together which nobody changed since."""
    shared = func.count(col(Account.id))
    found = session.exec(
        select(Account.password_hash).group_by(col(Account.password_hash)).having(shared > 1).order_by(shared.desc())
    )
    return found.first()


def count_seats(session: Session) -> int:
    """How many accounts have an agent number."""
    return session.exec(select(func.count(col(Account.id))).where(col(Account.agent_number).is_not(None))).one()


def replace_password_hash(session: Session, old: str, new: str) -> None:
    """Give every account with the hash ``old`` the hash ``new``."""
    session.connection().execute(update(Account).where(col(Account.password_hash) == old).values(password_hash=new))


def rights_of(session: Session, account_id: int) -> Rights:
    """The account's roles (admin first, as they were made), all their permissions, and the widest of their scopes."""
    roles = session.exec(
        select(Role)
        .join(AccountRole, col(AccountRole.role_id) == col(Role.id))
        .where(AccountRole.account_id == account_id)
        .order_by(col(Role.id))
    ).all()
    codes = session.exec(
        select(RolePermission.permission).where(col(RolePermission.role_id).in_([role.id for role in roles]))
    ).all()
    strange = {code for code in codes if code not in _KNOWN}
    own = session.exec(select(Resource.code).where(col(Resource.code).in_(strange), ~col(Resource.builtin))).all()
    return Rights(
        tuple(role.code for role in roles),
        frozenset(Permission(code) for code in codes if code in _KNOWN),
        widest([DataScope(role.scope) for role in roles]),
        frozenset(own),
    )


def principal_of(session: Session, account: Account, session_id: str, address: str = "") -> Principal:
    """The account as a principal of this session, which came from ``address``."""
    if account.id is None:
        raise ValueError("the account is not stored yet")
    rights = rights_of(session, account.id)
    return Principal(
        account_id=account.id,
        account=account.account,
        name=account.name,
        role_names=rights.role_names,
        permissions=rights.permissions,
        scope=rights.scope,
        org_id=account.org_id,
        org_ids=_org_ids(session, rights.scope, account.org_id),
        session_id=session_id,
        must_change_password=account.must_change_password,
        agent=AgentId(account.agent_number) if account.agent_number else None,
        address=address,
        extra=rights.extra,
    )


def _org_ids(session: Session, scope: DataScope, org_id: int | None) -> frozenset[int] | None:
    if scope is DataScope.ALL:
        return None
    if org_id is None:
        return frozenset()
    return branch_ids(session, org_id) if scope is DataScope.BRANCH else frozenset({org_id})


def seat_profiles(session: Session) -> list[SeatProfile]:
    """Every seat of an active account, by agent number. Without both phone id and token the seat has no device."""
    accounts = session.exec(
        select(Account)
        .where(col(Account.agent_number).is_not(None), col(Account.active))
        .order_by(func.length(Account.agent_number), col(Account.agent_number))
    ).all()
    return [_seat_profile(account) for account in accounts]


def seat_profile_of(session: Session, agent: str) -> SeatProfile | None:
    """The seat of an agent number; ``None`` when no active account has it."""
    account = session.exec(select(Account).where(Account.agent_number == agent, col(Account.active))).first()
    return _seat_profile(account) if account else None


def _seat_profile(account: Account) -> SeatProfile:
    return SeatProfile(
        agent=AgentId(account.agent_number or ""),
        name=account.name,
        org_id=account.org_id or 0,
        device=DeviceId(account.phone_id) if account.phone_id and account.phone_token else None,
    )


def taken(session: Session, field: str, value: str, except_id: int | None) -> bool:
    """Whether another account has this ``account``, ``agent_number`` or ``phone_id``."""
    found = session.exec(select(Account.id).where(getattr(Account, field) == value)).first()
    return found is not None and found != except_id


def stored_tokens(session: Session) -> list[tuple[int, str]]:
    """Every account that has a telephony token, with the token as it is stored."""
    rows = session.exec(select(Account.id, Account.phone_token).where(col(Account.phone_token).is_not(None))).all()
    return [(account_id or 0, token or "") for account_id, token in rows]


def replace_token(session: Session, account_id: int, token: str) -> None:
    """Store another encryption of the account's token."""
    session.connection().execute(update(Account).where(col(Account.id) == account_id).values(phone_token=token))


@dataclass(frozen=True, slots=True)
class StoredPhone:
    """An account's phone; ``token`` as it is stored, encrypted."""

    device: DeviceId
    token: str


def stored_phones(session: Session) -> list[StoredPhone]:
    """The phones of all active accounts that have both phone id and token."""
    found = session.exec(
        select(Account.phone_id, Account.phone_token).where(
            col(Account.active), col(Account.phone_id).is_not(None), col(Account.phone_token).is_not(None)
        )
    )
    return [StoredPhone(DeviceId(device), token) for device, token in found if device and token]


def stored_phone(session: Session, account_id: int) -> StoredPhone | None:
    """The phone of an account, ``None`` when it has none."""
    account = session.get(Account, account_id)
    if account is None or not account.phone_id or not account.phone_token:
        return None
    return StoredPhone(DeviceId(account.phone_id), account.phone_token)


def role_by_code(session: Session, code: str) -> Role | None:
    """The role with this code."""
    return session.exec(select(Role).where(Role.code == code)).first()


def add_role(session: Session, code: str, definition: RoleDefinition) -> None:
    """Add a role that comes with the program, with its permissions."""
    role = Role(code=code, name=definition.name, scope=definition.scope.value, builtin=True)
    session.add(role)
    session.flush()
    session.add_all(
        RolePermission(role_id=role.id or 0, permission=permission.value) for permission in definition.permissions
    )


def add_account(session: Session, account: Account, role_code: str) -> Account:
    """Add an account with one role. ``LookupError`` when there is no such role."""
    role = role_by_code(session, role_code)
    if role is None or role.id is None:
        raise LookupError(f"no role {role_code}")
    session.add(account)
    session.flush()
    session.add(AccountRole(account_id=account.id or 0, role_id=role.id))
    return account
