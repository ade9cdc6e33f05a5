"""The token indexes: which records have certain tokens. SQLite: full-text tables without contents. PostgreSQL: arrays with GIN.

SQLite's kind can delete only with exactly the tokens that were put in, so whoever changes a record tells the old ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, bindparam, cast, column, literal_column, table, text
from sqlalchemy.sql.expression import TableClause
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every token of ``all_of``, and of each group of ``any_of`` at least one."""

    all_of: frozenset[str] = frozenset()
    any_of: tuple[frozenset[str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all_of or self.any_of)


def is_sqlite(session: Session) -> bool:
    """Which of the two kinds of index it is."""
    return session.get_bind().dialect.name == "sqlite"


@dataclass(frozen=True, slots=True)
class TokenIndex:
    """One of the indexes, by its table's name."""

    name: str

    def put(self, session: Session, rows: Sequence[tuple[int, Iterable[str]]]) -> None:
        """Add records that the index doesn't have: key and tokens."""
        if not rows:
            return
        if is_sqlite(session):
            values = [{"k": key, "t": " ".join(tokens)} for key, tokens in rows]
            session.execute(text(f"INSERT INTO {self.name} (rowid, tok) VALUES (:k, :t)"), values)  # noqa: S608 -- our own name
            return
        values = [{"k": key, "t": list(tokens)} for key, tokens in rows]
        session.execute(text(f"INSERT INTO {self.name} (id, tok) VALUES (:k, :t)"), values)  # noqa: S608 -- our own name

    def drop(self, session: Session, rows: Sequence[tuple[int, Iterable[str]]]) -> None:
        """Take records out: key and exactly the tokens that it was put in with."""
        if not rows:
            return
        if is_sqlite(session):
            values = [{"k": key, "t": " ".join(tokens)} for key, tokens in rows]
            statement = f"INSERT INTO {self.name} ({self.name}, rowid, tok) VALUES ('delete', :k, :t)"  # noqa: S608 -- our own name
            session.execute(text(statement), values)
            return
        session.execute(text(f"DELETE FROM {self.name} WHERE id = :k"), [{"k": key} for key, _ in rows])  # noqa: S608 -- our own name

    def clear(self, session: Session) -> None:
        """Forget everything."""
        if is_sqlite(session):
            session.execute(text(f"INSERT INTO {self.name} ({self.name}) VALUES ('delete-all')"))  # noqa: S608 -- our own name
        else:
            session.execute(text(f"TRUNCATE {self.name}"))

    def source(self, session: Session) -> tuple[TableClause, ColumnElement[int]]:
        """The table as it is queried, and its key."""
        key = column("rowid" if is_sqlite(session) else "id", BigInteger())
        made = table(self.name, key, column("tok"))
        return made, made.c[key.name]

    def condition(self, session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
        """What holds for the records that have what is wanted."""
        if is_sqlite(session):
            words = [_quoted(token) for token in sorted(wanted.all_of)]
            words += ["(" + " OR ".join(map(_quoted, sorted(group))) + ")" for group in wanted.any_of]
            return [literal_column(self.name).op("MATCH")(bindparam(None, " AND ".join(words)))]
        tokens = literal_column(f"{self.name}.tok")
        found: list[ColumnElement[bool]] = []
        if wanted.all_of:
            found.append(tokens.op("@>")(_array(wanted.all_of)))
        found += [tokens.op("&&")(_array(group)) for group in wanted.any_of]
        return found


def _quoted(token: str) -> str:
    # no token holds a quotation mark: signs of that kind are written as their numbers
    return f'"{token}"'


def _array(tokens: Iterable[str]) -> ColumnElement[Sequence[str]]:
    return cast(bindparam(None, sorted(tokens), type_=ARRAY(Text())), ARRAY(Text()))
