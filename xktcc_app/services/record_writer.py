"""Takes records without waiting, and writes them to the database in the order in which they came.

One thread drains the queue in batches. While the database is locked or away it tries again for ever: nothing is lost
and nothing overtakes. What is not written yet lies in the journal also, from which the next start takes it up.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError, StatementError

from xktcc_app.domain.audit_chain import AuditSeal
from xktcc_app.repositories.records import Kept, write_records
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.journal import Journal

log = logging.getLogger(__name__)

BATCH = 500
GATHER_S = 0.05
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)
_REFUSED = (DataError, IntegrityError, TypeError, ValueError)


class RecordWriter:
    """A ``telephony.records.RecordSink`` that also keeps the audit log, chained by ``seal``."""

    def __init__(self, database: Database, directory: Path, seal: AuditSeal = AuditSeal("")) -> None:  # noqa: B008 -- it does not change
        self._database = database
        self._seal = seal
        self._journal = Journal(directory)
        self._journal_failed = False
        self._waiting: deque[tuple[int, Kept]] = deque((0, record) for record in self._journal.left_over())
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._drain, name="records", daemon=True)
        self._rejected = 0
        self._writing_since: float | None = None
        if self._waiting:
            log.warning("records of an earlier run are written now", extra={"count": len(self._waiting)})

    def start(self) -> None:
        """Begin to write; first what an earlier run left."""
        self._thread.start()

    def put(self, record: Kept) -> None:
        """Take ``record`` over: at once, never raising."""
        with self._changed:
            self._note(record)
            self._waiting.append((self._journal.segment, record))
            self._changed.notify_all()

    @property
    def depth(self) -> int:
        """How many records are not in the database yet."""
        return len(self._waiting)

    @property
    def held_up_s(self) -> float:
        """For how many seconds the database has not taken the oldest batch that waits; 0 when it takes them."""
        begun = self._writing_since
        return 0.0 if begun is None else time.monotonic() - begun

    @property
    def rejected(self) -> int:
        """How many records the database refused since the start; they lie in the journal's directory."""
        return self._rejected

    async def drained(self) -> None:
        """Wait until nothing is waiting to be written, however long the database makes us wait."""
        await asyncio.get_running_loop().run_in_executor(None, self._wait_until_drained)

    def _wait_until_drained(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or self._closing.is_set())

    def close(self, deadline_s: float = 5.0) -> int:
        """Write what is left within ``deadline_s``, then stop; returns how many records stay in the journal for the next start."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(deadline_s)
        with self._changed:
            left = self.depth
            if not self._thread.is_alive():
                self._journal.close()
        if left:
            log.warning("records stay in the journal", extra={"count": left})
        return left

    def _note(self, record: Kept) -> None:
        try:
            self._journal.append(record)
        except OSError as error:
            if not self._journal_failed:
                log.error("the journal takes no records", extra={"errno": error.errno})  # noqa: TRY400 -- once, briefly
            self._journal_failed = True
            return
        self._journal_failed = False

    # ---- the thread ---------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        while batch := self._next_batch():
            if not self._keep_trying(batch):
                return
            self._written(len(batch))

    def _next_batch(self) -> list[Kept]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
        self._closing.wait(GATHER_S)
        with self._changed:
            return [record for _, record in islice(self._waiting, BATCH)]

    def _written(self, count: int) -> None:
        with self._changed:
            for _ in range(count):
                self._waiting.popleft()
            self._changed.notify_all()
            if not self._waiting:
                self._journal.all_written()
            else:
                self._journal.written_before(self._waiting[0][0])

    def _keep_trying(self, batch: Sequence[Kept]) -> bool:
        """Write ``batch`` however long it takes; False when we are to stop first."""
        attempt, since = 0, time.monotonic()
        self._writing_since = since
        while True:
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the records are kept and it is tried again
                pause = RETRY_S[min(attempt, len(RETRY_S) - 1)]
                attempt += 1
                self._log_failure(error, attempt)
                if self._closing.wait(pause):
                    return False
            else:
                self._writing_since = None
                if attempt:
                    log.warning(
                        "the database takes records again", extra={"after_s": round(time.monotonic() - since, 1)}
                    )
                return True

    def _log_failure(self, error: Exception, attempt: int) -> None:
        level = logging.WARNING if isinstance(error, DatabaseBusyError) else logging.ERROR
        log.log(
            level,
            "records are not written yet",
            extra={"error": type(error).__name__, "attempt": attempt, "waiting": self.depth},
        )

    def _write(self, batch: Sequence[Kept]) -> None:
        try:
            self._database.writing(lambda session: write_records(session, batch, self._seal), retried=True)
        except _REFUSED as error:
            self._one_by_one(batch, error)
        except StatementError as error:
            if not isinstance(error.orig, _REFUSED):
                raise
            self._one_by_one(batch, error)

    def _one_by_one(self, batch: Sequence[Kept], error: Exception) -> None:
        """One record is refused for itself: it must not hold up the others."""
        if len(batch) > 1:
            for record in batch:
                self._write([record])
            return
        self._rejected += 1
        log.error(
            "the database refuses a record", extra={"error": type(error).__name__, "kind": type(batch[0]).__name__}
        )
        self._journal.reject(batch[0])
