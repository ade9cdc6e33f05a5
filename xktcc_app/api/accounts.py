"""Routes for logged-in accounts: who asks, and errors as JSON with their codes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xktcc_app.api.http import SESSION_COOKIE, BadFormError, same_origin
from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import NotFoundError, PermissionDeniedError, ServiceError

Handler = Callable[[Request, Principal], Awaitable[Response]]
NOT_KEPT = {"Cache-Control": "no-store"}


def told(body: object, status: int = 200) -> JSONResponse:
    """A JSON answer that is kept nowhere."""
    return JSONResponse(body, status_code=status, headers=NOT_KEPT)


class ForAccounts:
    """Lets a handler be called by logged-in accounts from our own pages only."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """``handler`` as a route."""

        async def route(request: Request) -> Response:
            if not same_origin(request, self._services.settings):
                return told({"code": "permission_denied"}, 403)
            secret = request.cookies.get(SESSION_COOKIE, "")
            principal = None
            try:
                principal = await self._services.sessions.resolve(secret) if secret else None
                if principal is None:
                    return told({"code": "not_logged_in"}, 401)
                return await handler(request, principal)
            except ServiceError as error:
                if principal is not None and isinstance(error, PermissionDeniedError):
                    self._services.refusals.note(principal, request.url.path, error.code)
                return told({"code": error.code}, _status(error))
            except BadFormError as error:
                return told({"code": "bad_value"}, error.status)

        return route


def _status(error: ServiceError) -> int:
    if isinstance(error, PermissionDeniedError):
        return 403
    return 404 if isinstance(error, NotFoundError) else 400
