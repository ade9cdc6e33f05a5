"""Logging in and out. An account has one live session: a later login ends the earlier one."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from telephony.types import AgentId
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.passwords import fault_of
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndedSession, EndReason, Lifetime, ThrottlePolicy
from xktcc_app.models.account import Account, LoginSession
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import sessions as sessions_repo
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import (
    AccountLockedError,
    NotFoundError,
    ServiceError,
    ThrottledError,
    WeakPasswordError,
    WrongCredentialsError,
)
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.session_cache import Entry, digest
from xktcc_app.services.session_registry import SessionRegistry
from xktcc_app.services.throttle import Attempt, LoginThrottle


@dataclass(frozen=True, slots=True)
class LoginResult:
    """``secret`` is the cookie's value and is never seen again; ``max_age_s`` the session's absolute life."""

    secret: str
    principal: Principal
    max_age_s: int


@dataclass(frozen=True, slots=True)
class LoginRules:
    """How long sessions last, and how guessing is slowed per account and per address."""

    lifetime: Lifetime
    account: ThrottlePolicy
    address: ThrottlePolicy


@dataclass(frozen=True, slots=True)
class SessionSurroundings:
    """What sessions need around them. ``has_live_call`` tells whether an agent has a call, which defers the idle end."""

    database: Database
    audit: AuditService
    hasher: PasswordHasher
    has_live_call: Callable[[AgentId], bool]
    now: Now = utc_now


class SessionService(SessionRegistry):
    """Sessions with the deeds of their users: log in, log out, change the password."""

    def __init__(self, around: SessionSurroundings, rules: LoginRules) -> None:
        super().__init__(around.database, rules.lifetime, around.has_live_call, around.now)
        self._audit = around.audit
        self._hasher = around.hasher
        self._throttle = LoginThrottle(around.database, rules.account, rules.address)
        self.outcomes: Counter[str] = Counter()

    # ---- login and logout ---------------------------------------------------------------------------------------------

    async def login(self, account: str, password: str, address: str, user_agent: str) -> LoginResult:
        """Begin a session and end the account's earlier one (``PUSHED_OUT``).

        Raises ``WrongCredentialsError``, alike and as slow for an unknown or disabled account; ``ThrottledError`` and
        ``AccountLockedError`` without looking at the password; ``DatabaseBusyError``.
        """
        name = account.strip().casefold()[:64]
        try:
            result = await self._login(name, password, address[:64], user_agent[:300])
        except ServiceError as error:
            self.outcomes[error.code] += 1
            raise
        self.outcomes["ok"] += 1
        return result

    async def _login(self, name: str, password: str, address: str, user_agent: str) -> LoginResult:
        attempt = await self._begin_attempt(name, address)
        stored = await self._database.read(lambda session: accounts_repo.by_name(session, name))
        usable = stored if stored is not None and stored.active else None
        right = await self._hasher.verify(password, usable.password_hash if usable else None)
        if usable is None or not right:
            raise self._refused(name, address, attempt)
        secret = secrets.token_urlsafe(32)
        now = self._now()
        row = LoginSession(
            id=str(uuid.uuid4()),
            secret_hash=digest(secret),
            account_id=usable.id or 0,
            created_at=now,
            seen_at=now,
            address=address,
            user_agent=user_agent,
        )
        begun = await self._database.write(lambda session: self._begin_session(session, usable, row, attempt))
        if begun is None:
            raise self._refused(name, address, attempt)  # disabled, or its password changed, while we compared
        principal, pushed_out = begun
        self._cache.store(Entry(row.secret_hash, principal, now, now))
        self._audit.record(AuditAction.LOGIN, principal, address=address)
        if pushed_out is not None:
            self._announce(pushed_out, EndedSession(EndReason.PUSHED_OUT, now, address))
            self._audit.record(AuditAction.PUSHED_OUT, principal, target=principal.account, address=address)
        return LoginResult(secret, principal, int(self._lifetime.absolute.total_seconds()))

    async def _begin_attempt(self, name: str, address: str) -> Attempt:
        try:
            return await self._throttle.begin(name, address, self._now())
        except (ThrottledError, AccountLockedError) as error:
            self._audit.record(AuditAction.LOGIN_FAILED, name, address=address, outcome=error.code)
            raise

    def _refused(self, name: str, address: str, attempt: Attempt) -> ServiceError:
        self._audit.record(AuditAction.LOGIN_FAILED, name, address=address, outcome=WrongCredentialsError.code)
        if attempt.locked_until is None:
            return WrongCredentialsError(attempt.retry_after_s)
        self._audit.record(AuditAction.LOCKED, name, target=name, address=address)
        return AccountLockedError(attempt.locked_until)

    @staticmethod
    def _begin_session(
        session: Session, seen: Account, row: LoginSession, attempt: Attempt
    ) -> tuple[Principal, LoginSession | None] | None:
        account = session.get(Account, seen.id, with_for_update=True)
        if account is None or not account.active or account.password_hash != seen.password_hash:
            return None
        LoginThrottle.succeeded(session, attempt)
        earlier = sessions_repo.live_of(session, row.account_id)
        if earlier is not None:
            sessions_repo.end(session, earlier.id, EndReason.PUSHED_OUT, row.created_at, row.address)
        session.add(row)
        return accounts_repo.principal_of(session, account, row.id, row.address), earlier

    async def logout(self, secret: str) -> None:
        """End the session of ``secret``; nothing happens when it is over already."""
        principal = await self.resolve(secret)
        if principal is None:
            return
        self._audit.record(AuditAction.LOGOUT, principal)
        await self._end(digest(secret), principal.session_id, EndReason.LOGGED_OUT)

    async def logout_everywhere(self, principal: Principal) -> None:
        """End every session of the principal's account, this one too."""
        self._audit.record(AuditAction.LOGOUT, principal, detail="everywhere")
        await self.end_account(principal.account_id, EndReason.LOGGED_OUT)

    # ---- passwords ----------------------------------------------------------------------------------------------------

    async def change_password(self, principal: Principal, old: str, new: str, address: str = "") -> None:
        """Give the principal's account a new password; the session goes on.

        ``WrongCredentialsError``, ``ThrottledError`` or ``AccountLockedError`` for the old one, ``WeakPasswordError`` for the new.
        """
        attempt = await self._begin_attempt(principal.account, address)
        stored = await self._database.read(lambda session: session.get(Account, principal.account_id))
        if not await self._hasher.verify(old, stored.password_hash if stored else None):
            raise self._refused(principal.account, address, attempt)
        await self._database.write(lambda session: LoginThrottle.succeeded(session, attempt))
        fault = await asyncio.to_thread(fault_of, new, principal.account, old)  # it may take tens of milliseconds
        if fault is not None:
            raise WeakPasswordError(fault)
        await self.set_password(principal.account_id, new, temporary=False)
        self._audit.record(AuditAction.PASSWORD_CHANGED, principal, target=principal.account, address=address)

    async def set_password(self, account_id: int, password: str, *, temporary: bool) -> None:
        """Store a password that was allowed already. ``NotFoundError`` without such an account."""
        hashed = await self._hasher.hash(password)

        def change(session: Session) -> None:
            account = session.get(Account, account_id)
            if account is None:
                raise NotFoundError("no such account")
            account.password_hash, account.must_change_password = hashed, temporary
            session.add(account)

        await self._database.write(change)
        await self.reload()
