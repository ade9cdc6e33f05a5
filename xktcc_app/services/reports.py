"""The year's report on orders, within the reader's data scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlmodel import Session

from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.list_params import Params, exactly_whole_of
from xktcc_app.domain.order_report import (
    FIRST_YEAR,
    LAST_YEAR,
    Blank,
    Months,
    Standing,
    Total,
    blank_of,
    month_changes,
    months_of,
    quarters_of,
    whole,
    year_changes,
    years_of,
)
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.repositories.order_report import OrderReport
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BadValueError
from xktcc_app.services.guards import require

NO_ORGANIZATION = -1
"""Asked for where the address names none that could be."""


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year by quarters. ``change`` of the amount on the year before in thousandths, over the ``over`` months that are over."""

    year: int
    quarters: tuple[Total, ...]
    total: Total
    change: int | None
    over: int
    quarter_under_way: int | None


@dataclass(frozen=True, slots=True)
class YearReport:
    """The report on ``year`` of ``org_id`` and below. ``at``: UTC, as of when; amounts in fen; months and quarters count from 0.

    ``blank``: why the year has nothing to draw. ``total_changes``: of the year's number and amount over the ``over`` months that are
    over. ``years`` are those that can be chosen, the newest first, and ``by_year`` has each of them.
    """

    year: int
    org_id: int | None
    blank: Blank | None
    at: datetime
    months: tuple[Total, ...]
    before: tuple[Total, ...]
    n_changes: tuple[int | None, ...]
    amount_changes: tuple[int | None, ...]
    month_under_way: int | None
    total: Total
    total_changes: tuple[int | None, int | None]
    over: int
    years: tuple[int, ...]
    by_year: tuple[YearRow, ...]


class ReportService:
    """Reports; all methods raise ``PermissionDeniedError``."""

    def __init__(self, database: Database, zone: tzinfo, now: Now = utc_now) -> None:
        self._database = database
        self._zone = zone
        self._now = now

    async def orders(self, principal: Principal, year: int | None = None, org_id: int | None = None) -> YearReport:
        """Orders made in ``year`` (default: this one), months of the configured zone, cancelled ones left out.

        ``org_id``: only this organization and below; one outside the data scope has no orders. Raises ``BadValueError``.
        """
        require(principal, Permission.REPORTS_VIEW)
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            raise BadValueError("year")
        scope = scope_of(principal)

        def work(session: Session) -> Months:
            return OrderReport(session, scope, self._zone).months(org_id)

        return year_report(await self._database.read(work), year, org_id, self._now().astimezone(self._zone))

    async def asked(self, principal: Principal, params: Params) -> YearReport:
        """``orders`` by the parameters ``year`` and ``org`` of an address. Raises ``BadValueError`` for a year that is none."""
        require(principal, Permission.REPORTS_VIEW)
        try:
            year = exactly_whole_of(params, "year")
        except ValueError:
            raise BadValueError("year") from None
        try:
            org_id = exactly_whole_of(params, "org")
        except ValueError:
            org_id = NO_ORGANIZATION
        return await self.orders(principal, year, org_id)


def year_report(months: Months, year: int | None, org_id: int | None, at: datetime) -> YearReport:
    """Put the totals of the months together; ``at`` is aware, in the zone of the months."""
    standing = Standing.on(at.date())
    year = at.year if year is None else year
    these, before = months_of(months, year), months_of(months, year - 1)
    over = standing.whole_months(year)
    years = years_of(months, at.year)
    return YearReport(
        year=year,
        org_id=org_id,
        blank=blank_of(months, year, at.year),
        at=at.astimezone(UTC),
        months=these,
        before=before,
        n_changes=month_changes(tuple(one.n for one in these), tuple(one.n for one in before), over),
        amount_changes=month_changes(tuple(one.amount for one in these), tuple(one.amount for one in before), over),
        month_under_way=standing.month_under_way(year),
        total=whole(these),
        total_changes=year_changes(months, year, standing),
        over=over,
        years=years,
        by_year=tuple(_row(months, one, standing) for one in years),
    )


def _row(months: Months, year: int, standing: Standing) -> YearRow:
    return YearRow(
        year=year,
        quarters=quarters_of(months, year),
        total=whole(months_of(months, year)),
        change=year_changes(months, year, standing)[1],
        over=standing.whole_months(year),
        quarter_under_way=standing.quarter_under_way(year),
    )
