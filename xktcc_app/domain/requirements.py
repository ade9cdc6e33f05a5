"""What a handler, a route, a socket or a service needs of who calls it; each of them declares it, or the program does not start."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal


class Access(Enum):
    """Requirements that are not a permission. ``INTERNAL``: only as a step that the server itself added; ``NEVER``: not at all."""

    PUBLIC = auto()
    LOGGED_IN = auto()
    INTERNAL = auto()
    NEVER = auto()


Requirement = Access | Permission | frozenset[Permission]
"""A set of permissions is met by any one of them: which one it is depends on what is asked, and the service looks again."""


class UndeclaredError(Exception):
    """Something can be called whose access nobody declared, or the other way round; the program must not start."""


def meets(requirement: Requirement, principal: Principal | None, *, chained: bool = False) -> bool:
    """Whether ``principal`` (``None``: a visitor) may. ``chained``: the server itself asked for it."""
    if isinstance(requirement, Permission):
        return principal is not None and principal.may(requirement)
    if isinstance(requirement, frozenset):
        return principal is not None and any(map(principal.may, requirement))
    if requirement is Access.LOGGED_IN:
        return principal is not None
    return requirement is Access.PUBLIC or (chained and requirement is Access.INTERNAL)


def compare(what: str, present: Iterable[str], declared: Iterable[str]) -> None:
    """``UndeclaredError`` unless what can be called and what is declared are the same."""
    there, told = set(present), set(declared)
    if undeclared := sorted(there - told):
        raise UndeclaredError(f"{what} without a declared access: {', '.join(undeclared)}")
    if missing := sorted(told - there):
        raise UndeclaredError(f"access declared for {what} that do not exist: {', '.join(missing)}")
