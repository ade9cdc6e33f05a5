"""The tree of functions as a role has it: what is ticked, partly ticked, changed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from xktcc_app.domain.resources import ResourceKind
from xktcc_app.services.resources import Node

Line = dict[str, Any]


def functions_below(nodes: Sequence[Node], code: str) -> list[str]:
    """The codes that ticking ``code`` ticks: its functions, a page of one's own, or itself."""
    by_code = {node.code: node for node in nodes}
    here = by_code.get(code)
    if here is None:
        return []
    below = [other for node in nodes if node.parent == code for other in functions_below(nodes, node.code)]
    own_page = here.kind == ResourceKind.PAGE.value and not here.builtin
    own = [code] if here.kind == ResourceKind.BUTTON.value or own_page else []
    return own + below


def tick(nodes: Sequence[Node], ticked: Collection[str], code: str) -> set[str]:
    """All below ``code`` ticked; when all were, none of them any more."""
    below = set(functions_below(nodes, code))
    return set(ticked) - below if below <= set(ticked) else set(ticked) | below


def lines_of(nodes: Sequence[Node], ticked: Collection[str], before: Collection[str]) -> list[Line]:
    """A line a group and a page; a page's functions stand beside it. ``state``: all, some, none."""
    lines = []
    for node in nodes:
        if node.kind == ResourceKind.BUTTON.value:
            continue
        below = functions_below(nodes, node.code)
        on = sum(code in ticked for code in below)
        buttons = [
            _button(child, ticked, before)
            for child in nodes
            if child.parent == node.code and child.kind == ResourceKind.BUTTON.value
        ]
        lines.append(
            {
                "code": node.code,
                "kind": node.kind,
                "name": node.name,
                "route": node.route,
                "group": node.code if node.kind == ResourceKind.GROUP.value else node.parent,
                "state": "none" if not on else "all" if on == len(below) else "some",
                "on": on,
                "of": len(below),
                "buttons": buttons,
            }
        )
    return lines


def _button(node: Node, ticked: Collection[str], before: Collection[str]) -> Line:
    return {
        "code": node.code,
        "name": node.name,
        "on": node.code in ticked,
        "changed": (node.code in ticked) != (node.code in before),
        "sensitive": node.sensitive,
    }


def changes(nodes: Sequence[Node], before: Collection[str], ticked: Collection[str]) -> list[Line]:
    """What was ticked (``+``) and unticked (``-``), with the page that each belongs to."""
    by_code = {node.code: node for node in nodes}
    found = []
    for sign, codes in (("+", set(ticked) - set(before)), ("-", set(before) - set(ticked))):
        for node in nodes:
            if node.code in codes:
                page = by_code.get(node.parent)
                found.append(
                    {
                        "sign": sign,
                        "code": node.code,
                        "name": node.name,
                        "page": page.code if page else "",
                        "page_name": page.name if page else "",
                    }
                )
    return found
