"""派单: the form of a new order. What was typed stays whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.dispatch_form import Choice, typed_order
from xktcc_app.domain.list_queries import ElderQuery
from xktcc_app.domain.paging import Page
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import FieldErrors, NotFoundError
from xktcc_app.services.orders import OrderForm
from xktcc_app.state.acting import ask
from xktcc_app.state.order_detail import OrderDetailState
from xktcc_app.state.orders import OrdersState

_OFFERED = 8
"""Elders that are offered at once; more typing narrows them."""
_FIELDS = {"item_id": "item", "provider_id": "provider", "appointment_at": "appointment", "unit_price": "item"}
"""Fields of the service that the form calls otherwise."""
_AMOUNTS = {"quantity": "quantity", "subsidy": "subsidy"}
"""Fields whose "amount" fault has words of its own."""


class OrderFormState(rx.State):
    """``elder``: for whom, once chosen. ``found``: who matches what is typed, ``sought``: something is typed.

    ``faults``: field → code for ``fault.<code>``. ``drawn`` rises when the form is to be drawn empty. Prices in fen.
    """

    shown: bool = False
    saving: bool = False
    drawn: int = 0
    error_code: str = ""
    elder: dict[str, Any] = {}
    found: list[dict[str, Any]] = []
    sought: bool = False
    items: list[dict[str, Any]] = []
    providers: list[dict[str, str]] = []
    faults: dict[str, str] = {}

    @rx.event
    async def new_order(self, elder_id: int = 0) -> None:
        """Begin an order, for an elder when one is known already."""
        drawn = self.drawn
        self.reset()
        self.shown, self.drawn = True, drawn + 1

        async def read(services: Services, who: Principal) -> None:
            items, providers = await services.orders.choices()
            self.items = [
                {"id": item.id, "name": item.name, "category": item.category, "price": item.unit_price}
                for item in items
            ]
            self.providers = [{"id": str(one.id), "name": one.name} for one in providers]
            if elder_id:
                await self._choose(services, who, elder_id)

        self.error_code, _ = await ask(self.router.session.session_id, read)

    @rx.event
    async def leave(self) -> None:
        """Put the form away."""
        self.shown, self.faults, self.elder, self.found = False, {}, {}, []

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code = ""

    @rx.event
    async def find_elder(self, text: str) -> None:
        """Offer whose name or telephone number holds ``text``."""
        wanted = text.strip()
        self.sought = bool(wanted)
        query = ElderQuery(phone=wanted) if any(map(str.isdecimal, wanted)) else ElderQuery(name=wanted)

        async def read(services: Services, who: Principal) -> list[dict[str, Any]]:
            rows = await services.elders.search(who, query, page=Page(1, _OFFERED))
            return [
                {"id": row.id, "name": row.name, "number": row.number, "phone": row.phone, "community": row.community}
                for row in rows.rows
            ]

        self.error_code, found = await ask(self.router.session.session_id, read) if wanted else ("", [])
        self.found = found or []

    @rx.event
    async def choose_elder(self, elder_id: int) -> None:
        """It is this one."""
        self.error_code, _ = await ask(
            self.router.session.session_id, lambda services, who: self._choose(services, who, elder_id)
        )
        self.faults = {name: fault for name, fault in self.faults.items() if name != "elder"}

    @rx.event
    async def drop_elder(self) -> None:
        """It is another one."""
        self.elder, self.found, self.sought = {}, [], False

    @rx.event
    async def submit(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store the order that was typed, and show it."""
        self.saving = True
        yield
        try:
            self.error_code, made = await ask(
                self.router.session.session_id,
                lambda services, who: self._store(services, who, form),
                passing=(FieldErrors, NotFoundError),
            )
        except FieldErrors as wrong:
            self.faults = _named(wrong.faults)
        except NotFoundError:
            self.faults = {"elder": "not_found"}
        else:
            if made is not None:
                self.shown, self.faults, self.elder, self.found = False, {}, {}, []
                yield OrderDetailState.open_order(made)
                yield OrdersState.changed
        self.saving = False

    async def _choose(self, services: Services, who: Principal, elder_id: int) -> None:
        one = await services.elders.detail(who, elder_id)
        self.found, self.sought = [], False
        self.elder = {
            "id": one.id,
            "name": one.fields["name"],
            "number": one.fields["number"],
            "phone": one.phones[0] if one.phones else "",
            "address": one.fields["address"],
        }

    async def _store(self, services: Services, who: Principal, form: Mapping[str, Any]) -> int:
        fields = {name: str(value or "") for name, value in form.items()}
        items, _ = await services.orders.choices()
        choices = [Choice(item.id or 0, item.name, item.unit_price) for item in items]
        typed, faults = typed_order(fields, choices, services.settings.zone)
        if not self.elder:
            faults = {"elder": "choose_elder", **faults}
        if typed is None or faults:
            raise FieldErrors(faults)
        order = OrderForm(
            elder_id=int(self.elder["id"]),
            item_id=typed.item_id,
            quantity=typed.quantity,
            subsidy=typed.subsidy,
            payment=fields.get("payment", ""),
            source=fields.get("source", ""),
            priority=fields.get("priority", ""),
            appointment_at=typed.appointment_at,
            provider_id=typed.provider_id,
            remarks=fields.get("remarks", "").strip(),
        )
        return await services.orders.create(who, order)


def _named(faults: Mapping[str, str]) -> dict[str, str]:
    """Faults under the names of the form's fields."""
    return {
        _FIELDS.get(name, name): _AMOUNTS.get(name, fault) if fault == "amount" else fault
        for name, fault in faults.items()
    }
