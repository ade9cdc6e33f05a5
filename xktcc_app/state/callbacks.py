"""The worklist of callers to be called back, and the work on one entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.callback_params import callback_query
from xktcc_app.domain.paging import Rows, Sort
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.wire import milliseconds
from xktcc_app.services.callback_views import CallbackRow
from xktcc_app.services.errors import FieldErrors
from xktcc_app.state.acting import attempt
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source


async def _find(services: Services, who: Principal, asked: Asked) -> Rows[CallbackRow]:
    return await services.callbacks.search(who, callback_query(asked.params), asked.page)


def _line(_services: Services, row: CallbackRow) -> Line:
    return {
        "id": row.id,
        "version": row.version,
        "state": row.state,
        "number": row.number,
        "name": row.name,
        "elder_id": row.elder_id or 0,
        "sos": row.sos,
        "reason": row.reason,
        "last_ms": milliseconds(row.last_at),
        "missed": row.missed,
        "tried": row.tried,
        "tried_outcome": row.tried_outcome,
        "taken_by": row.taken_by or row.closed_by,
        "taken_ms": milliseconds(row.closed_at or row.taken_at),
        "mine": row.mine,
        "result": row.result,
    }


class CallbacksState(ListQuery, rx.State):
    """``/callbacks``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find, _line, frozenset(), Sort("waiting"))


class CallbackWorkState(rx.State):
    """Work on one entry. ``closing``: the entry whose result is asked for, 0 for none; ``faults`` of that form by field."""

    closing: int = 0
    version: int = 0
    name: str = ""
    faults: dict[str, str] = {}
    error_code: str = ""

    async def _act(self, work: Callable[[Services, Principal], Awaitable[Any]]) -> Any:
        """Do ``work`` and fetch the list anew, whatever came of it: it may be another one by now."""

        async def noting(services: Services, who: Principal) -> None:
            try:
                await work(services, who)
            except FieldErrors as error:
                self.faults = error.faults
                raise

        self.faults, self.error_code = {}, ""
        code = await attempt(self, noting)
        if self.faults:
            return None
        self.error_code = code
        return CallbacksState.load

    @rx.event
    async def take(self, entry: int) -> Any:
        """It is mine to call."""
        return await self._act(lambda services, who: services.callbacks.take(who, entry))

    @rx.event
    async def release(self, entry: int) -> Any:
        """Back to the others."""
        return await self._act(lambda services, who: services.callbacks.release(who, entry))

    @rx.event
    async def call_back(self, entry: int) -> Any:
        """Take it and dial."""
        return await self._act(lambda services, who: services.callbacks.call_back(who, entry))

    @rx.event
    async def ask_result(self, entry: int) -> None:
        """Open the form for the result."""
        self.closing, self.faults, self.error_code = entry, {}, ""

        async def work(services: Services, who: Principal) -> None:
            row = (await services.callbacks.detail(who, entry)).row
            self.version, self.name = row.version, row.name or row.number

        self.error_code = await attempt(self, work)

    @rx.event
    async def close(self) -> None:
        """Put the form away."""
        self.closing = 0

    @rx.event
    async def finish(self, form: dict[str, Any]) -> Any:
        """Done with it: ``result`` and ``remark``."""
        result, remark, entry, version = (
            str(form.get("result", "")),
            str(form.get("remark", "")),
            self.closing,
            self.version,
        )
        again = await self._act(lambda services, who: services.callbacks.finish(who, entry, version, result, remark))
        if not self.faults and not self.error_code:
            self.closing = 0
        return again
