"""Finding out who calls, without keeping anybody waiting for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from telephony import events as ev
from telephony.control.tasks import Tasks
from telephony.control.world import World
from telephony.history import Directory
from telephony.types import CallId, Direction
from telephony.views import CallerInfo

log = logging.getLogger(__name__)

LOOK_UP_LIMIT_S = 0.15
"""A caller is routed unidentified rather than kept waiting for a slow database."""
GIVE_UP_AFTER_S = 30.0


class Identification:
    """Looks every new call's number up once. ``pending``: calls that are to wait for it a moment."""

    def __init__(self, world: World, directory: Directory, tasks: Tasks, changed: Callable[[], None]) -> None:
        self._world = world
        self._directory = directory
        self._tasks = tasks
        self._changed = changed
        self._looking: set[CallId] = set()
        self.pending: set[CallId] = set()

    def note(self, event: ev.Event) -> None:
        """Begin to look up whoever ``event`` brought."""
        if isinstance(event, ev.Queued | ev.ServiceInitiated):
            self._begin(event.call)
        elif isinstance(event, ev.Snapshot):
            for call in tuple(self._world.calls):
                self._begin(call)

    def _begin(self, call_id: CallId) -> None:
        call = self._world.calls.get(call_id)
        if call is None or call_id in self._world.infos or call_id in self._looking:
            return
        self._looking.add(call_id)
        self.pending.add(call_id)
        number = call.called if call.direction is Direction.OUTBOUND else call.caller
        self._tasks.spawn(self._identify(call_id, number))

    async def _identify(self, call: CallId, number: str) -> None:
        looking = asyncio.ensure_future(self._directory.look_up(number))
        try:
            await asyncio.wait({looking}, timeout=LOOK_UP_LIMIT_S)
            self.pending.discard(call)
            if not looking.done():
                self._changed()  # route it now; who it is may still come
            self._world.identify(call, await self._outcome(looking))
        finally:
            looking.cancel()
            self._looking.discard(call)
            self.pending.discard(call)
        self._changed()

    async def _outcome(self, looking: asyncio.Future[CallerInfo | None]) -> CallerInfo | None:
        try:
            return await asyncio.wait_for(looking, GIVE_UP_AFTER_S)
        except Exception:
            log.exception("caller look-up failed")  # the call goes on without a name
            return None
