"""Carries out actions: those of one call one after the other, those of different calls side by side."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from telephony.ari.actions import Action
from telephony.ari.commands import PbxCommands
from telephony.errors import NoSuchCallError, PbxRefusedError, TelephonyError
from telephony.types import CallId

_PAUSE_S = 0.1
logger = logging.getLogger(__name__)


class Lanes:
    """``on_failure`` hears of each action that was not carried out."""

    def __init__(self, pbx: PbxCommands, on_failure: Callable[[Action], None]) -> None:
        self._pbx = pbx
        self._on_failure = on_failure
        self._waiting: dict[CallId, deque[Action]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, action: Action) -> None:
        """Carry ``action`` out after all earlier ones of its call."""
        waiting = self._waiting.get(action.call)
        if waiting is not None:
            waiting.append(action)
            return
        self._waiting[action.call] = waiting = deque([action])
        task = asyncio.create_task(self._work(action.call, waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drop_all(self) -> None:
        """Forget what was not carried out yet: the PBX is lost, and a snapshot will tell what is to be done."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()

    async def _work(self, call: CallId, waiting: deque[Action]) -> None:
        while waiting:
            await self._perform(waiting.popleft())
        self._waiting.pop(call, None)

    async def _perform(self, action: Action) -> None:
        for attempt in range(action.retries + 1):
            if attempt:
                await asyncio.sleep(_PAUSE_S)
            try:
                await action.run(self._pbx)
            except NoSuchCallError:
                logger.debug("too late for %s: call=%s", type(action).__name__, action.call)
                break
            except TelephonyError as error:
                logger.warning("%s failed: call=%s code=%s %s", type(action).__name__, action.call, error.code, error)
                if isinstance(error, PbxRefusedError) and error.status == 400:
                    break  # one of its channels has gone meanwhile
            else:
                return
        self._on_failure(action)
