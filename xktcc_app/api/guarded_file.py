"""A file handed out piece by piece, off the event loop, only for as long as somebody may have it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from xktcc_app.api.byte_range import Part

PIECE_BYTES = 128 * 1024
LOOK_EVERY_S = 1.0


class Guard(Protocol):
    """Says whether somebody may still have a file."""

    def allowed(self) -> bool:
        """Whether now; quick, and never waiting."""
        ...

    def on_change(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` as soon as that may have become otherwise; returns the way to stop it."""
        ...


class HandingOutStoppedError(Exception):
    """The session ended, or lost the right, amid a file: the connection is closed, so that nobody takes the rest for silence."""


class GuardedFile(Response):
    """``part`` of ``path``, for as long as ``guard`` allows it."""

    def __init__(self, path: Path, part: Part, status_code: int, headers: Mapping[str, str], guard: Guard) -> None:
        super().__init__(None, status_code, {**headers, "content-length": str(part.length)})
        self._path = path
        self._part = part
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and, unless only that was asked for, the file. ``HandingOutStoppedError``, ``OSError``."""
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        sending = asyncio.create_task(self._send(send))
        gone = asyncio.create_task(_until_gone(receive))
        stopped = asyncio.create_task(self._until_forbidden())
        try:
            await asyncio.wait((sending, gone, stopped), return_when=asyncio.FIRST_COMPLETED)
            if stopped.done() and not sending.done():
                raise HandingOutStoppedError
            if sending.done():
                sending.result()
        finally:
            for task in (sending, gone, stopped):
                task.cancel()
            await asyncio.gather(sending, gone, stopped, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        file = await asyncio.to_thread(self._path.open, "rb")
        try:
            await asyncio.to_thread(file.seek, self._part.start)
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            left = self._part.length
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, left))
                if not piece or not self._guard.allowed():
                    raise HandingOutStoppedError
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await asyncio.to_thread(file.close)

    async def _until_forbidden(self) -> None:
        changed = asyncio.Event()
        forget = self._guard.on_change(changed.set)
        try:
            while self._guard.allowed():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await changed.wait()
                changed.clear()
        finally:
            forget()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
