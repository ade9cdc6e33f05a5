"""Lets SQLite's own word for an index, INDEXED BY, into our statements: SQLAlchemy leaves every hint for SQLite out, silently."""

from __future__ import annotations

from sqlalchemy import Engine, FromClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler


class HintingCompiler(SQLiteCompiler):
    """Writes what ``with_hint`` says behind the table's name."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """The hint as it is; the base class has none."""
        del table
        return text


def use_hints(engine: Engine) -> None:
    """Have the statements of this engine, which must be SQLite's, hold their hints."""
    engine.dialect.statement_compiler = HintingCompiler
