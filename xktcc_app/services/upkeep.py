"""Sees to it that lists find every record: after a migration, after data came by another way, or when told to."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func
from sqlmodel import Session, col, select

from xktcc_app.domain.record_tokens import ALL
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder, FacetCount
from xktcc_app.repositories import call_index, elder_index, rebuild
from xktcc_app.services.database import Database

BATCH = 500
Tell = Callable[[str, int], None]
"""Called with what is being done and how many records of it are."""


def _silent(_what: str, _done: int) -> None:
    return


def bring_up_to_date(database: Database, tell: Tell = _silent) -> None:
    """Index what is not indexed; does nothing when all is. At start, before anybody is served."""
    if database.reading(_elders_missing):
        _derive_elders(database, tell)
        database.writing(lambda session: rebuild.rebuild_elders(session, lambda done: tell("elders", done)))
    while ids := database.reading(_calls_without_key):
        database.writing(lambda session, ids=ids: _index_calls(session, ids))
        tell("calls", len(ids))


def rebuild_all(database: Database, tell: Tell = _silent) -> None:
    """Build every index, count and rollup anew: after organizations moved, or when one is in doubt. Writers wait meanwhile."""
    bring_up_to_date(database, tell)
    _derive_elders(database, tell)
    database.writing(lambda session: rebuild.rebuild_elders(session, lambda done: tell("elders", done)))
    database.writing(lambda session: rebuild.rebuild_orders(session, lambda done: tell("orders", done)))
    database.writing(lambda session: rebuild.rebuild_calls(session, lambda done: tell("calls", done)))


def _elders_missing(session: Session) -> bool:
    present = session.exec(select(func.count(col(Elder.id))).where(col(Elder.archived_at).is_(None))).one()
    counted = session.get(FacetCount, ALL)
    return present != (counted.n if counted else 0)


def _derive_elders(database: Database, tell: Tell) -> None:
    last = 0
    while ids := database.reading(lambda session, last=last: _ids_after(session, last)):
        database.writing(lambda session, ids=ids: elder_index.refresh_derived(session, ids))
        last = ids[-1]
        tell("numbers", last)


def _ids_after(session: Session, last: int) -> list[int]:
    rows = session.exec(select(Elder.id).where(col(Elder.id) > last).order_by(col(Elder.id)).limit(BATCH)).all()
    return [key for key in rows if key is not None]


def _calls_without_key(session: Session) -> list[str]:
    return list(session.exec(select(Call.id).where(col(Call.seq).is_(None)).limit(BATCH)).all())


def _index_calls(session: Session, ids: list[str]) -> None:
    with call_index.tracked(session, ids):
        pass
