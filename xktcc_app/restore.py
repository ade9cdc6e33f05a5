"""``python -m xktcc_app.restore FILE [--yes]``: put a backup back. The program must be stopped.

The backup is unpacked and verified before anything is touched. What is replaced is put aside where that can be done. Exit
code 0: done, 1: not done (nothing was changed unless it says so).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from xktcc_app.backup import INDEX
from xktcc_app.config import ConfigError, Settings, load_settings
from xktcc_app.copies.bundle import BundleError, Manifest, checksum_of, unpack
from xktcc_app.copies.database import copier
from xktcc_app.data_dir import JOURNAL, prepare_data_dir
from xktcc_app.exchange_process import port_taken
from xktcc_app.migrate import migrate


def restore(settings: Settings, source: Path, *, sure: bool) -> list[str]:
    """Put ``source`` back; returns what was done, a sentence each. ``sure``: don't ask. ``BundleError``."""
    if port_taken(settings.host, settings.port):
        raise BundleError(f"the program (or another one) runs at {settings.host}:{settings.port}: stop it first.")
    database = copier(settings.effective_database_url)
    with tempfile.TemporaryDirectory(prefix="xktcc-restore-", dir=settings.data_dir) as scratch:
        unpacked = Path(scratch)
        manifest = unpack(source, unpacked)
        if manifest.database != database.kind:
            raise BundleError(
                f"the backup is of {manifest.database}, XKTCC_DATABASE_URL names {database.kind}: "
                "a backup goes back into a database of its own kind."
            )
        if not sure and not _asked(manifest, settings):
            raise BundleError("nothing was changed.")
        done = [f"database: {database.restore(unpacked / database.member, set(manifest.rows))}"]
        now = database.rows()
        if now != dict(manifest.rows):
            raise BundleError("the database was put back, but its rows are not those of the backup: look at its log.")
        migrate(settings.effective_database_url)
        done.append(f"database: {sum(now.values())} rows as at {manifest.created_at}, brought to this version's tables")
        done += _put_back_files(unpacked, settings)
        done.append(_recordings_told(unpacked / INDEX, settings.effective_recordings_dir))
    return done


def _asked(manifest: Manifest, settings: Settings) -> bool:
    sys.stdout.write(
        f"The backup of {manifest.created_at} replaces the database and the secrets in {settings.data_dir}. Go on? [yes/no] "
    )
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() == "yes"


def _put_back_files(unpacked: Path, settings: Settings) -> list[str]:
    done = []
    aside = settings.data_dir / f"before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    journal = settings.data_dir / JOURNAL
    # what waits there belongs to the database that was replaced
    for path in sorted(journal.glob("records-*.jsonl")):
        _put_aside(path, aside / JOURNAL)
    for path in sorted((unpacked / JOURNAL).glob("*")):
        _place(path, journal / path.name)
    for path in sorted((unpacked / "secrets").glob("*")):
        place = settings.data_dir / path.name
        if place.exists() and checksum_of(place) != checksum_of(path):
            _put_aside(place, aside)
        _place(path, place)
        done.append(f"secret: {path.name}")
    recordings = unpacked / "recordings"
    files = [path for path in recordings.rglob("*") if path.is_file()]
    for path in files:
        _place(path, settings.effective_recordings_dir / path.relative_to(recordings))
    if files:
        done.append(f"recordings: {len(files)} files")
    if aside.exists():
        done.append(f"what was replaced lies in {aside}")
    return done


def _put_aside(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(path, folder / path.name)


def _place(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(place.name + ".new")
    shutil.copyfile(path, fresh)
    fresh.chmod(0o600)
    fresh.replace(place)


def _recordings_told(index: Path, folder: Path) -> str:
    named = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]
    there = sum(1 for one in named if _size(folder / one["path"]) == one["size"])
    missing = len(named) - there
    told = f"recordings: {there} of {len(named)} in the index are in {folder}"
    return told if not missing else f"{told}; copy the others there, then: python -m xktcc_app.recordings check --deep"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def main() -> int:
    """Restore and tell."""
    parser = argparse.ArgumentParser(prog="python -m xktcc_app.restore", description="Put a backup back.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--yes", action="store_true", help="don't ask")
    words = parser.parse_args()
    try:
        settings = load_settings()
        settings = settings.model_copy(update={"data_dir": prepare_data_dir(settings.data_dir)})
        done = restore(settings, words.file, sure=words.yes)
    except (ConfigError, BundleError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join([*done, "done; the program may be started."]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
