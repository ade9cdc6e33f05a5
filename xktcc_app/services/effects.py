"""What a change of accounts, roles or the tree does at once: open sessions get their new rights, seats their new profile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable

from telephony.desk import Desk
from telephony.errors import UnknownAgentError
from telephony.types import AgentId
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError, ServiceError
from xktcc_app.services.session_registry import SessionRegistry

log = logging.getLogger(__name__)


class Effects:
    """To be called after a change was committed. A database that does not answer then only delays the effect by a second."""

    def __init__(self, database: Database, sessions: SessionRegistry, desk: Desk) -> None:
        self._database = database
        self._sessions = sessions
        self._desk = desk
        self._refresh_phones: Callable[[], Awaitable[None]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def phones_by(self, refresh: Callable[[], Awaitable[None]]) -> None:
        """From now on have the PBX's phones follow by this."""
        self._refresh_phones = refresh

    async def rights_changed(self) -> None:
        """Every live session is read again; pages follow within a second."""
        try:
            await self._sessions.reload()
        except DatabaseBusyError:
            log.warning("sessions get their new rights at their next event")

    async def seats_changed(self, agents: Iterable[str | None]) -> None:
        """Seats of these agent numbers are new, changed or gone. One with a call goes after it."""
        for agent in dict.fromkeys(filter(None, agents)):
            profile = await self._database.read(
                lambda session, agent=agent: accounts_repo.seat_profile_of(session, agent)
            )
            if profile is not None:
                await self._desk.upsert_seat(profile)
                continue
            with contextlib.suppress(UnknownAgentError):  # it never had a seat
                await self._desk.remove_seat(AgentId(agent))
        if self._refresh_phones is not None:  # beside the answer to the administrator: a PBX may take its time
            task = asyncio.create_task(self._follow(self._refresh_phones))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _follow(refresh: Callable[[], Awaitable[None]]) -> None:
        with contextlib.suppress(ServiceError):  # the phones are compared again anyway
            await refresh()
