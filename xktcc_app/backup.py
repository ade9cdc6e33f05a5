"""``python -m xktcc_app.backup FILE [--with-recordings]``: everything that a restore needs, as one file.

Runs beside the program. In it: the database as at one moment, the records that wait in the journal, the secrets of the data
directory, and an index of the recordings (their files too with ``--with-recordings``). Only its owner may read it. Exit
code 0: done and read again, 1: not done.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from xktcc_app.config import ConfigError, Settings, load_settings
from xktcc_app.copies.bundle import BundleError, BundleWriter, Manifest, unpack
from xktcc_app.copies.database import copier, revision_of
from xktcc_app.data_dir import ARI_PASSWORD, AUDIT_KEY, DEMO_PASSWORD, JOURNAL, SECRET_KEY
from xktcc_app.models.call import Recording
from xktcc_app.repositories import recordings as recordings_repo
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError

SECRETS = (SECRET_KEY, AUDIT_KEY, ARI_PASSWORD, DEMO_PASSWORD)
INDEX = "recordings.jsonl"


def back_up(settings: Settings, target: Path, *, with_recordings: bool) -> Manifest:
    """Write a backup to ``target`` and read it again. ``BundleError``."""
    database = copier(settings.effective_database_url)
    writer = BundleWriter(target)
    try:
        with tempfile.TemporaryDirectory(prefix="xktcc-backup-", dir=target.parent) as scratch:
            # the journal first: what leaves it meanwhile is in the database that is copied after it
            _add_journal(writer, settings.data_dir / JOURNAL)
            dump = Path(scratch) / database.member
            rows = database.dump(dump)
            revision = revision_of(settings.effective_database_url)
            writer.add(database.member, dump)
            for name in SECRETS:
                if (settings.data_dir / name).is_file():
                    writer.add(f"secrets/{name}", settings.data_dir / name)
            kept = _recordings(settings)
            writer.add_bytes(INDEX, b"".join(_line(one) for one in kept))
            if with_recordings:
                _add_files(writer, settings.effective_recordings_dir, kept)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            writer.finish(Manifest(at, database.kind, revision, rows, len(kept), with_recordings))
    except BaseException:
        writer.abandon()
        raise
    with tempfile.TemporaryDirectory(prefix="xktcc-verify-", dir=target.parent) as scratch:
        return unpack(target, Path(scratch))


def _add_journal(writer: BundleWriter, journal: Path) -> None:
    for path in sorted(journal.glob("records-*.jsonl")):
        with suppress(FileNotFoundError):  # written meanwhile
            writer.add_bytes(f"journal/{path.name}", path.read_bytes())


def _recordings(settings: Settings) -> list[Recording]:
    database = Database(settings.effective_database_url)
    kept: list[Recording] = []
    try:
        last = ""
        while part := database.reading(lambda session, last=last: recordings_repo.with_files(session, last)):
            kept += part
            last = part[-1].name
    except DatabaseBusyError as error:
        raise BundleError(f"the database does not serve ({error}).") from error
    finally:
        database.close()
    return kept


def _line(one: Recording) -> bytes:
    return json.dumps({"path": one.path, "sha256": one.sha256, "size": one.size}).encode() + b"\n"


def _add_files(writer: BundleWriter, folder: Path, kept: list[Recording]) -> None:
    for one in kept:
        with suppress(FileNotFoundError):  # let go meanwhile, or missing: `python -m xktcc_app.recordings check` tells
            writer.add(f"recordings/{one.path}", folder / one.path)


def main() -> int:
    """Back up and tell."""
    parser = argparse.ArgumentParser(prog="python -m xktcc_app.backup", description="Back everything up as one file.")
    parser.add_argument("file", type=Path, help="where to; a folder: under a name with the time")
    parser.add_argument("--with-recordings", action="store_true", help="the sound too, not only its index")
    words = parser.parse_args()
    target: Path = words.file
    if target.is_dir():
        target /= f"xktcc-{datetime.now(UTC):%Y%m%d-%H%M%SZ}.tar"
    try:
        manifest = back_up(load_settings(), target.absolute(), with_recordings=words.with_recordings)
    except (ConfigError, BundleError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    rows = sum(manifest.rows.values())
    sys.stdout.write(
        f"{target}: {manifest.database} at revision {manifest.revision}, {rows} rows, "
        f"{manifest.recordings} recordings {'with' if manifest.with_recordings else 'in the index, without'} their sound; "
        f"{target.stat().st_size} bytes, read again and whole\n"
        "It holds the secrets of this installation: keep it where only you can read it.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
