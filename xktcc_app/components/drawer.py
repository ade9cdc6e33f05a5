"""The drawer: a panel at the right, below the top bar, so that the call toolbar is never covered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_components_core.el.elements.typography import Div

from xktcc_app.components.browser import expression, imported, sets, ui
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t


class _Drawer(Div):
    """Takes the focus when it opens and gives it back when it closes."""

    drawer_shown: rx.Var[bool]
    drawer_id: rx.Var[str]

    def add_hooks(self) -> list[str | rx.Var[Any]]:
        """Following ``drawer_shown``."""
        data = rx.vars.VarData.merge(self.drawer_shown._get_all_var_data(), imported("useDrawer"))
        return [rx.Var(f"useDrawer({self.drawer_id}, {self.drawer_shown})", _var_data=data)]

    def _exclude_props(self) -> list[str]:
        return ["drawer_shown", "drawer_id"]


def drawer(*content: Any, ident: str, shown: Any, close: Any, label: Any, **props: Any) -> rx.Component:
    """``content`` at the right while ``shown``; a click beside it, Escape and its cross call ``close``."""
    scrim = rx.el.div(class_name="scrim", on_click=close, custom_attrs={"data-leaves": ""})
    panel = rx.el.aside(
        *content, id=ident, role="dialog", aria_label=label, tab_index=-1, class_name="side-drawer", **props
    )
    return _Drawer.create(rx.cond(shown, rx.fragment(scrim, panel)), drawer_shown=shown, drawer_id=ident)


def close_button(close: Any) -> rx.Component:
    """The drawer's cross; Escape presses it."""
    return rx.el.button(
        icon("close"), type="button", class_name="btn btn-t btn-ico", aria_label=t("close"), on_click=close,
        custom_attrs={"data-leaves": "", "data-escape": ""},
    )  # fmt: skip


def tabs(key: str, named: Sequence[tuple[str, Any, rx.Component]]) -> list[rx.Component]:
    """A row of tabs and their panels: code, its words, content. The browser alone knows which one is open (``ui(key)``)."""
    first = named[0][0]
    now = expression(f'({ui(key)} || "{first}")', ui(key))
    heads = [
        rx.el.button(
            words,
            type="button",
            role="tab",
            id=f"{key}-{code}",
            tab_index=rx.cond(now == code, 0, -1),
            on_click=sets(key, code),
            aria_controls=f"{key}-panel",
            custom_attrs={"aria-selected": rx.cond(now == code, "true", "false")},
        )
        for code, words, _ in named
    ]
    panel = rx.el.div(
        rx.match(now, *((code, content) for code, _, content in named[1:]), named[0][2]),
        id=f"{key}-panel",
        role="tabpanel",
        aria_labelledby=expression(f'"{key}-" + {now}', now),
        class_name="drawer-b",
        tab_index=0,
    )
    return [rx.el.div(*heads, role="tablist", class_name="tabs"), panel]


def facts(*pairs: tuple[str, Any], wide: Sequence[tuple[str, Any]] = ()) -> rx.Component:
    """Names and values in two columns; ``wide`` values take a whole line."""
    rows: list[rx.Component] = []
    for text, value in pairs:
        rows += [rx.el.dt(t(text)), rx.el.dd(value)]
    for text, value in wide:
        rows += [rx.el.dt(t(text)), rx.el.dd(value, class_name="w")]
    return rx.el.dl(*rows, class_name="dl")


def section(text: str, *content: Any) -> rx.Component:
    """A part of a panel under its heading."""
    return rx.el.section(rx.el.h3(t(text)), *content, class_name="sect")
