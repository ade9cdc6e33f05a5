"""A backup as one file: a tar whose manifest names every member with its checksum."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

MANIFEST = "manifest.json"
FORMAT = 1
_MEMBER = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,250}")
_PIECE = 1024 * 1024


class BundleError(Exception):
    """The backup can't be made or used; the text says why, fit for people."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``database``: ``sqlite`` or ``postgresql``; ``revision`` of its tables; ``rows`` by table.

    ``created_at``: ISO, UTC. ``members``: name → SHA-256. ``recordings``: how many files the index names.
    """

    created_at: str
    database: str
    revision: str
    rows: Mapping[str, int]
    recordings: int
    with_recordings: bool
    members: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


class BundleWriter:
    """Writes a backup beside its place first: what stands at ``target`` is always whole. Only its owner may read it."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._draft = target.with_name(target.name + ".unfinished")
        try:
            descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise BundleError(f"{self._draft} can't be written: {error.strerror}.") from None
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115 -- closed by finish or abandon
        self._members: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Take a file in."""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            info = self._tar.gettarinfo(arcname=name, fileobj=file)
            info.mode, info.uid, info.gid, info.uname, info.gname = 0o600, 0, 0, "", ""
            self._tar.addfile(info, _Watched(file, digest.update, info.size))
        self._members[name] = digest.hexdigest()

    def add_bytes(self, name: str, data: bytes) -> None:
        """Take data in as a file."""
        self._put(name, data)
        self._members[name] = hashlib.sha256(data).hexdigest()

    def _put(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and put the backup in its place."""
        whole = {**asdict(manifest), "members": self._members}
        self._put(MANIFEST, json.dumps(whole, indent=1, sort_keys=True).encode())
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.replace(self._target)

    def abandon(self) -> None:
        """Throw away what was written."""
        self._file.close()
        self._draft.unlink(missing_ok=True)


class _Watched(io.RawIOBase):
    """A file of which exactly ``size`` bytes are read, each seen by ``watch``; one that has shrunk is filled up, as tar must."""

    def __init__(self, file: io.BufferedReader, watch: Callable[[bytes], object], size: int) -> None:
        self._file, self._watch, self._left = file, watch, size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted).ljust(wanted, b"\0")
        self._left -= len(data)
        self._watch(data)
        return data


def unpack(source: Path, into: Path) -> Manifest:
    """Unpack a backup and compare every checksum. ``BundleError`` for anything that is not as it was written."""
    try:
        with tarfile.open(source) as tar:
            names = [info.name for info in tar.getmembers() if info.isfile() and _MEMBER.fullmatch(info.name)]
            if len(names) != len(tar.getmembers()) or len(set(names)) != len(names):
                raise BundleError(f"{source} holds what no backup holds: it is not used.")
            tar.extractall(into, filter="data")
        manifest = _read_manifest(into / MANIFEST)
    except (OSError, tarfile.TarError, ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{source} is not a whole backup of this program ({type(error).__name__}).") from None
    if set(names) != {*manifest.members, MANIFEST}:
        raise BundleError(f"{source} does not hold what its manifest names: it is not used.")
    for name, checksum in manifest.members.items():
        if checksum_of(into / name) != checksum:
            raise BundleError(f"{name} in {source} is damaged (its checksum differs): it is not used.")
    return manifest


def _read_manifest(path: Path) -> Manifest:
    manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    if manifest.format != FORMAT:
        raise BundleError(f"the backup has format {manifest.format}, this program reads format {FORMAT}.")
    return manifest


def checksum_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
