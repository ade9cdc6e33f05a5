"""The table of a list, and what stands there while nothing is known, when nothing was found and when it failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

from xktcc_app.components.browser import expression, length
from xktcc_app.components.controls import asking, blank, page_link
from xktcc_app.components.icons import icon
from xktcc_app.components.pagination import address, search
from xktcc_app.components.text import t, word

NOTHING = "—"
SKELETON_ROWS = 12


@dataclass(frozen=True)
class Column:
    """A column: the field ``key`` of a row under the catalogue's ``text``.

    ``kind``: ``text``; ``code`` and ``tags`` by the catalogue's family ``codes``; ``money`` in fen. ``sort``: the key that
    ``order`` has in the address. ``look``: classes: ``sec`` paler, ``r`` right, ``m-hide`` not on a phone, ``m-name``
    ``m-row`` ``m-half`` its place in the phone's card. ``cell`` draws it instead.
    """

    key: str
    text: str
    kind: Literal["text", "code", "tags", "money"] = "text"
    codes: str = ""
    sort: str = ""
    look: str = ""
    cell: Callable[[Any], rx.Component] | None = None


@dataclass(frozen=True)
class RowAction:
    """A link at a row's end: calls ``handler(row id)``. ``shown``: whether the row and the account have it.

    ``asks``: the deed that is asked about before it is done, as ``controls.asking`` does; of the row's ``name``.
    """

    text: str
    handler: Any
    shown: Callable[[Any], Any] = lambda _row: True
    asks: str = ""


def money(fen: Any) -> Any:
    """An amount in yuan."""
    return expression(f'("¥ " + (({fen}) / 100).toLocaleString("en", {{ minimumFractionDigits: 2 }}))', fen)


def tags(codes: str, values: Any) -> rx.Component:
    """Codes as tags; the style sheet knows which of them are grave."""

    def tag(code: Any) -> rx.Component:
        return rx.el.span(word(codes, code), key=code, class_name="tag", custom_attrs={"data-kind": code})

    return rx.el.span(rx.foreach(values.to(list[str]), tag), class_name="tags")


def _content(column: Column, row: Any) -> Any:
    value = row[column.key]
    if column.cell is not None:
        return column.cell(row)
    match column.kind:
        case "code":
            return rx.cond(value.to(str) == "", NOTHING, word(column.codes, value))
        case "tags":
            return rx.cond(length(value) == 0, NOTHING, tags(column.codes, value))
        case "money":
            return money(value)
        case "text":
            return rx.cond(value.to(str) == "", NOTHING, value.to(str))


def _head(column: Column, order: Any) -> rx.Component:
    words = t(column.text)
    if not column.sort:
        return rx.el.th(words, class_name=column.look, scope="col")
    up, down = order == column.sort, order == f"-{column.sort}"
    sorted_by = rx.cond(up, "ascending", rx.cond(down, "descending", "none"))
    picture = icon(rx.cond(up, "up", rx.cond(down, "down", "sort")), "i-12")
    to = address(order=rx.cond(down, column.sort, f"-{column.sort}"))
    link = page_link(words, picture, to=to, title=t("table.sort"))
    return rx.el.th(link, class_name=column.look, scope="col", custom_attrs={"aria-sort": sorted_by})


def _actions(row: Any, actions: Sequence[RowAction]) -> rx.Component:
    def button(at: int, action: RowAction) -> rx.Component:
        attrs = {"data-primary": ""} if at == 0 else {}
        done = action.handler(row["id"])
        if action.asks:
            ident = rx.Var.create(f"ask-{action.asks}-") + row["id"].to(str)
            return rx.cond(
                action.shown(row),
                asking(ident, action.text, action.asks, row["name"].to(str), done, look="lnk", attrs=attrs),
            )
        link = rx.el.button(t(action.text), type="button", class_name="lnk", on_click=done, custom_attrs=attrs)
        return rx.cond(action.shown(row), link)

    return rx.el.td(*(button(at, action) for at, action in enumerate(actions)), class_name="m-ops")


def _row(row: Any, at: Any, columns: Sequence[Column], actions: Sequence[RowAction]) -> rx.Component:
    cells = [rx.el.td(_content(column, row), class_name=column.look) for column in columns]
    last = [_actions(row, actions)] if actions else []
    return rx.el.tr(
        *cells,
        *last,
        key=row["id"].to(str),
        tab_index=rx.cond(at == 0, 0, -1),
        custom_attrs={"data-row": row["id"]},
    )


def skeleton_rows() -> rx.Component:
    """Grey lines as high as the rows that will come."""
    lines = [rx.el.div(rx.el.span(class_name="sk"), class_name="sk-row") for _ in range(SKELETON_ROWS)]
    return rx.el.div(
        *lines, rx.el.span(t("loading"), class_name="sr"), role="status", custom_attrs={"data-testid": "skeleton"}
    )


def _nothing() -> rx.Component:
    reset = rx.el.button(t("reset"), type="button", class_name="btn", custom_attrs={"data-reset": ""})
    return blank("search", t("table.none"), rx.el.p(t("table.none_text"), class_name="mut"), reset)


def _failed(state: Any) -> rx.Component:
    why = word("error", state.failure, default="unknown")
    again = rx.el.button(t("retry"), type="button", class_name="btn btn-p", on_click=state.load)
    return rx.el.div(
        blank("warn", t("table.failed"), rx.el.p(why, class_name="mut"), again),
        role="alert",
        custom_attrs={"data-testid": "list-failed"},
    )


def waiting(state: Any) -> Any:
    """``true`` while the list does not yet show what the address asks, for ``aria-busy``."""
    here = search()
    return expression(
        f'({state.busy} || !sameQuery({here}, {state.answered}) ? "true" : "false")',
        state.busy, state.answered, here, uses=("sameQuery",),
    )  # fmt: skip


def data_table(
    state: Any,
    columns: Sequence[Column],
    actions: Sequence[RowAction] = (),
    label: str = "table",
    below: Callable[[Any, int], rx.Component] | None = None,
) -> rx.Component:
    """The rows of the ``ListQuery`` ``state``; ``label`` is the catalogue key of the table's name.

    ``below``: what may stand under a row as a row of its own, from the row and the number of columns.
    """
    heads = [_head(column, state.order) for column in columns]
    if actions:
        heads.append(rx.el.th(t("table.actions"), scope="col"))

    def line(row: Any, at: Any) -> rx.Component:
        drawn = _row(row, at, columns, actions)
        return drawn if below is None else rx.fragment(drawn, below(row, len(heads)), key=row["id"].to(str))

    body = rx.foreach(state.rows, line)
    table = rx.el.div(
        rx.el.table(rx.el.thead(rx.el.tr(*heads)), rx.el.tbody(body), class_name="tbl cards", aria_label=t(label)),
        class_name="tw",
        custom_attrs={"aria-busy": waiting(state), "data-testid": "list"},
    )
    filled = rx.cond(length(state.rows) > 0, table, _nothing())
    return rx.cond(state.failure != "", _failed(state), rx.cond(state.loaded, filled, skeleton_rows()))
