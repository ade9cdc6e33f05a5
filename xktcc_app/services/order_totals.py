"""The totals kept beside the orders, for reports and lists: proved against the orders, and built anew. For quiet hours."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from xktcc_app.repositories.order_totals import Difference, OrderTotals, as_at_one_moment, lock
from xktcc_app.services.database import Database

AT_ONCE = 3
"""Months that are counted while writers wait: few, so that nobody waits for all of them."""
Tell = Callable[[int], None]
"""Called with each month that is done."""


def verify(database: Database, most: int = 1000, tell: Tell = lambda _: None) -> list[Difference]:
    """At ``most`` that many kept totals that are not what the orders come to, as at one moment, while people work."""

    def work(session: Session) -> list[Difference]:
        as_at_one_moment(session)
        totals = OrderTotals(session)
        found: list[Difference] = []
        for month in totals.months():
            found += totals.differences(month, most - len(found))
            tell(month)
            if len(found) == most:
                break
        return found

    return database.reading(work)


def rebuild(database: Database, tell: Tell = lambda _: None) -> int:
    """Count everything anew, some months a transaction, so that nobody waits long. Returns how many totals there are."""

    def part(session: Session, months: range) -> None:
        lock(session)
        totals = OrderTotals(session)
        for month in months:
            totals.rebuild(month)

    months = database.reading(lambda session: OrderTotals(session).months())
    for at in range(0, len(months), AT_ONCE):
        some = months[at : at + AT_ONCE]
        database.writing(lambda session, some=some: part(session, some))
        tell(some[-1])
    return database.reading(lambda session: OrderTotals(session).count())
