"""Brings each ended recording from the PBX into the archive, and lets go of what is older than it should be.

A recording is fetched, judged, mended where its header is wrong, and only then in its place; the PBX's own copy goes after
that is written down. Whatever fails is tried again: nothing is lost because a disk, a database or a PBX was away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlmodel import Session

from telephony.errors import NoSuchCallError, PbxRefusedError, TelephonyError
from telephony.stored import StoredRecordings
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.recordings import Expectation, FileFault, FileState, is_safe_name, place_of
from xktcc_app.models.call import Recording
from xktcc_app.repositories import recordings as recordings_repo
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import ServiceError
from xktcc_app.services.recording_files import KeptFile, RecordingFiles

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
AT_ONCE = 200
PATIENCE_S = (0, 10, 30, 120, 600, 3600)
"""When, after the end of a recording, the PBX is asked for it again; after the last time it is missing."""
EXPIRE_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeepingRules:
    """``days``: how long recordings are kept, 0 for ever. ``pbx_keeps``: the PBX's copies stay where they are."""

    zone: tzinfo
    days: int = 0
    pbx_keeps: bool = False


@dataclass(frozen=True, slots=True)
class KeepingSurroundings:
    """What the keeper works with."""

    database: Database
    files: RecordingFiles
    stored: StoredRecordings
    audit: AuditService
    now: Now = utc_now


class RecordingKeeper:
    """One at a time for an archive: it belongs to the process of the call control."""

    def __init__(self, around: KeepingSurroundings, rules: KeepingRules) -> None:
        self._around = around
        self._rules = rules
        self._expired_at: datetime | None = None
        self._failing = False

    async def run(self) -> None:
        """Work for ever."""
        await asyncio.to_thread(self._around.files.tidy)
        while True:
            try:
                await self.keep_pending()
                await self._expire_now_and_then()
            except (ServiceError, TelephonyError, OSError) as error:
                if not self._failing:
                    log.warning("recordings are kept later", extra={"error": type(error).__name__})
                self._failing = True
            else:
                self._failing = False
            await asyncio.sleep(LOOK_EVERY_S)

    async def keep_pending(self) -> int:
        """Fetch what has ended and is due; returns how many have found their state. ``TelephonyError`` when the PBX is away."""
        now = self._around.now()
        waiting = await self._around.database.read(lambda session: recordings_repo.pending(session, AT_ONCE))
        due = [one for one in waiting if _is_due(one, now)]
        return sum([await self._keep_unless_refused(one) for one in due])

    async def _keep_unless_refused(self, recording: Recording) -> bool:
        """One that can't be fetched or stored now must not hold up the others."""
        try:
            return await self._keep(recording)
        except (PbxRefusedError, OSError) as error:
            log.warning("a recording is kept later", extra={"error": type(error).__name__})
            return False

    async def _keep(self, recording: Recording) -> bool:
        name = recording.name
        if not is_safe_name(name):
            await self._write(name, {"state": FileState.BROKEN.value, "fault": FileFault.BAD_NAME.value})
            return True
        draft = self._around.files.unfinished(name)
        try:
            await self._around.stored.fetch(name, draft)
        except NoSuchCallError:
            await asyncio.to_thread(draft.unlink, missing_ok=True)
            return await self._not_there(recording)
        expected = Expectation(recording.duration_s, complete=recording.complete is not False)
        path = place_of(name, recording.started_at, self._rules.zone)
        kept = await asyncio.to_thread(self._around.files.settle, draft, path, expected)
        await self._write(name, _values(kept, self._around.now()))
        if kept.verdict.fault is not FileFault.NONE:
            log.warning("a recording is not as it should be", extra={"fault": kept.verdict.fault.value})
        if not self._rules.pbx_keeps:
            await self._around.stored.delete(name)
        return True

    async def _not_there(self, recording: Recording) -> bool:
        tries = recording.tries + 1
        gone = tries >= len(PATIENCE_S)
        values = {"tries": tries} | ({"state": FileState.MISSING.value} if gone else {})
        await self._write(recording.name, values)
        if gone:
            log.warning("the PBX has no file of a recording")
        return gone

    async def _write(self, name: str, values: Mapping[str, object]) -> None:
        def work(session: Session) -> None:
            row = session.get(Recording, name)
            if row is not None:
                row.sqlmodel_update(dict(values))
                session.add(row)

        await self._around.database.write(work)

    async def _expire_now_and_then(self) -> None:
        now = self._around.now()
        if not self._rules.days or (self._expired_at is not None and now - self._expired_at < EXPIRE_EVERY):
            return
        await self.expire()
        self._expired_at = now

    async def expire(self) -> int:
        """Remove the files of recordings older than the configured days, legal holds apart; returns how many. Audited."""
        before, gone = self._around.now() - timedelta(days=self._rules.days), 0
        while found := await self._around.database.read(
            lambda session: recordings_repo.expired(session, before, AT_ONCE)
        ):
            for one in found:
                gone += await self._around.database.write(lambda session, name=one.name: self._let_go(session, name))
        if gone:
            self._around.audit.record(
                AuditAction.RECORDINGS_EXPIRED, "system", count=str(gone), days=str(self._rules.days)
            )
        return gone

    def _let_go(self, session: Session, name: str) -> bool:
        """In one transaction with a look at the holds, so that one placed just now counts."""
        row = session.get(Recording, name, with_for_update=True)
        if row is None:
            return False
        if recordings_repo.held(session, [row.call_id]):
            return False
        if row.path:
            self._around.files.remove(row.path)
        row.state, row.path, row.sha256, row.size = FileState.EXPIRED.value, "", "", 0
        session.add(row)
        return True


def _is_due(recording: Recording, now: datetime) -> bool:
    if recording.finished_at is None:
        return False
    patience = PATIENCE_S[min(recording.tries, len(PATIENCE_S) - 1)]
    return now >= recording.finished_at + timedelta(seconds=patience)


def _values(kept: KeptFile, now: datetime) -> dict[str, object]:
    return {
        "state": kept.verdict.state.value,
        "fault": kept.verdict.fault.value,
        "length_s": round(kept.verdict.length_s, 3),
        "path": kept.path,
        "sha256": kept.sha256,
        "size": kept.size,
        "kept_at": now,
    }
