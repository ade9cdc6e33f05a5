"""The agent's work on the own call: whose record comes up, the orders made, a new record. The call itself is the toolbar's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.pop import NO_POP, CallOrder, Named, Pop, ServiceChoice
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import FieldErrors
from xktcc_app.state.acting import attempt


class CallWorkState(rx.State):
    """``pop.call`` is the call whose work this is. ``faults``: what is wrong with the order's or record's form, by field.

    ``saved`` counts the orders and records made, so that a form is drawn anew after each.
    """

    pop: Pop = NO_POP
    items: list[ServiceChoice] = []
    providers: list[Named] = []
    orders: list[CallOrder] = []
    faults: dict[str, str] = {}
    busy: bool = False
    saved: int = 0
    error_code: str = ""

    async def _attempt(self, work: Any) -> bool:
        """Do ``work``; what was wrong with single fields goes to them."""
        self.faults = {}

        async def noting(services: Services, who: Principal) -> None:
            try:
                await work(services, who)
            except FieldErrors as error:
                self.faults = error.faults
                raise

        code = await attempt(self, noting)
        self.error_code = "" if self.faults else code
        return not code

    @rx.event
    async def load(self) -> None:
        """Bring up whoever is on the line; without a call clear everything."""
        self.reset()

        async def work(services: Services, who: Principal) -> None:
            self.pop = await services.screen_pop.pop(who)
            if not self.pop["call"]:
                return
            self.items, self.providers = await services.call_work.choices(who)
            self.orders = await services.call_work.orders_of_call(who)

        await self._attempt(work)

    @rx.event
    async def choose(self, elder_id: int) -> None:
        """Another of the elders who share the number."""

        async def work(services: Services, who: Principal) -> None:
            self.pop = await services.screen_pop.pop(who, elder_id)

        await self._attempt(work)

    @rx.event
    async def dispatch(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """派单 for the elder shown."""
        if self.busy:
            return
        self.busy = True
        yield
        elder_id, fields = self.pop["elder"]["id"], {name: str(value) for name, value in form.items()}

        async def work(services: Services, who: Principal) -> None:
            await services.call_work.dispatch(who, elder_id, fields)
            self.orders = await services.call_work.orders_of_call(who)

        self.saved += await self._attempt(work)
        self.busy = False

    @rx.event
    async def new_elder(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """A record for the caller, which then comes up."""
        if self.busy:
            return
        self.busy = True
        yield
        fields = {name: str(value) for name, value in form.items()}

        async def work(services: Services, who: Principal) -> None:
            elder_id = await services.call_work.new_elder(who, fields)
            self.pop = await services.screen_pop.pop(who, elder_id)

        self.saved += await self._attempt(work)
        self.busy = False
