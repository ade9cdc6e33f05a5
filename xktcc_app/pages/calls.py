"""Call records, ``/calls``."""

from __future__ import annotations

import reflex as rx

from xktcc_app.components import call_parts
from xktcc_app.components.call_drawer import call_drawer
from xktcc_app.components.data_table import Column, RowAction
from xktcc_app.components.dial import dialled_cell
from xktcc_app.components.list_page import ListPage, list_page
from xktcc_app.components.order_drawer import order_drawer
from xktcc_app.components.query_form import coded, one_elder, placed, span, typed
from xktcc_app.state.call_detail import CallDetailState
from xktcc_app.state.calls import CallsState

CALLS = ListPage(
    route="/calls",
    crumbs=("menu.base", "page.calls"),
    permission="calls.view",
    state=CallsState,
    filters=(
        placed(),
        typed("name", "call_field.elder", main=True),
        typed("number", "call_field.number", main=True),
        coded("status", "call_field.status", codes="call_status"),
        coded("valid", "call_field.valid", codes="validity"),
        coded("direction", "call_field.direction", codes="dir"),
        span("since", "until", "call_field.period", kind="date"),
        typed("agent", "call_filter.agent", hint="call_filter.whole"),
        span("talk_from", "talk_to", "call_field.talk"),
        coded("cleared_by", "call_field.cleared_by", codes="cleared_by"),
    ),
    kept=("elder_id",),
    note=lambda: one_elder("call.only_elder", "order.all_elders"),
    columns=(
        Column("at", "call_field.started_at", sort="started", look="m-half sec num"),
        Column("direction", "call_field.direction", look="m-half", cell=call_parts.direction),
        Column("name", "call_field.name", look="m-name", cell=call_parts.elder),
        Column("number", "call_field.number", look="m-half num", cell=dialled_cell("number", "call")),
        Column("community", "call_field.community", look="sec m-hide"),
        Column("agent", "call_field.agent", look="sec m-half"),
        Column("status", "call_field.status", look="m-half", cell=call_parts.status),
        Column("talk", "call_field.recording", sort="talk", look="m-half", cell=call_parts.recording),
        Column("valid", "call_field.valid", look="m-half", cell=call_parts.validity),
    ),
    actions=(
        RowAction("table.view", CallDetailState.open_call),
        RowAction("table.edit", CallDetailState.open_call, shown=lambda row: row["editable"]),
    ),
    below=call_parts.opened_row,
    export=("calls", "calls.export"),
    extra=lambda: rx.fragment(call_drawer(), order_drawer()),
)


def calls_page() -> rx.Component:
    """The list of calls."""
    return list_page(CALLS)
