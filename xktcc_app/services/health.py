"""Whether the program can serve, part by part, with what helps when it can't."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from telephony.bus import Bus
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.record_writer import RecordWriter

DATABASE_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``remedy`` is "" while it is well; a ready part may have one for what does not keep it from serving."""

    name: str
    ready: bool
    remedy: str = ""


class HealthService:
    """``control_runs`` tells whether the writer of the bus lives in this process; ``records`` waits for the database.

    ``pbx_faults``: what is wrong with the PBX, each with what helps.
    """

    def __init__(  # noqa: PLR0913 - each part by its name
        self,
        database: Database,
        bus: Bus,
        records: RecordWriter,
        control_runs: Callable[[], bool],
        *,
        embedded: bool,
        pbx_faults: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._database = database
        self._records = records
        self._bus = bus
        self._control_runs = control_runs
        self._pbx_faults = pbx_faults
        self._pbx_remedy = (
            "the embedded exchange does not answer: restart the program, and see its log in the data directory"
            if embedded
            else "the PBX does not answer: check XKTCC_ARI_URL, XKTCC_ARI_USER, XKTCC_ARI_PASSWORD and that its ARI is up"
        )

    async def parts(self) -> tuple[Part, ...]:
        """Database, bus and PBX now; at most ``DATABASE_LIMIT_S`` long."""
        return await self._database_part(), self._bus_part(), self._pbx_part()

    async def _database_part(self) -> Part:
        try:
            async with asyncio.timeout(DATABASE_LIMIT_S):
                await self._database.read(_ping)
        except (DatabaseBusyError, TimeoutError):
            return Part(
                "database", False, "the database does not answer: check XKTCC_DATABASE_URL and its server or disk"
            )
        if self._records.held_up_s > DATABASE_LIMIT_S:
            # a locked SQLite file is read as always
            return Part(
                "database",
                False,
                "the database takes no records: see who else holds it; they are kept and written later",
            )
        return Part("database", True)

    def _bus_part(self) -> Part:
        if self._control_runs():
            return Part("bus", True)
        return Part("bus", False, "the call control has stopped: see the log for why, and restart the program")

    def _pbx_part(self) -> Part:
        centre = self._bus.centre()
        if centre.stale_since is None and centre.last_event_at is not None:
            return Part("pbx", True, "; ".join(self._pbx_faults()))
        return Part("pbx", False, "; ".join(self._pbx_faults()) or self._pbx_remedy)


def _ping(session: Session) -> None:
    session.connection().execute(text("SELECT 1"))
