"""Supervisors who listen to a call in one process, as light as possible. ``python -m bench.ears URL SEAT COOKIE...``.

Says ``ready`` when everyone hears. Then for each line on its input answers with a line of JSON: how many frames came since the
line before, the longest gaps (ms, one a listener), and the moments (monotonic seconds) at which bursts of the caller came.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import numpy as np
from websockets.asyncio.client import connect

LOUD = 2000
CALM_S = 0.3
SEEN_EVERY = 20


class Listener:
    """One listener: counts, and notes when the silence of the caller ends."""

    def __init__(self) -> None:
        self.hears = False
        self._last_loud = 0.0
        self.forget()

    def forget(self) -> None:
        """Count anew."""
        self.frames, self.gap, self.bursts = 0, 0.0, list[float]()
        self._before = time.monotonic()

    async def listen(self, url: str, seat: str, cookie: str) -> None:
        """Until the socket ends."""
        address = f"{url.replace('http', 'ws')}/api/listen/{seat}"
        headers, seen = {"Cookie": f"xktcc_session={cookie}"}, 0
        async with connect(address, origin=url, additional_headers=headers, compression=None, proxy=None) as socket:  # type: ignore[arg-type] -- an origin is a str
            async for message in socket:
                if isinstance(message, str):
                    assert '"end"' not in message, message
                    continue
                self._take(message)
                seen += 1
                if seen % SEEN_EVERY == 0:
                    await socket.send(json.dumps({"t": "seen", "n": seen}))

    def _take(self, message: bytes) -> None:
        now = time.monotonic()
        self.hears = True
        self.frames += 1
        if message[0] != 0:
            return
        self.gap, self._before = max(self.gap, now - self._before), now
        loud = np.flatnonzero(np.abs(np.frombuffer(message, "<i2", offset=1)) > LOUD)
        if loud.size:
            if now - self._last_loud > CALM_S:
                self.bursts.append(now)
            self._last_loud = now


async def main(url: str, seat: str, *cookies: str) -> None:
    """Connect, then answer line by line until the input ends."""
    listeners = [Listener() for _ in cookies]
    tasks = [asyncio.create_task(one.listen(url, seat, cookie)) for one, cookie in zip(listeners, cookies, strict=True)]
    while not all(one.hears for one in listeners):
        for task in tasks:
            assert not task.done(), task.exception()
        await asyncio.sleep(0.02)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        told = {
            "frames": sum(one.frames for one in listeners),
            "gaps": [one.gap * 1000 for one in listeners],
            "bursts": [moment for one in listeners for moment in one.bursts],
        }
        for one in listeners:
            one.forget()
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
