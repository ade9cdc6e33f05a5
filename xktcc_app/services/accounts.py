"""What an administrator does to an account at one click; its form is the affair of ``users``."""

from __future__ import annotations

import secrets

from sqlmodel import Session

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndReason
from xktcc_app.repositories.throttle_keys import forget_failures
from xktcc_app.services.account_access import keep_an_administrator, manageable
from xktcc_app.services.audit import AuditService
from xktcc_app.services.database import Database
from xktcc_app.services.effects import Effects
from xktcc_app.services.errors import OwnAccountError
from xktcc_app.services.guards import require
from xktcc_app.services.sessions import SessionService


class AccountService:
    """Every method needs its permission (``PermissionDeniedError``), and is audited.

    The account must be within the scope (``NotFoundError``) and have no more rights than oneself (``BeyondOwnRightsError``).
    """

    def __init__(
        self, database: Database, sessions: SessionService, audit: AuditService, effects: Effects | None = None
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._audit = audit
        self._effects = effects

    async def disable(self, principal: Principal, account_id: int) -> None:
        """The account can't log in any more and its session ends at once.

        ``LastAdministratorError`` for the last of them, ``OwnAccountError`` for the own one.
        """
        require(principal, Permission.USERS_MANAGE)
        if account_id == principal.account_id:
            raise OwnAccountError("one's own account stays")
        name, agent = await self._database.write(
            lambda session: _activate(session, principal, account_id, active=False)
        )
        self._audit.record(AuditAction.DISABLED, principal, target=name)
        await self._sessions.end_account(account_id, EndReason.DISABLED)
        await self._seat_changed(agent)

    async def enable(self, principal: Principal, account_id: int) -> None:
        """The account may log in again."""
        require(principal, Permission.USERS_MANAGE)
        name, agent = await self._database.write(lambda session: _activate(session, principal, account_id, active=True))
        self._audit.record(AuditAction.ENABLED, principal, target=name)
        await self._seat_changed(agent)

    async def reset_password(self, principal: Principal, account_id: int) -> str:
        """Give the account a temporary password, returned once, that must be changed; its session ends, a lock is lifted."""
        permission = Permission.USERS_RESET_PASSWORD
        require(principal, permission)

        def change(session: Session) -> str:
            account = manageable(session, principal, account_id, permission)
            forget_failures(session, account.account)
            return account.account

        name = await self._database.write(change)
        password = secrets.token_urlsafe(9)
        await self._sessions.set_password(account_id, password, temporary=True)
        self._audit.record(AuditAction.PASSWORD_RESET, principal, target=name)
        await self._sessions.end_account(account_id, EndReason.FORCED)
        return password

    async def force_out(self, principal: Principal, account_id: int) -> None:
        """End the account's session; it may log in again."""
        permission = Permission.SESSIONS_END
        require(principal, permission)
        name = await self._database.read(lambda session: manageable(session, principal, account_id, permission).account)
        self._audit.record(AuditAction.FORCED_OUT, principal, target=name)
        await self._sessions.end_account(account_id, EndReason.FORCED)

    async def _seat_changed(self, agent: str | None) -> None:
        if self._effects is not None:
            await self._effects.seats_changed((agent,))


def _activate(session: Session, principal: Principal, account_id: int, *, active: bool) -> tuple[str, str | None]:
    account = manageable(session, principal, account_id, Permission.USERS_MANAGE)
    account.active = active
    account.version += 1
    session.add(account)
    keep_an_administrator(session)
    return account.account, account.agent_number
