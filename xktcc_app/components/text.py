"""Texts of the page in both languages at once: built in, chosen by the browser, switched without asking the server."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression, ui
from xktcc_app.i18n.catalogue import LANGUAGES, family, pieces


def _language() -> rx.vars.StringVar[str]:
    return ui("lang")


def _template(text: str, values: dict[str, rx.Var[Any]]) -> str:
    if not values:
        return json.dumps(text, ensure_ascii=False)
    written = ""
    for literal, name in pieces(text):
        written += literal.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
        if name is not None:
            written += f"${{{values[name]}}}"
    return f"`{written}`"


def t(key: str, lang: rx.Var[str] | None = None, **values: Any) -> rx.vars.StringVar[str]:
    """The text ``key`` in the visitor's language, ``values`` filled in.

    A component that is drawn hundreds of times gets ``lang`` from its parent, so that it needs no subscription.
    Raises ``KeyError`` for an unknown key or a placeholder without a value.
    """
    language = _language() if lang is None else lang
    filled = {name: rx.Var.create(value) for name, value in values.items()}
    zh, en = (_template(LANGUAGES[code][key], filled) for code in ("zh", "en"))
    return expression(f'({language} === "en" ? {en} : {zh})', language, *filled.values())


def word(prefix: str, code: Any, lang: rx.Var[str] | None = None, default: str = "") -> rx.vars.StringVar[str]:
    """The text of a code: key ``prefix.code``. An unknown code shows the code ``default``'s text, or nothing."""
    language = _language() if lang is None else lang
    texts = family(prefix)
    zh, en = (json.dumps(texts[name], ensure_ascii=False) for name in ("zh", "en"))
    last = json.dumps(default)
    return expression(
        f'((texts) => texts[{code}] ?? texts[{last}] ?? "")({language} === "en" ? {en} : {zh})', language, code
    )


def language() -> rx.vars.StringVar[str]:
    """The visitor's language, ``zh`` or ``en``: to be handed to components that are drawn many times."""
    return _language()
