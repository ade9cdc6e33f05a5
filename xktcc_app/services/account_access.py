"""Which accounts an administrator may touch: those within the data scope, and with no more rights than the own ones."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from xktcc_app.domain.data_scope import Scope, scope_of
from xktcc_app.domain.permissions import DataScope, Permission, within_scope
from xktcc_app.domain.principal import Principal
from xktcc_app.models.account import Account, Role
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import roles as roles_repo
from xktcc_app.repositories.account_list import AccountList
from xktcc_app.services.errors import BeyondOwnRightsError, FieldErrors, LastAdministratorError, NotFoundError

_KNOWN = frozenset(code.value for code in Permission)


def accounts_in(session: Session, principal: Principal) -> AccountList:
    """The accounts within the principal's scope."""
    return AccountList(session, account_scope(principal))


def account_scope(principal: Principal) -> Scope:
    """Accounts are not records of a served area: a branch is the own organization itself and what lies below."""
    return scope_of(principal)


def manageable(session: Session, principal: Principal, account_id: int, permission: Permission) -> Account:
    """The account, locked. ``NotFoundError`` outside of the scope, ``BeyondOwnRightsError`` for one with more rights."""
    account = accounts_in(session, principal).get(account_id, lock=True)
    if account is None:
        raise NotFoundError("no such account in scope")
    rights = accounts_repo.rights_of(session, account_id)
    if not (rights.permissions <= principal.permissions and within_scope(rights.scope, principal.scope)):
        raise BeyondOwnRightsError(permission)
    return account


def exceeds(principal: Principal, role: Role, codes: Iterable[str]) -> bool:
    """Whether a role holds more than the principal itself: then the principal may not give it."""
    if not within_scope(DataScope(role.scope), principal.scope):
        return True
    return any(code in _KNOWN and code not in principal.permissions for code in codes)


def keep_an_administrator(session: Session) -> None:
    """``LastAdministratorError`` when after the change nobody could manage users and roles any more."""
    session.flush()
    if not roles_repo.administrators(session):
        raise LastAdministratorError("the last administrator must stay")


def flush_unique(session: Session) -> None:
    """Two who store the same at the same moment: the database sees it, and the second is told as if it had come later."""
    try:
        session.flush()
    except IntegrityError as error:
        text = str(error.orig)
        field = next((name for name in ("agent_number", "phone_id") if name in text), "account")
        raise FieldErrors({field: "taken"}) from None
