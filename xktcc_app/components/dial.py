"""A telephone number that is called by a click, for every place where one is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from xktcc_app.components.data_table import NOTHING
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t
from xktcc_app.components.toolbar_call import blocked
from xktcc_app.state.dialling import DialState
from xktcc_app.state.toolbar import ToolbarState

_state: Any = ToolbarState.seat["state"]


def dial(shown: Any, line: str, ident: Any, index: Any = 0) -> rx.Component:
    """``shown`` (masked) as a button that calls it. ``line``: a ``services.dialling.Line``; ``ident``: the record's id.

    Plain text for accounts without a phone; disabled while the own seat can't dial.
    """
    free = (_state == "ready") | (_state == "busy")
    button = rx.el.button(
        icon("st-talking", "i-14"), shown, type="button", class_name="lnk pp-ph", title=t("bar.dial"), disabled=blocked() | ~free,
        on_click=DialState.dial(line, ident, index).stop_propagation,
    )  # fmt: skip
    return rx.cond(ToolbarState.provisioned, button, rx.el.span(shown, class_name="num"))


def dialled_cell(field: str, line: str) -> Callable[[Any], rx.Component]:
    """The cell of a list whose row holds the number ``field`` of its record; nothing where there is none."""

    def cell(row: Any) -> rx.Component:
        number = row[field].to(str)
        return rx.cond(number == "", NOTHING, dial(number, line, row["id"]))

    return cell
