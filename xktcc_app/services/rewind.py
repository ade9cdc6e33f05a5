"""The wall at any moment of the last 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlmodel import Session

from telephony.types import AgentId
from telephony.views import CentreView, SeatView
from xktcc_app.domain.day import day_bounds
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.rewind import REACH, Past, PastCall, centre_of, seats_of
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import calls as calls_repo
from xktcc_app.repositories import rewind as rewind_repo
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BadValueError, PermissionDeniedError


@dataclass(frozen=True, slots=True)
class PastWall:
    """What the wall would have shown at ``at`` (UTC), of the whole centre: a scope is cut out of it where it is shown."""

    at: datetime
    seats: Sequence[SeatView]
    centre: CentreView


class RewindService:
    """``zone`` is the one whose days the counts belong to, ``service_level_s`` the seconds of the service level."""

    def __init__(self, database: Database, zone: tzinfo, service_level_s: int, now: Now = utc_now) -> None:
        self._database = database
        self._zone = zone
        self._service_level_s = service_level_s
        self._now = now

    async def wall_at(self, principal: Principal, at_s: float) -> PastWall:
        """The centre ``at_s`` seconds after the epoch. ``PermissionDeniedError``; ``BadValueError`` out of reach; ``DatabaseBusyError``."""
        if not principal.may(Permission.SEATS_VIEW):
            raise PermissionDeniedError(Permission.SEATS_VIEW)
        now = self._now()
        # compared as a number first: not every number is a date
        if not (isinstance(at_s, int | float) and 0 <= now.timestamp() - at_s <= REACH.total_seconds()):
            raise BadValueError("at")
        at = datetime.fromtimestamp(at_s, UTC)
        return await self._database.read(lambda session: self._read(session, at))

    def _read(self, session: Session, at: datetime) -> PastWall:
        start, _ = day_bounds(at, self._zone)
        states = {AgentId(row.agent): calls_repo.seat_state_of(row) for row in rewind_repo.seat_states_at(session, at)}
        at_seats = [state.call for state in states.values() if state.call]
        rows = rewind_repo.calls_at(session, at, at_seats)
        calls = [PastCall(calls_repo.call_of(row), row.party_name) for row in rows]
        counts = calls_repo.day_counts(session, start, at, self._service_level_s)
        past = Past(at, states, calls, counts, self._service_level_s)
        return PastWall(at, seats_of(past, accounts_repo.seat_profiles(session)), centre_of(past))
