"""What administrators fill in: users, roles, resources, organizations. Each form says what is wrong with itself, by field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from xktcc_app.domain.permissions import DataScope
from xktcc_app.domain.resources import ResourceKind

_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_AGENT = re.compile(r"[0-9]{3,20}")
_PHONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
_ROLE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_RESOURCE = re.compile(r"[a-z][a-z0-9_.]{1,39}")
_ROUTE = re.compile(r"/[A-Za-z0-9/_.?=&%-]{0,199}")
_TOKEN_MAX = 128
NAME_MAX = 64
Faults = dict[str, str]


def tidy(text: str) -> str:
    """Without blanks at the ends and without characters that nobody sees."""
    return "".join(one for one in text if unicodedata.category(one)[0] != "C").strip()


def name_fault(name: str, longest: int = NAME_MAX) -> str | None:
    """What is wrong with a name, or ``None``."""
    if not name:
        return "required"
    return "too_long" if len(name) > longest else None


def _told(pairs: Mapping[str, str | None]) -> Faults:
    return {field: fault for field, fault in pairs.items() if fault}


@dataclass(frozen=True, slots=True)
class UserForm:
    """An account. ``agent_number`` "": it has no seat."""

    account: str
    name: str
    org_id: int | None = None
    roles: tuple[str, ...] = ()
    agent_number: str = ""

    def tidied(self) -> UserForm:
        """As it is stored: the account in lower case, each role once."""
        return UserForm(
            tidy(self.account).casefold(),
            tidy(self.name),
            self.org_id,
            tuple(dict.fromkeys(self.roles)),
            tidy(self.agent_number),
        )

    def faults(self) -> Faults:
        """What is wrong with it by itself."""
        account = "required" if not self.account else None if _ACCOUNT.fullmatch(self.account) else "bad_account"
        agent = "bad_agent" if self.agent_number and not _AGENT.fullmatch(self.agent_number) else None
        return _told({"account": account, "name": name_fault(self.name), "agent_number": agent})


def phone_faults(phone_id: str, token: str, *, has_token: bool) -> Faults:
    """What is wrong with a phone's id and token. ``has_token``: one is stored already, and "" keeps it."""
    if not phone_id:
        return {"phone_id": "required"} if token else {}
    return _told(
        {
            "phone_id": None if _PHONE.fullmatch(phone_id) else "bad_phone",
            "token": _token_fault(token, has_token=has_token),
        }
    )


def _token_fault(token: str, *, has_token: bool) -> str | None:
    if not token:
        return None if has_token else "required"
    if len(token) > _TOKEN_MAX:
        return "too_long"
    return None if token.isascii() and token.isprintable() and " " not in token else "bad_value"


@dataclass(frozen=True, slots=True)
class RoleForm:
    """A role: ``codes`` are permissions and resources that the administrators made."""

    code: str
    name: str
    description: str = ""
    scope: str = DataScope.OWN.value
    codes: frozenset[str] = frozenset()

    def tidied(self) -> RoleForm:
        """As it is stored."""
        return RoleForm(
            tidy(self.code).casefold(), tidy(self.name), tidy(self.description), self.scope, frozenset(self.codes)
        )

    def faults(self) -> Faults:
        """What is wrong with it by itself."""
        code = "required" if not self.code else None if _ROLE.fullmatch(self.code) else "bad_code"
        scope = None if self.scope in {one.value for one in DataScope} else "unknown"
        long = "too_long" if len(self.description) > 200 else None
        return _told({"code": code, "name": name_fault(self.name), "scope": scope, "description": long})


@dataclass(frozen=True, slots=True)
class ResourceForm:
    """A resource of the administrators' own, or what they changed of the program's. ``name`` "": the program's own word."""

    code: str
    name: str
    kind: str = ResourceKind.PAGE.value
    parent: str = ""
    route: str = ""
    sort: int = 0
    shown: bool = True

    def tidied(self) -> ResourceForm:
        """As it is stored."""
        code, name, route = tidy(self.code).casefold(), tidy(self.name), tidy(self.route)
        return ResourceForm(code, name, self.kind, self.parent, route, self.sort, self.shown)

    def faults(self, *, builtin: bool) -> Faults:
        """What is wrong with it by itself. A route leads to a page of this program, never elsewhere."""
        name = "too_long" if len(self.name) > NAME_MAX else None
        sort = None if 0 <= self.sort <= 9999 else "bad_sort"
        if builtin:
            return _told({"name": name, "sort": sort})
        code = "required" if not self.code else None if _RESOURCE.fullmatch(self.code) else "bad_code"
        kind = None if self.kind in {one.value for one in ResourceKind} else "unknown"
        return _told(
            {
                "code": code,
                "name": name or name_fault(self.name),
                "kind": kind,
                "sort": sort,
                "route": self._route_fault(),
            }
        )

    def _route_fault(self) -> str | None:
        if self.kind != ResourceKind.PAGE.value:
            return None if not self.route else "no_route"
        if not self.route:
            return "required"
        return None if _ROUTE.fullmatch(self.route) and not self.route.startswith("//") else "bad_route"


@dataclass(frozen=True, slots=True)
class OrganizationForm:
    """An organization. ``sort``: its place among its siblings."""

    name: str
    kind: str
    parent_id: int | None = None
    sort: int = 0
    active: bool = True

    def tidied(self) -> OrganizationForm:
        """As it is stored."""
        return OrganizationForm(tidy(self.name), self.kind, self.parent_id, self.sort, self.active)

    def faults(self) -> Faults:
        """What is wrong with it by itself."""
        kind = None if self.kind in ORGANIZATION_RANKS else "unknown"
        sort = None if 0 <= self.sort <= 9999 else "bad_sort"
        return _told({"name": name_fault(self.name, 100), "kind": kind, "sort": sort})


ORGANIZATION_RANKS: Mapping[str, int] = {
    "city": 0,
    "district": 1,
    "street": 2,
    "community": 3,
    "station": 4,
    "call_centre": 5,
}
"""The kinds from the top downwards. A call centre may stand below any of them, and below another."""


def fits_below(kind: str, parent_kind: str | None) -> bool:
    """Whether an organization of this kind may stand below the other, ``None``: at the top."""
    if parent_kind is None or kind == "call_centre":
        return True
    return ORGANIZATION_RANKS[kind] > ORGANIZATION_RANKS[parent_kind]
