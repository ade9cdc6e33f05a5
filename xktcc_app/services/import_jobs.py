"""Imports that people follow from their browser: a file is looked at first, and stored only when they say so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.errors import BadFileError, BadValueError, NotFoundError, ServiceError
from xktcc_app.services.exports import Wording
from xktcc_app.services.guards import require
from xktcc_app.services.imports import ImportReport, ImportService

logger = logging.getLogger(__name__)

KEEP = timedelta(hours=1)
"""How long a file that nobody stored is kept."""


class ImportState(StrEnum):
    """Where an import stands."""

    CHECKING = "checking"
    CHECKED = "checked"
    STORING = "storing"
    STORED = "stored"
    FAILED = "failed"


@dataclass(slots=True)
class ImportJob:
    """An import of one account. ``rows`` looked at so far; ``code`` why it failed, with the ``reason`` for a bad file."""

    id: str
    account_id: int
    path: Path
    wording: Wording
    state: ImportState = ImportState.CHECKING
    rows: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    code: str = ""
    reason: str = ""

    def note(self, rows: int) -> None:
        """Called from the importing thread."""
        self.rows = rows


class ImportJobs:
    """A job belongs to the account that began it. Files are looked at one at a time."""

    def __init__(self, imports: ImportService, directory: Path, now: Now = utc_now) -> None:
        self._imports = imports
        self._directory = directory
        self._now = now
        self._jobs: dict[str, ImportJob] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def place(self, principal: Principal) -> Path:
        """Where an uploaded file is to be put. Raises ``PermissionDeniedError``."""
        require(principal, Permission.ELDERS_IMPORT)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._remove_old()
        return self._directory / str(uuid.uuid4())

    def begin(self, principal: Principal, path: Path, wording: Wording) -> ImportJob:
        """Look at every row of the file at ``path``, which ``place`` gave; nothing is stored."""
        require(principal, Permission.ELDERS_IMPORT)
        job = ImportJob(path.name, principal.account_id, path, wording)
        self._jobs[job.id] = job
        self._spawn(job, ImportState.CHECKED, lambda: self._imports.dry_run(principal, path, wording, job.note))
        return job

    def store(self, principal: Principal, job_id: str) -> ImportJob:
        """Store the good rows of a file that was looked at. ``PermissionDeniedError``, ``NotFoundError``, ``BadValueError``: too early."""
        require(principal, Permission.ELDERS_IMPORT)
        job = self.job(principal, job_id)
        if job.state is not ImportState.CHECKED:
            raise BadValueError("state")
        job.state, job.rows = ImportState.STORING, 0
        self._spawn(job, ImportState.STORED, lambda: self._imports.run(principal, job.path, job.wording, job.note))
        return job

    def job(self, principal: Principal, job_id: str) -> ImportJob:
        """A job of one's own. Raises ``NotFoundError``."""
        found = self._jobs.get(job_id)
        if found is None or found.account_id != principal.account_id:
            raise NotFoundError("no such import")
        return found

    async def finished(self) -> None:
        """Wait for what runs."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, job: ImportJob, after: ImportState, work: Callable[[], Awaitable[ImportReport]]) -> None:
        task = asyncio.create_task(self._run(job, after, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: ImportJob, after: ImportState, work: Callable[[], Awaitable[ImportReport]]) -> None:
        code, reason = "unknown", ""
        try:
            job.report = await work()
            code = ""
        except BadFileError as error:
            code, reason = error.code, error.reason
        except ServiceError as error:
            code = error.code
        except Exception:
            logger.exception("an import failed")
        job.code, job.reason = code, reason
        job.state = ImportState.FAILED if code else after
        if job.state is not ImportState.CHECKED:
            job.path.unlink(missing_ok=True)

    def _remove_old(self) -> None:
        oldest = (self._now() - KEEP).timestamp()
        for path in self._directory.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    self._jobs.pop(path.name, None)
