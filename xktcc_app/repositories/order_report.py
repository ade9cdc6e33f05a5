"""Orders by month for reports: from the rollup, moved to the months of the reader's zone, or counted from the rows themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlmodel import Session

from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.months import month_begins, month_of
from xktcc_app.domain.order_report import NONE, Months, Total
from xktcc_app.domain.orders import OrderStatus
from xktcc_app.domain.record_keys import key_at, moment_of, month_begin
from xktcc_app.models.base import Key
from xktcc_app.models.order import ServiceOrder
from xktcc_app.repositories.order_index import ROLLUP
from xktcc_app.repositories.organizations import branch_ids, narrower, served
from xktcc_app.repositories.rollups import WHOLE

_T = ServiceOrder.metadata.tables["service_order"].c
_SPANS = 100
"""Months in one statement; SQLite takes 500 parts."""
_COUNTED = _T.status != OrderStatus.CANCELLED.value


class OrderReport:
    """Totals of what ``scope`` lets see, in months of ``zone``, by the moment an order was made."""

    def __init__(self, session: Session, scope: Scope, zone: tzinfo) -> None:
        self._session = session
        self._scope = replace(scope, node=served(session, scope.node))
        self._zone = zone

    def months(self, org_id: int | None) -> Months:
        """Every month that has orders, of ``org_id`` and below (``None``: of all that may be seen)."""
        if self._scope.nothing:
            return {}
        own = self._scope.account_id is not None
        try:
            node = narrower(self._session, None if own else self._scope.node, org_id)
        except LookupError:
            return {}
        return self._own(node) if own else self._moved(node)

    def _own(self, node: int | None) -> Months:
        """One by one: an account's own orders are in no rollup."""
        conditions = [_COUNTED, _T.created_by == self._scope.account_id, *self._within(node)]
        found: defaultdict[int, Total] = defaultdict(Total)
        for key, amount in self._session.execute(select(_T.id, _T.amount).where(*conditions)).yield_per(10_000):
            found[month_of(moment_of(key).astimezone(self._zone).date())] += Total(1, amount)
        return dict(found)

    def _moved(self, node: int | None) -> Months:
        """The rollup's months, whose zone is fixed, with the orders between its boundaries and the zone's moved over."""
        found = self._rolled_up(node)
        if not found:
            return found
        begins = {
            month: (month_begin(month), key_at(month_begins(month, self._zone)))
            for month in range(min(found), max(found) + 2)
        }
        for month, between in self._between(node, begins):
            rolled, wanted = begins[month]
            # begins earlier here than in the rollup: those orders are this month's, not the one's before
            sign = between if wanted < rolled else NONE - between
            found[month] = found.get(month, NONE) + sign
            found[month - 1] = found.get(month - 1, NONE) - sign
        return {month: total for month, total in found.items() if total != NONE}

    def _rolled_up(self, node: int | None) -> dict[int, Total]:
        table = ROLLUP.table.c
        rows = (
            select(table.month, func.sum(table.n), func.sum(table.amount))
            .where(table.node == (node or WHOLE), table.status != OrderStatus.CANCELLED.value)
            .group_by(table.month)
        )
        return {month: Total(int(n), int(amount)) for month, n, amount in self._session.execute(rows) if n}

    def _between(self, node: int | None, begins: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, Total]]:
        """What lies between the two begins of each month, where they differ."""
        spans = [(month, *sorted(both)) for month, both in begins.items() if both[0] != both[1]]
        within = list(self._within(node))
        for at in range(0, len(spans), _SPANS):
            # all in one statement: so many small ones would take longer than what they look at
            parts = (
                select(literal(month).label("month"), literal(low, Key).label("low"), literal(high, Key).label("high"))
                for month, low, high in spans[at : at + _SPANS]
            )
            span = union_all(*parts).subquery().c
            rows = (
                select(span.month, func.count(), func.sum(_T.amount))
                .where(_T.id >= span.low, _T.id < span.high, _COUNTED, *within)
                .group_by(span.month)
            )
            for month, n, amount in self._session.execute(rows):
                yield month, Total(int(n), int(amount))

    def _within(self, node: int | None) -> Iterator[ColumnElement[bool]]:
        if node is not None:
            yield _T.org_id.in_(sorted(branch_ids(self._session, node)))
