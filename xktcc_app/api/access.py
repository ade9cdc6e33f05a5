"""Who may call which route: the first look, before any handler. A route that is missing here keeps the program from starting.

Handlers and services look again: at the origin, at the data scope, at what exactly is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xktcc_app.api.http import SESSION_COOKIE, go_to, same_origin
from xktcc_app.bootstrap import Services
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.requirements import Access, Requirement, UndeclaredError, compare, meets
from xktcc_app.services.errors import DatabaseBusyError

_P = Permission
_EXPORTS = frozenset({_P.ELDERS_EXPORT, _P.ORDERS_EXPORT, _P.CALLS_EXPORT})

ROUTES: Mapping[str, Requirement] = {
    "POST /login": Access.PUBLIC,
    "GET /XktCC/login.jsp": Access.PUBLIC,
    "POST /logout": Access.PUBLIC,
    "POST /password": _P.ACCOUNT_OWN,
    "GET /healthz": Access.PUBLIC,
    "GET /readyz": Access.PUBLIC,
    "GET /metrics": Access.PUBLIC,
    "GET /api/recordings/{call}": _P.CALLS_PLAY,
    "GET /api/calls/{call}/form": _P.TOOLBAR_USE,
    "PUT /api/calls/{call}/form": _P.TOOLBAR_USE,
    "POST /api/phone/session": _P.TOOLBAR_USE,
    "POST /api/phone/renewal": _P.TOOLBAR_USE,
    "WS /api/phone/live": _P.TOOLBAR_USE,
    "WS /api/phone/sip": _P.TOOLBAR_USE,
    "WS /api/listen/{agent}": _P.SEATS_LISTEN,
    "POST /api/exports": _EXPORTS,
    "GET /api/exports/{job}": _EXPORTS,
    "DELETE /api/exports/{job}": _EXPORTS,
    "GET /api/exports/{job}/file": _EXPORTS,
    "POST /api/imports": _P.ELDERS_IMPORT,
    "GET /api/imports/template": _P.ELDERS_IMPORT,
    "GET /api/imports/{job}": _P.ELDERS_IMPORT,
    "POST /api/imports/{job}/store": _P.ELDERS_IMPORT,
    "GET /api/reports/orders.xlsx": _P.REPORTS_VIEW,
    "GET /api/reports/calls.xlsx": _P.REPORTS_VIEW,
    "GET /api/audit.csv": _P.AUDIT_EXPORT,
}
"""``/metrics`` and the like hold no personal data; who may reach them is the reverse proxy's affair."""

LOOK_S = 1.0
UNKNOWN = 401
REFUSED = 4403
"""A socket's close: the account may not, or may not any more."""
OVER = 4401
"""A socket's close: its session is over."""
_NOT_KEPT = {"Cache-Control": "no-store"}
_LOGIN = "/login"


def key_of(route: BaseRoute) -> str:
    """Under which name a route stands in ``ROUTES``: its method, or WS for a socket, and its path."""
    if isinstance(route, WebSocketRoute):
        return f"WS {route.path}"
    if isinstance(route, Route):
        return f"{'+'.join(sorted((route.methods or set()) - {'HEAD'}))} {route.path}"
    raise UndeclaredError(f"a route that is neither one nor a socket: {route!r}")


def guarded(routes: Iterable[BaseRoute], services: Services) -> list[BaseRoute]:
    """The routes, each behind what it needs. ``UndeclaredError``."""
    found = {key_of(route): route for route in routes}
    compare("routes", found.keys() - ROUTES.keys(), ())
    for key, route in found.items():
        needs = ROUTES[key]
        if needs is not Access.PUBLIC and isinstance(route, Route | WebSocketRoute):
            route.app = _Guarded(route.app, needs, services)
    return list(found.values())


class _Guarded:
    """Lets through who meets ``needs``; a socket that stands is closed when its account no longer does."""

    def __init__(self, app: ASGIApp, needs: Requirement, services: Services) -> None:
        self._app = app
        self._needs = needs
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        if not same_origin(connection, self._services.settings):
            await _answer(scope, receive, send, "other_site", 403)
            return
        try:
            principal = await self._who(connection)
        except DatabaseBusyError as error:
            await _answer(scope, receive, send, error.code, 503)
            return
        if meets(self._needs, principal):
            await self._pass(connection, scope, receive, send)
        elif principal is None:
            await _answer(scope, receive, send, "not_logged_in", UNKNOWN)
        else:
            self._services.refusals.note(principal, scope["path"])
            await _answer(scope, receive, send, "permission_denied", 403)

    async def _who(self, connection: HTTPConnection) -> Principal | None:
        secret = connection.cookies.get(SESSION_COOKIE, "")
        return await self._services.sessions.resolve(secret) if secret else None

    async def _pass(self, connection: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        secret = connection.cookies.get(SESSION_COOKIE, "")
        lost = asyncio.create_task(self._until_lost(secret))
        try:
            await self._app(scope, _receive_until(lost, receive, send), send)
        finally:
            lost.cancel()

    async def _until_lost(self, secret: str) -> int:
        """Returns the code with which to close: whether it was the session or the right."""
        while meets(self._needs, who := self._services.sessions.known(secret)):  # noqa: ASYNC110 - rights have no event to wait for
            await asyncio.sleep(LOOK_S)
        return OVER if who is None else REFUSED


def _receive_until(lost: asyncio.Task[int], receive: Receive, send: Send) -> Receive:
    """``receive``, until ``lost`` ends: then the socket is closed, and its handler hears that the browser has left."""

    async def receive_or_leave() -> Message:
        message = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((message, lost), return_when=asyncio.FIRST_COMPLETED)
            if message.done():
                return message.result()
            with contextlib.suppress(RuntimeError):  # the handler closes it at the same moment
                await send({"type": "websocket.close", "code": lost.result()})
            return {"type": "websocket.disconnect", "code": lost.result()}
        finally:
            message.cancel()

    return receive_or_leave


async def _answer(scope: Scope, receive: Receive, send: Send, code: str, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": REFUSED})
        return
    await _refusal(scope["path"], code, status)(scope, receive, send)


def _refusal(path: str, code: str, status: int) -> Response:
    """JSON for scripts; a page's form of a visitor leads to the login page."""
    if status == UNKNOWN and not path.startswith("/api/"):
        return go_to(_LOGIN)
    return JSONResponse({"code": code}, status_code=status, headers=_NOT_KEPT)
