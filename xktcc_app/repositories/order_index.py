"""Keeps the orders' token index and rollup. Orders are written inside ``tracked``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlmodel import Session, col, select

from xktcc_app.domain.record_keys import moment_of, month_begin, rollup_month
from xktcc_app.domain.record_tokens import node_tokens, order_facets
from xktcc_app.domain.tokens import name_tokens
from xktcc_app.models.order import OrderRollup, ServiceOrder
from xktcc_app.repositories import rollups
from xktcc_app.repositories.organizations import ancestors
from xktcc_app.repositories.token_index import TokenIndex

INDEX = TokenIndex("order_token")
ROLLUP = rollups.Rollup(
    OrderRollup.metadata.tables["order_rollup"], "month", month_begin, lambda key: rollup_month(moment_of(key))
)


def tokens(order: ServiceOrder, nodes: Iterable[int]) -> set[str]:
    """All tokens of an order."""
    coded = order_facets(order.item_id, order.status, order.payment, order.provider_id, order.amount)
    return coded | name_tokens(order.name_key) | node_tokens(nodes) | {f"by:{order.created_by}"}


def rollup_keys(order: ServiceOrder, nodes: Iterable[int]) -> list[tuple[int, int, int, str, str]]:
    """Where an order is counted."""
    month = rollup_month(moment_of(order.id))
    return [(node, month, order.item_id, order.status, order.payment) for node in (rollups.WHOLE, *nodes)]


@contextmanager
def tracked(session: Session, ids: Sequence[int]) -> Iterator[list[int]]:
    """Within, orders may be changed; afterwards index and rollup are right again. Add the ids of new ones to the list given."""
    before = _state(session, ids)
    changed = list(ids)
    yield changed
    session.flush()
    after = _state(session, changed)
    moved = [key for key in after if before.get(key) != after[key]]
    INDEX.drop(session, [(key, before[key].tokens) for key in moved if key in before])
    INDEX.put(session, [(key, after[key].tokens) for key in moved])
    counts: Counter[tuple] = Counter()
    sums: Counter[tuple] = Counter()
    for key in moved:
        for state, sign in ((before.get(key), -1), (after[key], 1)):
            for place in state.places if state else ():
                counts[place] += sign
                sums[place] += sign * (state.amount if state else 0)
    rollups.add(session, ROLLUP.table, counts, sums)


class _State:
    __slots__ = ("amount", "places", "tokens")

    def __init__(self, order: ServiceOrder, nodes: tuple[int, ...]) -> None:
        self.tokens = tokens(order, nodes)
        self.places = rollup_keys(order, nodes)
        self.amount = order.amount

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _State):
            return False
        return (self.tokens, self.places, self.amount) == (other.tokens, other.places, other.amount)

    __hash__ = None  # type: ignore[assignment]  # it is compared, never kept in a set


def _state(session: Session, ids: Sequence[int]) -> dict[int, _State]:
    if not ids:
        return {}
    orders = session.exec(select(ServiceOrder).where(col(ServiceOrder.id).in_(ids))).all()
    above = ancestors(session, {order.org_id for order in orders})
    return {order.id: _State(order, above.get(order.org_id, ())) for order in orders}
