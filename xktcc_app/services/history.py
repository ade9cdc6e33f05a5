"""What ``control`` asks of the records (``telephony.history``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from telephony.history import TodayCounts
from telephony.records import CallRecord, RecordingRecord, SeatStateRecord
from telephony.types import AgentId
from telephony.views import CallerInfo
from xktcc_app.domain.elders import PhoneKind, age_on
from xktcc_app.domain.masking import normalise_number
from xktcc_app.repositories import calls as calls_repo
from xktcc_app.repositories import elders as elders_repo
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database


class DatabaseHistory:
    """A ``telephony.history.History``. ``DatabaseBusyError`` when the database does not serve."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_seat_states(self) -> Mapping[AgentId, SeatStateRecord]:
        """The newest state record of every agent who has an account."""
        return await self._database.read(calls_repo.last_seat_states)

    async def day_counts(self, start: datetime, end: datetime, service_level_s: int) -> TodayCounts:
        """See ``History``."""
        return await self._database.read(lambda session: calls_repo.day_counts(session, start, end, service_level_s))

    async def open_calls(self) -> list[CallRecord]:
        """Calls without an end in the records, oldest first."""
        return await self._database.read(calls_repo.open_calls)

    async def open_recordings(self) -> list[RecordingRecord]:
        """Recordings without an end in the records, oldest first."""
        return await self._database.read(calls_repo.open_recordings)


class ElderDirectory:
    """A ``telephony.history.Directory``. Ages are those of today in ``zone``."""

    def __init__(self, database: Database, zone: tzinfo, now: Now = utc_now) -> None:
        self._database = database
        self._zone = zone
        self._now = now

    async def look_up(self, number: str) -> CallerInfo | None:
        """The elder whose phone, SOS device or emergency contact has this number, however it is written."""
        wanted = normalise_number(number)
        if not wanted:
            return None
        owner = await self._database.read(lambda session: elders_repo.owner_of(session, wanted))
        if owner is None:
            return None
        return CallerInfo(
            elder_id=owner.elder.id,
            name=owner.elder.name,
            age=age_on(owner.elder.birth_date, self._now().astimezone(self._zone).date()),
            elder_types=owner.types,
            community=owner.elder.community,
            sos=owner.kind is PhoneKind.SOS,
            matches=owner.matches,
        )
