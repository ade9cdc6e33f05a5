"""Migrations run here. The database's address comes from the caller, or from the settings when alembic's own command is used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

from alembic import context
from xktcc_app.config import load_settings
from xktcc_app.models.base import UtcDateTime
from xktcc_app.models.tables import is_ours, metadata
from xktcc_app.services.database import make_engine


def _render(kind: str, item: Any, _autogen: Any) -> str | bool:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "table" or name is None or is_ours(name)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=_is_ours,
        render_as_batch=True,
        render_item=_render,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def _main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    settings = load_settings()
    engine = make_engine(settings.effective_database_url)
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


_main()
