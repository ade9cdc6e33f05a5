"""The orders' rollup month by month: counted from the orders themselves, compared with what is kept, and built anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text
from sqlmodel import Session

from xktcc_app.domain.order_report import NONE, Total
from xktcc_app.domain.record_keys import moment_of, month_begin, rollup_month
from xktcc_app.models.order import ServiceOrder
from xktcc_app.repositories.bulk import bulk_insert
from xktcc_app.repositories.order_index import ROLLUP
from xktcc_app.repositories.organizations import all_organizations
from xktcc_app.repositories.rollups import WHOLE
from xktcc_app.repositories.token_index import is_sqlite

_T = ServiceOrder.metadata.tables["service_order"].c
_R = ROLLUP.table.c
_COLUMNS = ("node", "month", "item_id", "status", "payment", "n", "amount")
Place = tuple[int, int, str, str]
"""Node (0: everything), service item, status, payment."""
Totals = dict[Place, Total]


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept total that is not what its orders come to. ``month`` as in ``domain.months``, of the rollup's fixed zone."""

    month: int
    place: Place
    kept: Total
    counted: Total


class OrderTotals:
    """The rollup in one transaction; what is asked of it is as at its first question."""

    def __init__(self, session: Session) -> None:
        self._session = session
        parents = {node.id: node.parent_id for node in all_organizations(session)}
        self._above = {node: tuple(_path(node, parents)) for node in parents}
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

    def differences(self) -> Iterator[Difference]:
        """Every kept total that is wrong, missing or too many."""
        for month in self.months():
            counted, kept = self.counted(month), self._kept(month)
            for place in sorted(counted.keys() | kept.keys()):
                pair = kept.get(place, NONE), counted.get(place, NONE)
                if pair[0] != pair[1]:
                    yield Difference(month, place, *pair)

    def rebuild(self, month: int) -> int:
        """Put the month's totals in order; returns how many there are. The tables must be locked, see ``lock``."""
        totals = self.counted(month)
        self._session.execute(delete(ROLLUP.table).where(_R.node.in_(self._nodes), _R.month == month))
        rows = (
            (node, month, item, status, payment, total.n, total.amount)
            for (node, item, status, payment), total in sorted(totals.items())
        )
        bulk_insert(self._session, ROLLUP.table.name, _COLUMNS, rows)
        return len(totals)

    def counted(self, month: int) -> Totals:
        """The totals of a month from its orders."""
        coded = (_T.org_id, _T.item_id, _T.status, _T.payment)
        rows = (
            select(*coded, func.count(), func.sum(_T.amount))
            .where(_T.id >= month_begin(month), _T.id < month_begin(month + 1))
            .group_by(*coded)
        )
        numbers: Counter[Place] = Counter()
        amounts: Counter[Place] = Counter()
        for org_id, item, status, payment, n, amount in self._session.execute(rows):
            for node in (WHOLE, *self._above.get(org_id, ())):
                numbers[node, item, status, payment] += n
                amounts[node, item, status, payment] += int(amount)
        return {place: Total(n, amounts[place]) for place, n in numbers.items()}

    def _kept(self, month: int) -> Totals:
        columns = (_R.node, _R.item_id, _R.status, _R.payment, _R.n, _R.amount)
        rows = select(*columns).where(_R.node.in_(self._nodes), _R.month == month)
        found = {tuple(row[:4]): Total(row.n, row.amount) for row in self._session.execute(rows)}
        return {place: total for place, total in found.items() if total != NONE}


def as_at_one_moment(session: Session) -> None:
    """What this session reads from now on is as at one moment, even while people work."""
    if not is_sqlite(session):
        # there each statement would look at a moment of its own
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def lock(session: Session) -> None:
    """Whoever changes orders waits for the end of this transaction."""
    if not is_sqlite(session):
        session.execute(text("LOCK TABLE service_order, order_rollup IN SHARE ROW EXCLUSIVE MODE"))


def _path(node: int | None, parents: dict[int | None, int | None]) -> Iterator[int]:
    while node is not None:
        yield node
        node = parents.get(node)
