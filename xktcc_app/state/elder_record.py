"""An elder's record as the browser gets it: texts and codes, numbers masked, times in the configured zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from xktcc_app.bootstrap import Services
from xktcc_app.domain.elder_form import CODES, ElderForm
from xktcc_app.services.call_views import CallRow
from xktcc_app.services.elder_views import ElderDetail, ElderHistoryEntry
from xktcc_app.services.order_views import OrderRow

Record = dict[str, Any]


def moment(at: datetime | None, zone: tzinfo) -> str:
    """Day and time to the minute, or nothing."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def record_of(detail: ElderDetail, services: Services) -> Record:
    """The record itself."""
    zone = services.settings.zone
    return {
        **detail.fields,
        "id": detail.id,
        "version": detail.version,
        "birth_date": detail.birth_date.isoformat() if detail.birth_date else "",
        "age": "" if detail.age < 0 else str(detail.age),
        "id_card": detail.id_card,
        "phones": list(detail.phones),
        "sos_number": detail.sos_number,
        "types": list(detail.types),
        "contacts": [{"name": one.name, "relation": one.relation, "phone": one.phone} for one in detail.contacts],
        "org": services.organizations.name(detail.org_id),
        "org_id": "" if detail.org_id is None else str(detail.org_id),
        "created": moment(detail.created_at, zone),
        "created_by": detail.created_by,
        "updated": moment(detail.updated_at, zone),
        "archived": detail.archived,
    }


def entry_of(detail: ElderDetail) -> ElderForm:
    """The record as a form begins with it: masked numbers that are left as they are stay what they stand for."""
    return ElderForm(
        texts=detail.fields,
        birth_date=detail.birth_date.isoformat() if detail.birth_date else "",
        id_card=detail.id_card,
        phones=list(detail.phones),
        sos_number=detail.sos_number,
        types=[str(kind) for kind in detail.types],
        contacts=list(detail.contacts),
        org_id=detail.org_id,
    )


def order_line(row: OrderRow, zone: tzinfo) -> Record:
    """An order of theirs."""
    return {
        "id": row.id,
        "number": row.number,
        "item": row.item_name,
        "category": row.category,
        "status": row.status,
        "payment": row.payment,
        "amount": row.amount,
        "at": moment(row.created_at, zone),
    }


def call_line(row: CallRow, zone: tzinfo) -> Record:
    """A call with them."""
    minutes, seconds = divmod(int(max(row.talk_s, 0)), 60)
    return {
        "id": row.id,
        "at": moment(row.started_at, zone),
        "direction": row.direction,
        "status": row.status,
        "talk": f"{minutes:02d}:{seconds:02d}" if row.talk_s >= 0 else "",
        "agent": row.agent,
        "sos": row.sos,
    }


def change_line(entry: ElderHistoryEntry, at: int, services: Services) -> Record:
    """A change, each field with its value before and after."""
    names = services.organizations.name
    changes = [
        {"field": field, "before": _told(field, pair[0], names), "after": _told(field, pair[1], names)}
        for field, pair in entry.changes.items()
    ]
    return {
        "id": at,
        "at": moment(entry.at, services.settings.zone),
        "by": entry.by,
        "action": entry.action,
        "changes": changes,
    }


def _told(field: str, value: Any, org_name: Any) -> list[str]:
    """A value as a list of texts or codes."""
    if value is None or value == "":
        return []
    if field == "org_id":
        return [org_name(value)]
    if field == "contacts":
        return [" ".join(filter(None, map(str, one))) for one in value]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(one) for one in value]
    return [str(value)]


CODED = (*CODES, "types")
"""Fields whose values are codes."""
