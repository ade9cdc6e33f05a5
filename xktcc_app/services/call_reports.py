"""The report on calls: when they come, how the queue is served, what each agent does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlmodel import Session

from telephony.types import SeatState
from xktcc_app.domain.call_report import AgentWork, Period, Queue, by_weekday_and_hour, seconds_in, together
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.list_params import Params, exactly_date_of, exactly_whole_of
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.repositories.call_report import CallReport
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BadValueError
from xktcc_app.services.guards import require
from xktcc_app.services.reports import NO_ORGANIZATION

_HANDLING = (SeatState.TALKING, SeatState.HOLD, SeatState.WRAP_UP)


@dataclass(frozen=True, slots=True)
class CallsReport:
    """The report on ``period``, of ``org_id`` and below, as of ``at`` (UTC).

    ``arrivals``: inbound calls by weekday (Monday first) and hour of the zone. ``service_level_s``: the target in seconds.
    ``everybody`` is all ``agents`` as one; ``names`` are those of the agents' accounts.
    """

    period: Period
    org_id: int | None
    at: datetime
    arrivals: tuple[tuple[int, ...], ...]
    queue: Queue
    service_level_s: int
    agents: tuple[AgentWork, ...]
    everybody: AgentWork
    names: dict[str, str]


class CallReportService:
    """Raises ``PermissionDeniedError``."""

    def __init__(self, database: Database, zone: tzinfo, service_level_s: int, now: Now = utc_now) -> None:
        self._database = database
        self._zone = zone
        self._service_level_s = service_level_s
        self._now = now

    async def asked(self, principal: Principal, params: Params) -> CallsReport:
        """``calls`` by the parameters ``since``, ``until`` and ``org`` of an address. Raises ``BadValueError`` for days that are none."""
        require(principal, Permission.REPORTS_VIEW)
        try:
            days = exactly_date_of(params, "since"), exactly_date_of(params, "until")
        except ValueError:
            raise BadValueError("period") from None
        try:
            org_id = exactly_whole_of(params, "org")
        except ValueError:
            org_id = NO_ORGANIZATION
        return await self.calls(principal, *days, org_id)

    async def calls(
        self, principal: Principal, first: date | None = None, last: date | None = None, org_id: int | None = None
    ) -> CallsReport:
        """Calls that began on the local days ``first`` to ``last`` (default: this month up to today). Raises ``BadValueError``."""
        require(principal, Permission.REPORTS_VIEW)
        now = self._now()
        today = now.astimezone(self._zone).date()
        last = last or today
        try:
            period = Period.of(first or last.replace(day=1), last, self._zone)
        except (ValueError, OverflowError):
            raise BadValueError("period") from None
        scope = scope_of(principal)

        def work(session: Session) -> CallsReport:
            # what has not happened yet is no time in a state
            found = CallReport(session, scope, org_id, (period.since, min(period.until, max(now, period.since))))
            return self._put_together(found, period, org_id, now)

        return await self._database.read(work)

    def _put_together(self, found: CallReport, period: Period, org_id: int | None, now: datetime) -> CallsReport:
        agents = _agents(found, (period.since, min(period.until, now)))
        return CallsReport(
            period=period,
            org_id=org_id,
            at=now,
            arrivals=by_weekday_and_hour(found.arrivals(), self._zone),
            queue=found.queue(self._service_level_s),
            service_level_s=self._service_level_s,
            agents=agents,
            everybody=together(agents),
            names=found.names(),
        )


def _agents(found: CallReport, span: tuple[datetime, datetime]) -> tuple[AgentWork, ...]:
    spoken, missed = found.spoken(), found.missed()
    times = seconds_in(found.changes(), span)
    seats = sorted({*spoken, *missed, *(agent for agent, _ in times)})
    return tuple(
        AgentWork(
            agent=seat,
            answered=spoken.get(seat, (0, 0, 0.0))[0],
            outbound=spoken.get(seat, (0, 0, 0.0))[1],
            missed=missed[seat],
            talk_s=spoken.get(seat, (0, 0, 0.0))[2],
            wrap_up_s=times.get((seat, SeatState.WRAP_UP.value), 0.0),
            busy_s=sum(times.get((seat, state.value), 0.0) for state in _HANDLING),
            ready_s=times.get((seat, SeatState.READY.value), 0.0),
        )
        for seat in seats
    )
