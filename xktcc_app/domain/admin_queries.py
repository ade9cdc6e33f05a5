"""What the administrators' lists may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xktcc_app.domain.paging import Sort


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """``text`` any part of account, name, agent number or phone id. ``phone``: given, missing (a seat without) or "".

    ``org_id``: it and below. ``active``: yes, no or "". ``online``: only who has a live session.
    """

    text: str = ""
    org_id: int | None = None
    role: str = ""
    active: str = ""
    phone: str = ""
    online: bool = False


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Deeds from ``begin`` to before ``end`` (UTC), by an account, of a kind (a whole code, or its beginning with a dot).

    ``target`` any part of it; ``result``: ok, failed or "".
    """

    begin: datetime | None = None
    end: datetime | None = None
    account: str = ""
    action: str = ""
    target: str = ""
    result: str = ""


BY_ACCOUNT = Sort("account", descending=False)
ACCOUNT_SORTS = ("account", "name", "created_at", "agent_number")
