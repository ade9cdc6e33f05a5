"""What the wall's parts read: each var by itself, because one of the wall's hundreds changes many times a second."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.vars.base import VarData

from xktcc_app.components.browser import expression, imported, keyed_var, picked, ui
from xktcc_app.components.controls import link_down
from xktcc_app.domain.wire import Seat
from xktcc_app.live.client_vars import SEAT_KEY_PREFIX, client_key
from xktcc_app.state.wall import WallState

ALERTS = picked(WallState.alerts)
ATTEMPTS = picked(WallState.attempts)
CENTRE = picked(WallState.centre)
COUNTS = picked(WallState.counts)
ERROR_CODE = picked(WallState.error_code)
GROUPS = picked(WallState.groups)
LAST_EVENT_MS = picked(WallState.last_event_ms)
LISTENERS = picked(WallState.listeners)
LOADED = picked(WallState.loaded)
REWIND_MS = picked(WallState.rewind_ms)
SEAT_IDS = picked(WallState.seat_ids)
STALE = picked(WallState.stale)


def wall_seat(agent_id: Any, name: str = "seat_here") -> Any:
    """The seat of ``agent_id`` in the browser, in the script's constant ``name``. An unknown one reads as an empty object."""
    ident = rx.Var.create(agent_id)
    key = expression(f'("{SEAT_KEY_PREFIX}" + {ident} + "{client_key("")}")', ident)
    return keyed_var(WallState.get_full_name(), key, name, Seat)


def tv_sections() -> Any:
    """The television's sections: ``[{group: id, seats: ids, page, columns, stretch}]``, see ``tv.js``."""
    state, groups, ids = WallState.get_full_name(), client_key("groups"), client_key("seat_ids")
    seat = f'(id) => "{SEAT_KEY_PREFIX}" + id + "{client_key("")}"'
    hook = f'const tv_sections = useSections("{state}", "{groups}", "{ids}", {seat})'
    data = VarData(hooks={hook: None}).merge(imported("useSections"))
    return rx.Var(_js_expr="tv_sections", _var_type=list[dict[str, Any]], _var_data=data).to(list[dict[str, Any]])


def wall_stale() -> Any:
    """Whether what the wall shows may no longer be so."""
    return STALE | link_down()


def in_past() -> Any:
    """Whether the wall is wound back."""
    return REWIND_MS > 0


def sheet_seat() -> Any:
    """The seat whose sheet is open."""
    return wall_seat(ui("sheet"), "seat_of_sheet")
