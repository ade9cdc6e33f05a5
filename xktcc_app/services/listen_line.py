"""The way of sound between the PBX and one browser: nobody waits for a slow one, and nobody is flooded by a fast one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from telephony.listening import FRAME_BYTES, FRAME_S, Party

WAITING_FRAMES = 50  # half a second of both parties
UNSEEN_FRAMES = 100  # a second of both parties, sent and not confirmed: more would only be heard too late
AHEAD_FRAMES = 15


class Downlink:
    """Frames for the browser: one byte that names the party, then the samples. The oldest are dropped when it lags behind.

    The browser confirms how many it has got. What it has not is limited here, because a server's own buffers are not ours.
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque(maxlen=WAITING_FRAMES)
        self._news = asyncio.Event()
        self._sent = 0
        self._seen = 0
        self.dropped = 0

    def hear(self, party: Party, pcm: bytes) -> None:
        """Take a frame; never waits."""
        if len(self._waiting) == WAITING_FRAMES:
            self.dropped += 1
        self._waiting.append(bytes((party,)) + pcm)
        self._news.set()

    def seen(self, count: int) -> None:
        """The browser has got ``count`` frames in all; what can't be is ignored."""
        if self._seen <= count <= self._sent:
            self._seen = count
            self._news.set()

    async def next(self) -> bytes:
        """The next frame, as soon as there is one and the browser has got enough of the earlier ones."""
        while not self._waiting or self._sent - self._seen >= UNSEEN_FRAMES:
            self._news.clear()
            await self._news.wait()
        self._sent += 1
        return self._waiting.popleft()


class Uplink:
    """Lets through what a microphone can say: frames of 20 ms, in real time and a little ahead of it.

    More would wait at the PBX and be heard later and later. ``clock``: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = clock()

    def admits(self, pcm: bytes) -> bool:
        """Whether this frame may pass."""
        now = self._clock()
        self._due = max(self._due, now)
        if len(pcm) != FRAME_BYTES or self._due - now > AHEAD_FRAMES * FRAME_S:
            return False
        self._due += FRAME_S
        return True
