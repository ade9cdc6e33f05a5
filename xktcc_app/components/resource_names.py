"""What a resource is called: as the administrators named it, else by the program's own word."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.text import language, word
from xktcc_app.i18n.catalogue import family


def resource_name(code: Any, name: Any) -> rx.vars.StringVar[str]:
    """The name of the resource ``code``, which the administrators called ``name`` ("" if they did not)."""
    own = word("resource", code)
    return expression(f"(({name}) || ({own}) || ({code}))", name, own, code)


def found_in(find: Any, line: Any) -> Any:
    """Whether what was typed is in the names or the route of a line of the role's tree, or in those of its functions."""
    lang, texts = language(), family("resource")
    zh, en = (json.dumps(texts[name], ensure_ascii=False) for name in ("zh", "en"))
    texts_of = f'({lang} === "en" ? {en} : {zh})'
    lines = f"[{line}, ...({line}.buttons ?? [])]"
    named = f"((texts) => {lines}.map((one) => one.name || texts[one.code] || one.code))({texts_of})"
    return expression(
        f"({find} === '' || [{line}.route, ...{named}].join(' ').toLowerCase().includes({find}.toLowerCase()))",
        find,
        line,
        lang,
        kind=bool,
    )
