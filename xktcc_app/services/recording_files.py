"""The folder of recordings: files by day, written beside their place first, so that a file there is always whole.

Everything here waits for the disk: to be called from threads.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xktcc_app.domain.recordings import HEAD_BYTES, Expectation, FileState, Verdict, judge

_UNFINISHED = ".unfinished"
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in its place: below the folder at ``path`` ("" when it was worth nothing), with its checksum and size in bytes."""

    path: str
    sha256: str
    size: int
    verdict: Verdict


class OutsideError(Exception):
    """A path leads out of the folder."""


class RecordingFiles:
    """``folder`` is made when it is missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self._unfinished = self.folder / _UNFINISHED
        self._unfinished.mkdir(mode=0o700, exist_ok=True)

    def tidy(self) -> None:
        """Throw away what an earlier run did not finish."""
        for path in self._unfinished.iterdir():
            path.unlink(missing_ok=True)

    def unfinished(self, name: str) -> Path:
        """Where a recording may be written before it has its place."""
        return self._unfinished / f"{name}.wav"

    def settle(self, draft: Path, path: str, expected: Expectation) -> KeptFile:
        """Judge ``draft``, mend it, and put it at ``path``. What is no more than an empty head is thrown away."""
        size = draft.stat().st_size
        with draft.open("rb") as file:
            verdict = judge(file.read(HEAD_BYTES), size, expected)
        if verdict.state is FileState.BROKEN and size <= HEAD_BYTES:
            draft.unlink()
            return KeptFile("", "", 0, verdict)
        _mend(draft, verdict)
        checksum, size = _checksum(draft)
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        _flush(place.parent)
        return KeptFile(path, checksum, size, verdict)

    def at(self, path: str) -> Path:
        """The file at ``path``, which may not be there. ``OutsideError`` for a path that leads elsewhere."""
        place = (self.folder / path).resolve()
        if not path or self.folder not in place.parents:
            raise OutsideError("not a path of the folder")
        return place

    def size_of(self, path: str) -> int | None:
        """Bytes of the file at ``path``; ``None`` when there is none."""
        try:
            return self.at(path).stat().st_size
        except FileNotFoundError:
            return None

    def checksum_of(self, path: str) -> str:
        """SHA-256 of the file at ``path``."""
        return _checksum(self.at(path))[0]

    def remove(self, path: str) -> None:
        """Remove the file at ``path``; nothing happens when there is none."""
        self.at(path).unlink(missing_ok=True)

    def paths(self) -> Iterator[str]:
        """Every file that is kept, as a path below the folder, day by day."""
        for directory, names, files in os.walk(self.folder):
            if _UNFINISHED in names:
                names.remove(_UNFINISHED)
            names.sort()
            for name in sorted(files):
                yield (Path(directory) / name).relative_to(self.folder).as_posix()


def _mend(draft: Path, verdict: Verdict) -> None:
    with draft.open("r+b") as file:
        if verdict.head is not None:
            file.write(verdict.head)
            file.truncate(verdict.size)
        file.flush()
        os.fsync(file.fileno())


def _checksum(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
