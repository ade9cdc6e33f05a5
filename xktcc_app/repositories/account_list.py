"""Accounts within a data scope that can't be left out: the list, single ones, and who is online."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, func, select

from xktcc_app.domain.admin_queries import AccountQuery
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.domain.text_query import cases, like
from xktcc_app.models.account import Account, AccountRole, LoginSession, Role
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.token_index import is_sqlite

_A = Account.metadata.tables["account"].c
_SORTS = {"account": _A.account, "name": _A.name, "created_at": _A.created_at, "agent_number": _A.agent_number}
_SEARCHED = (_A.account, _A.name, _A.agent_number, _A.phone_id)
_ONLINE = select(LoginSession.account_id).where(col(LoginSession.ended_at).is_(None))


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An account with its roles (codes, as they were made) and its live session."""

    account: Account
    roles: tuple[str, ...]
    session: LoginSession | None


class AccountList:
    """Finds accounts within ``scope``: whoever sees only the own data finds only the own account."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def find(self, query: AccountQuery, sort: Sort, page: Page) -> tuple[list[FoundAccount], int]:
        """A page of accounts and how many there are in all."""
        wanted = and_(self._within(), *self._asked(query))
        by = _SORTS[sort.key]
        order = by.desc() if sort.descending else by.asc()
        if query.text.strip():  # a look at every account: once, for rows and total alike
            found = self._session.exec(select(_A.id).where(wanted).order_by(order, _A.id)).all()
            total, chosen = len(found), _A.id.in_(found[page.offset : page.offset + page.size])
            rows = self._session.exec(select(Account).where(chosen).order_by(order, _A.id)).all()
            return self._with_rest(rows), total
        total = self._session.exec(select(func.count(_A.id)).where(wanted)).one()
        rows = self._session.exec(
            select(Account).where(wanted).order_by(order, _A.id).offset(page.offset).limit(page.size)
        ).all()
        return self._with_rest(rows), total

    def get(self, account_id: int, *, lock: bool = False) -> Account | None:
        """One account within the scope; ``lock``: nobody else changes it until the transaction ends."""
        statement = select(Account).where(_A.id == account_id, self._within())
        return self._session.exec(statement.with_for_update() if lock else statement).first()

    def whole(self, account_id: int) -> FoundAccount | None:
        """One account with its roles and session."""
        account = self.get(account_id)
        return self._with_rest([account])[0] if account is not None else None

    def online(self) -> list[FoundAccount]:
        """Who has a live session, the newest first."""
        rows = self._session.exec(
            select(Account)
            .join(LoginSession, and_(col(LoginSession.account_id) == _A.id, col(LoginSession.ended_at).is_(None)))
            .where(self._within())
            .order_by(col(LoginSession.created_at).desc())
        ).all()
        return self._with_rest(rows)

    def _within(self) -> ColumnElement[bool]:
        if self._scope.nothing:
            return false()
        if self._scope.account_id is not None:
            return _A.id == self._scope.account_id
        return true() if self._scope.node is None else _below(self._session, self._scope.node)

    def _asked(self, query: AccountQuery) -> list[ColumnElement[bool]]:
        asked: list[ColumnElement[bool]] = []
        if query.text.strip():
            # one by one: joined into one text for each account they take three times as long
            parts = [like(one) for one in cases(query.text)]
            asked.append(or_(*(self._has(column, part) for column in _SEARCHED for part in parts)))
        if query.org_id is not None:
            asked.append(_below(self._session, query.org_id))
        if query.role:
            role_id = self._session.exec(select(Role.id).where(Role.code == query.role)).first()
            has = and_(col(AccountRole.account_id) == _A.id, col(AccountRole.role_id) == role_id)
            asked.append(select(AccountRole.role_id).where(has).exists())
        if query.active:
            asked.append(_A.active.is_(query.active == "yes"))
        if query.phone:
            given = and_(_A.phone_id.is_not(None), _A.phone_token.is_not(None))
            asked.append(given if query.phone == "given" else and_(_A.agent_number.is_not(None), ~given))
        if query.online:
            asked.append(_A.id.in_(_ONLINE))
        return asked

    def _has(self, column: ColumnElement[str], part: str) -> ColumnElement[bool]:
        """SQLite's LIKE passes over the case of a to z by itself, and takes twice as long when it is told to."""
        plain = is_sqlite(self._session)
        return column.like(part, escape="\\") if plain else column.ilike(part, escape="\\")

    def _with_rest(self, accounts: Sequence[Account]) -> list[FoundAccount]:
        ids = [account.id for account in accounts]
        roles: defaultdict[int, list[str]] = defaultdict(list)
        pairs = select(AccountRole.account_id, Role.code).join(Role, col(Role.id) == AccountRole.role_id)
        for account_id, code in self._session.exec(
            pairs.where(col(AccountRole.account_id).in_(ids)).order_by(col(Role.id))
        ):
            roles[account_id].append(code)
        live = select(LoginSession).where(col(LoginSession.ended_at).is_(None), col(LoginSession.account_id).in_(ids))
        sessions = {row.account_id: row for row in self._session.exec(live)}
        return [
            FoundAccount(account, tuple(roles[account.id or 0]), sessions.get(account.id or 0)) for account in accounts
        ]


def _below(session: Session, node: int) -> ColumnElement[bool]:
    """Whether an account belongs to the organization or below; nothing for one that does not exist."""
    top = session.get(Organization, node)
    if top is None:
        return false()
    inside = select(Organization.id).where(col(Organization.low).between(top.low, top.high))
    return _A.org_id.in_(inside)
