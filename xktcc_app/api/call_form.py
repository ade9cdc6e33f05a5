"""The call form's own route: a note is saved while it is typed, and once more when the page is left, which no socket event is."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse

from xktcc_app.api.http import SESSION_COOKIE, same_origin
from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.services.call_form import CallForm
from xktcc_app.services.errors import (
    ChangedMeanwhileError,
    DatabaseBusyError,
    FieldErrors,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
)

MOST_BYTES = 32_768
"""A note of 2,000 signs in UTF-8, with every sign escaped, and the rest."""
_STATUS: dict[type[ServiceError], int] = {
    PermissionDeniedError: 403,
    NotFoundError: 404,
    ChangedMeanwhileError: 409,
    FieldErrors: 422,
    DatabaseBusyError: 503,
}
_PRIVATE = {"Cache-Control": "no-store"}


class CallFormRoute:
    """``GET`` and ``PUT /api/calls/{call}/form``: ``{"note", "category", "valid", "version"}``; ``valid`` true, false or null."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def read(self, request: Request) -> JSONResponse:
        """What is written down."""
        principal = await self._who(request)
        if principal is None:
            return _failed("not_logged_in", 401)
        try:
            form = await self._services.call_form.load(principal, request.path_params["call"])
        except ServiceError as error:
            return _failed(error.code, _STATUS.get(type(error), 400))
        return _told({"note": form.note, "category": form.category, "valid": form.judged, "version": form.version})

    async def write(self, request: Request) -> JSONResponse:
        """Save it; answers the version, or ``{"code"}`` of what was wrong and the version there is."""
        if not same_origin(request, self._services.settings):
            return _failed("forbidden", 403)
        principal = await self._who(request)
        if principal is None:
            return _failed("not_logged_in", 401)
        form = await _read(request)
        if form is None:
            return _failed("bad_value", 422)
        try:
            version = await self._services.call_form.save(principal, request.path_params["call"], form)
        except ChangedMeanwhileError as error:
            return _failed(error.code, 409, version=error.version)
        except ServiceError as error:
            return _failed(error.code, _STATUS.get(type(error), 400))
        return _told({"version": version})

    async def _who(self, request: Request) -> Principal | None:
        secret = request.cookies.get(SESSION_COOKIE, "")
        principal = await self._services.sessions.resolve(secret) if secret else None
        if principal is not None:
            self._services.sessions.touch(secret)
        return principal


async def _read(request: Request) -> CallForm | None:
    """The form in the body, ``None`` when it is none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    try:
        given: Any = orjson.loads(bytes(body))
    except orjson.JSONDecodeError:
        return None
    match given:
        case {"note": str(note), "category": str(category), "valid": bool() | None as valid, "version": int(version)}:
            return CallForm(note, category, valid, version)
        case _:
            return None


def _told(content: dict[str, Any]) -> JSONResponse:
    return JSONResponse(content, headers=_PRIVATE)


def _failed(code: str, status: int, **more: Any) -> JSONResponse:
    return JSONResponse({"code": code, **more}, status_code=status, headers=_PRIVATE)
