"""``python -m xktcc_app.recordings check [--deep] [--json]``: whether recordings and records fit together.

May run beside the program. Exit code 0: they do, 1: they don't (what does not is listed), 2: it could not be looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict

from xktcc_app.config import ConfigError, load_settings
from xktcc_app.configured import build_archive
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.domain.audit import AuditEntry
from xktcc_app.services.audit import AuditService
from xktcc_app.services.database import Database, cause_of
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.recording_check import PairReport

SHOWN = 20
_KINDS = {
    "missing": "recorded, but the file is gone",
    "altered": "the file is not the one that was kept",
    "strays": "files that no record names",
    "foreign": "recordings at the PBX of calls that are not known",
    "unrecorded": "answered calls of the last 7 days without a recording",
    "adopted": "found at the PBX without a record, and taken up now",
}


class _NothingDone:
    """Where the deeds of a mere look go. The journal belongs to the program, which may be running."""

    def put(self, record: AuditEntry) -> None:
        raise RuntimeError(f"a check has done something: {record.action}")


async def _check(*, deep: bool) -> PairReport:
    settings = load_settings()
    settings = settings.model_copy(update={"data_dir": prepare_data_dir(settings.data_dir)})
    database = Database(settings.effective_database_url)
    archive = build_archive(settings, database, AuditService(_NothingDone()))
    try:
        return await archive.check.check(deep=deep)
    finally:
        await archive.stored.close()
        database.close()


def _text(report: PairReport) -> str:
    lines = [f"{report.checked} recordings with a file; by state: {report.states or 'none'}"]
    if not report.pbx_seen:
        lines.append("the PBX did not answer: its own recordings were not looked at")
    for kind, meaning in _KINDS.items():
        names: list[str] = getattr(report, kind)
        if names:
            lines.append(f"{len(names)} {meaning}:")
            lines += [f"  {name}" for name in names[:SHOWN]]
            lines += [f"  … and {len(names) - SHOWN} more (--json lists them)"] if len(names) > SHOWN else []
    return "\n".join([*lines, "everything fits together" if report.sound else "not everything fits together"])


def main() -> int:
    """Check and tell."""
    parser = argparse.ArgumentParser(prog="python -m xktcc_app.recordings", description=__doc__)
    parser.add_argument("command", choices=["check"])
    parser.add_argument("--deep", action="store_true", help="read every file and compare its checksum")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    words = parser.parse_args()
    try:
        report = asyncio.run(_check(deep=words.deep))
    except DatabaseBusyError as error:
        sys.stderr.write(
            f"the database does not serve ({cause_of(error)}): see XKTCC_DATA_DIR and XKTCC_DATABASE_URL.\n"
        )
        return 2
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write((json.dumps(asdict(report), ensure_ascii=False) if words.json else _text(report)) + "\n")
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
