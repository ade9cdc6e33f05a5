"""``python -m xktcc_app.audit verify [number:code]``: is the audit log whole and unchanged? ``… head`` prints its end.

Note the end now and then outside of this machine: given to ``verify`` it shows even when the whole database was put back.
"""

from __future__ import annotations

import sys

from xktcc_app.config import ConfigError, Settings, load_settings
from xktcc_app.data_dir import AUDIT_KEY, kept_secret
from xktcc_app.domain.audit_chain import AuditSeal, Break, Link
from xktcc_app.repositories import audit_log
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError

_WHY = {
    "missing": "is missing",
    "changed": "was changed, or written without this program's key",
    "unchained": "is followed by deeds outside of the chain",
    "end": "is the last one here, but not the last that was written",
    "anchor": "is not the one that was noted",
}
_USAGE = "usage: python -m xktcc_app.audit verify [number:code] | head"


def audit_seal(settings: Settings) -> AuditSeal:
    """The seal of this installation; its key lies in the data directory, not in the database."""
    return AuditSeal(kept_secret(settings.data_dir / AUDIT_KEY))


def main(arguments: list[str]) -> int:
    """Verify or print; the exit code is 0 when all is well, 1 when the log was touched, 2 when it can't be looked at."""
    match arguments:
        case ["head"]:
            return _told(*_look(None))
        case ["verify"]:
            return _told(*_look(None))
        case ["verify", noted]:
            number, _, code = noted.partition(":")
            if not number.isdigit():
                return _wrong(_USAGE)
            return _told(*_look(Link(int(number), code)))
        case _:
            return _wrong(_USAGE)


def _look(anchor: Link | None) -> tuple[Link, Break | None]:
    settings = load_settings()
    if not (settings.data_dir / AUDIT_KEY).exists():
        raise ConfigError(
            f"There is no {AUDIT_KEY} in {settings.data_dir}: allowed is the data directory of the program."
        )
    database = Database(settings.effective_database_url)
    try:
        return database.reading(lambda session: audit_log.verify(session, audit_seal(settings), anchor))
    finally:
        database.close()


def _told(end: Link, broken: Break | None) -> int:
    if broken is not None:
        sys.stdout.write(f"NOT WHOLE: deed {broken.seq} {_WHY[broken.why]}.\n")
        return 1
    sys.stdout.write(f"whole: {end.seq} deeds, end {end.seq}:{end.mac}\n")
    return 0


def _wrong(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except (ConfigError, DatabaseBusyError) as wrong:
        code = _wrong(str(wrong))
    sys.exit(code)
