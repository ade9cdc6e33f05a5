"""Listening to recordings, and keeping them from being let go. Every call checks permission and scope."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.recordings import PLAYABLE, FileState
from xktcc_app.models.call import Call, LegalHold, Recording
from xktcc_app.repositories import recordings as recordings_repo
from xktcc_app.repositories.call_list import CallList
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import FieldErrors, NotFoundError, RecordingNotPlayableError
from xktcc_app.services.guards import require
from xktcc_app.services.recording_files import OutsideError, RecordingFiles

ONE_LISTENING = timedelta(minutes=10)
"""Requests of one session for one recording with less than this between them are one listening."""
REMEMBERED = 10_000
MAX_REASON = 200


@dataclass(frozen=True, slots=True)
class Playable:
    """A file to be handed out. ``tag`` is its checksum; ``file_name`` holds no personal data."""

    path: Path
    size: int
    tag: str
    file_name: str


@dataclass(frozen=True, slots=True)
class HoldView:
    """A legal hold."""

    placed_at: datetime
    placed_by: str
    reason: str


class RecordingService:
    """Methods raise ``PermissionDeniedError``, and ``NotFoundError`` for a call that is not there or not in scope."""

    def __init__(self, database: Database, files: RecordingFiles, audit: AuditService, now: Now = utc_now) -> None:
        self._database = database
        self._files = files
        self._audit = audit
        self._now = now
        self._listening: OrderedDict[tuple[str, str, bool], datetime] = OrderedDict()

    async def open(self, principal: Principal, call_id: str, *, download: bool) -> Playable:
        """The call's recording. ``RecordingNotPlayableError`` says why there is nothing to hear."""
        require(principal, Permission.CALLS_PLAY)
        if download:
            require(principal, Permission.CALLS_DOWNLOAD)

        def work(session: Session) -> tuple[Call, Recording]:
            call = _one(session, principal, call_id)
            recording = recordings_repo.best_of(session, call_id)
            if recording is None:
                raise RecordingNotPlayableError("none")
            if recording.state not in PLAYABLE:
                raise RecordingNotPlayableError(recording.state)
            return call, recording

        call, recording = await self._database.read(work)
        try:
            path = self._files.at(recording.path)
        except OutsideError:
            raise RecordingNotPlayableError(FileState.MISSING.value) from None
        name = f"{recording.started_at:%Y%m%d-%H%M%S}Z-{call.agent or 'call'}.wav"
        return Playable(path, recording.size, recording.sha256, name)

    def heard(self, principal: Principal, call_id: str, address: str, *, download: bool) -> bool:
        """Somebody is about to hear it: audited once a listening, whatever parts a browser asks for. Whether it was now."""
        key, now = (principal.session_id, call_id, download), self._now()
        before = self._listening.pop(key, None)
        self._listening[key] = now
        if len(self._listening) > REMEMBERED:
            self._listening.popitem(last=False)
        if before is not None and now - before < ONE_LISTENING:
            return False
        action = AuditAction.RECORDING_DOWNLOADED if download else AuditAction.RECORDING_PLAYED
        self._audit.record(action, principal, target=f"call:{call_id}", address=address)
        return True

    async def hold_of(self, principal: Principal, call_id: str) -> HoldView | None:
        """The legal hold on a call, if there is one."""
        require(principal, Permission.CALLS_VIEW)

        def work(session: Session) -> HoldView | None:
            _one(session, principal, call_id)
            row = session.get(LegalHold, call_id)
            return row and HoldView(row.placed_at, row.placed_by, row.reason)

        return await self._database.read(work)

    async def hold(self, principal: Principal, call_id: str, reason: str) -> None:
        """Keep the call's recording however old it becomes. ``FieldErrors`` for ``reason``; audited. Twice is harmless."""
        require(principal, Permission.CALLS_HOLD)
        reason = reason.strip()
        if not reason or len(reason) > MAX_REASON:
            raise FieldErrors({"reason": "too_long" if reason else "required"})

        def work(session: Session) -> None:
            _one(session, principal, call_id)
            if session.get(LegalHold, call_id) is None:
                hold = LegalHold(call_id=call_id, placed_at=self._now(), placed_by=principal.account, reason=reason)
                session.add(hold)

        await self._database.write(work)
        self._audit.record(AuditAction.RECORDING_HELD, principal, target=f"call:{call_id}")

    async def end_hold(self, principal: Principal, call_id: str) -> None:
        """The recording may be let go again when its time has come; audited."""
        require(principal, Permission.CALLS_HOLD)

        def work(session: Session) -> bool:
            _one(session, principal, call_id)
            row = session.get(LegalHold, call_id)
            if row is not None:
                session.delete(row)
            return row is not None

        if await self._database.write(work):
            self._audit.record(AuditAction.RECORDING_HOLD_ENDED, principal, target=f"call:{call_id}")


def _one(session: Session, principal: Principal, call_id: str) -> Call:
    call = CallList(session, scope_of(principal)).get(call_id)
    if call is None:
        raise NotFoundError("no such call in scope")
    return call
