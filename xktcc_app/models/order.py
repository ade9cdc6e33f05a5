"""Service orders, what they are for and who carries them out."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from xktcc_app.models.base import Key, Table, UtcDateTime


class Provider(Table, table=True):
    """Who carries out services."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    phone: str = Field(default="", max_length=32)
    org_id: int | None = Field(default=None, foreign_key="organization.id")
    active: bool = True


class ServiceItem(Table, table=True):
    """A service that can be ordered. ``unit_price`` in fen."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    category: str = Field(max_length=20, index=True)
    unit_price: int
    unit: str = Field(default="", max_length=20)
    active: bool = True


class ServiceOrder(Table, table=True):
    """An order. ``id`` rises with the time of creation (``domain.record_keys``). Amounts in fen.

    Name, phone, address, item's name and category are as they were when it was made. ``waiting_since``: when it last
    began to wait for dispatch. ``version`` rises with every change.
    """

    __table_args__: ClassVar = (
        # all that lists are filtered by, so that walking them in order touches nothing else
        Index(
            "ix_service_order_list",
            *("id", "org_id", "status", "item_id", "payment", "provider_id", "amount", "created_by", "name_key"),
        ),
        Index(None, "elder_id", "id"),
        Index(None, "amount", "id"),
        Index(None, "appointment_at", "id"),
        Index(None, "call_id"),
    )

    id: int = Field(primary_key=True, sa_type=Key)
    number: str = Field(max_length=20, unique=True)
    source: str = Field(max_length=20)
    call_id: str | None = None
    elder_id: int = Field(foreign_key="elder.id")
    elder_name: str = Field(max_length=64)
    name_key: str = Field(max_length=128)
    phone: str = Field(max_length=32)
    address: str = Field(max_length=200)
    org_id: int | None = Field(default=None, foreign_key="organization.id")
    item_id: int = Field(foreign_key="service_item.id")
    item_name: str = Field(max_length=100)
    category: str = Field(max_length=20)
    priority: str = Field(default="normal", max_length=20)
    appointment_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    provider_id: int | None = Field(default=None, foreign_key="provider.id")
    worker: str = Field(default="", max_length=64)
    unit_price: int
    quantity: int
    amount: int
    subsidy: int
    self_paid: int
    payment: str = Field(max_length=20)
    status: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = None
    waiting_since: datetime = Field(sa_type=UtcDateTime)
    dispatched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stars: int | None = None
    follow_up: str = Field(default="", max_length=1000)
    remarks: str = Field(default="", max_length=1000)
    version: int = 1


class OrderEvent(Table, table=True):
    """A step of an order: who, when, from where to where, and a remark."""

    __table_args__: ClassVar = (Index(None, "order_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="service_order.id", ondelete="CASCADE", sa_type=Key)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=64)
    action: str = Field(max_length=20)
    before: str = Field(max_length=20)
    after: str = Field(max_length=20)
    remark: str = Field(default="", max_length=1000)


class OrderRollup(Table, table=True):
    """Orders and their amount (fen) of a node and all below it, by month of creation (``domain.record_keys``).

    ``node`` 0 is everything, orders without an organization too.
    """

    node: int = Field(primary_key=True)
    month: int = Field(primary_key=True)
    item_id: int = Field(primary_key=True)
    status: str = Field(primary_key=True, max_length=20)
    payment: str = Field(primary_key=True, max_length=20)
    n: int
    amount: int = Field(sa_type=Key)
