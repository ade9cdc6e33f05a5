"""The elder's drawer: one record, openable on any page. Numbers are masked until they are unmasked one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.paging import Page
from xktcc_app.domain.principal import Principal
from xktcc_app.state.acting import ask
from xktcc_app.state.elder_record import Record, call_line, change_line, order_line, record_of
from xktcc_app.state.elders import EldersState

SHOWN_BESIDE = Page(1, 20)
"""Orders and calls that are shown with a record; the rest is in their lists."""


class ElderDetailState(rx.State):
    """The record that is open. ``clear``: what was unmasked, field → values. ``failure``, ``error_code``: for ``error.<code>``.

    ``shown``: the drawer is open; ``busy``: something is fetched or stored.
    """

    shown: bool = False
    busy: bool = False
    failure: str = ""
    error_code: str = ""
    elder: dict[str, Any] = {}
    phones: list[str] = []
    contacts: list[dict[str, str]] = []
    clear: dict[str, list[str]] = {}
    orders: list[dict[str, Any]] = []
    order_count: int = 0
    calls: list[dict[str, Any]] = []
    call_count: int = 0
    history: list[dict[str, Any]] = []

    @rx.event
    async def open_elder(self, elder_id: int) -> AsyncIterator[None]:
        """Show the record ``elder_id`` over whatever page is open."""
        self._empty()
        self.shown = self.busy = True
        yield
        await self._fetch(elder_id)
        self.busy = False

    @rx.event
    async def close(self) -> None:
        """Put the record away; nothing of it stays in the browser."""
        self._empty()

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code = ""

    @rx.event
    async def unmask(self, field: str) -> None:
        """Fetch a masked field of the record in clear; that is audited."""
        elder_id = int(self.elder.get("id", 0))
        self.error_code, values = await ask(
            self.router.session.session_id, lambda services, who: services.elders.unmask(who, elder_id, field)
        )
        if values is not None:
            self.clear = {**self.clear, field: list(values)}

    @rx.event
    async def archive(self, archived: bool) -> AsyncIterator[Any]:
        """Take the record out of the lists, or back into them."""
        elder_id, version = int(self.elder.get("id", 0)), int(self.elder.get("version", 0))
        self.error_code, _ = await ask(
            self.router.session.session_id,
            lambda services, who: services.elders.archive(who, elder_id, version, archived=archived),
        )
        failed = self.error_code
        await self._fetch(elder_id)
        self.error_code = failed or self.error_code
        yield EldersState.changed

    def _empty(self) -> None:
        self.reset()

    async def _fetch(self, elder_id: int) -> None:
        async def read(services: Services, who: Principal) -> Record:
            detail = await services.elders.detail(who, elder_id)
            return record_of(detail, services)

        sid = self.router.session.session_id
        self.failure, record = await ask(sid, read)
        if record is None:
            return
        self.phones, self.contacts = record.pop("phones"), record.pop("contacts")
        self.elder = record
        self.error_code, _ = await ask(sid, lambda services, who: self._read_beside(services, who, elder_id))

    async def _read_beside(self, services: Services, who: Principal, elder_id: int) -> None:
        zone = services.settings.zone
        orders = await services.orders.of_elder(who, elder_id, SHOWN_BESIDE)
        calls = await services.call_records.of_elder(who, elder_id, SHOWN_BESIDE)
        history = await services.elders.history(who, elder_id)
        self.orders, self.order_count = [order_line(row, zone) for row in orders.rows], orders.total
        self.calls, self.call_count = [call_line(row, zone) for row in calls.rows], calls.total
        self.history = [change_line(entry, at, services) for at, entry in enumerate(history)]
