"""Providers, ``/providers``, and service items, ``/service-items``."""

from __future__ import annotations

import reflex as rx

from xktcc_app.components.catalogue_form import catalogue_form
from xktcc_app.components.data_table import Column, RowAction
from xktcc_app.components.dial import dialled_cell
from xktcc_app.components.list_page import ListPage, Tool, list_page
from xktcc_app.components.query_form import coded, typed
from xktcc_app.state.catalogue import CatalogueFormState, ItemsState, ProvidersState

PERMISSION = "catalogue.manage"


def _actions(kind: str) -> tuple[RowAction, ...]:
    def switch(active: bool) -> RowAction:
        return RowAction(
            "catalogue.enable" if active else "catalogue.disable",
            lambda key: CatalogueFormState.set_active(kind, key, active),
            lambda row: row["active"] == ("0" if active else "1"),
        )

    return (RowAction("table.edit", lambda key: CatalogueFormState.edit(kind, key)), switch(False), switch(True))


PROVIDERS = ListPage(
    route="/providers",
    crumbs=("menu.base", "page.providers"),
    permission=PERMISSION,
    state=ProvidersState,
    filters=(
        typed("name", "catalogue.name", main=True),
        coded("active", "catalogue.active", codes="in_use"),
    ),
    columns=(
        Column("name", "catalogue.name", sort="name", look="b m-name"),
        Column("phone", "catalogue.phone", look="m-half", cell=dialled_cell("phone", "provider")),
        Column("org", "catalogue.org_id", look="m-half sec"),
        Column("active", "catalogue.active", kind="code", codes="in_use", look="m-row sec"),
    ),
    actions=_actions("provider"),
    tools=(Tool("table.new", "plus", CatalogueFormState.new("provider"), PERMISSION, first=True),),
    extra=catalogue_form,
)

ITEMS = ListPage(
    route="/service-items",
    crumbs=("menu.base", "page.items"),
    permission=PERMISSION,
    state=ItemsState,
    filters=(
        typed("name", "catalogue.name", main=True),
        coded("category", "catalogue.category", codes="category"),
        coded("active", "catalogue.active", codes="in_use"),
    ),
    columns=(
        Column("name", "catalogue.name", sort="name", look="b m-name"),
        Column("category", "catalogue.category", kind="code", codes="category", look="m-half"),
        Column("unit_price", "catalogue.unit_price", kind="money", sort="unit_price", look="r m-half"),
        Column("unit", "catalogue.unit", look="sec m-hide"),
        Column("active", "catalogue.active", kind="code", codes="in_use", look="m-row sec"),
    ),
    actions=_actions("item"),
    tools=(Tool("table.new", "plus", CatalogueFormState.new("item"), PERMISSION, first=True),),
    extra=catalogue_form,
)


def providers_page() -> rx.Component:
    """The list of providers."""
    return list_page(PROVIDERS)


def items_page() -> rx.Component:
    """The list of service items."""
    return list_page(ITEMS)
