"""What the page after a refused form must say, kept on the server for a minute: nothing personal goes into an address."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

KEPT_S = 60.0
AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Flash:
    """``code`` is an error's code; ``retry_after_s`` whole seconds, 0 for none; ``account`` as it was typed."""

    code: str
    retry_after_s: int = 0
    account: str = ""


class FlashStore:
    """Flashes by the random id in the browser's cookie."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, Flash]] = OrderedDict()

    def put(self, flash: Flash) -> str:
        """Keep ``flash``; returns its id."""
        key = secrets.token_urlsafe(16)
        self._kept[key] = (time.monotonic() + KEPT_S, flash)
        if len(self._kept) > AT_MOST:
            self._kept.popitem(last=False)
        return key

    def get(self, key: str) -> Flash | None:
        """The flash with this id while it is kept; reading does not end it, as a page may connect twice."""
        until, flash = self._kept.get(key, (0.0, None))
        return flash if time.monotonic() < until else None

    def drop(self, key: str) -> None:
        """Forget it: the form went through."""
        self._kept.pop(key, None)
