"""The audit log and the open deed; and who is online."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.admin_queries import BY_ACCOUNT
from xktcc_app.domain.list_params import audit_query
from xktcc_app.domain.paging import Rows, Sort
from xktcc_app.domain.principal import Principal
from xktcc_app.services.audit_log import AuditRow
from xktcc_app.services.user_views import OnlineRow
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source
from xktcc_app.state.outcome import tried

NEWEST = Sort("at")


async def _find(services: Services, who: Principal, asked: Asked) -> Rows[AuditRow]:
    return await services.audit_log.search(who, audit_query(asked.params, services.settings.zone), asked.page)


def _line(services: Services, row: AuditRow) -> Line:
    fields = dict.fromkeys((*row.before, *row.after))
    return {
        "id": row.seq,
        "at": f"{row.at.astimezone(services.settings.zone):%Y-%m-%d %H:%M:%S}",
        "account": row.account,
        "address": row.address,
        "action": row.action,
        "target": row.target,
        "result": "ok" if row.outcome == "ok" else "failed",
        "outcome": row.outcome,
        "changes": [
            {
                "field": name,
                "before": _told(row.before.get(name), row.after.get(name)),
                "after": _told(row.after.get(name), row.before.get(name)),
            }
            for name in fields
        ],
        "more": [{"field": name, "value": value} for name, value in row.more.items()],
    }


def _told(value: Any, other: Any) -> str:
    """A value; of two lists only what the other has not."""
    if value is None:
        return ""
    if isinstance(value, list):
        beside = other if isinstance(other, list) else []
        return ", ".join(str(one) for one in value if one not in beside)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class AuditState(ListQuery, rx.State):
    """``/audit``. ``deed``: the open one."""

    shown: bool = False
    deed: dict[str, Any] = {}
    changes: list[dict[str, str]] = []
    more: list[dict[str, str]] = []

    @classmethod
    def _source(cls) -> Source:
        return Source(_find, _line, frozenset({"at"}), NEWEST)

    @rx.event
    async def open_deed(self, seq: int) -> None:
        """Show one of the listed deeds whole."""
        found = next((row for row in self.rows if row["id"] == seq), None)
        if found is not None:
            self.shown, self.deed = True, {key: found[key] for key in found if key not in {"changes", "more"}}
            self.changes, self.more = found["changes"], found["more"]

    @rx.event
    async def close(self) -> None:
        """Put it away."""
        self.shown, self.deed, self.changes, self.more = False, {}, [], []


async def _online(services: Services, who: Principal, asked: Asked) -> Rows[OnlineRow]:
    found = await services.users.online(who)
    first = asked.page.offset
    return Rows(tuple(found[first : first + asked.page.size]), len(found), False, asked.page)


def _online_line(services: Services, row: OnlineRow) -> Line:
    zone = services.settings.zone
    return {
        "id": row.account_id,
        "account": row.account,
        "name": row.name,
        "roles": list(row.roles),
        "org": services.organizations.name(row.org_id),
        "since": f"{row.since.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        "seen": f"{row.seen_at.astimezone(zone):%H:%M:%S}",
        "address": row.address,
        "browser": row.browser,
    }


class OnlineState(ListQuery, rx.State):
    """``/sessions``: who is online. ``error_code``: why somebody could not be sent out."""

    error_code: str = ""

    @classmethod
    def _source(cls) -> Source:
        return Source(_online, _online_line, frozenset({"account"}), BY_ACCOUNT)

    @rx.event
    async def force_out(self, account_id: int) -> Any:
        """End the account's session."""
        outcome = await tried(self, lambda services, who: services.accounts.force_out(who, account_id))
        self.error_code = outcome.code
        return OnlineState.load
