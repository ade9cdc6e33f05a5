"""Finds the page of a long list: newest first or by a column, with its total, in one statement that returns one row.

Fetching thousands of keys into Python would hold its lock; so counting and paging are the database's work.
Two ways: the token index, for what is rare; walking the list's covering index in order, for what is common.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, Select, Table, exists, func, select
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.sql.util import ClauseAdapter
from sqlmodel import Session

from xktcc_app.domain.paging import CAP
from xktcc_app.repositories.token_index import TokenIndex, Wanted, is_sqlite

LOOK_BACK = 60_000
"""Rows that are walked on the chance that what is looked for is common."""
NEAR = 1000
"""So far into a list of many rows walking is still soon there."""
SORTED_AT_ONCE = 30_000
"""PostgreSQL's index gives rows in no order: up to so many are sorted."""
_PICKING = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "on",
    "enable_sort": "on",
    "jit": "off",
}
_WALKING = _PICKING | {"enable_bitmapscan": "off", "enable_sort": "off"}


@dataclass(frozen=True, slots=True)
class Target:
    """A list: its table, the key that rises with time, the covering index that begins with the key, and its tokens."""

    table: Table
    key: ColumnElement[int]
    index: str
    tokens: TokenIndex


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for, and which part of it.

    ``rows`` says it whole and exactly, as columns can say it; ``walkable`` is False when they can't. ``recheck`` is what the
    tokens ``wanted`` don't prove. ``low`` inclusive and ``high`` exclusive bound the key. ``total``: known already; ``matching``:
    so many of them lie within the bounds.
    ``common``: walking finds it soon. ``few``: ``rows`` has a condition with an index of its own. ``by``: sort by this column.
    """

    rows: tuple[ColumnElement[bool], ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    recheck: tuple[ColumnElement[bool], ...] = ()
    walkable: bool = True
    low: int | None = None
    high: int | None = None
    offset: int = 0
    size: int = 20
    descending: bool = True
    total: int | None = None
    matching: int | None = None
    common: bool = False
    few: bool = False
    rare: bool = False
    by: ColumnElement | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Keys of a page, in order, and the total; ``capped``: there are more than ``total``."""

    keys: tuple[int, ...]
    total: int
    capped: bool = False


NOTHING = Found((), 0)


def find(session: Session, target: Target, ask: Ask) -> Found:
    """The page asked for."""
    if ask.total == 0 or ask.matching == 0:
        return Found((), ask.total or 0)
    if ask.by is not None:
        return _find_sorted(session, target, ask)
    if ask.few:
        return _counted(session, _plain(target, ask), ask)
    if ask.total is None:
        return _find_unknown(session, target, ask)
    walk = ask.walkable and (ask.common or not ask.wanted)
    return Found(_walked(session, target, ask) if walk else _picked_part(session, target, ask), ask.total)


def following(session: Session, target: Target, ask: Ask, before: int | None) -> tuple[int, ...]:
    """The next ``ask.size`` keys below ``before``, newest first: going on like this passes over the list once."""
    high = ask.high if before is None else min(before, before if ask.high is None else ask.high)
    rest = replace(ask, high=high, offset=0, descending=True, total=None, matching=None, by=None)
    if ask.few:
        return tuple(session.execute(_in_order(_plain(target, rest), rest, target.key).limit(ask.size)).scalars())
    if ask.walkable:
        return tuple(session.execute(_walk(session, target, rest, ask.size)).scalars())
    return _picked_part(session, target, rest)


def _find_unknown(session: Session, target: Target, ask: Ask) -> Found:
    if not ask.wanted or (ask.common and ask.walkable):
        return _capped(_counted(session, _walk(session, target, ask, CAP + 1), ask))
    if not ask.rare and ask.walkable and not is_sqlite(session):
        found = _counted(session, _look_back(session, target, ask), ask)
        if found.total > CAP:
            return _capped(found)
    return _picked(session, target, ask)


def _capped(found: Found) -> Found:
    return Found(found.keys, CAP, capped=True) if found.total > CAP else found


# ---- walking ----------------------------------------------------------------------------------------------------------


def _walk(session: Session, target: Target, ask: Ask, limit: int) -> Select[int]:
    _set(session, _WALKING)
    statement = select(target.key.label("k")).where(*ask.rows, *_bounds(target.key, ask))
    if not is_sqlite(session):
        return _in_order(statement, ask, target.key).limit(limit)
    hinted = statement.with_hint(target.table, f"INDEXED BY {target.index}", "sqlite")
    return _in_order(hinted, ask, target.key).limit(limit)


def _walked(session: Session, target: Target, ask: Ask) -> tuple[int, ...]:
    """A page of a list whose total is known: from the nearer end."""
    total = (ask.total or 0) if ask.matching is None else ask.matching
    if ask.offset >= total:
        return ()
    size = min(ask.size, total - ask.offset)
    from_end = ask.offset > total // 2
    near = replace(
        ask,
        offset=total - ask.offset - size if from_end else ask.offset,
        size=size,
        descending=ask.descending != from_end,
    )
    statement = _walk(session, target, near, size).offset(near.offset)
    keys = tuple(session.execute(statement).scalars())
    return keys[::-1] if from_end else keys


def _look_back(session: Session, target: Target, ask: Ask) -> Select[int]:
    """What there is among the nearest rows: enough, when it is common."""
    _set(session, _WALKING)
    nearest = _in_order(select(target.table).where(*_bounds(target.key, ask)), ask, target.key).limit(LOOK_BACK)
    inner = nearest.subquery("nearest")
    rows = [_moved(row, inner) for row in ask.rows]
    return select(inner.c[target.key.name].label("k")).where(*rows).limit(CAP + 1)  # type: ignore[attr-defined]


def _moved(row: ColumnElement[bool], inner: Subquery) -> ColumnElement[bool]:
    return ClauseAdapter(inner).traverse(row)


# ---- picking by tokens ------------------------------------------------------------------------------------------------


def _pick(session: Session, target: Target, ask: Ask) -> Select[int]:
    _set(session, _PICKING)
    source, key = target.tokens.source(session)
    statement = select(key.label("k")).select_from(source)
    statement = statement.where(*target.tokens.condition(session, ask.wanted), *_bounds(key, ask))
    if ask.recheck:
        statement = statement.where(exists().where(target.key == key, *ask.recheck))
    return statement


def _picked(session: Session, target: Target, ask: Ask) -> Found:
    source_key = target.tokens.source(session)[1]
    statement = _pick(session, target, ask)
    if is_sqlite(session):
        # its index gives the keys in order
        return _capped(_counted(session, _in_order(statement, ask, source_key).limit(CAP + 1), ask))
    # more than the cap are met soon by walking, so only where that can't be are more of them sorted
    most = CAP if _walks(ask) else SORTED_AT_ONCE
    found = _counted(session, statement.limit(most + 1), ask)
    if found.total <= most:
        return _capped(found)
    return Found(_page_of_many(session, target, ask), CAP, capped=True)


def _page_of_many(session: Session, target: Target, ask: Ask) -> tuple[int, ...]:
    if _walks(ask):
        return tuple(session.execute(_walk(session, target, ask, ask.size).offset(ask.offset)).scalars())
    return _picked_part(session, target, ask)


def _walks(ask: Ask) -> bool:
    return ask.walkable and ask.offset + ask.size <= NEAR


def _picked_part(session: Session, target: Target, ask: Ask) -> tuple[int, ...]:
    source_key = target.tokens.source(session)[1]
    statement = _pick(session, target, ask)
    if is_sqlite(session):
        return tuple(
            session.execute(_in_order(statement, ask, source_key).limit(ask.size).offset(ask.offset)).scalars()
        )
    # fenced, or PostgreSQL walks the key's index in the hope of meeting what is rare
    inner = statement.offset(0).subquery("m")
    ordered = inner.c.k.desc() if ask.descending else inner.c.k.asc()
    return tuple(session.execute(select(inner.c.k).order_by(ordered).limit(ask.size).offset(ask.offset)).scalars())


# ---- both ---------------------------------------------------------------------------------------------------------------


def _plain(target: Target, ask: Ask) -> Select[int]:
    return select(target.key.label("k")).where(*ask.rows, *_bounds(target.key, ask))


def _find_sorted(session: Session, target: Target, ask: Ask) -> Found:
    """By another column: what is found is sorted, unless it is so much that walking that column's index finds it soon."""
    by = ask.by
    unsorted = replace(ask, by=None)
    found = find(session, target, replace(unsorted, offset=0, size=1))
    if not found.keys:
        return found
    _set(session, _PICKING)
    if found.total >= CAP and ask.walkable:
        _set(session, _WALKING)
        statement = _plain(target, ask)
    elif ask.wanted and not ask.few:
        keys = _pick(session, target, unsorted).subquery("m")
        statement = select(target.key.label("k")).where(target.key.in_(select(keys.c.k)))
    else:
        statement = _plain(target, ask)
    order = (by.desc(), target.key.desc()) if ask.descending else (by.asc(), target.key.asc())  # type: ignore[union-attr]
    page = session.execute(statement.order_by(*order).limit(ask.size).offset(ask.offset)).scalars()
    return Found(tuple(page), found.total, found.capped)


def _bounds(key: ColumnElement[int], ask: Ask) -> list[ColumnElement[bool]]:
    low = [] if ask.low is None else [key >= ask.low]
    return low if ask.high is None else [*low, key < ask.high]


def _in_order(statement: Select[int], ask: Ask, key: ColumnElement[int]) -> Select[int]:
    return statement.order_by(key.desc() if ask.descending else key.asc())


def _counted(session: Session, keys: Select[int], ask: Ask) -> Found:
    """How many keys there are, and the page of them, as one row."""
    found = keys.cte("m")
    ordered = found.c.k.desc() if ask.descending else found.c.k.asc()
    page = select(found.c.k).order_by(ordered).limit(ask.size).offset(ask.offset).subquery("page")
    together = func.json_group_array(page.c.k) if is_sqlite(session) else func.json_agg(page.c.k)
    total, listed = session.execute(
        select(select(func.count()).select_from(found).scalar_subquery(), select(together).scalar_subquery())
    ).one()
    keys_listed = json.loads(listed) if isinstance(listed, str) else listed
    return Found(tuple(keys_listed or ()), total)


def _set(session: Session, settings: Mapping[str, str]) -> None:
    """Tell PostgreSQL's planner which way was chosen, for this transaction; its own choice now and then takes seconds."""
    if is_sqlite(session):
        return
    session.connection().exec_driver_sql(";".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
