"""Elders, ``/elders``."""

from __future__ import annotations

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.data_table import Column, RowAction
from xktcc_app.components.dial import dialled_cell
from xktcc_app.components.import_dialog import IDENT as IMPORT
from xktcc_app.components.import_dialog import import_dialog
from xktcc_app.components.list_page import ListPage, Tool, list_page
from xktcc_app.components.query_form import coded, placed, span, typed
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_form import ElderFormState
from xktcc_app.state.elders import EldersState

ELDERS = ListPage(
    route="/elders",
    crumbs=("menu.base", "page.elders"),
    permission="elders.view",
    state=EldersState,
    filters=(
        typed("name", "field.name", main=True, hint="query.name"),
        typed("phone", "field.phone", main=True),
        coded("gender", "field.gender", codes="gender"),
        coded("types", "field.types", codes="elder"),
        placed(),
        coded("care_level", "field.care_level", codes="care_level"),
        span("youngest", "oldest", "field.age"),
    ),
    columns=(
        Column("number", "field.number", sort="number", look="sec m-hide"),
        Column("name", "field.name", sort="name", look="b m-name"),
        Column("gender", "field.gender", kind="code", codes="gender", look="sec"),
        Column("age", "field.age", sort="birth_date", look="r sec m-years"),
        Column("phone", "field.main_phone", look="m-half", cell=dialled_cell("phone", "phone")),
        Column("community", "field.community", look="m-half sec"),
        Column("types", "field.types", kind="tags", codes="elder", look="m-row"),
        Column("self_care", "field.self_care", kind="code", codes="self_care", look="m-hide"),
        Column("care_level", "field.care_level", kind="code", codes="care_level", look="m-hide"),
        Column("care_mode", "field.care_mode", kind="code", codes="care_mode", look="m-hide"),
    ),
    actions=(
        RowAction("table.view", ElderDetailState.open_elder),
        RowAction("table.edit", ElderFormState.edit_elder, lambda _row: may("elders.edit")),
    ),
    tools=(
        Tool("table.new", "plus", ElderFormState.new_elder(""), "elders.edit", first=True),
        Tool("import", "upload", None, "elders.import", opens=IMPORT),
    ),
    toggles=(("archived", "query.archived"),),
    export=("elders", "elders.export"),
    extra=import_dialog,
)


def elders_page() -> rx.Component:
    """The list of elders."""
    return list_page(ELDERS)
