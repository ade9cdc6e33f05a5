"""Brings the database to the newest shape, or back; used at start and by hand (``python -m xktcc_app.migrate [revision]``)."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from alembic import command
from xktcc_app.config import ConfigError, load_settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.services.database import BUSY_TIMEOUT_MS, make_engine

_INI = Path(__file__).resolve().parent.parent / "alembic.ini"


def newest_revision() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory.from_config(Config(_INI)).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations beside the program")
    return head


def migrate(url: str, revision: str = "head") -> None:
    """Move the database at ``url`` up or down to ``revision`` (``base``: empty)."""
    engine = make_engine(url)
    try:
        with engine.execution_options(xktcc_write_wait_ms=BUSY_TIMEOUT_MS).begin() as connection:
            _migrate(connection, revision)
    finally:
        engine.dispose()


def _migrate(connection: Connection, revision: str) -> None:
    config = Config(_INI)
    config.attributes["connection"] = connection
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


if __name__ == "__main__":
    try:
        settings = load_settings()
        prepare_data_dir(settings.data_dir)
    except ConfigError as wrong:
        sys.exit(str(wrong))
    migrate(settings.effective_database_url, *sys.argv[1:2])
