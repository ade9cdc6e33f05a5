"""Who is logged in, as the pages need it. Never decides anything: the guard and the services do."""

from __future__ import annotations

import logging
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import services
from xktcc_app.live.connections import FLASH_COOKIE
from xktcc_app.live.live import running
from xktcc_app.services.errors import ServiceError
from xktcc_app.services.flash import Flash

logger = logging.getLogger(__name__)

NOTICES = {"wrong_credentials": "wrong", "account_locked": "locked"}
"""Codes of a refused login that the page knows by another word."""

PASSWORD_FIELDS = {"wrong_credentials": "old", "weak_password": "new", "password_mismatch": "again"}
"""Which field of the change of password a refusal is about; others are about no field."""


class PulseState(rx.State):
    """``now_ms``: the server's clock in UTC milliseconds, once a second while the page's line stands."""

    now_ms: int = 0


class SessionState(rx.State):
    """The account of this tab, filled by ``live``. ``perms`` maps a permission code to True; a missing code is not granted.

    ``menu``: groups and pages as the administrators ordered and named them. ``leave_for`` is a path that the page must go to
    at once with a full navigation, because its session is over or its password has to be changed first.
    """

    ready: bool = False
    name: str = ""
    account: str = ""
    role: str = ""
    perms: dict[str, bool] = {}
    menu: list[dict[str, Any]] = []
    must_change: bool = False
    agent: str = ""
    leave_for: str = ""

    @rx.event
    async def require_login(self) -> None:
        """Fill the vars for a logged-in account; send everybody else to ``/login``."""
        running().greet(self.router.session.session_id, self.router.url.path)


class LoginState(rx.State):
    """Why the visitor is at the login page. ``other_at`` is local time of the configured zone."""

    notice: str = ""
    retry_after_s: int = 0
    other_at: str = ""
    other_address: str = ""
    account: str = ""

    @rx.event
    async def load(self) -> None:
        """Say what was wrong with the form just sent, else why the earlier session ended; a logged-in account goes on."""
        self.reset()
        live, sid = running(), self.router.session.session_id
        if live.principal(sid):
            live.tell_session(sid, {"leave_for": "/"})
            return
        flash = _flash(sid)
        if flash:
            self.notice = NOTICES.get(flash.code, flash.code)
            self.retry_after_s, self.account = flash.retry_after_s, flash.account
            return
        await self._tell_end(sid)

    async def _tell_end(self, sid: str) -> None:
        connection = running().connection(sid)
        if connection is None or connection.secret is None:
            return
        try:
            end = await services().sessions.end_reason(connection.secret)
        except ServiceError as error:
            logger.warning("why a session ended can't be read: %s", error.code)
            return
        if end is None:
            return
        self.notice = end.reason.value
        self.other_at = f"{end.at.astimezone(services().settings.zone):%Y-%m-%d %H:%M:%S}"
        self.other_address = end.other_address or ""


class PasswordState(rx.State):
    """The change of one's own password: what was wrong with the last attempt and in which field, and whether it is demanded."""

    error_code: str = ""
    error_field: str = ""
    forced: bool = False

    @rx.event
    async def load(self) -> None:
        """Say what was wrong with the form just sent."""
        sid = self.router.session.session_id
        principal, flash = running().principal(sid), _flash(sid)
        self.forced = principal is not None and principal.must_change_password
        self.error_code = flash.code if flash else ""
        self.error_field = PASSWORD_FIELDS.get(self.error_code.partition(".")[0], "")


def _flash(sid: str) -> Flash | None:
    connection = running().connection(sid)
    key = connection.cookies.get(FLASH_COOKIE) if connection else None
    return services().flashes.get(key) if key else None
