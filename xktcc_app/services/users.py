"""Users: list, new, edit, and who is online. Their phone is the affair of ``user_phones``."""

from __future__ import annotations

import secrets
from typing import Any

from sqlmodel import Session

from xktcc_app.domain.admin_forms import Faults, UserForm
from xktcc_app.domain.admin_queries import BY_ACCOUNT, AccountQuery
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.paging import Page, Rows, Sort
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.account import Account, Role
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import roles as roles_repo
from xktcc_app.services.account_access import accounts_in, exceeds, flush_unique, keep_an_administrator, manageable
from xktcc_app.services.audit import AuditService, differences
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.effects import Effects
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors, LastAdministratorError, NotFoundError
from xktcc_app.services.guards import require
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.user_views import OnlineRow, UserRow, online_of, row_of


class UserService:
    """All methods raise ``PermissionDeniedError``; those for one account ``NotFoundError`` when it is not there or not in scope."""

    def __init__(
        self, database: Database, audit: AuditService, hasher: PasswordHasher, effects: Effects, now: Now = utc_now
    ) -> None:
        self._database = database
        self._audit = audit
        self._hasher = hasher
        self._effects = effects
        self._now = now

    async def search(
        self,
        principal: Principal,
        query: AccountQuery,
        sort: Sort = BY_ACCOUNT,
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[UserRow]:
        """A page of the accounts within the scope, with its total."""
        require(principal, Permission.USERS_VIEW)

        def work(session: Session) -> Rows[UserRow]:
            found, total = accounts_in(session, principal).find(query, sort, page)
            return Rows(tuple(map(row_of, found)), total, False, page)

        return await self._database.read(work)

    async def detail(self, principal: Principal, account_id: int) -> UserRow:
        """One account."""
        require(principal, Permission.USERS_VIEW)

        def work(session: Session) -> UserRow:
            found = accounts_in(session, principal).whole(account_id)
            if found is None:
                raise NotFoundError("no such account in scope")
            return row_of(found)

        return await self._database.read(work)

    async def online(self, principal: Principal) -> list[OnlineRow]:
        """Who has a live session, the newest first."""
        require(principal, Permission.SESSIONS_VIEW)

        def work(session: Session) -> list[OnlineRow]:
            return [row for row in map(online_of, accounts_in(session, principal).online()) if row is not None]

        return await self._database.read(work)

    async def create(self, principal: Principal, form: UserForm) -> tuple[int, str]:
        """Store a new account; returns its id and the temporary password, which is told once. ``FieldErrors``."""
        require(principal, Permission.USERS_MANAGE)
        form = form.tidied()
        password = secrets.token_urlsafe(9)
        hashed = await self._hasher.hash(password)

        def work(session: Session) -> int:
            roles = self._checked(session, principal, form, None)
            account = Account(
                account=form.account,
                name=form.name,
                password_hash=hashed,
                must_change_password=True,
                org_id=form.org_id,
                agent_number=form.agent_number or None,
                created_at=self._now(),
            )
            session.add(account)
            flush_unique(session)
            roles_repo.set_roles(session, account.id or 0, roles)
            return account.id or 0

        account_id = await self._database.write(work)
        self._audit.record(AuditAction.ACCOUNT_CREATED, principal, target=form.account, **differences({}, _told(form)))
        await self._effects.seats_changed((form.agent_number,))
        return account_id, password

    async def update(self, principal: Principal, account_id: int, version: int, form: UserForm) -> int:
        """Change an account that was read with ``version``; returns its version now. The account's name of log-in stays.

        Raises ``FieldErrors``, ``ChangedMeanwhileError``, ``BeyondOwnRightsError``. The rights take effect at once.
        """
        require(principal, Permission.USERS_MANAGE)
        form = form.tidied()

        def work(session: Session) -> tuple[UserForm, str | None, int]:
            account = manageable(session, principal, account_id, Permission.USERS_MANAGE)
            if account.version != version:
                raise ChangedMeanwhileError(account.version)
            before = _form_of(session, account)
            kept = UserForm(account.account, form.name, form.org_id, form.roles, form.agent_number)
            roles = self._checked(session, principal, kept, account)
            _fill(account, kept)
            session.add(account)
            flush_unique(session)
            roles_repo.set_roles(session, account_id, roles)
            _keep_rights(session, principal, account_id)
            return before, account.agent_number, account.version

        before, agent, now = await self._database.write(work)
        after = UserForm(before.account, form.name, form.org_id, form.roles, form.agent_number)
        changes = differences(_told(before), _told(after))
        self._audit.record(AuditAction.ACCOUNT_UPDATED, principal, target=before.account, **changes)
        await self._effects.rights_changed()
        await self._effects.seats_changed((before.agent_number, agent))
        return now

    def _checked(self, session: Session, principal: Principal, form: UserForm, account: Account | None) -> list[Role]:
        """The roles of the form. ``FieldErrors``."""
        own_id = account.id if account else None
        faults = form.faults()
        if accounts_repo.taken(session, "account", form.account, own_id):
            faults.setdefault("account", "taken")
        if form.agent_number and accounts_repo.taken(session, "agent_number", form.agent_number, own_id):
            faults.setdefault("agent_number", "taken")
        if account and not form.agent_number and account.phone_id:
            faults.setdefault("agent_number", "has_phone")
        _check_organization(session, principal, form, account, faults)
        roles = roles_repo.by_codes(session, form.roles)
        present = set(accounts_repo.rights_of(session, own_id).role_names) if own_id else set()
        if len(roles) != len(form.roles):
            faults.setdefault("roles", "unknown")
        given = [role for role in roles if role.code not in present]
        if any(exceeds(principal, role, roles_repo.codes_of(session, role.id or 0)) for role in given):
            faults.setdefault("roles", "beyond_own")
        if faults:
            raise FieldErrors(faults)
        return roles


def _check_organization(
    session: Session, principal: Principal, form: UserForm, account: Account | None, faults: Faults
) -> None:
    if form.org_id is not None:
        node = session.get(Organization, form.org_id)
        unchanged = account is not None and account.org_id == form.org_id
        if node is None or not (node.active or unchanged):
            faults.setdefault("org_id", "unknown")
            return
    if not principal.oversees(form.org_id):
        faults.setdefault("org_id", "out_of_scope")


def _keep_rights(session: Session, principal: Principal, account_id: int) -> None:
    """Nobody locks themselves out, nor everybody: told at the field, and nothing is stored."""
    try:
        keep_an_administrator(session)
    except LastAdministratorError:
        raise FieldErrors({"roles": "last_administrator"}) from None
    if account_id == principal.account_id:
        rights = accounts_repo.rights_of(session, account_id)
        if Permission.USERS_MANAGE not in rights.permissions:
            raise FieldErrors({"roles": "locks_out"})


def _fill(account: Account, form: UserForm) -> None:
    account.name, account.org_id = form.name, form.org_id
    account.agent_number = form.agent_number or None
    account.version += 1


def _form_of(session: Session, account: Account) -> UserForm:
    roles = accounts_repo.rights_of(session, account.id or 0).role_names
    return UserForm(account.account, account.name, account.org_id, roles, account.agent_number or "")


def _told(form: UserForm) -> dict[str, Any]:
    return {
        "name": form.name,
        "org_id": form.org_id,
        "roles": sorted(form.roles),
        "agent_number": form.agent_number,
    }
