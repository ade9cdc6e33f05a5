"""Fields of the administrators' forms: each tells below itself what is wrong with it, and keeps what was typed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.text import t, word


def fault_of(faults: Any, name: str) -> Any:
    """The code of what is wrong with the field; "" for nothing."""
    return expression(f'({faults}["{name}"] ?? "")', faults)


def _told(faults: Any, name: str) -> rx.Component:
    code = fault_of(faults, name)
    text = rx.el.span(word("fault", code, default="bad_value"), id=f"fault-{name}", class_name="fault", role="alert")
    return rx.cond(code != "", text)


def labelled(text: str, name: str, control: rx.Component, faults: Any, *, hint: str = "") -> rx.Component:
    """``control`` under its label, with a hint or what is wrong below it."""
    below = [rx.el.span(t(hint), class_name="hint")] if hint else []
    return rx.el.label(rx.el.span(t(text)), control, *below, _told(faults, name), class_name="af")


def _props(name: str, value: Any, faults: Any) -> dict[str, Any]:
    wrong = fault_of(faults, name) != ""
    attrs = {"aria-invalid": rx.cond(wrong, "true", "false")}
    return {"name": name, "class_name": "inp", "default_value": value, "custom_attrs": attrs, "auto_complete": "off"}


def text_field(text: str, name: str, value: Any, faults: Any, *, hint: str = "", **props: Any) -> rx.Component:
    """A line of text."""
    return labelled(text, name, rx.el.input(**{**_props(name, value, faults), **props}), faults, hint=hint)


def choice_field(text: str, name: str, value: Any, faults: Any, *options: Any, **props: Any) -> rx.Component:
    """One of several."""
    given = {**_props(name, value, faults), **props}
    given.pop("auto_complete")
    return labelled(text, name, rx.el.select(*options, **given), faults)


def tick_field(text: Any, name: str, *, on: Any, **props: Any) -> rx.Component:
    """Yes or no."""
    return rx.el.label(rx.el.input(type="checkbox", name=name, default_checked=on, **props), text, class_name="ck")


def failed(code: Any, uses: Any = None) -> rx.Component:
    """Why it was not done, above the form; ``uses``: what keeps something from being deleted."""
    why = word("error", code, default="unknown")
    if uses is None:
        return rx.cond(code != "", rx.el.p(why, class_name="notice notice-d", role="alert"))
    each = rx.foreach(
        uses,
        lambda use: rx.el.li(word("use", use["what"]), " ", use["count"].to_string(), key=use["what"].to(str)),
    )
    return rx.cond(
        code != "",
        rx.el.div(rx.el.span(why), rx.el.ul(each, class_name="uses"), class_name="notice notice-d", role="alert"),
    )


def done(code: Any) -> rx.Component:
    """What was just done."""
    return rx.cond(code != "", rx.el.p(word("done", code), class_name="notice notice-a", role="status"))
