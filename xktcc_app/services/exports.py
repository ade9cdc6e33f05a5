"""Lists as files, made in the background: masked as on screen, limited by the role, with progress."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.data_scope import Scope, scope_of
from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery
from xktcc_app.domain.orders import OverdueLimits
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.elder import Elder
from xktcc_app.models.order import Provider, ServiceOrder
from xktcc_app.repositories.call_list import CallList
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.order_list import OrderList
from xktcc_app.services import call_views, elder_views, order_views
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BadValueError, NotFoundError, ServiceError, TooManyExportsError
from xktcc_app.services.guards import require
from xktcc_app.services.tables import write_csv, write_xlsx

logger = logging.getLogger(__name__)

CHUNK = 500
LIMITS: Mapping[DataScope, int] = {DataScope.ALL: 200_000, DataScope.BRANCH: 50_000, DataScope.OWN: 5_000}
"""Rows that an export holds at most, by the account's data scope, unless it is configured otherwise."""
KEEP = timedelta(hours=1)
AT_ONCE = 3
LOOKS_EVERY_S = 600.0
Query = ElderQuery | OrderQuery | CallQuery

COLUMNS: dict[type, tuple[str, ...]] = {
    ElderQuery: ("number", "name", "gender", "age", "phone", "id_card", "types", "care_level", "community", "address"),
    OrderQuery: (
        *("number", "created_at", "elder_name", "phone", "item_name", "category", "status", "payment", "provider"),
        *("amount", "subsidy", "self_paid"),
    ),
    CallQuery: ("started_at", "direction", "name", "number", "agent", "status", "valid", "talk_s", "cleared_by"),
}
"""Fields of each list's rows, in the order of the file."""
_PERMISSIONS = {
    ElderQuery: Permission.ELDERS_EXPORT,
    OrderQuery: Permission.ORDERS_EXPORT,
    CallQuery: Permission.CALLS_EXPORT,
}
_MONEY = frozenset({"amount", "subsidy", "self_paid"})


@dataclass(frozen=True, slots=True)
class Wording:
    """What the file says in the reader's language: ``heads`` by field, ``codes`` by field and code. What is missing stays as it is."""

    heads: dict[str, str]
    codes: dict[str, dict[str, str]]


@dataclass(slots=True)
class ExportJob:
    """An export under way. ``state``: running, done, failed or cancelled; ``limited``: there was more than may be exported."""

    id: str
    account_id: int
    path: Path
    begun: datetime
    state: str = "running"
    rows: int = 0
    limited: bool = False
    error: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ExportRules:
    """Where files lie until they are fetched, the zone of their times, and how many rows each scope may have."""

    directory: Path
    zone: tzinfo
    limits: Mapping[DataScope, int] = field(default_factory=lambda: LIMITS)


class ExportService:
    """One export at a time is written; the others wait. A job belongs to the account that began it."""

    def __init__(self, database: Database, audit: AuditService, rules: ExportRules, now: Now = utc_now) -> None:
        self._database = database
        self._audit = audit
        self._directory = rules.directory
        self._zone = rules.zone
        self._limits = rules.limits
        self._now = now
        self._jobs: dict[str, ExportJob] = {}
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")

    def start(self, principal: Principal, query: Query, wording: Wording, kind: str = "xlsx") -> ExportJob:
        """Begin to write what ``query`` finds as ``xlsx`` or ``csv``.

        Raises ``PermissionDeniedError``, ``BadValueError``, and
        ``TooManyExportsError`` while that many of the account are under way or wait.
        """
        require(principal, _PERMISSIONS[type(query)])
        if kind not in {"xlsx", "csv"}:
            raise BadValueError("kind")
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._remove_old()
        job = ExportJob(str(uuid.uuid4()), principal.account_id, Path(), self._now())
        job.path = self._directory / f"{job.id}.{kind}"
        with self._lock:
            waiting = [
                one for one in self._jobs.values() if one.account_id == job.account_id and one.state == "running"
            ]
            if len(waiting) >= AT_ONCE:
                raise TooManyExportsError(AT_ONCE)
            self._jobs[job.id] = job
        self._audit.record(AuditAction.EXPORTED, principal, target=type(query).__name__, job=job.id)
        self._thread.submit(self._write, job, query, (scope_of(principal), self._limits[principal.scope]), wording)
        return job

    def job(self, principal: Principal, job_id: str) -> ExportJob:
        """A job of one's own. Raises ``NotFoundError``."""
        found = self._jobs.get(job_id)
        if found is None or found.account_id != principal.account_id:
            raise NotFoundError("no such export")
        return found

    def cancel(self, principal: Principal, job_id: str) -> None:
        """Stop writing; the file goes."""
        self.job(principal, job_id).cancelled = True

    async def run(self) -> None:
        """Remove what is old, for ever: files of people must not lie about until somebody exports again."""
        while True:
            try:
                await asyncio.to_thread(self._remove_old)
            except OSError as error:
                logger.warning("old exports are removed later", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOKS_EVERY_S)

    async def drained(self) -> None:
        """Wait until all that was begun is written."""
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: None)

    def close(self) -> None:
        """Stop everything."""
        for job in self._jobs.values():
            job.cancelled = True
        self._thread.shutdown()

    def _write(self, job: ExportJob, query: Query, allowed: tuple[Scope, int], wording: Wording) -> None:
        columns = COLUMNS[type(query)]
        head = [wording.heads.get(column, column) for column in columns]
        rows = (_cells(row, columns, wording, self._zone) for row in self._rows(job, query, *allowed))
        try:
            (write_csv if job.path.suffix == ".csv" else write_xlsx)(job.path, head, rows)
        except (ServiceError, OSError) as error:
            job.error = error.code if isinstance(error, ServiceError) else "disk"
        except Exception:
            logger.exception("an export failed in a way that nobody foresaw")
            job.error = "unknown"
        job.state = "cancelled" if job.cancelled else "failed" if job.error else "done"
        if job.state != "done":
            job.path.unlink(missing_ok=True)

    def _rows(self, job: ExportJob, query: Query, scope: Scope, limit: int) -> Iterator[Any]:
        before: int | None = None
        while not job.cancelled:
            keys, rows = self._database.reading(self._chunk(query, scope, before))
            for row in rows:
                if job.rows >= limit:
                    job.limited = True
                    return
                job.rows += 1
                yield row
            if len(keys) < CHUNK:
                return
            before = keys[-1]

    def _chunk(
        self, query: Query, scope: Scope, before: int | None
    ) -> Callable[[Session], tuple[Sequence[int], list[Any]]]:
        today = self._now().astimezone(self._zone).date()

        def elders(session: Session, asked: ElderQuery) -> tuple[Sequence[int], list[Any]]:
            keys = ElderList(session, scope, today).following(asked, before, CHUNK)
            found = {row.id: row for row in session.exec(select(Elder).where(col(Elder.id).in_(keys))).all()}
            return keys, [elder_views.row_of(found[key], today) for key in keys if key in found]

        def orders(session: Session, asked: OrderQuery) -> tuple[Sequence[int], list[Any]]:
            keys = OrderList(session, scope).following(asked, before, CHUNK)
            found = {
                row.id: row for row in session.exec(select(ServiceOrder).where(col(ServiceOrder.id).in_(keys))).all()
            }
            names = {one.id: one.name for one in session.exec(select(Provider)).all()}
            present = [found[key] for key in keys if key in found]
            return keys, [
                order_views.row_of(order, names.get(order.provider_id, ""), self._now(), OverdueLimits())
                for order in present
            ]

        def calls(session: Session, asked: CallQuery) -> tuple[Sequence[int], list[Any]]:
            listed = CallList(session, scope)
            keys = listed.following(asked, before, CHUNK)
            return keys, [call_views.row_of(call, recording=None, editable=False) for call in listed.by_keys(keys)]

        match query:
            case ElderQuery():
                return lambda session: elders(session, query)
            case OrderQuery():
                return lambda session: orders(session, query)
            case CallQuery():
                return lambda session: calls(session, query)

    def _remove_old(self) -> None:
        """What is over and older than ``KEEP``, and files that an earlier run left."""
        oldest = self._now() - KEEP
        with self._lock:
            over = [one for one in self._jobs.values() if one.state != "running" and one.begun < oldest]
            for job in over:
                job.path.unlink(missing_ok=True)
                del self._jobs[job.id]
            known = {job.path for job in self._jobs.values()}
        for path in self._directory.glob("*.*"):
            with contextlib.suppress(FileNotFoundError):
                if path not in known and path.stat().st_mtime < oldest.timestamp():
                    path.unlink()


def _cells(row: Any, columns: Sequence[str], wording: Wording, zone: tzinfo) -> list[Any]:
    return [_cell(column, getattr(row, column), wording.codes.get(column, {}), zone) for column in columns]


def _cell(column: str, value: Any, codes: dict[str, str], zone: tzinfo) -> Any:
    if column in _MONEY:
        return value / 100
    if isinstance(value, tuple):
        return "，".join(codes.get(one, str(one)) for one in value)
    if isinstance(value, bool):
        return codes.get(str(int(value)), str(int(value)))
    if hasattr(value, "astimezone"):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return codes.get(value, value) if isinstance(value, str) else value
