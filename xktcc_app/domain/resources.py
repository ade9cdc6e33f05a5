"""The tree of what the program can do: groups, pages and their functions. Names, order and visibility are the administrators'.

A function is a permission and belongs to the page that its code begins with; so a new permission has its place without
being entered anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xktcc_app.domain.permissions import EVERYONE, Permission


class ResourceKind(StrEnum):
    """What a node of the tree is."""

    GROUP = "group"
    PAGE = "page"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Known:
    """A resource as the program knows it; ``sort`` is its place among its siblings."""

    code: str
    kind: ResourceKind
    parent: str | None
    route: str
    sort: int


_PAGES: Mapping[str, Mapping[str, str]] = {
    "base": {
        "elders": "/elders",
        "orders": "/orders",
        "calls": "/calls",
        "callbacks": "/callbacks",
        "seats": "/seats",
        "providers": "/providers",
        "items": "/service-items",
    },
    "work": {"toolbar": "/desk"},
    "system": {
        "users": "/users",
        "roles": "/roles",
        "resources": "/resources",
        "organizations": "/organizations",
        "audit": "/audit",
        "sessions": "/sessions",
    },
    "stats": {"reports": "/reports"},
}
_ELSEWHERE = {"records": "elders", "catalogue": "providers"}
"""Functions whose code begins otherwise than their page's."""
_OTHER = "other"

SENSITIVE = frozenset(
    {
        *(Permission.RECORDS_UNMASK, Permission.SEATS_LISTEN, Permission.SEATS_WHISPER, Permission.SEATS_BARGE),
        *(Permission.SEATS_FORCE_CLEAR, Permission.USERS_MANAGE, Permission.USERS_RESET_PASSWORD),
        *(Permission.USERS_PHONE, Permission.ROLES_MANAGE, Permission.SESSIONS_END, Permission.AUDIT_EXPORT),
    }
)
"""Functions whose every use is in the audit log; the tree marks them."""


def group_code(name: str) -> str:
    """The code of a group."""
    return f"group.{name}"


def page_code(name: str) -> str:
    """The code of a page."""
    return f"page.{name}"


def _page_of(permission: Permission) -> str:
    area = permission.value.partition(".")[0]
    return _ELSEWHERE.get(area, area)


def _known() -> dict[str, Known]:
    pages = dict(_PAGES)
    placed = {page for group in pages.values() for page in group}
    functions = [code for code in Permission if code not in EVERYONE]
    if strays := dict.fromkeys(_page_of(code) for code in functions if _page_of(code) not in placed):
        pages[_OTHER] = dict.fromkeys(strays, "")
    found: dict[str, Known] = {}
    for place, (group, listed) in enumerate(pages.items()):
        found[group_code(group)] = Known(group_code(group), ResourceKind.GROUP, None, "", place)
        for at, (page, route) in enumerate(listed.items()):
            found[page_code(page)] = Known(page_code(page), ResourceKind.PAGE, group_code(group), route, at)
    for at, code in enumerate(functions):
        found[code.value] = Known(code.value, ResourceKind.BUTTON, page_code(_page_of(code)), "", at)
    return found


KNOWN: Mapping[str, Known] = _known()
"""Every resource of the program by its code; parents before their children."""


def is_view(code: str) -> bool:
    """Whether the function opens its page: without it the page's others are of no use."""
    return code.endswith(".view")
