"""The list of calls."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import call_query
from xktcc_app.domain.list_queries import CALL_SORTS, NEWEST_CALLS
from xktcc_app.domain.paging import Rows
from xktcc_app.domain.principal import Principal
from xktcc_app.services.call_views import CallRow
from xktcc_app.state.call_record import list_line
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source


async def _find(services: Services, who: Principal, asked: Asked) -> Rows[CallRow]:
    query = call_query(asked.params, services.settings.zone)
    return await services.call_records.search(who, query, asked.sort, asked.page)


def _line(services: Services, row: CallRow) -> Line:
    return list_line(row, services)


class CallsState(ListQuery, rx.State):
    """``/calls``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find, _line, CALL_SORTS, NEWEST_CALLS)

    @rx.event
    async def changed(self) -> Any:
        """A call was noted or corrected: the list is read again where it is open."""
        return CallsState.load if self.router.url.path == "/calls" else None
