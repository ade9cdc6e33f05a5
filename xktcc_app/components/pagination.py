"""The foot of a list: how many there are, page size, page numbers, and a box to jump by. All of them are addresses."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.constants import EventTriggers
from reflex_base.vars.base import VarData

from xktcc_app.components.browser import does, expression, imported
from xktcc_app.components.controls import page_link
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t
from xktcc_app.domain.paging import SIZES


def search() -> rx.vars.StringVar[str]:
    """The query part of the address."""
    data = VarData(hooks={"const search = useSearch()": None}).merge(imported("useSearch"))
    return rx.Var(_js_expr="search", _var_type=str, _var_data=data).to(str)


def address(**changes: Any) -> Any:
    """The address with these parameters changed."""
    here, given = search(), {name: rx.Var.create(value) for name, value in changes.items()}
    pairs = ", ".join(f"{name}: {value}" for name, value in given.items())
    return expression(f"address({here}, {{{pairs}}})", here, *given.values(), uses=("address",))


def grouped(number: Any) -> Any:
    """A count with its thousands apart."""
    return expression(f'({number}).toLocaleString("en")', number)


def _step(state: Any, by: int) -> rx.Component:
    to, text, mark = (
        (state.page_no - 1, "pager.previous", "data-previous")
        if by < 0
        else (state.page_no + 1, "pager.next", "data-next")
    )
    there = state.page_no > 1 if by < 0 else state.page_no < state.page_count
    picture = icon("left" if by < 0 else "right", "i-14")
    link = page_link(picture, to=address(page=to), aria_label=t(text), class_name="pg", custom_attrs={mark: ""})
    none = rx.el.span(picture, class_name="pg", aria_hidden="true", custom_attrs={"data-off": ""})
    return rx.cond(there, link, none)


def _number(number: Any, now: Any) -> rx.Component:
    attrs = {"aria-current": rx.cond(number == now, "page", "false")}
    link = page_link(grouped(number), to=address(page=number), class_name="pg", custom_attrs=attrs)
    return rx.cond(number < 0, rx.el.span("…", class_name="mut"), link)


def _jump(state: Any) -> rx.Component:
    box = rx.el.input(
        name="page", class_name="inp", input_mode="numeric", default_value=state.page_no.to_string(), key=state.page_no, max_length=8,
        aria_label=t("pager.jump"), auto_complete="off",
    )  # fmt: skip
    form = rx.el.form(
        rx.el.span(t("pager.to")), box, rx.el.span(t("pager.page")), class_name="only-d row jump", custom_attrs={"data-jump": ""}
    )  # fmt: skip
    form.event_triggers.pop(EventTriggers.ON_SUBMIT, None)
    return form


def pagination(state: Any) -> rx.Component:
    """The foot of the list whose ``ListQuery`` is ``state``."""
    total = grouped(state.total)
    words = rx.cond(state.capped, t("pager.total_capped", total=total), t("pager.total", total=total))
    sizes = [rx.el.option(t("pager.size", size=size), value=str(size)) for size in SIZES]
    size = rx.el.select(
        *sizes, value=state.page_size.to_string(), class_name="inp only-d", aria_label=t("pager.sizes"),
        on_change=does("goTo(address(location.search, { size: e.target.value }))", uses=("address", "goTo")),
    )  # fmt: skip
    numbers = expression(
        f"pageNumbers({state.page_no}, {state.page_count})", state.page_no, kind=list[int], uses=("pageNumbers",)
    )
    return rx.el.nav(
        rx.el.span(words, class_name="total", role="status"),
        size,
        _step(state, -1),
        rx.foreach(numbers, lambda number: rx.el.span(_number(number, state.page_no), key=number, class_name="pg-n")),
        _step(state, 1),
        _jump(state),
        class_name="pager",
        aria_label=t("pager"),
        custom_attrs={"data-testid": "pager"},
    )
