"""Reads the audit log within a data scope: the deeds of the accounts that may be seen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, func, select

from xktcc_app.domain.admin_queries import AuditQuery
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.paging import CAP, Page
from xktcc_app.domain.text_query import like
from xktcc_app.models.account import Account
from xktcc_app.models.audit import AuditLog
from xktcc_app.models.organization import Organization

_L = AuditLog.metadata.tables["audit_log"].c


class AuditList:
    """Finds deeds within ``scope``; those of nobody's account (a wrong name at log-in) only within the scope of all."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def find(self, query: AuditQuery, page: Page) -> tuple[Sequence[AuditLog], int, bool]:
        """A page, the newest first, with the total; capped where there are more than can be counted quickly."""
        wanted = [self._within(), *_asked(query)]
        counted = select(_L.id).where(*wanted).limit(CAP + 1).subquery()
        total = self._session.exec(select(func.count()).select_from(counted)).one()
        rows = self._session.exec(
            select(AuditLog)
            .where(*wanted)
            .order_by(_L.at.desc(), _L.id.desc())
            .offset(min(page.offset, CAP))
            .limit(page.size)
        ).all()
        return rows, min(total, CAP), total > CAP

    def following(self, query: AuditQuery, before: int | None, size: int) -> Sequence[AuditLog]:
        """The next deeds below ``before`` (an id), newest first: for passing over all that is found."""
        wanted = [self._within(), *_asked(query)]
        if before is not None:
            wanted.append(_L.id < before)
        return self._session.exec(select(AuditLog).where(*wanted).order_by(_L.id.desc()).limit(size)).all()

    def _within(self) -> ColumnElement[bool]:
        if self._scope.nothing:
            return false()
        if self._scope.account_id is not None:
            return _L.account_id == self._scope.account_id
        if self._scope.node is None:
            return true()
        top = self._session.get(Organization, self._scope.node)
        if top is None:
            return false()
        inside = select(Organization.id).where(col(Organization.low).between(top.low, top.high))
        return _L.account_id.in_(select(Account.id).where(col(Account.org_id).in_(inside)))


def _asked(query: AuditQuery) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if query.begin is not None:
        asked.append(_L.at >= query.begin)
    if query.end is not None:
        asked.append(_L.at < query.end)
    if query.account.strip():
        asked.append(_L.account == query.account.strip().casefold())
    if query.action.endswith("."):
        asked.append(_L.action.startswith(query.action, autoescape=True))
    elif query.action:
        asked.append(_L.action == query.action)
    if query.target.strip():
        asked.append(_L.target.like(like(query.target.strip()), escape="\\"))
    if query.result:
        ok = _L.outcome == "ok"
        asked.append(ok if query.result == "ok" else or_(~ok))
    return asked
