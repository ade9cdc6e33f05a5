"""The audit log as it is read: searched, exported. Nobody changes it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlmodel import Session

from xktcc_app.domain.admin_queries import AuditQuery
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.cells import safe_cell
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.paging import Page, Rows
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.audit import AuditLog
from xktcc_app.repositories.audit_list import AuditList
from xktcc_app.services.audit import AuditService
from xktcc_app.services.database import Database
from xktcc_app.services.guards import require

CHUNK = 1000
LIMIT = 200_000
"""Deeds that an export holds at most."""
COLUMNS = ("seq", "at", "account", "address", "action", "target", "outcome", "detail")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A deed. ``before`` and ``after``: what a change was about, by field; ``more``: what else was noted."""

    seq: int
    at: datetime
    account: str
    address: str
    action: str
    target: str
    outcome: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)


class AuditLogService:
    """Reading needs ``audit.view``, taking it away ``audit.export``; both show the deeds of the accounts in scope."""

    def __init__(self, database: Database, audit: AuditService, zone: tzinfo) -> None:
        self._database = database
        self._audit = audit
        self._zone = zone

    async def search(self, principal: Principal, query: AuditQuery, page: Page = Page()) -> Rows[AuditRow]:  # noqa: B008 -- frozen
        """A page of the deeds, the newest first."""
        require(principal, Permission.AUDIT_VIEW)
        scope = scope_of(principal)

        def work(session: Session) -> Rows[AuditRow]:
            rows, total, capped = AuditList(session, scope).find(query, page)
            return Rows(tuple(map(_row, rows)), total, capped, page)

        return await self._database.read(work)

    def export(self, principal: Principal, query: AuditQuery) -> Iterator[str]:
        """What ``query`` finds as the text of a CSV file, a piece at a time; times in the centre's zone. Not for the event loop."""
        require(principal, Permission.AUDIT_EXPORT)
        self._audit.record(AuditAction.EXPORTED, principal, target="AuditQuery")
        scope = scope_of(principal)

        def pieces() -> Iterator[str]:
            yield "\ufeff" + _lines([COLUMNS])
            before: int | None = None
            for _ in range(LIMIT // CHUNK):
                rows = self._database.reading(
                    lambda session, before=before: AuditList(session, scope).following(query, before, CHUNK)
                )
                yield _lines([self._cells(row) for row in rows])
                if len(rows) < CHUNK:
                    return
                before = rows[-1].id

        return pieces()

    def _cells(self, row: AuditLog) -> tuple[object, ...]:
        at = f"{row.at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"
        words = (row.account, row.address, row.action, row.target, row.outcome, row.detail)
        return (row.seq or "", at, *map(safe_cell, words))


def _lines(rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _row(row: AuditLog) -> AuditRow:
    detail = _read(row.detail)
    before, after = (_read(str(detail.pop(name, "{}"))) for name in ("before", "after"))
    more = {name: str(value) for name, value in detail.items()}
    return AuditRow(
        *(row.seq or 0, row.at, row.account, row.address, row.action, row.target, row.outcome),
        before=before,
        after=after,
        more=more,
    )


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"value": found}
