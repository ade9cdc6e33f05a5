"""Providers and service items. There are hundreds at most, so their lists are plain queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from xktcc_app.domain.list_queries import CatalogueQuery
from xktcc_app.domain.paging import Page, Rows, Sort
from xktcc_app.models.order import Provider, ServiceItem

Entry = TypeVar("Entry", Provider, ServiceItem)


def find(session: Session, kind: type[Entry], query: CatalogueQuery, sort: Sort, page: Page) -> Rows[Entry]:
    """The entries that ``query`` asks for."""
    conditions: list[ColumnElement[bool]] = []
    if query.name:
        conditions.append(col(kind.name).icontains(query.name, autoescape=True))
    if query.active:
        conditions.append(col(kind.active).is_(query.active == "1"))
    if query.category:
        conditions.append(col(ServiceItem.category) == query.category)
    key = getattr(kind, sort.key)
    total = session.exec(select(func.count()).select_from(kind).where(*conditions)).one()
    found = session.exec(
        select(kind)
        .where(*conditions)
        .order_by(key.desc() if sort.descending else key, col(kind.id).desc())
        .offset(page.offset)
        .limit(page.size)
    ).all()
    return Rows(tuple(found), total, capped=False, page=page)


def name_taken(session: Session, kind: type[Provider | ServiceItem], name: str, but: int) -> bool:
    """Whether another entry has this name."""
    return session.exec(select(kind.id).where(kind.name == name, kind.id != but)).first() is not None


def store(session: Session, entry: Provider | ServiceItem, values: Mapping[str, Any]) -> int:
    """Set ``values`` and store; returns the id."""
    for name, value in values.items():
        setattr(entry, name, value)
    session.add(entry)
    session.flush()
    return entry.id or 0
