"""The seats: tiles or table, their headings, what stands there instead, and the dialogs that act on one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import chain, does, expression, length, sets, ui
from xktcc_app.components.controls import blank, dialog, since
from xktcc_app.components.icons import icon, state_icon
from xktcc_app.components.layout import may
from xktcc_app.components.listen_panel import MODES
from xktcc_app.components.seat_tile import network_text, seat_row, seat_tile
from xktcc_app.components.text import language, t, word
from xktcc_app.components.wall_summary import STATES, state_count
from xktcc_app.components.wall_vars import ERROR_CODE, GROUPS, LOADED, SEAT_IDS, sheet_seat, wall_seat
from xktcc_app.state.wall import WallState

_COLUMNS = ("number", "name", "org", "state", "since", "party", "answered", "outbound", "network", "actions")
_FIGURES = {"since", "answered", "outbound"}


def may_set() -> rx.vars.BooleanVar:
    """Whether the account may set other seats' states."""
    return may("seats.force_state")


def may_clear() -> rx.vars.BooleanVar:
    """Whether the account may end other seats' calls."""
    return may("seats.force_clear")


def may_listen() -> rx.vars.BooleanVar:
    """Whether the account may listen to other seats' calls."""
    return may("seats.listen")


def _force() -> rx.Var[Any]:
    return chain(WallState.force, lambda seat, action: [seat, action])


def _acting() -> rx.Var[Any]:
    force = _force()
    return does(f"act(e, {force})", force, uses=("act",))


def _heading(*children: Any, table: bool, **props: Any) -> rx.Component:
    """Above a group of seats; inside a table it is a row of one cell, because a table may hold nothing else."""
    if not table:
        return rx.el.div(*children, class_name="grp-h", **props)
    return rx.el.div(rx.el.div(*children, role="cell"), role="row", class_name="grp-h", **props)


def _fold(name: Any, *children: Any) -> rx.Component:
    """The group's name; a click closes the group or opens it again. ``name``: like ``org:3``, see ``arrange.js``."""
    closed = ui("closed")
    is_open = expression(f"!`,${{{closed}}},`.includes(`,${{{name}}},`)", closed, name, kind=bool)
    toggle = rx.el.button(
        icon("down", "i-12"),
        *children,
        type="button",
        class_name="fold",
        on_click=does(f"toggleGroup({name})", name, uses=("toggleGroup",)),
        custom_attrs={"aria-expanded": rx.cond(is_open, "true", "false")},
    )
    return rx.el.h2(toggle)


def _org_heading(group: Any, *, table: bool) -> rx.Component:
    bad = rx.cond(
        group["exceptions"] > 0, rx.el.span(t("group.exceptions", count=group["exceptions"]), class_name="bad")
    )
    return _heading(
        _fold(rx.Var.create("org:") + group["id"].to(str), group["name"]),
        rx.el.span(t("group.online", online=group["online"], total=group["total"])),
        rx.el.span(t("group.talking", count=group["talking"])),
        rx.el.span(t("group.ready", count=group["ready"])),
        bad,
        rx.el.span(class_name="ln"),
        table=table,
        key=group["id"],
        custom_attrs={"data-org": group["id"]},
    )


def _state_heading(code: str, *, table: bool) -> rx.Component:
    name = _fold(rx.Var.create(f"state:{code}"), state_icon(rx.Var.create(code)), t(f"state.{code}"))
    return _heading(
        name,
        rx.el.span(state_count(code)),
        rx.el.span(class_name="ln"),
        table=table,
        custom_attrs={"data-state": code},
    )


def _headings(*, table: bool = False) -> list[Any]:
    organizations = rx.foreach(GROUPS, lambda group: _org_heading(group, table=table))
    return [organizations, *(_state_heading(code, table=table) for code in STATES)]


def _order() -> dict[str, Any]:
    return {"data-group": ui("group"), "data-sort": ui("sort")}


def _each(draw: Any) -> Any:
    lang, state, clear, ear = language(), may_set(), may_clear(), may_listen()
    rights = expression(f"[{state} && 'state', {clear} && 'clear', {ear} && 'listen'].join(' ')", state, clear, ear)
    return rx.foreach(
        SEAT_IDS,
        lambda ident: draw(ident=ident, lang=lang, rights=rights, key=ident),
    )


def _tiles() -> rx.Component:
    return rx.el.div(
        *_headings(), _each(seat_tile), class_name="seats tiles", custom_attrs=_order(), on_click=_acting()
    )


def _table() -> rx.Component:
    head = [
        rx.el.div(t(f"col.{name}"), role="columnheader", class_name="r" if name in _FIGURES else "")
        for name in _COLUMNS
    ]
    body = rx.el.div(
        *_headings(table=True),
        _each(seat_row),
        role="rowgroup",
        class_name="seats",
        custom_attrs=_order(),
        on_click=_acting(),
    )
    table = rx.el.div(rx.el.div(*head, role="row", class_name="tr th"), body, role="table", aria_label=t("page.seats"))
    return rx.el.div(table, class_name="rows")


def _skeleton() -> rx.Component:
    tiles = [
        rx.el.div(class_name="sk", custom_attrs={"style": {"height": "100px", "borderRadius": "6px"}})
        for _ in range(18)
    ]
    return rx.el.div(*tiles, rx.el.span(t("loading"), class_name="sr"), class_name="tiles", role="status")


def _failed() -> rx.Component:
    retry = rx.el.button(t("retry"), type="button", class_name="btn btn-p", on_click=WallState.load)
    reason = rx.el.p(word("error", ERROR_CODE, default="unknown"), class_name="mut")
    return rx.el.div(blank("warn", t("failed.title"), reason, retry), class_name="panel")


def _nobody() -> rx.Component:
    return rx.el.div(
        blank("users", t("empty.none"), rx.el.p(t("empty.none_hint"), class_name="mut")), class_name="panel"
    )


def _filtered() -> rx.Component:
    reset = rx.el.button(
        t("reset"), type="button", class_name="btn", on_click=does("resetFilters()", uses=("resetFilters",))
    )
    return rx.el.div(rx.el.div(blank("search", t("empty.filtered"), reset), class_name="panel sp"), class_name="none")


def seats() -> rx.Component:
    """Tiles or table; a skeleton, an empty word or a failure where there is nothing to show."""
    view = rx.cond(ui("view") == "table", _table(), _tiles())
    here = rx.cond(length(SEAT_IDS) > 0, rx.el.div(_filtered(), view), _nobody())
    return rx.cond(LOADED, here, rx.cond(ERROR_CODE != "", _failed(), _skeleton()))


def ask_dialog() -> rx.Component:
    """Asks before a call is ended."""
    seat = wall_seat(ui("askSeat"), "seat_asked")
    force = _force()
    seat_id, action = ui("askSeat"), ui("askAction")
    confirm = does(f"({force})({seat_id}, {action}); e.currentTarget.closest('dialog').close()", force, seat_id, action)
    cancel = rx.el.button(
        t("cancel"), type="button", class_name="btn", auto_focus=True, custom_attrs={"data-close": ""}
    )
    end = rx.el.button(t("act.clear"), type="button", class_name="btn btn-d", on_click=confirm)
    return dialog(
        rx.el.div(
            rx.el.h2(t("ask.title")),
            rx.el.p(t("ask.text", id=seat_id, name=seat["name"])),
            rx.el.div(cancel, end, class_name="dialog-f"),
            class_name="dialog-b",
        ),
        ident="ask",
        role="alertdialog",
        aria_label=t("ask.title"),
    )


def _sheet_buttons() -> list[Any]:
    def button(action: str, look: str, allowed: Any) -> Any:
        attrs = {"data-act": action, "data-for": ui("sheet"), "data-close": ""}
        return rx.cond(
            allowed, rx.el.button(t(f"act.{action}"), type="button", class_name=f"btn {look}", custom_attrs=attrs)
        )

    plain = [button(action, "", may_set()) for action in ("ready", "busy", "logged_off")]
    listening = [button(mode, "", may_listen() & may(f"seats.{mode}")) for mode in MODES]
    return [*listening, button("clear", "btn-do", may_clear()), *plain]


def seat_sheet() -> rx.Component:
    """What a tile tells and can do, for a finger."""
    seat = sheet_seat()
    lang = language()
    talk = expression(f"[{seat['party']}, {seat['number']}].filter(Boolean).join(' ')", seat["party"])
    rows = [
        rx.cond(
            seat["dir"] != "", rx.fragment(rx.el.dt(t("sheet.party")), rx.el.dd(talk, " · ", word("dir", seat["dir"])))
        ),
        rx.cond(
            seat["reason"] != "", rx.fragment(rx.el.dt(t("sheet.reason")), rx.el.dd(word("reason", seat["reason"])))
        ),
        rx.el.dt(t("net")),
        rx.el.dd(network_text(seat, lang)),
        rx.el.dt(t("sheet.today")),
        rx.el.dd(t("sheet.today_value", answered=seat["answered"], outbound=seat["outbound"])),
    ]
    head = rx.el.div(
        rx.el.span(state_icon(seat["state"]), word("state", seat["state"]), class_name="stx"),
        rx.el.span(seat["name"], class_name="name"),
        rx.el.span(seat["id"], class_name="sec"),
        rx.el.span(class_name="sp"),
        since(seat["since_ms"]),
        rx.el.button(
            icon("close"),
            type="button",
            class_name="btn btn-t btn-ico",
            aria_label=t("close"),
            custom_attrs={"data-close": ""},
        ),
        class_name="row",
    )
    return dialog(
        rx.cond(
            ui("sheet") != "",
            rx.el.div(
                head,
                rx.el.dl(*rows),
                rx.el.div(*_sheet_buttons(), class_name="g"),
                custom_attrs={"data-state": seat["state"]},
            ),
        ),
        ident="sheet",
        class_name="sheet",
        aria_label=t("sheet"),
        on_click=_acting(),
        custom_attrs={"onClose": sets("sheet")},
    )
