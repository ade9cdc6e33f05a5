"""Counts kept beside orders and calls: exact totals without counting, and in which months or days a page lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Table, func, select, text
from sqlmodel import Session

from xktcc_app.repositories.finder import LOOK_BACK, Ask, Target

WHOLE = 0
"""The node of everything."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """A rollup: its table, the column of its period (month or day), and where a period begins as a key of the list."""

    table: Table
    period: str
    begin: Callable[[int], int]
    period_of: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Part:
    """A period with how many rows in it match."""

    low: int
    high: int
    n: int


def add(session: Session, table: Table, counts: Counter[tuple], sums: Counter[tuple] | None = None) -> None:
    """Count up or down by key (all columns of the primary key in order), always in one order of keys."""
    names = [column.name for column in table.primary_key.columns]
    keys = sorted({key for key, n in counts.items() if n} | {key for key, n in (sums or {}).items() if n})
    if not keys:
        return
    values = [dict(zip(names, key, strict=True)) | {"n": counts[key], "s": (sums or {}).get(key, 0)} for key in keys]
    columns, places = ", ".join(names), ", ".join(f":{name}" for name in names)
    more = ("", "", "") if sums is None else (", amount", ", :s", f", amount = {table.name}.amount + :s")
    statement = (
        f"INSERT INTO {table.name} ({columns}, n{more[0]}) VALUES ({places}, :n{more[1]}) "  # noqa: S608 -- our own names
        f"ON CONFLICT ({columns}) DO UPDATE SET n = {table.name}.n + :n{more[2]}"
    )
    session.execute(text(statement), values)


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of a rollup: of a node (``None``: everything), with these facets."""

    rollup: Rollup
    node: int | None
    facets: Sequence[ColumnElement[bool]]


def placed(session: Session, target: Target, counted: Counted, ask: Ask) -> Ask:
    """``ask`` with its exact total, narrowed to the periods in which its page lies."""
    parts = _parts(session, target, counted, ask)
    total = sum(part.n for part in parts)
    passed, low, high, offset, matching = 0, None, None, ask.offset, 0
    for part in parts if ask.descending else parts[::-1]:
        if passed + part.n > ask.offset and passed < ask.offset + ask.size:
            if low is None:
                low, high, offset = part.low, part.high, ask.offset - passed
            low, high, matching = min(low, part.low), max(high or 0, part.high), matching + part.n
        passed += part.n
    if low is None or high is None:
        return replace(ask, total=total, matching=0)
    common = _rows_between(session, counted.rollup, low, high) <= LOOK_BACK
    return replace(ask, total=total, matching=matching, low=low, high=high, offset=offset, common=common)


def _parts(session: Session, target: Target, counted: Counted, ask: Ask) -> list[Part]:
    rollup = counted.rollup
    period, node = rollup.table.c[rollup.period], rollup.table.c.node
    statement = select(period, func.sum(rollup.table.c.n)).where(node == (counted.node or WHOLE), *counted.facets)
    if ask.low is not None:
        statement = statement.where(period >= rollup.period_of(ask.low))
    if ask.high is not None:
        statement = statement.where(period <= rollup.period_of(ask.high - 1))
    found: list[Part] = []
    for at, n in session.execute(statement.group_by(period).order_by(period.desc())):
        begin, end = rollup.begin(at), rollup.begin(at + 1)
        low, high = max(begin, ask.low or begin), min(end, ask.high or end)
        whole = (low, high) == (begin, end)
        found.append(Part(low, high, int(n) if whole else _count(session, target, ask, low, high)))
    return found


def _count(session: Session, target: Target, ask: Ask, low: int, high: int) -> int:
    """Of a period that is asked for in part only."""
    rows = select(func.count()).select_from(target.table).where(*ask.rows, target.key >= low, target.key < high)
    return session.execute(rows.with_hint(target.table, f"INDEXED BY {target.index}", "sqlite")).scalar_one()


def _rows_between(session: Session, rollup: Rollup, low: int, high: int) -> int:
    period = rollup.table.c[rollup.period]
    span = period.between(rollup.period_of(low), rollup.period_of(high - 1))
    rows = select(func.coalesce(func.sum(rollup.table.c.n), 0)).where(rollup.table.c.node == WHOLE, span)
    return int(session.execute(rows).scalar_one())
