"""Providers and service items: their lists and their form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import Params, text_of
from xktcc_app.domain.list_queries import BY_NAME, ITEM_SORTS, PROVIDER_SORTS, CatalogueQuery
from xktcc_app.domain.paging import Rows
from xktcc_app.domain.principal import Principal
from xktcc_app.models.order import Provider, ServiceItem
from xktcc_app.services.errors import FieldErrors
from xktcc_app.state.acting import ask
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source


def _query(params: Params) -> CatalogueQuery:
    return CatalogueQuery(*(text_of(params, name) for name in ("name", "active", "category")))


async def _find_providers(services: Services, who: Principal, asked: Asked) -> Rows[Provider]:
    return await services.catalogue.providers(who, _query(asked.params), asked.sort, asked.page)


async def _find_items(services: Services, who: Principal, asked: Asked) -> Rows[ServiceItem]:
    return await services.catalogue.items(who, _query(asked.params), asked.sort, asked.page)


def _provider_line(services: Services, row: Provider) -> Line:
    org = services.organizations.name(row.org_id)
    return {"id": row.id, "name": row.name, "phone": row.phone, "org": org, "active": "1" if row.active else "0"}


def _item_line(_services: Services, row: ServiceItem) -> Line:
    active = "1" if row.active else "0"
    return {
        "id": row.id,
        "name": row.name,
        "category": row.category,
        "unit": row.unit,
        "unit_price": row.unit_price,
        "active": active,
    }


class ProvidersState(ListQuery, rx.State):
    """``/providers``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find_providers, _provider_line, PROVIDER_SORTS, BY_NAME)


class ItemsState(ListQuery, rx.State):
    """``/service-items``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find_items, _item_line, ITEM_SORTS, BY_NAME)


LISTS = {"provider": ProvidersState, "item": ItemsState}


class CatalogueFormState(rx.State):
    """The form of one entry. ``kind``: "", ``provider`` or ``item``; ``key`` 0 is a new one; ``fields`` as read."""

    kind: str = ""
    key: int = 0
    fields: dict[str, str] = {}
    faults: dict[str, str] = {}
    drawn: int = 0
    error_code: str = ""
    saving: bool = False

    @rx.event
    async def new(self, kind: str) -> None:
        """Begin a new entry."""
        self.reset()
        if kind in LISTS:
            self.kind = kind

    @rx.event
    async def edit(self, kind: str, key: int) -> None:
        """Begin to change an entry."""
        self.reset()
        self.error_code, fields = await ask(
            self.router.session.session_id, lambda services, who: services.catalogue.fields(who, kind, key)
        )
        if fields is not None:
            self.kind, self.key, self.fields = kind, key, fields

    @rx.event
    async def leave(self) -> None:
        """Put the form away."""
        self.reset()

    @rx.event
    async def submit(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store what was typed."""
        kind, key, read = self.kind, self.key, dict(self.fields)
        typed = {name: str(value) for name, value in form.items()}
        self.saving, self.faults = True, {}
        yield
        try:
            self.error_code, stored = await ask(
                self.router.session.session_id,
                lambda services, who: services.catalogue.save(who, kind, key, typed, read),
                passing=(FieldErrors,),
            )
        except FieldErrors as wrong:
            self.faults, stored = wrong.faults, None
        self.saving = False
        if stored is not None:
            self.reset()
            yield LISTS[kind].load

    @rx.event
    async def set_active(self, kind: str, key: int, active: bool) -> Any:
        """Offer an entry for new orders, or no longer."""
        self.error_code, _ = await ask(
            self.router.session.session_id,
            lambda services, who: services.catalogue.set_active(who, kind, key, active=active),
        )
        return LISTS[kind].load if kind in LISTS else None
