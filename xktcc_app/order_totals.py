"""``python -m xktcc_app.order_totals verify``: are the report's totals what the orders come to? ``… rebuild`` counts them anew.

Both may run beside the program. Exit code 0: all fits, 1: what does not is listed, 2: it could not be looked at.
"""

from __future__ import annotations

import sys

from xktcc_app.config import ConfigError, load_settings
from xktcc_app.domain.months import MONTHS
from xktcc_app.repositories.order_totals import Difference
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.order_totals import rebuild, verify

_USAGE = "usage: python -m xktcc_app.order_totals verify | rebuild"
_LISTED = 20


def main(arguments: list[str]) -> int:
    """Do the one that is asked for; returns the exit code."""
    if arguments not in (["verify"], ["rebuild"]):
        return _wrong(_USAGE)
    database = Database(load_settings().effective_database_url)
    try:
        return _verified(database) if arguments == ["verify"] else _rebuilt(database)
    finally:
        database.close()


def _verified(database: Database) -> int:
    found = verify(database, tell=_tell_month)
    _tell("\n")
    if not found:
        sys.stdout.write("the kept totals are what the orders come to\n")
        return 0
    lines = [
        f"{len(found)} kept totals are wrong (at most 1000 are looked for); rebuild puts them right:",
        *map(_line, found[:_LISTED]),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1


def _line(one: Difference) -> str:
    node, item, status, payment = one.place
    where = f"organization {node}" if node else "everything"
    kept, counted = (f"{total.n} orders of {total.amount} fen" for total in (one.kept, one.counted))
    return f"  {_month(one.month)} {where} service {item} {status} {payment}: {kept} kept, {counted} counted"


def _rebuilt(database: Database) -> int:
    made = rebuild(database, _tell_month)
    _tell("\n")
    sys.stdout.write(f"{made} totals counted anew\n")
    return 0


def _tell_month(month: int) -> None:
    _tell(f"\r{_month(month)}")


def _month(month: int) -> str:
    return f"{month // MONTHS}-{month % MONTHS + 1:02d}"


def _tell(text: str) -> None:
    sys.stderr.write(text)


def _wrong(text: str) -> int:
    _tell(f"{text}\n")
    return 2


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except (ConfigError, DatabaseBusyError) as wrong:
        code = _wrong(str(wrong))
    sys.exit(code)
