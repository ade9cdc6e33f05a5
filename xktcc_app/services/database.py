"""The database: its engine, and the threads in which all work with it is done.

No call here runs on the event loop's thread. SQLite takes one writer at a time, so writing transactions queue up here
instead of failing there; they begin IMMEDIATE, because a transaction that reads first and writes later can't wait.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from xktcc_app.repositories.sqlite_hints import use_hints
from xktcc_app.services.errors import DatabaseBusyError

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5000
"""How long somebody who waits for an answer waits for a locked SQLite file."""
RETRIED_TIMEOUT_MS = 250
"""The same for work that is tried again anyway, so that it does not stand in the way of those who wait."""
READ_THREADS = 4


def cause_of(error: BaseException) -> str:
    """What the database itself said, in one line and without the statement or its values."""
    driver = _driver_error(error)
    return (str(driver).strip().splitlines() or [""])[0] if driver is not None else type(error).__name__


def is_locked(error: BaseException) -> bool:
    """Whether SQLite says that another program holds the file: that passes."""
    driver = _driver_error(error)
    return isinstance(driver, sqlite3.OperationalError) and driver.sqlite_errorcode & 0xFF in {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    }


def _driver_error(error: BaseException) -> BaseException | None:
    if isinstance(error, DatabaseBusyError) and error.__cause__ is not None:
        error = error.__cause__
    return error.orig if isinstance(error, DBAPIError) else None


def make_engine(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine for SQLite (WAL, foreign keys on) or PostgreSQL."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=READ_THREADS + 2, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    engine = create_engine(url, connect_args={"check_same_thread": False})
    use_hints(engine)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        wait_ms = connection.get_execution_options().get("xktcc_write_wait_ms")
        if wait_ms is None:
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_ms}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Database:
    """Runs work in a session: ``read`` and ``write`` from the event loop, ``reading`` and ``writing`` from other threads."""

    def __init__(self, url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.engine = make_engine(url, busy_timeout_ms=busy_timeout_ms)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._read_session = sessionmaker(self.engine, class_=Session, expire_on_commit=False)
        self._busy_timeout_ms = busy_timeout_ms
        self._write_session = self._writing_sessions(busy_timeout_ms)
        self._retried_session = self._writing_sessions(min(busy_timeout_ms, RETRIED_TIMEOUT_MS))
        self._one_writer = threading.Lock()
        self._readers = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="db-read")
        self._writers = ThreadPoolExecutor(1 if self.is_sqlite else 2, thread_name_prefix="db-write")

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a reading session in a thread. ``DatabaseBusyError`` when the database does not serve."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.reading, work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction in a thread; all of it or nothing. ``DatabaseBusyError`` as for ``read``."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, self.writing, work)

    def reading(self, work: Callable[[Session], T]) -> T:
        """As ``read``, in this thread."""
        try:
            with self._read_session() as session:
                return work(session)
        except (OperationalError, InterfaceError) as error:
            raise DatabaseBusyError(type(error.orig).__name__) from error

    def writing(self, work: Callable[[Session], T], *, retried: bool = False) -> T:
        """As ``write``, in this thread. ``retried``: the caller tries again, so don't wait long for a locked file."""
        sessions = self._retried_session if retried else self._write_session
        try:
            with self._turn(), sessions.begin() as session:
                return work(session)
        except (OperationalError, InterfaceError) as error:
            raise DatabaseBusyError(type(error.orig).__name__) from error

    def _writing_sessions(self, wait_ms: int) -> sessionmaker[Session]:
        engine = self.engine.execution_options(xktcc_write_wait_ms=wait_ms)
        return sessionmaker(engine, class_=Session, expire_on_commit=False)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One writer at a time on SQLite; ``DatabaseBusyError`` when the turn does not come."""
        if not self.is_sqlite:
            yield
            return
        if not self._one_writer.acquire(timeout=self._busy_timeout_ms / 1000):
            raise DatabaseBusyError("another writer does not end")
        try:
            yield
        finally:
            self._one_writer.release()

    def close(self) -> None:
        """Wait for what runs, then let the connections go."""
        self._readers.shutdown()
        self._writers.shutdown()
        self.engine.dispose()
