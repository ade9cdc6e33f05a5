"""The orders' rollup month by month: counted from the orders themselves, compared with what is kept, and built anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Subquery, delete, func, insert, literal, or_, select, text, union_all
from sqlmodel import Session

from xktcc_app.domain.order_report import Total
from xktcc_app.domain.record_keys import moment_of, month_begin, rollup_month
from xktcc_app.models.base import Key
from xktcc_app.models.order import ServiceOrder
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.order_index import ROLLUP
from xktcc_app.repositories.rollups import WHOLE
from xktcc_app.repositories.token_index import is_sqlite

_T = ServiceOrder.metadata.tables["service_order"].c
_R = ROLLUP.table.c
_O = Organization.metadata.tables["organization"].c
_COLUMNS = ("node", "month", "item_id", "status", "payment", "n", "amount")
Place = tuple[int, int, str, str]
"""Node (0: everything), service item, status, payment."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept total that is not what its orders come to. ``month`` as in ``domain.months``, of the rollup's fixed zone."""

    month: int
    place: Place
    kept: Total
    counted: Total


class OrderTotals:
    """The rollup in one transaction; what is asked of it is as at its first question. The database counts, a month a statement."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # by these its key finds a month without reading the rest
        self._nodes = sorted(session.execute(select(_R.node).distinct()).scalars())

    def months(self) -> range:
        """Every month in which there is an order or a kept total."""
        first, last = self._session.execute(select(func.min(_T.id), func.max(_T.id))).one()
        found = [rollup_month(moment_of(key)) for key in (first, last) if key is not None]
        found += [
            month for month in self._session.execute(select(func.min(_R.month), func.max(_R.month))).one() if month
        ]
        return range(min(found), max(found) + 1) if found else range(0)

    def differences(self, month: int, most: int) -> list[Difference]:
        """At ``most`` that many kept totals of the month that are wrong, missing or too many."""
        counted = _by_node(month)
        kept = select(*_place(_R), _R.n, _R.amount).where(_R.node.in_(self._nodes), _R.month == month)
        zero = literal(0, Key)
        both = union_all(
            select(*_place(counted.c), zero.label("n"), zero.label("amount"), counted.c.n, counted.c.amount),
            kept.add_columns(zero, zero),
        ).subquery("both")
        sums = [func.sum(column) for column in list(both.c)[4:]]
        rows = (
            select(*_place(both.c), *sums)
            .group_by(*_place(both.c))
            .having(or_(sums[0] != sums[2], sums[1] != sums[3]))
            .order_by(*_place(both.c))
            .limit(most)
        )
        return [
            Difference(month, tuple(row[:4]), Total(int(row[4]), int(row[5])), Total(int(row[6]), int(row[7])))
            for row in self._session.execute(rows)
        ]

    def rebuild(self, month: int) -> None:
        """Put the month's totals in order. The tables must be locked, see ``lock``."""
        self._session.execute(delete(ROLLUP.table).where(_R.node.in_(self._nodes), _R.month == month))
        counted = _by_node(month)
        totals = select(
            counted.c.node, literal(month), *_place(counted.c)[1:], func.sum(counted.c.n), func.sum(counted.c.amount)
        ).group_by(*_place(counted.c))
        self._session.execute(insert(ROLLUP.table).from_select(_COLUMNS, totals))

    def count(self) -> int:
        """How many totals are kept."""
        return self._session.execute(select(func.count()).select_from(ROLLUP.table)).scalar_one()


def _place(columns: Any) -> list[Any]:
    return [columns.node, columns.item_id, columns.status, columns.payment]


def _by_node(month: int) -> Subquery:
    """What the orders of a month come to, by place: several rows for a place, one for each organization below its node."""
    coded = (_T.org_id, _T.item_id, _T.status, _T.payment)
    orders = (
        select(*coded, func.count().label("n"), func.sum(_T.amount).label("amount"))
        .where(_T.id >= month_begin(month), _T.id < month_begin(month + 1))
        .group_by(*coded)
        .cte("orders")
    )
    rest = list(orders.c)[1:]
    above = _above()
    return union_all(
        select(literal(WHOLE).label("node"), *rest),
        select(above.c.node, *rest).join(above, above.c.org_id == orders.c.org_id),
    ).subquery("counted")


def _above() -> CTE:
    """Each organization with itself and all above it, by their parents: not by the numbers that the writers go by."""
    above = select(_O.id.label("org_id"), _O.id.label("node")).cte("above", recursive=True)
    return above.union(select(above.c.org_id, _O.parent_id).where(_O.id == above.c.node, _O.parent_id.is_not(None)))


def as_at_one_moment(session: Session) -> None:
    """What this session reads from now on is as at one moment, even while people work."""
    if not is_sqlite(session):
        # there each statement would look at a moment of its own
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def lock(session: Session) -> None:
    """Whoever changes orders waits for the end of this transaction."""
    if not is_sqlite(session):
        session.execute(text("LOCK TABLE service_order, order_rollup IN SHARE ROW EXCLUSIVE MODE"))
