"""Imports: take a file, tell what is in it, store it. A job is its account's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from xktcc_app.api.accounts import NOT_KEPT, ForAccounts, told
from xktcc_app.api.http import BadFormError
from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.i18n.wording import elder_words, language_of
from xktcc_app.services.exports import Wording
from xktcc_app.services.import_jobs import ImportJob
from xktcc_app.services.imports import FIELDS
from xktcc_app.services.tables import write_xlsx

MAX_BYTES = 64 * 1024 * 1024
"""Of an uploaded file: 100,000 rows of everything take a third of it."""
_PIECE = 1024 * 1024
_TOLD = 200
"""Bad rows that are told to the browser one by one."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Imports:
    """The handlers, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def begin(self, request: Request, principal: Principal) -> Response:
        """The body is the file. 413 when it is too large."""
        jobs = self._services.import_jobs
        path = jobs.place(principal)
        await _receive(request, path)
        wording = Wording(*elder_words(language_of(request.query_params.get("lang", ""))))
        return told(_about(jobs.begin(principal, path, wording)), 202)

    async def state(self, request: Request, principal: Principal) -> Response:
        """How far it is, and what was found."""
        return told(_about(self._services.import_jobs.job(principal, request.path_params["job"])))

    async def store(self, request: Request, principal: Principal) -> Response:
        """Store the good rows."""
        return told(_about(self._services.import_jobs.store(principal, request.path_params["job"])), 202)

    async def template(self, request: Request, principal: Principal) -> Response:
        """An empty table with the heads that are understood."""
        language = language_of(request.query_params.get("lang", ""))
        heads, _ = elder_words(language)
        path = self._services.import_jobs.place(principal).with_suffix(".xlsx")
        await asyncio.to_thread(write_xlsx, path, [heads.get(name, name) for name in FIELDS], [])
        return FileResponse(path, media_type=_XLSX, filename="xktcc-elders.xlsx", headers=NOT_KEPT)


async def _receive(request: Request, path: Path) -> None:
    """Write the body to ``path``. ``BadFormError`` when it is too much; what was written then goes."""
    try:
        await _write(request, path)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


async def _write(request: Request, path: Path) -> None:
    received, waiting = 0, bytearray()
    async for chunk in request.stream():
        received += len(chunk)
        if received > MAX_BYTES:
            raise BadFormError(413)
        waiting += chunk
        if len(waiting) >= _PIECE:
            await asyncio.to_thread(_append, path, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(_append, path, bytes(waiting))


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def _about(job: ImportJob) -> dict[str, object]:
    report = job.report
    rows = [{"row": bad.row, "faults": [list(pair) for pair in bad.faults.items()]} for bad in report.told[:_TOLD]]
    return {
        "id": job.id,
        "state": job.state.value,
        "rows": job.rows,
        "good": report.good,
        "bad": report.bad,
        "told": rows,
        "code": job.code,
        "reason": job.reason,
    }


def import_routes(services: Services) -> list[Route]:
    """The routes below ``/api/imports``."""
    guard, imports = ForAccounts(services), Imports(services)
    return [
        Route("/api/imports", guard(imports.begin), methods=["POST"]),
        Route("/api/imports/template", guard(imports.template), methods=["GET"]),
        Route("/api/imports/{job}", guard(imports.state), methods=["GET"]),
        Route("/api/imports/{job}/store", guard(imports.store), methods=["POST"]),
    ]
