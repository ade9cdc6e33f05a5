"""Recordings that the PBX has stored, wherever it stores them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class StoredRecordings(Protocol):
    """May raise ``PbxUnreachableError``, ``PbxCredentialsError`` and ``PbxRefusedError``."""

    async def names(self) -> list[str]:
        """The recordings of ours that the PBX holds, those that run included."""
        ...

    async def fetch(self, name: str, into: Path) -> None:
        """Copy a recording into a file. ``NoSuchCallError`` when the PBX has none of this name; ``OSError`` of the file."""
        ...

    async def delete(self, name: str) -> None:
        """Let the PBX forget a recording; nothing happens when it has none of this name."""
        ...

    def call_of(self, name: str) -> str | None:
        """The call of a recording by its name; ``None`` when it is not of our making."""
        ...

    async def close(self) -> None:
        """Let go of the PBX."""
        ...
