"""Single orders: making them, moving them on, their timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from xktcc_app.domain.orders import OrderAction, OrderStatus
from xktcc_app.domain.record_keys import key_at, order_number
from xktcc_app.models.order import OrderEvent, Provider, ServiceItem, ServiceOrder
from xktcc_app.repositories.order_index import tracked


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an order: who takes it, when (UTC), which, and why."""

    by: str
    at: datetime
    action: OrderAction
    remark: str = ""


def add_order(session: Session, values: Mapping[str, Any], step: Step) -> ServiceOrder:
    """Store a new order with its first step; its key is the moment's, or the next that is free."""
    with tracked(session, []) as changed:
        key = _free_key(session, key_at(step.at))
        order = ServiceOrder(
            **values,
            id=key,
            number=order_number(key),
            status=OrderStatus.TO_DISPATCH.value,
            created_at=step.at,
            waiting_since=step.at,
        )
        session.add(order)
        session.flush()
        changed.append(key)
    session.add(_event(order, step, "", order.status))
    return order


def move_order(
    session: Session, order: ServiceOrder, after: OrderStatus, values: Mapping[str, Any], step: Step
) -> None:
    """Take a step: the new state, what else changes with it, and its line in the timeline."""
    before = order.status
    with tracked(session, [order.id]):
        order.status = after.value
        order.version += 1
        for name, value in values.items():
            setattr(order, name, value)
        session.add(order)
    session.add(_event(order, step, before, order.status))


def timeline_of(session: Session, order_id: int) -> list[OrderEvent]:
    """Every step, the first first."""
    rows = select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(col(OrderEvent.id))
    return list(session.exec(rows).all())


def ids_of_call(session: Session, call_id: str) -> list[int]:
    """The orders made during a call, the first first."""
    statement = select(ServiceOrder.id).where(ServiceOrder.call_id == call_id).order_by(col(ServiceOrder.id))
    return list(session.exec(statement).all())


def active_items(session: Session) -> list[ServiceItem]:
    """What can be ordered."""
    return list(session.exec(select(ServiceItem).where(ServiceItem.active).order_by(col(ServiceItem.id))).all())


def active_providers(session: Session) -> list[Provider]:
    """Who can be asked."""
    return list(session.exec(select(Provider).where(Provider.active).order_by(col(Provider.id))).all())


def _event(order: ServiceOrder, step: Step, before: str, after: str) -> OrderEvent:
    return OrderEvent(
        order_id=order.id,
        at=step.at,
        by=step.by,
        action=step.action.value,
        before=before,
        after=after,
        remark=step.remark,
    )


def _free_key(session: Session, key: int) -> int:
    taken = set(session.exec(select(ServiceOrder.id).where(col(ServiceOrder.id).between(key, key + 1000))).all())
    while key in taken:
        key += 1
    return key
