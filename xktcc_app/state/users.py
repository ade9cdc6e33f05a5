"""The list of users."""

from __future__ import annotations

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.admin_queries import ACCOUNT_SORTS, BY_ACCOUNT, AccountQuery
from xktcc_app.domain.list_params import Params, text_of, whole_of
from xktcc_app.domain.paging import Rows
from xktcc_app.domain.principal import Principal
from xktcc_app.services.user_views import UserRow
from xktcc_app.state.elder_record import moment
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source


def account_query(params: Params) -> AccountQuery:
    """``text org role active`` (yes, no) ``phone`` (given, missing) ``online`` (1)."""
    return AccountQuery(
        text=text_of(params, "text"),
        org_id=whole_of(params, "org"),
        role=text_of(params, "role"),
        active=text_of(params, "active"),
        phone=text_of(params, "phone"),
        online=text_of(params, "online") == "1",
    )


async def _find(services: Services, who: Principal, asked: Asked) -> Rows[UserRow]:
    return await services.users.search(who, account_query(asked.params), asked.sort, asked.page)


def user_line(services: Services, row: UserRow) -> Line:
    """An account as the browser gets it."""
    zone = services.settings.zone
    return {
        "id": row.id,
        "account": row.account,
        "name": row.name,
        "roles": list(row.roles),
        "org": services.organizations.name(row.org_id),
        "org_id": "" if row.org_id is None else str(row.org_id),
        "agent_number": row.agent_number,
        "phone": row.phone,
        "phone_id": row.phone_id,
        "has_token": row.has_token,
        "active": "yes" if row.active else "no",
        "created": moment(row.created_at, zone),
        "online": moment(row.online_since, zone),
        "version": row.version,
    }


class UsersState(ListQuery, rx.State):
    """``/users``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find, user_line, frozenset(ACCOUNT_SORTS), BY_ACCOUNT)
