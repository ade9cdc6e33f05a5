"""Writes very many rows at once: COPY on PostgreSQL, one prepared statement on SQLite. Values as the database keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.schema import CreateIndex, DropIndex
from sqlmodel import Session

from xktcc_app.models.tables import Table
from xktcc_app.repositories.token_index import is_sqlite

_LINES = 2000


def stored_moment(session: Session, moment: datetime | None) -> str | None:
    """A moment as text that the database takes for its own."""
    if moment is None:
        return None
    plain = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return plain if is_sqlite(session) else plain + "+00"


def bulk_insert(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append ``rows``; lists and sets of words become arrays, or words with blanks between. Names are the program's own."""
    names = ", ".join(f'"{column}"' for column in columns)
    driver = session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    if is_sqlite(session):
        places = ", ".join("?" for _ in columns)
        driver.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', map(_as_words, rows))  # noqa: S608 -- the names are our own
        return
    with driver.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        lines = ("\t".join(map(_copied, row)) + "\n" for row in rows)
        while part := "".join(islice(lines, _LINES)):
            copy.write(part)
    if "id" in columns:
        _count_on(session, table)


def _count_on(session: Session, table: str) -> None:
    """PostgreSQL's next own key comes after those that were given."""
    sequence = func.pg_get_serial_sequence(f'"{table}"', "id")
    if session.execute(select(sequence)).scalar_one() is not None:
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), max(id)) FROM \"{table}\""))  # noqa: S608 -- the program's own names


def _as_words(row: Sequence[Any]) -> Sequence[Any]:
    return [" ".join(value) if isinstance(value, set | list) else value for value in row]


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if not value.isalnum() else value
    if isinstance(value, set | list):
        # tokens hold nothing that arrays would want quoted
        return "{" + ",".join(value) + "}"
    return str(value)


@contextmanager
def without_indexes(session: Session, *tables: str) -> Iterator[None]:
    """Within, the tables have no indexes but their keys; afterwards these are built at once, which takes far less time."""
    indexes = [index for name in tables for index in Table.metadata.tables[name].indexes]
    for index in indexes:
        session.execute(DropIndex(index))
    if not is_sqlite(session):
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    yield
    for index in indexes:
        session.execute(CreateIndex(index))


def analyze(session: Session) -> None:
    """Let the database's planner look at what is there now."""
    session.execute(text("ANALYZE"))
