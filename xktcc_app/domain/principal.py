"""Who asks: the account behind a session, with what it may do and whose data it sees."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.types import AgentId
from xktcc_app.domain.permissions import EVERYONE, DataScope, Permission


@dataclass(frozen=True, slots=True)
class Principal:
    """An account in a live session. ``session_id`` is the session's row, never the secret of its cookie.

    ``org_ids`` are the organizations whose data it may see, ``None`` for all; ``org_id`` is its own.
    ``agent`` is set when the account has an agent number, with a phone or without. ``address``: from where the session
    came. ``extra``: codes of resources that the administrators made themselves and gave to a role.
    """

    account_id: int
    account: str
    name: str
    role_names: tuple[str, ...]
    permissions: frozenset[Permission]
    scope: DataScope
    org_id: int | None
    org_ids: frozenset[int] | None
    session_id: str
    must_change_password: bool
    agent: AgentId | None
    address: str = ""
    extra: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the account may do this now; until the temporary password is changed only its own account is open."""
        if self.must_change_password:
            return permission in EVERYONE
        return permission in self.permissions or permission in EVERYONE

    def sees(self, org_id: int | None, agent: AgentId | None = None) -> bool:
        """Whether data of this organization (and agent) lies within the account's scope."""
        if self.scope is DataScope.ALL or self.org_ids is None:
            return True
        if self.scope is DataScope.OWN:
            return agent is not None and agent == self.agent
        return org_id in self.org_ids

    def oversees(self, org_id: int | None) -> bool:
        """Whether an administrator may manage what belongs to this organization (``None``: to none). ``OWN`` manages nothing."""
        if self.scope is DataScope.ALL:
            return True
        return self.scope is DataScope.BRANCH and self.org_ids is not None and org_id in self.org_ids
