"""Waiting for the event that proves a command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from telephony.control.world import World
from telephony.errors import CommandTimeoutError

Condition = Callable[[World], bool]


class Watch:
    """Conditions on the world that somebody waits for."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Condition, asyncio.Future[None]]] = []

    def check(self, world: World) -> None:
        """Wake those whose condition holds now."""
        if not self._waiting:
            return
        for condition, future in tuple(self._waiting):
            if not future.done() and condition(world):
                future.set_result(None)

    async def until(self, world: World, condition: Condition, limit_s: float) -> None:
        """Return as soon as ``condition`` holds. Raises ``CommandTimeoutError`` after ``limit_s`` seconds."""
        if condition(world):
            return
        entry = (condition, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        try:
            await asyncio.wait_for(entry[1], limit_s)
        except TimeoutError as late:
            raise CommandTimeoutError("the PBX took the command, but nothing followed") from late
        finally:
            self._waiting.remove(entry)
