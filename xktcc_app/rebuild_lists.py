"""``python -m xktcc_app.rebuild_lists``: build token indexes, counts and rollups of the configured database anew."""

from __future__ import annotations

import sys

from xktcc_app.config import ConfigError, load_settings
from xktcc_app.services.database import Database
from xktcc_app.services.upkeep import rebuild_all


def _tell(what: str, done: int) -> None:
    sys.stderr.write(f"\r{what}: {done}   ")


def main() -> None:
    """Rebuild, telling how far it is."""
    database = Database(load_settings().effective_database_url)
    try:
        rebuild_all(database, _tell)
    finally:
        database.close()
    sys.stderr.write("\n")


if __name__ == "__main__":
    try:
        main()
    except ConfigError as wrong:
        sys.exit(str(wrong))
