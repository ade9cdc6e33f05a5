"""Call records: lists, whole calls with their timelines, notes and validity. Every call checks permission and scope."""

from __future__ import annotations

from sqlmodel import Session, col, select

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.data_scope import EVERYTHING, scope_of
from xktcc_app.domain.list_queries import NEWEST_CALLS, CallQuery
from xktcc_app.domain.paging import Page, Rows, Sort
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.call import Call, CallStep, Recording
from xktcc_app.repositories import call_index
from xktcc_app.repositories.call_list import CallList
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.recordings import of_calls
from xktcc_app.services.audit import AuditService
from xktcc_app.services.call_views import CallDetail, CallRow, detail_of, row_of
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors, NotFoundError, PermissionDeniedError
from xktcc_app.services.guards import require

MAX_NOTE = 2000


class CallRecordService:
    """All methods raise ``PermissionDeniedError``; those for one call ``NotFoundError`` when it is not there or not in scope."""

    def __init__(self, database: Database, audit: AuditService, now: Now = utc_now) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    async def search(
        self,
        principal: Principal,
        query: CallQuery,
        sort: Sort = NEWEST_CALLS,
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[CallRow]:
        """A page of the list with its total."""
        require(principal, Permission.CALLS_VIEW)
        scope = scope_of(principal)

        def work(session: Session) -> Rows[CallRow]:
            calls = CallList(session, scope)
            found = calls.find(query, sort, page)
            return Rows(_rows(session, principal, calls.by_keys(found.keys)), found.total, found.capped, page)

        return await self._database.read(work)

    async def of_elder(self, principal: Principal, elder_id: int, page: Page = Page()) -> Rows[CallRow]:  # noqa: B008 -- frozen
        """All calls of an elder whose record is in scope, whoever took them."""
        require(principal, Permission.ELDERS_VIEW)
        scope, today = scope_of(principal), self._now().date()

        def work(session: Session) -> Rows[CallRow]:
            if ElderList(session, scope, today).get(elder_id) is None:
                raise NotFoundError("no such elder in scope")
            calls = CallList(session, EVERYTHING)
            found = calls.find(CallQuery(elder_id=elder_id), NEWEST_CALLS, page)
            return Rows(_rows(session, principal, calls.by_keys(found.keys)), found.total, found.capped, page)

        return await self._database.read(work)

    async def detail(self, principal: Principal, call_id: str) -> CallDetail:
        """A whole call with timeline and recordings."""
        require(principal, Permission.CALLS_VIEW)

        def work(session: Session) -> CallDetail:
            call = _one(session, principal, call_id)
            steps = session.exec(
                select(CallStep).where(CallStep.call_id == call_id).order_by(col(CallStep.at), col(CallStep.id))
            ).all()
            recordings = session.exec(
                select(Recording).where(Recording.call_id == call_id).order_by(col(Recording.started_at))
            ).all()
            return detail_of(call, _rows(session, principal, [call])[0], list(steps), list(recordings))

        return await self._database.read(work)

    async def unmask(self, principal: Principal, call_id: str) -> str:
        """The outside party's number in clear; audited."""
        require(principal, Permission.RECORDS_UNMASK)
        number = await self._database.read(lambda session: _one(session, principal, call_id).number)
        self._audit.record(AuditAction.UNMASKED, principal, target=f"call:{call_id}", field="number")
        return number

    async def note(self, principal: Principal, call_id: str, version: int, note: str, valid: bool | None) -> int:
        """Set note and validity (``None``: as the rule says) of a call read with ``version``; returns its version now.

        Only the call's own agent may, or who has ``calls.correct``. Raises ``FieldErrors``, ``ChangedMeanwhileError``.
        A corrected validity is audited as such.
        """
        require(principal, Permission.CALLS_VIEW)
        if len(note) > MAX_NOTE:
            raise FieldErrors({"note": "too_long"})

        def work(session: Session) -> tuple[int, bool]:
            call = _one(session, principal, call_id)
            if not _may_edit(principal, call):
                raise PermissionDeniedError(Permission.CALLS_CORRECT)
            session.refresh(call, with_for_update=True)
            if call.version != version:
                raise ChangedMeanwhileError(call.version)
            corrected = call.judged != valid
            with call_index.tracked(session, [call_id]):
                call.note, call.judged, call.version = note.strip(), valid, version + 1
                session.add(call)
            return version + 1, corrected

        now, corrected = await self._database.write(work)
        action = AuditAction.CALL_CORRECTED if corrected else AuditAction.CALL_NOTED
        self._audit.record(action, principal, target=f"call:{call_id}", valid="" if valid is None else str(int(valid)))
        return now


def _one(session: Session, principal: Principal, call_id: str) -> Call:
    call = CallList(session, scope_of(principal)).get(call_id)
    if call is None:
        raise NotFoundError("no such call in scope")
    return call


def _may_edit(principal: Principal, call: Call) -> bool:
    own = principal.agent is not None and call.agent == principal.agent
    return own or principal.may(Permission.CALLS_CORRECT)


def _rows(session: Session, principal: Principal, calls: list[Call]) -> tuple[CallRow, ...]:
    recordings = of_calls(session, [call.id for call in calls])
    return tuple(row_of(call, recording=recordings.get(call.id), editable=_may_edit(principal, call)) for call in calls)
