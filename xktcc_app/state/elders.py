"""The list of elders."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import elder_query
from xktcc_app.domain.list_queries import ELDER_SORTS, NEWEST_ELDERS
from xktcc_app.domain.paging import Rows
from xktcc_app.domain.principal import Principal
from xktcc_app.services.elder_views import ElderRow
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source


async def _find(services: Services, who: Principal, asked: Asked) -> Rows[ElderRow]:
    return await services.elders.search(who, elder_query(asked.params), asked.sort, asked.page)


def _line(services: Services, row: ElderRow) -> Line:
    return {
        "id": row.id,
        "number": row.number,
        "name": row.name,
        "gender": row.gender,
        "age": "" if row.age < 0 else str(row.age),
        "phone": row.phone,
        "types": list(row.types),
        "self_care": row.self_care,
        "care_level": row.care_level,
        "care_mode": row.care_mode,
        "community": row.community or services.organizations.name(row.org_id),
    }


class EldersState(ListQuery, rx.State):
    """``/elders``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find, _line, ELDER_SORTS, NEWEST_ELDERS)

    @rx.event
    async def changed(self) -> Any:
        """A record was changed: the list is read again where it is open."""
        return EldersState.load if self.router.url.path == "/elders" else None
