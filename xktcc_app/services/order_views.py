"""Orders as they leave the server: telephone numbers masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xktcc_app.domain.masking import mask_number
from xktcc_app.domain.orders import OrderAction, OrderStatus, Overdue, OverdueLimits, actions_from, overdue
from xktcc_app.models.order import OrderEvent, ServiceOrder


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of the list. Amounts in fen; ``overdue``: a code or ""."""

    id: int
    number: str
    elder_id: int
    elder_name: str
    phone: str
    item_name: str
    category: str
    status: str
    payment: str
    priority: str
    provider_id: int | None
    provider: str
    amount: int
    subsidy: int
    self_paid: int
    created_at: datetime
    appointment_at: datetime | None
    overdue: str


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A line of the timeline."""

    at: datetime
    by: str
    action: str
    before: str
    after: str
    remark: str


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """A whole order. ``actions``: the steps that may be taken now."""

    row: OrderRow
    version: int
    source: str
    call_id: str | None
    address: str
    worker: str
    unit_price: int
    quantity: int
    dispatched_at: datetime | None
    accepted_at: datetime | None
    arrived_at: datetime | None
    completed_at: datetime | None
    stars: int | None
    follow_up: str
    remarks: str
    actions: tuple[str, ...]
    timeline: tuple[OrderStep, ...]


def row_of(order: ServiceOrder, provider: str, now: datetime, limits: OverdueLimits) -> OrderRow:
    """A line of the list."""
    late: Overdue | None = overdue(OrderStatus(order.status), order.waiting_since, order.dispatched_at, now, limits)
    return OrderRow(
        id=order.id,
        number=order.number,
        elder_id=order.elder_id,
        elder_name=order.elder_name,
        phone=mask_number(order.phone),
        item_name=order.item_name,
        category=order.category,
        status=order.status,
        payment=order.payment,
        priority=order.priority,
        provider_id=order.provider_id,
        provider=provider,
        amount=order.amount,
        subsidy=order.subsidy,
        self_paid=order.self_paid,
        created_at=order.created_at,
        appointment_at=order.appointment_at,
        overdue=late.value if late else "",
    )


def detail_of(order: ServiceOrder, row: OrderRow, events: list[OrderEvent]) -> OrderDetail:
    """The whole order."""
    return OrderDetail(
        row=row,
        version=order.version,
        source=order.source,
        call_id=order.call_id,
        address=order.address,
        worker=order.worker,
        unit_price=order.unit_price,
        quantity=order.quantity,
        dispatched_at=order.dispatched_at,
        accepted_at=order.accepted_at,
        arrived_at=order.arrived_at,
        completed_at=order.completed_at,
        stars=order.stars,
        follow_up=order.follow_up,
        remarks=order.remarks,
        actions=tuple(action.value for action in actions_from(OrderStatus(order.status))),
        timeline=tuple(
            OrderStep(event.at, event.by, event.action, event.before, event.after, event.remark) for event in events
        )
        or _by_moments(order),
    )


def _by_moments(order: ServiceOrder) -> tuple[OrderStep, ...]:
    """The timeline of an order that came from elsewhere without one: what its moments tell. Who did it is not known."""
    steps = (
        (order.created_at, OrderAction.CREATE, "", OrderStatus.TO_DISPATCH),
        (order.dispatched_at, OrderAction.DISPATCH, OrderStatus.TO_DISPATCH, OrderStatus.DISPATCHED),
        (order.accepted_at, OrderAction.ACCEPT, OrderStatus.DISPATCHED, OrderStatus.ACCEPTED),
        (order.arrived_at, OrderAction.START, OrderStatus.ACCEPTED, OrderStatus.IN_SERVICE),
        (order.completed_at, OrderAction.FINISH, OrderStatus.IN_SERVICE, OrderStatus.COMPLETED),
    )
    return tuple(
        OrderStep(at, "", action.value, str(before), after.value, "") for at, action, before, after in steps if at
    )
