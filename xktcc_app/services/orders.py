"""Orders: lists, whole orders, dispatch and every further step. Every call checks permission and scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.data_scope import EVERYTHING, scope_of
from xktcc_app.domain.list_queries import NEWEST_ORDERS, OrderQuery
from xktcc_app.domain.orders import (
    AmountError,
    IllegalOrderStepError,
    OrderAction,
    OrderSource,
    OrderStatus,
    OverdueLimits,
    PaymentMethod,
    Priority,
    amounts,
    next_status,
)
from xktcc_app.domain.paging import Page, Rows, Sort
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.elder import Elder
from xktcc_app.models.order import Provider, ServiceItem, ServiceOrder
from xktcc_app.repositories import order_records
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.order_list import OrderList
from xktcc_app.repositories.order_records import Step
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors, IllegalStepError, NotFoundError
from xktcc_app.services.guards import require
from xktcc_app.services.order_views import OrderDetail, OrderRow, detail_of, row_of

MAX_REMARK = 1000
MAX_WORKER = 64
_MOMENTS: Mapping[OrderAction, str] = {
    OrderAction.DISPATCH: "dispatched_at",
    OrderAction.ACCEPT: "accepted_at",
    OrderAction.START: "arrived_at",
    OrderAction.FINISH: "completed_at",
}


@dataclass(frozen=True, slots=True)
class OrderForm:
    """A new order as entered. ``subsidy`` in fen; price and category come from the service item."""

    elder_id: int
    item_id: int
    quantity: int = 1
    subsidy: int = 0
    payment: str = PaymentMethod.GOVERNMENT.value
    source: str = OrderSource.INBOUND.value
    priority: str = Priority.NORMAL.value
    appointment_at: datetime | None = None
    provider_id: int | None = None
    call_id: str | None = None
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class StepForm:
    """What a step needs besides: ``provider_id`` for dispatch, ``stars`` 1 to 5 for rating; ``worker`` with acceptance."""

    action: OrderAction
    remark: str = ""
    provider_id: int | None = None
    worker: str = ""
    stars: int | None = None
    follow_up: str = ""


@dataclass(frozen=True, slots=True)
class OrderSurroundings:
    """What the service works with."""

    database: Database
    audit: AuditService
    now: Now = utc_now
    limits: OverdueLimits = field(default_factory=OverdueLimits)


class OrderService:
    """All methods raise ``PermissionDeniedError``; those for one order ``NotFoundError`` when it is not there or not in scope."""

    def __init__(self, surroundings: OrderSurroundings) -> None:
        self._database = surroundings.database
        self._audit = surroundings.audit
        self._now = surroundings.now
        self._limits = surroundings.limits

    async def search(
        self,
        principal: Principal,
        query: OrderQuery,
        sort: Sort = NEWEST_ORDERS,
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[OrderRow]:
        """A page of the list with its total."""
        require(principal, Permission.ORDERS_VIEW)
        scope = scope_of(principal)

        def work(session: Session) -> Rows[OrderRow]:
            found = OrderList(session, scope).find(query, sort, page)
            return Rows(self._rows(session, found.keys), found.total, found.capped, page)

        return await self._database.read(work)

    async def of_elder(self, principal: Principal, elder_id: int, page: Page = Page()) -> Rows[OrderRow]:  # noqa: B008 -- frozen
        """All orders of an elder whose record is in scope, whoever made them."""
        require(principal, Permission.ELDERS_VIEW)
        scope, today = scope_of(principal), self._now().date()

        def work(session: Session) -> Rows[OrderRow]:
            if ElderList(session, scope, today).get(elder_id) is None:
                raise NotFoundError("no such elder in scope")
            found = OrderList(session, EVERYTHING).find(OrderQuery(elder_id=elder_id), NEWEST_ORDERS, page)
            return Rows(self._rows(session, found.keys), found.total, found.capped, page)

        return await self._database.read(work)

    async def of_call(self, principal: Principal, call_id: str) -> tuple[OrderRow, ...]:
        """The orders in scope that were made during a call, the first first."""
        require(principal, Permission.ORDERS_VIEW)

        def work(session: Session) -> tuple[OrderRow, ...]:
            listed = OrderList(session, scope_of(principal))
            keys = order_records.ids_of_call(session, call_id)
            return self._rows(session, tuple(key for key in keys if listed.get(key) is not None))

        return await self._database.read(work)

    async def detail(self, principal: Principal, order_id: int) -> OrderDetail:
        """A whole order with its timeline."""
        require(principal, Permission.ORDERS_VIEW)

        def work(session: Session) -> OrderDetail:
            order = self._one(session, principal, order_id)
            return detail_of(order, self._rows(session, (order.id,))[0], order_records.timeline_of(session, order.id))

        return await self._database.read(work)

    async def unmask(self, principal: Principal, order_id: int) -> str:
        """The telephone number of an order in clear; audited."""
        require(principal, Permission.RECORDS_UNMASK)
        phone = await self._database.read(lambda session: self._one(session, principal, order_id).phone)
        self._audit.record(AuditAction.UNMASKED, principal, target=f"order:{order_id}", field="phone")
        return phone

    async def choices(self) -> tuple[list[ServiceItem], list[Provider]]:
        """The service items and providers that can be chosen."""
        return await self._database.read(
            lambda session: (order_records.active_items(session), order_records.active_providers(session))
        )

    async def create(self, principal: Principal, form: OrderForm) -> int:
        """派单: make an order for an elder in scope, dispatched at once when a provider is given; returns its id.

        Raises ``FieldErrors`` and ``NotFoundError`` for the elder.
        """
        require(principal, Permission.ORDERS_DISPATCH)
        now = self._now()

        def work(session: Session) -> int:
            elder = ElderList(session, scope_of(principal), now.date()).get(form.elder_id)
            if elder is None:
                raise NotFoundError("no such elder in scope")
            values = _values(session, form, elder) | {"created_by": principal.account_id}
            order = order_records.add_order(
                session, values, Step(principal.account, now, OrderAction.CREATE, form.remarks)
            )
            if form.provider_id is not None:
                dispatch = StepForm(OrderAction.DISPATCH, provider_id=form.provider_id)
                self._take(session, principal, order, dispatch)
            return order.id

        order_id = await self._database.write(work)
        self._audit.record(AuditAction.ORDER_CREATED, principal, target=f"order:{order_id}")
        return order_id

    async def take_step(self, principal: Principal, order_id: int, version: int, form: StepForm) -> int:
        """Move an order on that was read with ``version``; returns its version now.

        Raises ``IllegalStepError``, ``FieldErrors``, ``ChangedMeanwhileError``.
        """
        require(principal, Permission.ORDERS_DISPATCH)

        def work(session: Session) -> int:
            order = self._one(session, principal, order_id)
            session.refresh(order, with_for_update=True)
            if order.version != version:
                raise ChangedMeanwhileError(order.version)
            self._take(session, principal, order, form)
            return order.version

        now = await self._database.write(work)
        self._audit.record(AuditAction.ORDER_STEP, principal, target=f"order:{order_id}", step=form.action.value)
        return now

    def _take(self, session: Session, principal: Principal, order: ServiceOrder, form: StepForm) -> None:
        try:
            after = next_status(OrderStatus(order.status), form.action)
        except IllegalOrderStepError as illegal:
            raise IllegalStepError(str(illegal)) from illegal
        values = _step_values(session, form)
        now = self._now()
        if form.action in _MOMENTS:
            values[_MOMENTS[form.action]] = now
        if form.action is OrderAction.REFUSE:
            values |= {
                "waiting_since": now,
                "provider_id": None,
                "worker": "",
                "dispatched_at": None,
                "accepted_at": None,
            }
        order_records.move_order(session, order, after, values, Step(principal.account, now, form.action, form.remark))

    def _one(self, session: Session, principal: Principal, order_id: int) -> ServiceOrder:
        order = OrderList(session, scope_of(principal)).get(order_id)
        if order is None:
            raise NotFoundError("no such order in scope")
        return order

    def _rows(self, session: Session, keys: tuple[int, ...]) -> tuple[OrderRow, ...]:
        orders = {row.id: row for row in session.exec(select(ServiceOrder).where(col(ServiceOrder.id).in_(keys))).all()}
        wanted = {order.provider_id for order in orders.values()}
        named = session.exec(select(Provider).where(col(Provider.id).in_(wanted))).all()
        names = {provider.id: provider.name for provider in named}
        found = [orders[key] for key in keys if key in orders]
        return tuple(row_of(order, names.get(order.provider_id, ""), self._now(), self._limits) for order in found)


def _values(session: Session, form: OrderForm, elder: Elder) -> dict[str, Any]:
    faults: dict[str, str] = {}
    item = session.get(ServiceItem, form.item_id)
    if item is None or not item.active:
        faults["item_id"] = "not_allowed"
    if form.provider_id is not None and session.get(Provider, form.provider_id) is None:
        faults["provider_id"] = "not_allowed"
    for name, kind in (("payment", PaymentMethod), ("source", OrderSource), ("priority", Priority)):
        if getattr(form, name) not in set(kind):
            faults[name] = "not_allowed"
    if len(form.remarks) > MAX_REMARK:
        faults["remarks"] = "too_long"
    if form.appointment_at is not None and form.appointment_at.tzinfo is None:
        faults["appointment_at"] = "date"
    if item is None or faults:
        raise FieldErrors(faults)
    try:
        sums = amounts(item.unit_price, form.quantity, form.subsidy)
    except AmountError as error:
        raise FieldErrors({error.field: "amount"}) from None
    own = {"elder_id": elder.id, "elder_name": elder.name, "name_key": elder.name_key, "address": elder.address}
    own |= {"phone": elder.numbers.split(" ", 1)[0], "org_id": elder.org_id}
    own |= {"item_id": item.id, "item_name": item.name, "category": item.category, "unit_price": item.unit_price}
    own |= {"quantity": form.quantity, "amount": sums.amount, "subsidy": sums.subsidy, "self_paid": sums.self_paid}
    names = ("payment", "source", "priority", "appointment_at", "call_id", "remarks")
    return own | {name: getattr(form, name) for name in names}


def _step_values(session: Session, form: StepForm) -> dict[str, Any]:
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, longest in (("remark", MAX_REMARK), ("follow_up", MAX_REMARK), ("worker", MAX_WORKER)):
        if len(getattr(form, name)) > longest:
            faults[name] = "too_long"
    if form.action is OrderAction.DISPATCH:
        provider = session.get(Provider, form.provider_id) if form.provider_id is not None else None
        if provider is None or not provider.active:
            faults["provider_id"] = "required"
        values["provider_id"] = form.provider_id
    if form.action is OrderAction.RATE:
        if form.stars is None or not 1 <= form.stars <= 5:
            faults["stars"] = "not_allowed"
        values |= {"stars": form.stars, "follow_up": form.follow_up}
    if form.action in {OrderAction.REFUSE, OrderAction.CANCEL} and not form.remark.strip():
        faults["remark"] = "required"
    if form.worker:
        values["worker"] = form.worker
    if faults:
        raise FieldErrors(faults)
    return values
