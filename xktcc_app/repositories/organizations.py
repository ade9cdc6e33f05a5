"""The tree of organizations and its depth-first numbering."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from xktcc_app.models.organization import Organization, OrganizationKind

_O = Organization.metadata.tables["organization"].c
_SHAPE = core_select(_O.id, _O.parent_id, _O.low, _O.high)
_TOLD = core_select(_O.id, _O.parent_id, _O.name, _O.kind, _O.low, _O.high, _O.sort, _O.active, _O.version)


def all_nodes(session: Session) -> list[Any]:
    """Every node in the order of the tree: id, parent, name, kind, low, high, sort, active, version. Quicker than whole rows."""
    return list(session.execute(_TOLD.order_by(_O.low)).all())


def all_organizations(session: Session) -> list[Organization]:
    """Every node in the order of the tree."""
    return list(session.exec(select(Organization).order_by(col(Organization.low))).all())


def branch_ids(session: Session, org_id: int) -> frozenset[int]:
    """This organization and all below it; empty when it does not exist."""
    top = session.get(Organization, org_id)
    if top is None:
        return frozenset()
    ids = session.exec(select(Organization.id).where(col(Organization.low).between(top.low, top.high))).all()
    return frozenset(identifier for identifier in ids if identifier is not None)


def renumber(session: Session) -> None:
    """Number the whole tree depth first, children by ``sort`` and then by age. Needed after every change of its shape."""
    session.flush()
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    present: dict[int, tuple[int, int]] = {}
    rows = session.execute(_SHAPE.order_by(_O.sort, _O.id)).all()
    for ident, parent_id, low, high in rows:
        children[parent_id].append(ident)
        present[ident] = (low, high)
    wanted = _numbered(children)
    changed = [
        {"of": ident, "low": low, "high": high}
        for ident, (low, high) in wanted.items()
        if present[ident] != (low, high)
    ]
    if not changed:
        return
    session.connection().execute(
        update(Organization.metadata.tables["organization"]).where(_O.id == bindparam("of")), changed
    )
    for node in session.identity_map.values():
        if isinstance(node, Organization) and node.id in wanted:
            low, high = wanted[node.id]
            set_committed_value(node, "low", low)
            set_committed_value(node, "high", high)


def _numbered(children: Mapping[int | None, list[int]]) -> dict[int, tuple[int, int]]:
    """Each node's number, and the highest below it."""
    lows: dict[int, int] = {}
    numbers: dict[int, tuple[int, int]] = {}
    # an explicit stack: the depth of the tree is the administrators' affair
    stack = [(node, False) for node in reversed(children.get(None, []))]
    while stack:
        node, done = stack.pop()
        if done:
            numbers[node] = (lows[node], len(lows))
            continue
        lows[node] = len(lows) + 1
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(children.get(node, [])))
    return numbers


def ancestors(session: Session, org_ids: Iterable[int | None]) -> dict[int | None, tuple[int, ...]]:
    """Of each organization itself and all above it; nothing for ``None`` and for what does not exist."""
    wanted = {org_id for org_id in org_ids if org_id is not None}
    above: defaultdict[int | None, list[int]] = defaultdict(list)
    if wanted:
        lower, upper = aliased(Organization), aliased(Organization)
        rows = session.exec(
            select(lower.id, upper.id)
            .where(col(lower.id).in_(wanted))
            .where(col(upper.low) <= col(lower.low), col(upper.high) >= col(lower.high))
        ).all()
        for org_id, ancestor in rows:
            above[org_id].append(ancestor or 0)
    return {org_id: tuple(above[org_id]) for org_id in {*wanted, None}}


_SERVING = frozenset({OrganizationKind.CALL_CENTRE.value, OrganizationKind.STATION.value})


def served(session: Session, node: int | None) -> int | None:
    """Whose people an organization serves: nobody lives in a call centre or a station, so it is what these belong to."""
    place = session.get(Organization, node) if node is not None else None
    while place is not None and place.kind in _SERVING and place.parent_id is not None:
        place = session.get(Organization, place.parent_id)
    return node if place is None else place.id


def narrower(session: Session, one: int | None, other: int | None) -> int | None:
    """Of two nodes the one that lies within the other; ``None`` for a node is everything. ``LookupError``: they don't meet."""
    if one is None or other is None or one == other:
        return one if other is None else other
    first, second = session.get(Organization, one), session.get(Organization, other)
    if first is None or second is None:
        raise LookupError("no such organization")
    if first.low <= second.low and second.high <= first.high:
        return other
    if second.low <= first.low and first.high <= second.high:
        return one
    raise LookupError("the organizations have nothing in common")
