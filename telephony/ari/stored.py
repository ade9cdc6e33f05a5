"""Stored recordings over ARI, or out of the folder where the PBX keeps them when that is to be seen from here."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path

from telephony.ari.client import AriClient, path
from telephony.ari.names import recorded_call
from telephony.errors import NoSuchCallError

_LIST_DEADLINE_S = 30.0


class AriStoredRecordings:
    """``folder``: the PBX's recordings as this machine sees them; what is not found there is asked for over ARI."""

    def __init__(self, client: AriClient, folder: Path | None = None) -> None:
        self._client = client
        self._folder = folder

    async def names(self) -> list[str]:
        """See ``StoredRecordings``."""
        rows = await self._client.request("GET", path("recordings", "stored"), deadline_s=_LIST_DEADLINE_S)
        names = [row["name"] for row in rows or [] if isinstance(row, dict) and isinstance(row.get("name"), str)]
        return [name for name in names if recorded_call(name) is not None]

    async def fetch(self, name: str, into: Path) -> None:
        """See ``StoredRecordings``."""
        if self._folder is not None and await asyncio.to_thread(_copied, self._folder / f"{name}.wav", into):
            return
        with into.open("wb") as file:
            async for piece in self._client.download(path("recordings", "stored", name, "file")):
                await asyncio.to_thread(file.write, piece)

    async def delete(self, name: str) -> None:
        """See ``StoredRecordings``."""
        with contextlib.suppress(NoSuchCallError):
            await self._client.request("DELETE", path("recordings", "stored", name))

    def call_of(self, name: str) -> str | None:
        """See ``StoredRecordings``."""
        return recorded_call(name)

    async def close(self) -> None:
        """See ``StoredRecordings``."""
        await self._client.close()


def _copied(source: Path, into: Path) -> bool:
    try:
        shutil.copyfile(source, into)
    except FileNotFoundError:
        return False
    return True
