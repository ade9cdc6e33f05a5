"""Insert or replace by key, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from xktcc_app.models.base import Table


def upsert(session: Session, table: type[Table], rows: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
    """Write ``rows`` (all with the same columns); where ``key`` exists already the new values replace the old ones."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table.metadata.tables[str(table.__tablename__)])
    changed = {column: statement.excluded[column] for column in rows[0] if column not in key}
    session.connection().execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), list(rows))
