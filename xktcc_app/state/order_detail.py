"""The order's drawer: everything of one order, and the steps that it may take from where it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.orders import OrderAction
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import BadValueError, ChangedMeanwhileError, FieldErrors, IllegalStepError
from xktcc_app.services.orders import StepForm
from xktcc_app.state.acting import ask
from xktcc_app.state.order_record import order_record, step_line
from xktcc_app.state.orders import OrdersState

_STARS = {str(stars) for stars in range(1, 6)}


class OrderDetailState(rx.State):
    """The order that is open. ``actions``: the legal steps; ``step``: the one whose form is open, or "".

    ``faults``: field → code for ``fault.<code>``. ``overtaken``: somebody else moved the order on before this account's
    step, which was not taken; the order shown is the newest. ``phone``: the number in clear once it was unmasked.
    """

    shown: bool = False
    saving: bool = False
    failure: str = ""
    error_code: str = ""
    order: dict[str, Any] = {}
    timeline: list[dict[str, Any]] = []
    actions: list[str] = []
    providers: list[dict[str, str]] = []
    step: str = ""
    faults: dict[str, str] = {}
    overtaken: bool = False
    phone: str = ""

    @rx.event
    async def open_order(self, order_id: int) -> AsyncIterator[None]:
        """Show the order ``order_id`` over whatever page is open."""
        self.reset()
        self.shown = True
        yield
        self.failure = await self._fetch(order_id)

    @rx.event
    async def close(self) -> None:
        """Put the order away; nothing of it stays in the browser."""
        self.reset()

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code = ""

    @rx.event
    async def unmask(self) -> None:
        """Fetch the telephone number in clear; that is audited."""
        order_id = int(self.order.get("id", 0))
        self.error_code, phone = await ask(
            self.router.session.session_id, lambda services, who: services.orders.unmask(who, order_id)
        )
        self.phone = phone or ""

    @rx.event
    async def begin_step(self, action: str) -> None:
        """Open the form of a step."""
        self.step = action if action in self.actions else ""
        self.faults, self.overtaken = {}, False

    @rx.event
    async def drop_step(self) -> None:
        """Put the form of the step away."""
        self.step, self.faults = "", {}

    @rx.event
    async def take_step(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Take the step whose form is open."""
        self.saving, self.overtaken = True, False
        yield
        try:
            taken = await self._take(step_form(self.step, form))
        except (FieldErrors, BadValueError) as wrong:
            self.faults = wrong.faults if isinstance(wrong, FieldErrors) else {wrong.field: "not_allowed"}
        except (ChangedMeanwhileError, IllegalStepError):
            await self._show_newest()
            yield OrdersState.changed
        else:
            if taken:
                self.step, self.faults = "", {}
                yield OrdersState.changed
        self.saving = False

    async def _take(self, form: StepForm) -> bool:
        """Take it and show the order as it is then. Whether that worked; else ``error_code`` says why."""
        order_id, version = int(self.order.get("id", 0)), int(self.order.get("version", 0))
        self.error_code, now = await ask(
            self.router.session.session_id,
            lambda services, who: services.orders.take_step(who, order_id, version, form),
            passing=(FieldErrors, ChangedMeanwhileError, IllegalStepError),
        )
        if now is None:
            return False
        self.error_code = await self._fetch(order_id)
        return True

    async def _show_newest(self) -> None:
        """Another person was faster: say so, and keep what was typed where the step is still possible."""
        self.overtaken = True
        self.error_code = await self._fetch(int(self.order.get("id", 0)))
        if self.step not in self.actions:
            self.step, self.faults = "", {}

    async def _fetch(self, order_id: int) -> str:
        async def read(services: Services, who: Principal) -> None:
            detail, zone = await services.orders.detail(who, order_id), services.settings.zone
            _, providers = await services.orders.choices()
            self.providers = [{"id": str(one.id), "name": one.name} for one in providers]
            self.order = order_record(detail, zone)
            self.timeline = [step_line(step, at, zone) for at, step in enumerate(detail.timeline)]
            self.actions = list(detail.actions)

        failure, _ = await ask(self.router.session.session_id, read)
        return failure


def step_form(action: str, form: dict[str, Any]) -> StepForm:
    """The step as it was typed. ``BadValueError`` for an action that there is not, ``FieldErrors`` for fields."""
    if action not in set(OrderAction):
        raise BadValueError("action")
    provider, stars = str(form.get("provider_id", "")), str(form.get("stars", ""))
    if provider and not (provider.isascii() and provider.isdigit() and len(provider) < 12):
        raise FieldErrors({"provider_id": "not_allowed"})
    if stars and stars not in _STARS:
        raise FieldErrors({"stars": "not_allowed"})
    return StepForm(
        action=OrderAction(action),
        remark=str(form.get("remark", "")).strip(),
        provider_id=int(provider) if provider else None,
        worker=str(form.get("worker", "")).strip(),
        stars=int(stars) if stars else None,
        follow_up=str(form.get("follow_up", "")).strip(),
    )
