"""One call: in the drawer, or below its row with its recording. Note and validity are its agent's to set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors
from xktcc_app.state.acting import ask
from xktcc_app.state.call_record import call_record, timeline
from xktcc_app.state.calls import CallsState
from xktcc_app.state.order_record import list_line

_JUDGED: dict[str, bool | None] = {"": None, "1": True, "0": False}


class CallDetailState(rx.State):
    """``shown``: the drawer is open. ``expanded``: the call whose row is open instead.

    ``entry``: what the form shows at first, drawn anew when ``drawn`` rises. ``overtaken``: somebody else has changed note
    or validity since; nothing was overwritten, ``call`` has theirs. ``number``: in clear once it was unmasked.
    """

    shown: bool = False
    expanded: str = ""
    saving: bool = False
    stored: bool = False
    failure: str = ""
    error_code: str = ""
    call: dict[str, Any] = {}
    steps: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    entry: dict[str, str] = {}
    drawn: int = 0
    faults: dict[str, str] = {}
    overtaken: bool = False
    number: str = ""

    @rx.event
    async def open_call(self, call_id: str) -> AsyncIterator[None]:
        """Show the call over whatever page is open."""
        self.reset()
        self.shown = True
        yield
        await self._begin(call_id)

    @rx.event
    async def expand(self, call_id: str) -> AsyncIterator[None]:
        """Open the call's row, or close it again."""
        again = self.expanded == call_id
        self.reset()
        self.expanded = "" if again else call_id
        yield
        if not again:
            await self._begin(call_id)

    @rx.event
    async def close(self) -> None:
        """Put the call away; nothing of it stays in the browser."""
        self.reset()

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code = ""

    @rx.event
    async def unmask(self) -> None:
        """Fetch the number in clear; that is audited."""
        call_id = str(self.call.get("id", ""))
        self.error_code, number = await ask(
            self.router.session.session_id, lambda services, who: services.call_records.unmask(who, call_id)
        )
        self.number = number or ""

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store note and validity as typed."""
        self.saving, self.overtaken, self.stored = True, False, False
        yield
        try:
            saved = await self._save(str(form.get("note", "")), str(form.get("valid", "")))
        except FieldErrors as wrong:
            self.faults = wrong.faults
        except ChangedMeanwhileError:
            self.overtaken = True
            self.error_code = await self._fetch(str(self.call.get("id", "")))
        else:
            if saved:
                yield CallsState.changed
        self.saving = False

    async def _save(self, note: str, valid: str) -> bool:
        call_id, version = str(self.call.get("id", "")), int(self.call.get("version", 0))
        if valid not in _JUDGED:
            raise FieldErrors({"valid": "not_allowed"})
        self.error_code, now = await ask(
            self.router.session.session_id,
            lambda services, who: services.call_records.note(who, call_id, version, note, _JUDGED[valid]),
            passing=(FieldErrors, ChangedMeanwhileError),
        )
        if now is None:
            return False
        await self._begin(call_id)
        self.stored = True
        return True

    async def _begin(self, call_id: str) -> None:
        """Read the call, and let the form begin with what it holds."""
        self.failure = await self._fetch(call_id)
        self.entry = {"note": str(self.call.get("note", "")), "valid": str(self.call.get("judged", ""))}
        self.faults, self.drawn = {}, self.drawn + 1

    async def _fetch(self, call_id: str) -> str:
        async def read(services: Services, who: Principal) -> None:
            detail = await services.call_records.detail(who, call_id)
            self.call, self.steps = call_record(detail, services), timeline(detail, services)
            if who.may(Permission.ORDERS_VIEW):
                orders = await services.orders.of_call(who, call_id)
                self.orders = [list_line(row, services.settings.zone) for row in orders]

        failure, _ = await ask(self.router.session.session_id, read)
        return failure
