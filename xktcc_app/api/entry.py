"""The forms of coming in and going out: login, logout, change of password. Each answers 303; errors go by the flash cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from math import ceil

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from xktcc_app.api.http import (
    FLASH_COOKIE,
    FLASH_S,
    SESSION_COOKIE,
    BadFormError,
    client_address,
    drop_cookie,
    go_to,
    read_form,
    same_origin,
    set_cookie,
)
from xktcc_app.bootstrap import Services
from xktcc_app.services.errors import AccountLockedError, PasswordMismatchError, ServiceError
from xktcc_app.services.flash import Flash

HOME = "/"
LOGIN = "/login"
PASSWORD = "/password"  # noqa: S105 -- a route
Handler = Callable[[Request, dict[str, str]], Awaitable[Response]]


class Entry:
    """The handlers, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._settings = services.settings

    async def login(self, request: Request) -> Response:
        """``account`` and ``password``: to ``/`` with a session, or back to ``/login`` with what was wrong."""
        return await self._with_form(request, self._login)

    async def logout(self, request: Request) -> Response:
        """End the session; with ``everywhere=1`` every session of the account."""
        return await self._with_form(request, self._logout)

    async def password(self, request: Request) -> Response:
        """``old``, ``new`` and ``again``: to ``/``, or back to ``/password`` with what was wrong."""
        return await self._with_form(request, self._password)

    async def old_login(self, _request: Request) -> Response:
        """Bookmarks of the system before this one."""
        return RedirectResponse(LOGIN, status_code=301)

    async def _with_form(self, request: Request, handler: Handler) -> Response:
        if not same_origin(request, self._settings):
            return PlainTextResponse("forbidden: this form was sent from another site", status_code=403)
        try:
            form = await read_form(request)
        except BadFormError as error:
            return PlainTextResponse("not a form of this site", status_code=error.status)
        return await handler(request, form)

    async def _login(self, request: Request, form: dict[str, str]) -> Response:
        account = form.get("account", "")
        try:
            result = await self._services.sessions.login(
                account,
                form.get("password", ""),
                client_address(request, self._settings),
                request.headers.get("user-agent", ""),
            )
        except ServiceError as error:
            return self._back(LOGIN, error, account[:64])
        response = self._forward(request)
        set_cookie(response, SESSION_COOKIE, result.secret, self._settings, result.max_age_s)
        return response

    async def _logout(self, request: Request, form: dict[str, str]) -> Response:
        secret = request.cookies.get(SESSION_COOKIE, "")
        sessions = self._services.sessions
        principal = await sessions.resolve(secret) if secret else None
        if principal is not None and form.get("everywhere") == "1":
            await sessions.logout_everywhere(principal)
        elif principal is not None:
            await sessions.logout(secret)
        # the cookie stays: by it the login page tells how the session ended
        return go_to(LOGIN)

    async def _password(self, request: Request, form: dict[str, str]) -> Response:
        secret = request.cookies.get(SESSION_COOKIE, "")
        principal = await self._services.sessions.resolve(secret) if secret else None
        if principal is None:
            return go_to(LOGIN)
        self._services.sessions.touch(secret)
        new = form.get("new", "")
        try:
            if new != form.get("again", new):
                raise PasswordMismatchError("the new password was typed differently")
            address = client_address(request, self._settings)
            await self._services.sessions.change_password(principal, form.get("old", ""), new, address)
        except ServiceError as error:
            return self._back(PASSWORD, error)
        return self._forward(request)

    def _back(self, path: str, error: ServiceError, account: str = "") -> Response:
        flash = Flash(error.code, _retry_after_s(error), account)
        response = go_to(path)
        set_cookie(response, FLASH_COOKIE, self._services.flashes.put(flash), self._settings, FLASH_S)
        return response

    def _forward(self, request: Request) -> RedirectResponse:
        response = go_to(HOME)
        shown = request.cookies.get(FLASH_COOKIE)
        if shown is not None:
            self._services.flashes.drop(shown)
            drop_cookie(response, FLASH_COOKIE, self._settings)
        return response


def _retry_after_s(error: ServiceError) -> int:
    if isinstance(error, AccountLockedError):
        return max(ceil((error.until - datetime.now(UTC)).total_seconds()), 1)
    return ceil(getattr(error, "retry_after_s", 0))
