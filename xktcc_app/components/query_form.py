"""The query form of a list. Its fields are the parameters of the address, so it has no state of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex_base.constants import EventTriggers
from reflex_base.vars.base import VarData
from reflex_components_core.el.elements.forms import Form

from xktcc_app.components.browser import expression, imported, needs
from xktcc_app.components.controls import notice, page_link
from xktcc_app.components.icons import icon
from xktcc_app.components.pagination import address, search
from xktcc_app.components.text import t
from xktcc_app.i18n.catalogue import family
from xktcc_app.state.choices import ChoicesState
from xktcc_app.state.session import SessionState

FORM = "query"


@dataclass(frozen=True)
class Filter:
    """A condition: the catalogue key of its label, and what makes its control. ``main`` ones are there on a phone at once."""

    text: str
    control: Callable[[rx.Var[str]], rx.Component]
    main: bool = False


def _input(name: str, label: Any, **props: Any) -> rx.Component:
    return rx.el.input(name=name, class_name="inp", aria_label=label, auto_complete="off", **props)


def typed(name: str, text: str, *, main: bool = False, hint: str = "query.any_part") -> Filter:
    """Any text."""
    return Filter(text, lambda label: _input(name, label, placeholder=t(hint), max_length=200), main=main)


def coded(name: str, text: str, codes: str) -> Filter:
    """One of the codes that the catalogue's family ``codes`` names."""
    options = [rx.el.option(t(f"{codes}.{code}"), value=code) for code in family(codes)["zh"]]
    return Filter(text, lambda label: _select(name, label, *options))


def chosen(name: str, text: str, options: Any) -> Filter:
    """One of the ``options`` of a state: dicts of ``id`` and ``name``."""
    some = rx.foreach(options, lambda one: rx.el.option(one["name"], value=one["id"], key=one["id"]))
    return Filter(text, lambda label: _select(name, label, some))


def placed(name: str = "community", text: str = "field.community") -> Filter:
    """A place: an organization and all below."""
    return chosen(name, text, ChoicesState.places)


_SPANS: dict[str, dict[str, Any]] = {
    "whole": {"input_mode": "numeric", "max_length": 12, "pattern": "[0-9０-９]+"},
    "yuan": {"input_mode": "decimal", "max_length": 12, "pattern": "[0-9０-９]{1,9}([.．][0-9０-９]{1,2})?"},
    "date": {"type": "date"},
}


def span(low: str, high: str, text: str, kind: Literal["whole", "yuan", "date"] = "whole") -> Filter:
    """From and to, both included. What is no ``kind`` is told at the field (``fault.<kind>``), and nothing is asked."""

    def control(label: rx.Var[str]) -> rx.Component:
        more = _SPANS[kind] | {"custom_attrs": {"data-fault": t(f"fault.{kind}")}}
        first = _input(low, label.to(str) + " " + t("query.from").to(str), **more)
        last = _input(high, label.to(str) + " " + t("query.to").to(str), placeholder=t("query.open"), **more)
        return rx.el.span(first, rx.el.span(t("query.between"), class_name="mut"), last, class_name="fld-2")

    return Filter(text, control)


def ticked(name: str, text: str) -> Filter:
    """Yes or not said."""
    return Filter(
        text,
        lambda label: rx.el.label(
            rx.el.input(type="checkbox", name=name, value="1", aria_label=label), t("query.yes"), class_name="ck"
        ),
    )


def one_elder(only: str, every: str) -> rx.Component:
    """Says that ``elder_id`` of the address lets only one elder's rows through, and leads back to all. Both: catalogue keys."""
    asked = expression(f"/[?&]elder_id=\\d/.test({search()})", search(), kind=bool)
    return rx.cond(asked, notice(t(only), " ", page_link(t(every), to=address(elder_id="")), kind="a"))


def _select(name: str, label: Any, *options: Any) -> rx.Component:
    every = rx.el.option(t("query.all"), value="")
    return rx.el.select(every, *options, name=name, class_name="inp", aria_label=label, default_value="")


class _QueryForm(Form):
    """A form that the page's script reads and fills in."""

    def add_hooks(self) -> Any:
        """Following the address, and the coming of the account and of the choices."""
        known: Any = (rx.Var.create(ChoicesState.count), rx.Var.create(SessionState.ready))
        data = VarData.merge(needs(*known), imported("useQueryForm"))
        return [rx.Var(f'useQueryForm("{FORM}", `${{{known[0]}}} ${{{known[1]}}}`)', _var_data=data)]


def query_form(filters: Sequence[Filter], kept: Sequence[str] = ()) -> rx.Component:
    """The form with its buttons; on a phone only the main conditions until more are asked for. Hidden without any condition.

    ``kept``: parameters without a field here, which stand on the address whatever is asked.
    """
    fields = [_field(one) for one in filters]
    more = rx.el.button(
        icon("filter"), t("query.more"), type="button", class_name="btn only-m query-more", custom_attrs={"data-more-of": FORM}
    )  # fmt: skip
    buttons = rx.el.div(
        *([more] if any(not one.main for one in filters) else []),
        rx.el.button(icon("search"), t("query.go"), type="submit", class_name="btn btn-p"),
        rx.el.button(t("reset"), type="button", class_name="btn", custom_attrs={"data-reset": ""}),
        class_name="query-act",
    )
    form = _QueryForm.create(
        *([*fields, buttons] if fields else []), id=FORM, role="search", aria_label=t("query.label"),
        class_name="panel query" if fields else "", custom_attrs={"data-query": " ".join(kept)} | ({} if fields else {"hidden": True}),
    )  # fmt: skip
    form.event_triggers.pop(EventTriggers.ON_SUBMIT, None)
    return form


def _field(one: Filter) -> rx.Component:
    label = t(one.text)
    attrs = {} if one.main else {"data-more": ""}
    return rx.el.div(rx.el.span(label, aria_hidden="true"), one.control(label), class_name="fld", custom_attrs=attrs)
