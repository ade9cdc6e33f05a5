"""Looks after the embedded exchange while the program serves: one that died is started again, later each time that it dies soon."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from xktcc_app.config import ConfigError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 60.0
"""An exchange that has run so long starts with the first pause again."""


class Exchange(Protocol):
    """What is looked after."""

    def is_alive(self) -> bool:
        """Whether its process exists."""
        ...

    def revive(self, cancelled: Callable[[], bool]) -> None:
        """Start it once more. ``ConfigError`` when that fails; gives up when ``cancelled``."""
        ...


class ExchangeWatch:
    """A thread of its own, because a start takes seconds; ``clock`` is in seconds, ``wait`` returns True to end at once."""

    def __init__(
        self,
        exchange: Exchange,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._ending = threading.Event()
        self._wait = wait or self._ending.wait
        self._thread = threading.Thread(target=self.watch, name="exchange watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until no start is under way any more."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def watch(self) -> None:
        """Look until told to end."""
        pause, since = FIRST_PAUSE_S, self._clock()
        while not self._wait(LOOK_EVERY_S):
            if self._exchange.is_alive():
                continue
            if self._clock() - since >= STEADY_S:
                pause = FIRST_PAUSE_S
            log.error(
                "the embedded exchange has died, its calls with it; it is started again", extra={"pause_s": pause}
            )
            if self._wait(pause):
                return
            self._revive()
            pause, since = min(pause * 2, LONGEST_PAUSE_S), self._clock()

    def _revive(self) -> None:
        try:
            self._exchange.revive(self._ending.is_set)
        except ConfigError as failure:
            log.error("the embedded exchange did not start", extra={"why": str(failure)})  # noqa: TRY400 - the text says all
        else:
            log.warning("the embedded exchange runs again")
