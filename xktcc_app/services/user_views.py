"""Accounts as they leave the server: never a password's hash, never a telephony token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xktcc_app.models.account import Account
from xktcc_app.repositories.account_list import FoundAccount


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account. ``phone``: given, missing (a seat that can't call yet) or none. ``online_since`` UTC, ``None``: not online."""

    id: int
    account: str
    name: str
    roles: tuple[str, ...]
    org_id: int | None
    agent_number: str
    phone: str
    phone_id: str
    has_token: bool
    active: bool
    created_at: datetime
    online_since: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """A live session. Times UTC; ``seen_at`` is exact to half a minute."""

    account_id: int
    account: str
    name: str
    roles: tuple[str, ...]
    org_id: int | None
    since: datetime
    seen_at: datetime
    address: str
    browser: str


def row_of(found: FoundAccount) -> UserRow:
    """A line of the list, and all that the form needs."""
    account = found.account
    return UserRow(
        id=account.id or 0,
        account=account.account,
        name=account.name,
        roles=found.roles,
        org_id=account.org_id,
        agent_number=account.agent_number or "",
        phone=_phone(account),
        phone_id=account.phone_id or "",
        has_token=account.phone_token is not None,
        active=account.active,
        created_at=account.created_at,
        online_since=found.session.created_at if found.session else None,
        version=account.version,
    )


def _phone(account: Account) -> str:
    if account.agent_number is None:
        return "none"
    return "given" if account.phone_id and account.phone_token else "missing"


def online_of(found: FoundAccount) -> OnlineRow | None:
    """A line of who is online; ``None`` when the session has just ended."""
    account, session = found.account, found.session
    if session is None:
        return None
    return OnlineRow(
        account_id=account.id or 0,
        account=account.account,
        name=account.name,
        roles=found.roles,
        org_id=account.org_id,
        since=session.created_at,
        seen_at=session.seen_at,
        address=session.address,
        browser=session.user_agent,
    )
