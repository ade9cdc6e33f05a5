"""An account's phone: its id and token, given by an administrator, and the question whether the PBX accepts them."""

from __future__ import annotations

from typing import Protocol

from sqlmodel import Session

from xktcc_app.domain.admin_forms import phone_faults, tidy
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.services.account_access import flush_unique, manageable
from xktcc_app.services.audit import AuditService, differences
from xktcc_app.services.database import Database
from xktcc_app.services.effects import Effects
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors, PhoneTestUnavailableError
from xktcc_app.services.guards import require
from xktcc_app.services.phones import PhoneVerdict
from xktcc_app.services.tokens import TokenCipher


class PhoneTester(Protocol):
    """Asks the PBX about an account's phone. May raise what the telephone system raises."""

    async def test(self, account_id: int) -> PhoneVerdict:
        """Whether the PBX accepts the stored pair, and what is wrong when it does not."""
        ...


class UserPhoneService:
    """Needs ``users.phone``; the token is stored encrypted and never given out again."""

    def __init__(self, database: Database, audit: AuditService, cipher: TokenCipher, effects: Effects) -> None:
        self._database = database
        self._audit = audit
        self._cipher = cipher
        self._effects = effects
        self._tester: PhoneTester | None = None

    def test_by(self, tester: PhoneTester) -> None:
        """From now on ask this one."""
        self._tester = tester

    async def give(self, principal: Principal, account_id: int, version: int, phone_id: str, token: str) -> int:
        """Give the account a phone; an empty ``token`` keeps the stored one, an empty ``phone_id`` takes the phone away.

        Returns the account's version now. Raises ``FieldErrors``, ``ChangedMeanwhileError``.
        """
        require(principal, Permission.USERS_PHONE)
        phone_id, token = tidy(phone_id), token.strip()

        def work(session: Session) -> tuple[str, str | None, str, int]:
            account = manageable(session, principal, account_id, Permission.USERS_PHONE)
            if account.version != version:
                raise ChangedMeanwhileError(account.version)
            faults = phone_faults(phone_id, token, has_token=account.phone_token is not None)
            if phone_id and accounts_repo.taken(session, "phone_id", phone_id, account_id):
                faults.setdefault("phone_id", "taken")
            if phone_id and account.agent_number is None:
                faults.setdefault("phone_id", "no_agent")
            if faults:
                raise FieldErrors(faults)
            before = account.phone_id or ""
            account.phone_id = phone_id or None
            if not phone_id:
                account.phone_token = None
            elif token:
                account.phone_token = self._cipher.encrypt(token)
            account.version += 1
            session.add(account)
            flush_unique(session)
            return account.account, account.agent_number, before, account.version

        name, agent, before, now = await self._database.write(work)
        token_is = "changed" if token else "kept" if phone_id else "removed"
        changes = differences({"phone_id": before}, {"phone_id": phone_id})
        self._audit.record(AuditAction.PHONE_GIVEN, principal, target=name, token=token_is, **changes)
        await self._effects.seats_changed((agent,))
        return now

    async def test(self, principal: Principal, account_id: int) -> PhoneVerdict:
        """Ask the PBX whether it accepts the account's phone. ``PhoneTestUnavailableError`` when it can't be asked."""
        require(principal, Permission.USERS_PHONE)

        def work(session: Session) -> tuple[str, bool]:
            account = manageable(session, principal, account_id, Permission.USERS_PHONE)
            return account.account, bool(account.phone_id and account.phone_token)

        name, given = await self._database.read(work)
        if not given:
            return PhoneVerdict(accepted=False, reason="not_given")
        if self._tester is None:
            raise PhoneTestUnavailableError("nobody asks the PBX")
        verdict = await self._tester.test(account_id)
        self._audit.record(AuditAction.PHONE_TESTED, principal, target=name, outcome=verdict.reason or "ok")
        return verdict
