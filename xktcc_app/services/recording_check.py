"""Pairs records and files both ways: what is recorded but not there, what is there but not recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sqlmodel import Session

from telephony.errors import TelephonyError
from telephony.stored import StoredRecordings
from xktcc_app.domain.recordings import FileState
from xktcc_app.models.call import Call, Recording
from xktcc_app.repositories import recordings as recordings_repo
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import ServiceError
from xktcc_app.services.recording_files import OutsideError, RecordingFiles

log = logging.getLogger(__name__)

EVERY_S = 6 * 3600.0
FIRST_AFTER_S = 60.0
LOOK_BACK = timedelta(days=7)
"""How far back answered calls are looked at for a recording."""
SETTLED = timedelta(minutes=15)
"""What ended less long ago may still be on its way."""
LISTED = 1000
"""Names of one kind that are listed at most; more are looked for only by the command."""


@dataclass(slots=True)
class PairReport:
    """What was found. The lists hold recordings' names, paths below the folder, and calls' ids.

    ``missing``: the archive has not the file that the record names. ``altered``: the file has another size, or (looked at only
    when asked for) another checksum. ``strays``: files that no record names. ``adopted``: recordings at the PBX that no
    record named; they have one now. ``foreign``: recordings at the PBX of calls that are not known. ``unrecorded``:
    answered calls of the last days without a recording. ``states``: recordings by ``FileState``.
    ``pbx_seen`` False: the PBX did not answer.
    """

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    pbx_seen: bool = True

    @property
    def orphans(self) -> dict[str, int]:
        """How many of each kind do not fit together."""
        return {
            kind: len(getattr(self, kind)) for kind in ("missing", "altered", "strays", "foreign", "unrecorded")
        } | {"lost": self.states.get(FileState.MISSING.value, 0)}

    @property
    def sound(self) -> bool:
        """Whether everything fits together."""
        return not any(self.orphans.values())


class RecordingCheck:
    """``latest`` is the newest report, ``None`` before the first."""

    def __init__(self, database: Database, files: RecordingFiles, stored: StoredRecordings, now: Now = utc_now) -> None:
        self._database = database
        self._files = files
        self._stored = stored
        self._now = now
        self.latest: PairReport | None = None

    async def run(self) -> None:
        """Check now and then, for ever."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            try:
                report = await self.check()
            except (ServiceError, OSError) as error:
                log.warning("recordings were not checked", extra={"error": type(error).__name__})
            else:
                if not report.sound:
                    log.warning("recordings and records do not fit together", extra=report.orphans)
            await asyncio.sleep(EVERY_S)

    async def check(self, *, deep: bool = False) -> PairReport:
        """Compare all there is; ``deep``: read every file for its checksum too. ``DatabaseBusyError``, ``OSError``."""
        report = PairReport()
        await asyncio.to_thread(self._check_files, report, deep)
        await self._check_pbx(report)
        settled = self._now() - SETTLED
        report.unrecorded = await self._database.read(
            lambda session: recordings_repo.without_recording(session, settled - LOOK_BACK, settled, LISTED)
        )
        report.states = await self._database.read(recordings_repo.counts_by_state)
        self.latest = report
        return report

    def _check_files(self, report: PairReport, deep: bool) -> None:
        for recording in self._with_files():
            report.checked += 1
            try:
                size = self._files.size_of(recording.path)
            except OutsideError:
                size = None
            if size is None:
                report.missing.append(recording.name)
            elif size != recording.size or (deep and self._files.checksum_of(recording.path) != recording.sha256):
                report.altered.append(recording.name)
        paths = self._files.paths()
        while part := list(islice(paths, LISTED)):
            known = self._database.reading(lambda session, part=part: recordings_repo.known_paths(session, part))
            report.strays += [path for path in part if path not in known and self._is_settled(path)]

    def _with_files(self) -> Iterator[Recording]:
        last = ""
        while part := self._database.reading(lambda session, last=last: recordings_repo.with_files(session, last)):
            yield from part
            last = part[-1].name

    def _is_settled(self, path: str) -> bool:
        """A file that has just found its place is written down a moment later."""
        try:
            changed = self._files.at(path).stat().st_mtime
        except (FileNotFoundError, OutsideError):
            return False
        return self._now().timestamp() - changed > SETTLED.total_seconds()

    async def _check_pbx(self, report: PairReport) -> None:
        try:
            names = await self._stored.names()
        except TelephonyError:
            report.pbx_seen = False
            return
        unknown = await self._database.read(lambda session: recordings_repo.unknown_names(session, names))
        calls = {name: self._stored.call_of(name) or "" for name in unknown}
        settled = self._now() - SETTLED
        report.adopted = await self._database.write(lambda session: _adopt(session, calls, settled))
        known = await self._database.read(lambda session: _known_calls(session, list(calls.values())))
        report.foreign = [name for name in unknown if calls[name] not in known]


def _known_calls(session: Session, ids: list[str]) -> set[str]:
    return {call_id for call_id in ids if session.get(Call, call_id) is not None}


def _adopt(session: Session, calls: dict[str, str], settled: datetime) -> list[str]:
    """Recordings whose begin and end nobody heard, while the program was away; the keeper fetches them next."""
    ended = recordings_repo.ended_calls(session, list(calls.values()), settled)
    adopted = [name for name, call_id in calls.items() if call_id in ended]
    for name in adopted:
        call = ended[calls[name]]
        begun = call.answered_at or call.started_at
        session.add(Recording(name=name, call_id=call.id, started_at=begun, finished_at=call.ended_at, complete=None))
    return adopted
