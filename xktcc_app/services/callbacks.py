"""待回拨: the worklist of callers whom nobody reached. Entries come and go with the calls; here people work on them.

The number never leaves the server in clear: ``call_back`` dials it from the agent's own seat.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlmodel import Session

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.callbacks import CallbackQuery, CallbackResult
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.paging import Page, Rows
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.callback import Callback
from xktcc_app.repositories import callbacks as callbacks_repo
from xktcc_app.repositories.callback_list import CallbackList
from xktcc_app.services.audit import AuditService
from xktcc_app.services.callback_views import CallbackCounts, CallbackDetail, CallbackRow, detail_of, row_of
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import (
    AlreadyClosedError,
    ChangedMeanwhileError,
    FieldErrors,
    NotFoundError,
    PermissionDeniedError,
    TakenByAnotherError,
)
from xktcc_app.services.guards import require

MAX_REMARK = 500

Dial = Callable[[Principal, str], Awaitable[None]]
"""Calls a number from the principal's own seat, as ``ToolbarService.dial``."""
Change = Callable[[Callback], None]


@dataclass(frozen=True, slots=True)
class CallbackSurroundings:
    """What the service works with."""

    database: Database
    audit: AuditService
    dial: Dial
    now: Now = utc_now


class CallbackService:
    """All methods raise ``PermissionDeniedError``; those for one entry ``NotFoundError`` when it is not there or not in scope.

    To look asks for ``calls.view``, to work on an entry for ``calls.call_back`` besides.
    """

    def __init__(self, around: CallbackSurroundings) -> None:
        self._database = around.database
        self._audit = around.audit
        self._dial = around.dial
        self._now = around.now

    async def search(
        self,
        principal: Principal,
        query: CallbackQuery = CallbackQuery(),  # noqa: B008 -- frozen
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[CallbackRow]:
        """A page with the exact total. Open entries: SOS first, then who has waited longest. Others: newest first."""
        require(principal, Permission.CALLS_VIEW)
        scope, account = scope_of(principal), principal.account

        def work(session: Session) -> Rows[CallbackRow]:
            found, total = CallbackList(session, scope).find(query, account, page)
            return Rows(tuple(row_of(entry, account) for entry in found), total, capped=False, page=page)

        return await self._database.read(work)

    async def counts(self, principal: Principal) -> CallbackCounts:
        """How many open entries there are, for the menu."""
        require(principal, Permission.CALLS_VIEW)
        scope = scope_of(principal)
        return CallbackCounts(*await self._database.read(lambda session: CallbackList(session, scope).open_counts()))

    async def detail(self, principal: Principal, callback_id: int) -> CallbackDetail:
        """An entry with the calls from and to the number."""
        require(principal, Permission.CALLS_VIEW)

        def work(session: Session) -> CallbackDetail:
            row = row_of(_one(session, principal, callback_id), principal.account)
            return detail_of(row, CallbackList(session, scope_of(principal)).calls_of(callback_id))

        return await self._database.read(work)

    async def take(self, principal: Principal, callback_id: int) -> CallbackRow:
        """It is mine to call now. Harmless when it is already. ``TakenByAnotherError``, ``AlreadyClosedError``."""

        def change(entry: Callback) -> None:
            if entry.taken_by != principal.account:
                entry.taken_by, entry.taken_at = principal.account, self._now()
                entry.version += 1

        row = await self._change(principal, callback_id, change, mine_or_free=True)
        self._audit.record(AuditAction.CALLBACK_TAKEN, principal, target=f"callback:{callback_id}")
        return row

    async def release(self, principal: Principal, callback_id: int) -> CallbackRow:
        """Give it back to the others; with ``calls.correct`` also what another has taken."""

        def change(entry: Callback) -> None:
            entry.taken_by = entry.taken_at = None
            entry.version += 1

        over_others = principal.may(Permission.CALLS_CORRECT)
        row = await self._change(principal, callback_id, change, mine_or_free=not over_others)
        self._audit.record(AuditAction.CALLBACK_RELEASED, principal, target=f"callback:{callback_id}")
        return row

    async def call_back(self, principal: Principal, callback_id: int) -> CallbackRow:
        """Take it and dial the number from the own seat.

        Besides what ``take`` raises, what ``ToolbarService.dial`` raises (``NoSeatError``, a seat that is not free, …);
        the entry is then left to the others again unless it was mine before. What becomes of the call shows in the
        entry by itself: answered, it is done; else ``tried`` counts it.
        """
        if not principal.may(Permission.TOOLBAR_USE):
            raise PermissionDeniedError(Permission.TOOLBAR_USE)
        require(principal, Permission.CALLS_CALL_BACK)
        before = await self._read(principal, callback_id)
        row = await self.take(principal, callback_id)
        try:
            await self._dial(principal, before.number)
        except Exception:
            if before.taken_by != principal.account:
                await self.release(principal, callback_id)
            raise
        self._audit.record(AuditAction.CALLBACK_DIALLED, principal, target=f"callback:{callback_id}")
        return row

    async def finish(
        self, principal: Principal, callback_id: int, version: int, result: str, remark: str = ""
    ) -> CallbackRow:
        """Close an entry read with ``version``; ``result`` is a ``CallbackResult``.

        Raises ``FieldErrors`` (``result``, ``remark``), ``ChangedMeanwhileError`` (they called again, for one),
        ``TakenByAnotherError``, ``AlreadyClosedError``.
        """
        require(principal, Permission.CALLS_CALL_BACK)
        faults = {} if result in set(CallbackResult) else {"result": "not_allowed"}
        if len(remark) > MAX_REMARK:
            faults["remark"] = "too_long"
        if faults:
            raise FieldErrors(faults)

        def change(entry: Callback) -> None:
            if entry.version != version:
                raise ChangedMeanwhileError(entry.version)
            callbacks_repo.close(entry, CallbackResult(result), principal.account, self._now())
            entry.remark = remark.strip()

        row = await self._change(principal, callback_id, change, mine_or_free=True)
        self._audit.record(AuditAction.CALLBACK_FINISHED, principal, target=f"callback:{callback_id}", result=result)
        return row

    async def unmask(self, principal: Principal, callback_id: int) -> str:
        """The number in clear; audited."""
        require(principal, Permission.RECORDS_UNMASK)
        entry = await self._read(principal, callback_id)
        self._audit.record(AuditAction.UNMASKED, principal, target=f"callback:{callback_id}", field="number")
        return entry.number

    async def _read(self, principal: Principal, callback_id: int) -> Callback:
        return await self._database.read(lambda session: _one(session, principal, callback_id))

    async def _change(
        self, principal: Principal, callback_id: int, change: Change, *, mine_or_free: bool
    ) -> CallbackRow:
        require(principal, Permission.CALLS_VIEW)
        require(principal, Permission.CALLS_CALL_BACK)

        def work(session: Session) -> CallbackRow:
            entry = _one(session, principal, callback_id, locked=True)
            if entry.closed_at is not None:
                raise AlreadyClosedError("the entry is done with")
            if mine_or_free and entry.taken_by not in {None, principal.account}:
                raise TakenByAnotherError("another account works on it")
            change(entry)
            session.add(entry)
            return row_of(entry, principal.account)

        return await self._database.write(work)


def _one(session: Session, principal: Principal, callback_id: int, *, locked: bool = False) -> Callback:
    entry = CallbackList(session, scope_of(principal)).get(callback_id, locked=locked)
    if entry is None:
        raise NotFoundError("no such callback in scope")
    return entry
