"""Which part of the records an account sees: one place that says it, for lists and single records alike."""

from __future__ import annotations

from dataclasses import dataclass

from xktcc_app.domain.permissions import DataScope
from xktcc_app.domain.principal import Principal


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be seen. ``node``: records of this organization (or of what it serves) and below, ``None``: of all.

    ``agent`` and ``account_id``: besides, only this agent's calls and only orders made by this account. ``nothing``: no record.
    """

    node: int | None = None
    agent: str | None = None
    account_id: int | None = None
    nothing: bool = False


EVERYTHING = Scope()
"""For the program itself: imports, rebuilding, reports' rollups."""


def scope_of(principal: Principal) -> Scope:
    """The scope of an account.

    ``OWN`` means its own calls and orders. Elders are nobody's own, and an agent must find whoever calls: for them it
    means the organization of the account and below, like ``BRANCH``.
    """
    if principal.scope is DataScope.ALL:
        return EVERYTHING
    if principal.org_id is None:
        return Scope(nothing=True)
    if principal.scope is DataScope.BRANCH:
        return Scope(node=principal.org_id)
    return Scope(node=principal.org_id, agent=principal.agent or "", account_id=principal.account_id)
