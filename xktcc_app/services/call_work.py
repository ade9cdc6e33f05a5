"""What is done for the caller during the own call: an order that belongs to it, and a record for somebody who has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from telephony.bus import Bus
from telephony.types import Direction
from telephony.views import PartyView
from xktcc_app.domain.dispatch_form import Choice, typed_order
from xktcc_app.domain.elder_form import ElderForm
from xktcc_app.domain.masking import normalise_number
from xktcc_app.domain.orders import OrderSource, PaymentMethod, Priority
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.phones import is_phone
from xktcc_app.domain.pop import CallOrder, Named, ServiceChoice
from xktcc_app.domain.principal import Principal
from xktcc_app.repositories import pop as pop_repo
from xktcc_app.services.database import Database
from xktcc_app.services.elders import ElderService
from xktcc_app.services.errors import FieldErrors, NotFoundError
from xktcc_app.services.guards import require
from xktcc_app.services.orders import OrderForm, OrderService
from xktcc_app.services.own_call import own_party

_FIELDS = {"item_id": "item", "provider_id": "provider", "appointment_at": "appointment"}
"""Names of the order's service to those of the form at the desk."""


@dataclass(frozen=True, slots=True)
class CallWorkSurroundings:
    """What the service works with."""

    database: Database
    bus: Bus
    orders: OrderService
    elders: ElderService
    zone: tzinfo


class CallWorkService:
    """All methods raise ``PermissionDeniedError``, and ``NotFoundError`` without a call at hand."""

    def __init__(self, around: CallWorkSurroundings) -> None:
        self._around = around

    async def choices(self, principal: Principal) -> tuple[list[ServiceChoice], list[Named]]:
        """The services that can be ordered, and who may carry them out; nothing for an account that may not dispatch."""
        if not principal.may(Permission.ORDERS_DISPATCH):
            return [], []
        items, providers = await self._around.orders.choices()
        return (
            [
                {"id": item.id or 0, "name": item.name, "category": item.category, "price": item.unit_price}
                for item in items
            ],
            [{"id": provider.id or 0, "name": provider.name} for provider in providers],
        )

    async def orders_of_call(self, principal: Principal) -> list[CallOrder]:
        """The orders made in the own call so far."""
        call = self._call(principal).call
        rows = await self._around.database.read(lambda session: pop_repo.orders_of_call(session, call))
        return [
            {"id": row.id, "number": row.number, "item": row.item_name, "status": row.status, "amount": row.amount}
            for row in rows
        ]

    async def dispatch(self, principal: Principal, elder_id: int, fields: Mapping[str, str]) -> int:
        """派单 for ``elder_id`` as typed (item, quantity, subsidy, provider, appointment, payment, remarks); returns the order's id.

        ``FieldErrors`` by field; ``again`` ``again`` when this call has an order for the same service and ``fields["again"]`` is not set.
        """
        require(principal, Permission.ORDERS_DISPATCH)
        party = self._call(principal)
        items, _ = await self._around.orders.choices()
        typed, faults = typed_order(
            fields, [Choice(item.id or 0, item.name, item.unit_price) for item in items], self._around.zone
        )
        if typed is None:
            raise FieldErrors(faults)
        if not fields.get("again"):
            await self._not_twice(party, typed.item_id)
        form = OrderForm(
            elder_id=elder_id,
            item_id=typed.item_id,
            quantity=typed.quantity,
            subsidy=typed.subsidy,
            payment=fields.get("payment") or PaymentMethod.GOVERNMENT.value,
            source=_source(party).value,
            priority=(Priority.URGENT if party.sos else Priority.NORMAL).value,
            appointment_at=typed.appointment_at,
            provider_id=typed.provider_id,
            call_id=party.call,
            remarks=fields.get("remarks", "").strip(),
        )
        try:
            return await self._around.orders.create(principal, form)
        except FieldErrors as error:
            raise FieldErrors({_FIELDS.get(name, name): code for name, code in error.faults.items()}) from None

    async def _not_twice(self, party: PartyView, item_id: int) -> None:
        made = await self._around.database.read(lambda session: pop_repo.orders_of_call(session, party.call))
        if any(order.item_id == item_id for order in made):
            raise FieldErrors({"again": "again"})

    async def new_elder(self, principal: Principal, fields: Mapping[str, str]) -> int:
        """A record for the caller: name, gender, address as typed; the number is the call's own, never sent by the page.

        Raises ``FieldErrors`` and ``DuplicateFoundError``.
        """
        require(principal, Permission.ELDERS_EDIT)
        number = normalise_number(self._call(principal).number)
        texts = {name: fields.get(name, "") for name in ("name", "gender", "address", "community")}
        form = ElderForm(
            texts=texts,
            phones=[number] if is_phone(number) else [],
            sos_number="" if is_phone(number) else number,
            types=[],
            org_id=principal.org_id,
        )
        return await self._around.elders.create(principal, form)

    def _call(self, principal: Principal) -> PartyView:
        party = own_party(self._around.bus, principal)
        if party is None:
            raise NotFoundError("no call at hand")
        return party


def _source(party: PartyView) -> OrderSource:
    if party.sos:
        return OrderSource.SOS
    return OrderSource.INBOUND if party.direction is Direction.INBOUND else OrderSource.OUTBOUND
