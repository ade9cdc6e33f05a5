"""Orders as the browser gets them: texts and codes, amounts in fen, numbers masked, times in the configured zone."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from xktcc_app.services.order_views import OrderDetail, OrderRow, OrderStep

Record = dict[str, Any]


def minute(at: datetime | None, zone: tzinfo) -> str:
    """Day and time to the minute, or nothing."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def list_line(row: OrderRow, zone: tzinfo) -> Record:
    """A line of the list."""
    return {
        "id": row.id,
        "number": row.number,
        "elder_id": row.elder_id,
        "elder": row.elder_name,
        "phone": row.phone,
        "item": row.item_name,
        "category": row.category,
        "status": row.status,
        "payment": row.payment,
        "priority": row.priority,
        "provider": row.provider,
        "amount": row.amount,
        "subsidy": row.subsidy,
        "self_paid": row.self_paid,
        "created": minute(row.created_at, zone),
        "appointment": minute(row.appointment_at, zone),
        "overdue": row.overdue,
    }


def order_record(detail: OrderDetail, zone: tzinfo) -> Record:
    """A whole order, without its timeline."""
    return {
        **list_line(detail.row, zone),
        "version": detail.version,
        "source": detail.source,
        "call": detail.call_id or "",
        "address": detail.address,
        "worker": detail.worker,
        "provider_id": str(detail.row.provider_id or ""),
        "unit_price": detail.unit_price,
        "quantity": detail.quantity,
        "dispatched": minute(detail.dispatched_at, zone),
        "accepted": minute(detail.accepted_at, zone),
        "arrived": minute(detail.arrived_at, zone),
        "completed": minute(detail.completed_at, zone),
        "stars": detail.stars or 0,
        "follow_up": detail.follow_up,
        "remarks": detail.remarks,
    }


def step_line(step: OrderStep, at: int, zone: tzinfo) -> Record:
    """A step of the timeline; ``at`` is its place."""
    return {
        "id": at,
        "at": f"{step.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        "by": step.by,
        "action": step.action,
        "before": step.before,
        "after": step.after,
        "remark": step.remark,
    }
