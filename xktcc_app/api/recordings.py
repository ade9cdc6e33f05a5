"""``GET /api/recordings/{call}``: the recording of a call, for a player (by parts) or as a download (``?download=1``).

401 without a session, 403 without permission or from another site's page, 404 for a call that is not there, not in scope,
or has no recording (yet), 410 for one that is gone, 416 for a part behind the end. The body of a refusal is
``{"error": code}``; for a recording that can't be played with its ``state``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xktcc_app.api.byte_range import Part, UnsatisfiableRangeError, asked_part
from xktcc_app.api.guarded_file import GuardedFile
from xktcc_app.api.http import SESSION_COOKIE, client_address, same_origin
from xktcc_app.bootstrap import Services
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.recordings import FileState
from xktcc_app.services.errors import (
    DatabaseBusyError,
    NotFoundError,
    PermissionDeniedError,
    RecordingNotPlayableError,
    ServiceError,
)
from xktcc_app.services.recordings import Playable
from xktcc_app.services.sessions import SessionService

_NOT_KEPT = {"Cache-Control": "private, no-store"}
_GONE = frozenset({FileState.EXPIRED.value, FileState.MISSING.value, FileState.BROKEN.value})
_STATUS: dict[type[ServiceError], int] = {PermissionDeniedError: 403, NotFoundError: 404, DatabaseBusyError: 503}
LONGEST_ID = 200


class Recordings:
    """The handlers, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def play(self, request: Request) -> Response:
        """See the module."""
        if not same_origin(request, self._services.settings):
            return _refusal(403, "other_site")
        secret = request.cookies.get(SESSION_COOKIE, "")
        try:
            principal = await self._services.sessions.resolve(secret) if secret else None
            if principal is None:
                return _refusal(401, "no_session")
            return await self._play(request, principal, secret)
        except RecordingNotPlayableError as error:
            status = 410 if error.state in _GONE else 404
            return _refusal(status, error.code, state=error.state)
        except ServiceError as error:
            return _refusal(next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500), error.code)

    async def _play(self, request: Request, principal: Principal, secret: str) -> Response:
        download = request.query_params.get("download") == "1"
        call_id = request.path_params["call"]
        if len(call_id) > LONGEST_ID or "\x00" in call_id:
            raise NotFoundError("no such call")
        playable = await self._services.recordings.open(principal, call_id, download=download)
        if await asyncio.to_thread(_size_of, playable) != playable.size:
            raise RecordingNotPlayableError(FileState.MISSING.value)  # gone or altered since it was kept
        headers = _headers(playable, download=download)
        try:
            part = asked_part(_range_of(request, playable), playable.size)
        except UnsatisfiableRangeError:
            return Response(None, 416, {**_NOT_KEPT, "Content-Range": f"bytes */{playable.size}"})
        if request.method == "GET":
            self._services.sessions.touch(secret)
            address = client_address(request, self._services.settings)
            self._services.recordings.heard(principal, call_id, address, download=download)
        if part is not None:
            headers["Content-Range"] = part.content_range(playable.size)
        guard = _SessionGuard(self._services.sessions, principal.session_id, secret)
        whole = part or Part(0, playable.size)
        return GuardedFile(playable.path, whole, 200 if part is None else 206, headers, guard)


@dataclass(frozen=True, slots=True)
class _SessionGuard:
    """A ``Guard``: for as long as the session lives and may play recordings."""

    sessions: SessionService
    session_id: str
    secret: str

    def allowed(self) -> bool:
        principal = self.sessions.known(self.secret)
        return principal is not None and principal.may(Permission.CALLS_PLAY)

    def on_change(self, tell: Callable[[], None]) -> Callable[[], None]:
        return self.sessions.on_ended(lambda session_id, _reason: tell() if session_id == self.session_id else None)


def _headers(playable: Playable, *, download: bool) -> dict[str, str]:
    kind = "attachment" if download else "inline"
    return {
        **_NOT_KEPT,
        "Content-Type": "audio/wav",
        "Accept-Ranges": "bytes",
        "ETag": f'"{playable.tag}"',
        "Content-Disposition": f'{kind}; filename="{playable.file_name}"',
        "X-Content-Type-Options": "nosniff",
    }


def _range_of(request: Request, playable: Playable) -> str | None:
    """The ``Range`` header, unless ``If-Range`` names another version of the file (RFC 9110, 13.1.5)."""
    condition = request.headers.get("if-range")
    if condition is not None and condition != f'"{playable.tag}"':
        return None
    return request.headers.get("range")


def _size_of(playable: Playable) -> int | None:
    try:
        return playable.path.stat().st_size
    except OSError:
        return None


def _refusal(status: int, code: str, **more: str) -> Response:
    return JSONResponse({"error": code, **more}, status_code=status, headers=_NOT_KEPT)
