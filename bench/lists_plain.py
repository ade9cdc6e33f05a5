"""The plain way to a page and its total, to compare with: LIKE, count(*), ORDER BY … LIMIT over the same tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from xktcc_app.domain.elders import born_between, type_bits
from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery
from xktcc_app.domain.paging import Page

_TODAY = datetime(2026, 11, 23, tzinfo=UTC).date()
_BRANCH = "org_id IN (SELECT o.id FROM organization o JOIN organization t ON o.low BETWEEN t.low AND t.high WHERE t.id = :node)"


def plain(session: Session, query: ElderQuery | OrderQuery | CallQuery, page: Page) -> int:
    """Fetch the page and count; returns the total. The database is told nothing and may use whatever index it likes."""
    table, order, conditions, values = _parts(query)
    where = " AND ".join(conditions) or "1 = 1"
    bound: dict[str, Any] = values | {"size": page.size, "skip": page.offset}
    total = session.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"), values).scalar_one()  # noqa: S608 -- the text is our own
    rows = f"SELECT * FROM {table} WHERE {where} ORDER BY {order} DESC LIMIT :size OFFSET :skip"  # noqa: S608 -- the text is our own
    session.execute(text(rows), bound).all()
    return total


def _parts(query: ElderQuery | OrderQuery | CallQuery) -> tuple[str, str, list[str], dict[str, Any]]:
    match query:
        case ElderQuery():
            return "elder", "id", *_elders(query)
        case OrderQuery():
            return "service_order", "id", *_orders(query)
        case CallQuery():
            return '"call"', "seq", *_calls(query)


def _elders(query: ElderQuery) -> tuple[list[str], dict[str, Any]]:
    first, last = born_between(_TODAY, query.youngest, query.oldest)
    told: list[tuple[Any, str, Any]] = [
        (query.name, "name_key LIKE :name", f"%{query.name}%"),
        (query.phone, "numbers LIKE :phone", f"%{query.phone}%"),
        (query.gender, "gender = :gender", query.gender),
        (query.types, "(type_bits & :types) <> 0", type_bits(query.types)),
        (query.community, _BRANCH, query.community),
        (query.care_level, "care_level = :care_level", query.care_level),
        (first, "birth_date >= :first", first),
        (last, "birth_date <= :last", last),
    ]
    conditions, values = _told(told)
    return ["archived_at IS NULL", *conditions], values


def _orders(query: OrderQuery) -> tuple[list[str], dict[str, Any]]:
    return _told(
        [
            (query.service, "item_name LIKE :service", f"%{query.service}%"),
            (query.category, "category = :category", query.category),
            (query.status, "status = :status", query.status),
            (query.payment, "payment = :payment", query.payment),
            (query.elder, "name_key LIKE :elder", f"%{query.elder}%"),
            (query.provider, "provider_id = :provider", query.provider),
            (query.community, _BRANCH, query.community),
            (query.amount_from, "amount >= :amount_from", query.amount_from),
            (query.amount_to, "amount <= :amount_to", query.amount_to),
            (query.since, "created_at >= :since", query.since),
            (query.until, "created_at < :until", query.until),
        ]
    )


def _calls(query: CallQuery) -> tuple[list[str], dict[str, Any]]:
    return _told(
        [
            (query.name, "name_key LIKE :name", f"%{query.name}%"),
            (query.number, "number LIKE :number", f"%{query.number}%"),
            (query.community, _BRANCH, query.community),
            (query.status, "status = :status", query.status),
            (query.valid, "is_valid = :valid", query.valid == "1"),
            (query.direction, "direction = :direction", query.direction),
            (query.agent, "agent = :agent", query.agent),
            (query.cleared_by, "cleared_by = :cleared_by", query.cleared_by),
            (query.talk_from, "talk_s >= :talk_from", query.talk_from),
            (query.talk_to, "talk_s <= :talk_to", query.talk_to),
            (query.since, "started_at >= :since", query.since),
            (query.until, "started_at < :until", query.until),
        ]
    )


def _told(parts: list[tuple[Any, str, Any]]) -> tuple[list[str], dict[str, Any]]:
    """The conditions of what was told, and their values by the name that each condition gives its own."""
    conditions, values = [], {}
    for told, condition, value in parts:
        if told not in ("", None, ()):
            conditions.append(condition)
            values[condition.partition(":")[2].split(")")[0].split(" ")[0]] = value
    return conditions, values
