"""Exports: begin one, ask how far it is, fetch its file, call it off. A job is its account's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from xktcc_app.api.accounts import NOT_KEPT, ForAccounts, told
from xktcc_app.api.http import read_form
from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import Params, call_query, elder_query, order_query
from xktcc_app.domain.principal import Principal
from xktcc_app.i18n.wording import Words, call_words, elder_words, language_of, order_words
from xktcc_app.services.errors import BadValueError, NotFoundError
from xktcc_app.services.exports import ExportJob, Query, Wording

Reader = Callable[[Params, tzinfo], Query]

_KINDS: Mapping[str, tuple[Reader, Callable[[str], Words]]] = {
    "elders": (lambda params, _zone: elder_query(params), elder_words),
    "orders": (order_query, order_words),
    "calls": (call_query, call_words),
}
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Exports:
    """The handlers, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def begin(self, request: Request, principal: Principal) -> Response:
        """``list`` (elders, orders, calls), ``form`` (xlsx, csv), ``lang`` and the page's ``query`` begin an export."""
        form = await read_form(request)
        if form.get("list") not in _KINDS:
            raise BadValueError("list")
        read, words = _KINDS[form["list"]]
        query = read(dict(parse_qsl(form.get("query", ""))), self._services.settings.zone)
        wording = Wording(*words(language_of(form.get("lang", ""))))
        return told(_about(self._services.exports.start(principal, query, wording, form.get("form", ""))), 202)

    async def state(self, request: Request, principal: Principal) -> Response:
        """How far it is."""
        return told(_about(self._job(request, principal)))

    async def file(self, request: Request, principal: Principal) -> Response:
        """The finished file."""
        job = self._job(request, principal)
        if job.state != "done" or not job.path.exists():
            raise NotFoundError("the file is not there")
        day = datetime.now(UTC).astimezone(self._services.settings.zone)
        name = f"xktcc-{day:%Y%m%d-%H%M}{job.path.suffix}"
        return FileResponse(job.path, media_type=_TYPES[job.path.suffix], filename=name, headers=NOT_KEPT)

    async def cancel(self, request: Request, principal: Principal) -> Response:
        """Stop it."""
        self._services.exports.cancel(principal, request.path_params["job"])
        return Response(status_code=204)

    def _job(self, request: Request, principal: Principal) -> ExportJob:
        return self._services.exports.job(principal, request.path_params["job"])


def _about(job: ExportJob) -> dict[str, object]:
    return {"id": job.id, "state": job.state, "rows": job.rows, "limited": job.limited, "code": job.error}


def export_routes(services: Services) -> list[Route]:
    """The routes below ``/api/exports``."""
    guard, exports = ForAccounts(services), Exports(services)
    return [
        Route("/api/exports", guard(exports.begin), methods=["POST"]),
        Route("/api/exports/{job}", guard(exports.state), methods=["GET"]),
        Route("/api/exports/{job}", guard(exports.cancel), methods=["DELETE"]),
        Route("/api/exports/{job}/file", guard(exports.file), methods=["GET"]),
    ]
