"""Changes to the tree of organizations, with everything that is derived from its shape kept right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from xktcc_app.models.account import Account
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder
from xktcc_app.models.order import Provider, ServiceOrder
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import call_index, elder_index, order_index
from xktcc_app.repositories.organizations import branch_ids, renumber

CHUNK = 500
_USERS: dict[str, type[Any]] = {
    "accounts": Account,
    "elders": Elder,
    "orders": ServiceOrder,
    "calls": Call,
    "providers": Provider,
}
_FOUND: tuple[tuple[Any, Any], ...] = (
    (Elder.id, Elder.org_id),
    (ServiceOrder.id, ServiceOrder.org_id),
    (Call.id, Call.org_id),
)


def lock_tree(session: Session) -> None:
    """Nobody else changes the tree until the transaction ends."""
    session.exec(rows_of(Organization.id).where(col(Organization.parent_id).is_(None)).with_for_update()).all()


def one(session: Session, org_id: int) -> Organization | None:
    """The organization with this id, newly read."""
    node = session.get(Organization, org_id)
    if node is not None:
        session.refresh(node)
    return node


def name_taken(session: Session, name: str, parent_id: int | None, except_id: int | None) -> bool:
    """Whether a sibling has this name."""
    found = session.exec(rows_of(Organization.id).where(Organization.name == name, _below(parent_id))).all()
    return any(ident != except_id for ident in found)


def _below(parent_id: int | None) -> Any:
    return col(Organization.parent_id).is_(None) if parent_id is None else Organization.parent_id == parent_id


def kinds_below(session: Session, org_id: int) -> set[str]:
    """The kinds of its direct children."""
    return set(session.exec(rows_of(Organization.kind).where(Organization.parent_id == org_id)).all())


def add(session: Session, node: Organization) -> Organization:
    """Store a new organization in its place."""
    session.add(node)
    renumber(session)
    session.flush()
    return node


def uses_of(session: Session, org_id: int) -> dict[str, int]:
    """What belongs to the organization and keeps it from being deleted: kind of thing → how many."""
    counts = {"children": session.exec(rows_of(func.count()).where(Organization.parent_id == org_id)).one()}
    for name, table in _USERS.items():
        counts[name] = session.execute(
            select(func.count()).select_from(table).where(table.org_id == org_id)
        ).scalar_one()
    return {name: count for name, count in counts.items() if count}


def remove(session: Session, node: Organization) -> None:
    """Take an unused organization away."""
    session.delete(node)
    renumber(session)
    session.flush()


def records_below(session: Session, org_id: int) -> int:
    """How many elders, orders and calls belong to the organization and what lies below: what a move has to find anew."""
    ids = branch_ids(session, org_id)
    return sum(
        session.execute(select(func.count(key)).where(col(owner).in_(ids))).scalar_one() for key, owner in _FOUND
    )


def move(session: Session, node: Organization, parent_id: int | None) -> None:
    """Hang the branch elsewhere. Its elders, orders and calls are found in their new place in the same transaction."""
    with _found_anew(session, branch_ids(session, node.id or 0)):
        moved = session.get(Organization, node.id)
        if moved is None:
            raise LookupError("no such organization")
        moved.parent_id = parent_id
        moved.version += 1
        session.add(moved)
        renumber(session)
        session.flush()


@contextmanager
def _found_anew(session: Session, org_ids: frozenset[int]) -> Iterator[None]:
    """Within, the tree may change its shape: afterwards indexes, counts and rollups of these organizations' records are right."""
    with ExitStack() as stack:
        for tracked, (key, owner) in zip(
            (elder_index.tracked, order_index.tracked, call_index.tracked), _FOUND, strict=True
        ):
            keys: Sequence[Any] = session.execute(select(key).where(col(owner).in_(org_ids))).scalars().all()
            for at in range(0, len(keys), CHUNK):
                stack.enter_context(tracked(session, keys[at : at + CHUNK]))
        yield
