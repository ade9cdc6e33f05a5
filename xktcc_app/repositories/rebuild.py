"""Builds token indexes, counts and rollups anew from the records. A command for quiet hours: writers wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Row, Select, delete, select, text
from sqlmodel import Session

from xktcc_app.domain.record_keys import moment_of, rollup_day
from xktcc_app.domain.record_tokens import (
    call_facets,
    elder_facets,
    elder_words,
    node_tokens,
    order_facets,
    validity_token,
)
from xktcc_app.domain.tokens import name_tokens, number_tokens
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder, FacetCount
from xktcc_app.models.order import ServiceOrder
from xktcc_app.repositories import call_index, elder_index, order_index, order_totals, rollups
from xktcc_app.repositories.bulk import bulk_insert
from xktcc_app.repositories.organizations import all_organizations
from xktcc_app.repositories.token_index import TokenIndex, is_sqlite

BATCH = 20_000
Progress = Callable[[int], None]
"""Called with how many records are done."""
_Nodes = dict[int | None, tuple[int, ...]]
_Entry = tuple[int, set[str]]


def rebuild_elders(session: Session, progress: Progress) -> None:
    """The elders' index and facet counts; derived columns must be right."""
    table = Elder.metadata.tables["elder"].c
    statement = select(
        *(table.id, table.org_id, table.gender, table.type_bits, table.care_level, table.birth_date),
        *(table.name_key, table.numbers),
    ).where(table.archived_at.is_(None))
    above = _above(session)
    session.execute(delete(FacetCount))

    def entries(rows: Sequence[Row]) -> list[_Entry]:
        counts: Counter[str] = Counter()
        made = []
        for key, org_id, gender, bits, care_level, born, name_key, numbers in rows:
            counted = elder_facets(gender, bits, care_level, born) | node_tokens(above.get(org_id, ()))
            counts.update(counted)
            made.append((key, counted | elder_words(name_key, numbers)))
        elder_index.add_counts(session, counts)
        return made

    _fill(session, elder_index.INDEX, _batches(session, statement, table.id, progress), entries)


def rebuild_orders(session: Session, progress: Progress) -> None:
    """The orders' index and rollup."""
    table = ServiceOrder.metadata.tables["service_order"].c
    statement = select(
        *(table.id, table.org_id, table.item_id, table.status, table.payment, table.provider_id, table.amount),
        *(table.name_key, table.created_by),
    )
    order_totals.lock(session)
    above = _above(session)
    totals = order_totals.OrderTotals(session)
    for month in totals.months():
        totals.rebuild(month)

    def entries(rows: Sequence[Row]) -> list[_Entry]:
        made = []
        for key, org_id, item, status, payment, provider, amount, name_key, created_by in rows:
            coded = order_facets(item, status, payment, provider, amount) | node_tokens(above.get(org_id, ()))
            made.append((key, coded | name_tokens(name_key) | {f"by:{created_by}"}))
        return made

    _fill(session, order_index.INDEX, _batches(session, statement, table.id, progress), entries)


def rebuild_calls(session: Session, progress: Progress) -> None:
    """The calls' index and rollup; calls without a key must have been given one."""
    table = Call.metadata.tables["call"].c
    statement = select(
        *(table.seq, table.org_id, table.direction, table.status, table.is_valid, table.agent, table.cleared_by),
        *(table.talk_s, table.name_key, table.number),
    )
    above = _above(session)
    session.execute(delete(call_index.ROLLUP.table))

    def entries(rows: Sequence[Row]) -> list[_Entry]:
        counts: Counter[tuple] = Counter()
        made = []
        for key, org_id, direction, status, valid, agent, cleared_by, talk_s, name_key, number in rows:
            nodes = above.get(org_id, ())
            day = rollup_day(moment_of(key))
            for node in (rollups.WHOLE, *nodes):
                counts[node, day, direction, status, valid] += 1
            coded = call_facets(direction, status, agent, cleared_by, talk_s) | name_tokens(name_key)
            made.append((key, coded | number_tokens([number]) | node_tokens(nodes) | {validity_token(valid=valid)}))
        rollups.add(session, call_index.ROLLUP.table, counts)
        return made

    _fill(session, call_index.INDEX, _batches(session, statement, table.seq, progress), entries)


def _above(session: Session) -> _Nodes:
    tree = all_organizations(session)
    parents = {node.id: node.parent_id for node in tree}

    def path(node: int | None) -> Iterator[int]:
        while node is not None:
            yield node
            node = parents.get(node)

    return {node.id: tuple(path(node.id)) for node in tree}


def _batches(
    session: Session, statement: Select, key: ColumnElement[int], progress: Progress
) -> Iterator[Sequence[Row]]:
    last, done = -1, 0
    while rows := session.execute(statement.where(key > last).order_by(key).limit(BATCH)).all():
        yield rows
        last, done = rows[-1][0], done + len(rows)
        progress(done)


def _fill(
    session: Session,
    index: TokenIndex,
    batches: Iterable[Sequence[Row]],
    entries: Callable[[Sequence[Row]], list[_Entry]],
) -> None:
    index.clear(session)
    sqlite = is_sqlite(session)
    if not sqlite:
        # building the index at the end takes a tenth of the time
        session.execute(text(f"DROP INDEX ix_{index.name}_tok"))
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for rows in batches:
        bulk_insert(session, index.name, ("rowid" if sqlite else "id", "tok"), entries(rows))
    if not sqlite:
        session.execute(
            text(f"CREATE INDEX ix_{index.name}_tok ON {index.name} USING gin (tok) WITH (fastupdate = off)")
        )
