"""A local journal of records that are not in the database yet, so that a kill -9 loses none of them.

Segments of JSON lines, appended without fsync: what was handed to the operating system survives the end of this
process, though not a power failure. See the decision record on record keeping.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from telephony.records import CallRecord, RecordingRecord, SeatStateRecord, TimelineRecord
from xktcc_app.domain.audit import AuditEntry
from xktcc_app.repositories.records import Kept

log = logging.getLogger(__name__)

SEGMENT_BYTES = 256 * 1024
_KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (CallRecord, TimelineRecord, RecordingRecord, SeatStateRecord, AuditEntry)
}


def to_line(record: Kept) -> bytes:
    """One record as a line."""
    name = type(record).__name__
    return name.encode() + b" " + _KINDS[name].dump_json(record) + b"\n"


def from_line(line: bytes) -> Kept:
    """The record of a line. ``ValueError`` when it is not whole."""
    name, _, body = line.partition(b" ")
    adapter = _KINDS.get(name.decode(errors="replace"))
    if adapter is None or not line.endswith(b"\n"):
        raise ValueError("not a record")
    return adapter.validate_json(body)


class Journal:
    """Not safe for several threads; ``RecordWriter`` holds its lock around every call."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._segment = max((self._number(path) for path in self._paths()), default=0) + 1
        self._file = self._open()
        self._size = 0

    @property
    def segment(self) -> int:
        """The segment to which the next record goes."""
        return self._segment

    def append(self, record: Kept) -> None:
        """Hand ``record`` to the operating system. ``OSError`` when it takes nothing, for example with a full disk."""
        if self._size >= SEGMENT_BYTES:
            os.close(self._file)
            self._segment += 1
            self._size = 0
            self._file = self._open()
        self._size += os.write(self._file, to_line(record))

    def written_before(self, segment: int) -> None:
        """All records of the segments before this one are in the database."""
        for path in self._paths():
            if self._number(path) < segment:
                path.unlink(missing_ok=True)

    def all_written(self) -> None:
        """Every record is in the database."""
        self.written_before(self._segment)
        os.ftruncate(self._file, 0)
        self._size = 0

    def left_over(self) -> Iterator[Kept]:
        """The records of earlier runs, oldest first. The torn end of a killed run is passed over and logged."""
        for path in self._paths():
            if self._number(path) >= self._segment:
                return
            for line in path.read_bytes().splitlines(keepends=True):
                try:
                    yield from_line(line)
                except (ValueError, ValidationError):
                    log.error("a journal line is not whole", extra={"segment": path.name, "length": len(line)})  # noqa: TRY400 -- its text is personal

    def reject(self, record: Kept) -> None:
        """Keep a record that the database refuses for itself aside, for people to look at."""
        with (self._directory / "rejected.jsonl").open("ab") as file:
            file.write(to_line(record))

    def close(self) -> None:
        """Let the file go; an empty one is removed."""
        os.close(self._file)
        if self._size == 0:
            self._path(self._segment).unlink(missing_ok=True)

    def _open(self) -> int:
        return os.open(self._path(self._segment), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _path(self, segment: int) -> Path:
        return self._directory / f"records-{segment:08d}.jsonl"

    def _paths(self) -> list[Path]:
        return sorted(self._directory.glob("records-*.jsonl"))

    @staticmethod
    def _number(path: Path) -> int:
        return int(path.stem.removeprefix("records-"))
