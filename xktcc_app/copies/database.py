"""Copies of a whole database while it is used, and putting one back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from xktcc_app.copies.bundle import BundleError
from xktcc_app.models.tables import metadata

_PROGRAMS = Path("/usr/lib/postgresql")


class DatabaseCopy(Protocol):
    """Copies one kind of database. All methods raise ``BundleError``."""

    kind: str
    member: str

    def dump(self, into: Path) -> dict[str, int]:
        """Copy all of it as at one moment; returns the rows of each table then."""
        ...

    def restore(self, source: Path, tables: Collection[str]) -> str:
        """Put a copy with these ``tables`` in the place of what is there; returns what became of that."""
        ...

    def rows(self) -> dict[str, int]:
        """Rows of each table now."""
        ...


def copier(url: str) -> DatabaseCopy:
    """For the database at ``url`` (as ``Settings.effective_database_url``)."""
    address = make_url(url)
    return SqliteCopy(address) if address.get_backend_name() == "sqlite" else PostgresCopy(address)


def revision_of(url: str) -> str:
    """The revision of the tables at ``url``. ``BundleError``."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    except SQLAlchemyError as error:
        raise BundleError(f"the database is none of this program's ({type(error).__name__}).") from None
    finally:
        engine.dispose()


class SqliteCopy:
    """By SQLite's own online backup: writers go on meanwhile, the copy is of one moment."""

    kind = "sqlite"
    member = "database.sqlite"

    def __init__(self, address: URL) -> None:
        self._path = Path(address.database or "")

    def dump(self, into: Path) -> dict[str, int]:
        """See ``DatabaseCopy``."""
        if not self._path.is_file():
            raise BundleError(f"there is no database at {self._path}: see XKTCC_DATA_DIR and XKTCC_DATABASE_URL.")
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as source, closing(sqlite3.connect(into)) as copy:
                source.backup(copy, pages=4096)
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise BundleError(f"the database can't be copied: {error}.") from None
        _check_sqlite(into)
        return _rows_at(f"sqlite:///{into}")

    def restore(self, source: Path, tables: Collection[str]) -> str:  # noqa: ARG002 -- the file is all there is
        """See ``DatabaseCopy``."""
        _check_sqlite(source)
        put_aside = "there was none before"
        if self._path.exists():
            aside = self._path.with_name(f"{self._path.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
            with closing(sqlite3.connect(self._path)) as old, closing(sqlite3.connect(aside)) as kept:
                old.backup(kept)  # with what still lies in its journal
            put_aside = f"the one before lies in {aside}"
        for tail in ("-wal", "-shm"):
            self._path.with_name(self._path.name + tail).unlink(missing_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        shutil.copyfile(source, fresh)
        fresh.replace(self._path)
        return put_aside

    def rows(self) -> dict[str, int]:
        """See ``DatabaseCopy``."""
        return _rows_at(f"sqlite:///{self._path}")


class PostgresCopy:
    """By ``pg_dump`` and ``pg_restore``, with the rows counted in the very snapshot that is dumped."""

    kind = "postgresql"
    member = "database.pgdump"

    def __init__(self, address: URL) -> None:
        self._address = address

    def dump(self, into: Path) -> dict[str, int]:
        """See ``DatabaseCopy``."""
        program = _program("pg_dump")
        with self._snapshot() as (connection, snapshot):
            rows = _rows(connection)
            self._run([program, "--format=custom", f"--snapshot={snapshot}", f"--file={into}"])
        return rows

    def restore(self, source: Path, tables: Collection[str]) -> str:
        """See ``DatabaseCopy``."""
        script = source.with_suffix(".sql")
        words = ["--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}"]
        self._run([_program("pg_restore"), *words, str(source)])
        # tables that came after the backup would stand in the way of the migrations
        later = sorted(set(self.rows()) - set(tables))
        drops = [f'--command=DROP TABLE "{name}" CASCADE' for name in later]
        quiet = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        self._run([_program("psql"), *quiet, *drops, f"--file={script}"])
        return "the tables before were replaced in one transaction"

    def rows(self) -> dict[str, int]:
        """See ``DatabaseCopy``."""
        return _rows_at(self._address)

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[Connection, str]]:
        engine = create_engine(self._address, isolation_level="REPEATABLE READ")
        try:
            with engine.begin() as connection:
                yield connection, str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        except SQLAlchemyError as error:
            raise BundleError(
                f"the database does not serve ({type(error).__name__}): see XKTCC_DATABASE_URL."
            ) from None
        finally:
            engine.dispose()

    def _run(self, command: list[str]) -> None:
        """The address goes by the environment: a process list is public."""
        told = {
            "PGHOST": self._address.host,
            "PGPORT": self._address.port and str(self._address.port),
            "PGUSER": self._address.username,
            "PGPASSWORD": self._address.password,
            "PGDATABASE": self._address.database,
        }
        environment = {**os.environ, **{name: value for name, value in told.items() if value}}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- our own words
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise BundleError(f"{Path(command[0]).name} failed: {last}")


def _program(name: str) -> str:
    """The newest one: an older one can't read a newer server."""
    found = sorted(
        _PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0
    )
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise BundleError(
            f"{name} is not installed here: install PostgreSQL's client programs (Debian: postgresql-client), "
            "or back the database up by the means of its server."
        )
    return program


def _check_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise BundleError(f"the copy of the database can't be read: {error}.") from None
    if answer != "ok":
        raise BundleError(f"the copy of the database is damaged: {answer}.")


def _rows_at(url: URL | str) -> dict[str, int]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return _rows(connection)
    except SQLAlchemyError as error:
        raise BundleError(f"the database does not serve ({type(error).__name__}).") from None
    finally:
        engine.dispose()


def _rows(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    tables = [table for name, table in sorted(metadata.tables.items()) if name in there]
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
