"""The live sessions as this process knows them, and the ends of those that died here.

Touched by the event loop's thread only.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndedSession

FRESH_S = 1.0
"""How long an entry is trusted without asking the database: other processes may have ended the session."""
ENDS_KEPT = 10_000


def digest(secret: str) -> str:
    """What is stored of a cookie's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(slots=True)
class Entry:
    """A live session. ``seen_at`` may be newer here than in the database (``unsaved``)."""

    secret_hash: str
    principal: Principal
    created_at: datetime
    seen_at: datetime
    unsaved: bool = False
    disabled: bool = False
    loaded: float = field(default_factory=time.monotonic)

    @property
    def age_s(self) -> float:
        """Seconds since this was read from the database."""
        return time.monotonic() - self.loaded


class SessionCache:
    """Entries by the digest of their secret. ``generation`` tells a slow reader that what it read may be out of date."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._ends: OrderedDict[str, EndedSession] = OrderedDict()
        self.generation = 0

    def get(self, secret_hash: str) -> Entry | None:
        """The entry, fresh or not."""
        return self._entries.get(secret_hash)

    def entries(self) -> list[Entry]:
        """All live sessions known here."""
        return list(self._entries.values())

    def of_account(self, account_id: int) -> list[Entry]:
        """The account's live sessions known here: one, or none."""
        return [entry for entry in self._entries.values() if entry.principal.account_id == account_id]

    def store(self, entry: Entry) -> None:
        """Keep what was read, unless it ended meanwhile; a newer ``seen_at`` known here stays."""
        if entry.secret_hash in self._ends:
            return
        known = self._entries.get(entry.secret_hash)
        if known is not None and known.seen_at > entry.seen_at:
            entry.seen_at, entry.unsaved = known.seen_at, known.unsaved
        self._entries[entry.secret_hash] = entry

    def drop(self, secret_hash: str) -> None:
        """The session is over, how is not known here."""
        self._entries.pop(secret_hash, None)

    def outdate(self) -> None:
        """Roles or accounts changed: everything is read again before it is trusted."""
        self.generation += 1
        for entry in self._entries.values():
            entry.loaded = float("-inf")

    def end(self, secret_hash: str, end: EndedSession) -> bool:
        """The session is over; False when that was known. The first end stays."""
        self._entries.pop(secret_hash, None)
        if secret_hash in self._ends:
            return False
        self.generation += 1
        self._ends[secret_hash] = end
        if len(self._ends) > ENDS_KEPT:
            self._ends.popitem(last=False)
        return True

    def end_of(self, secret_hash: str) -> EndedSession | None:
        """How the session ended here."""
        return self._ends.get(secret_hash)
