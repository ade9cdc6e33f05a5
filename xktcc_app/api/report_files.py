"""Reports as files, for who may see them on the page."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xktcc_app.api.accounts import NOT_KEPT, ForAccounts
from xktcc_app.bootstrap import Services
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.principal import Principal
from xktcc_app.i18n.catalogue import LANGUAGES
from xktcc_app.services.report_sheets import Paper, calls_workbook, orders_workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportFiles:
    """The handlers, for these services. They take the parameters of ``/reports``, and ``lang``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def orders(self, request: Request, principal: Principal) -> Response:
        """The report on orders."""
        report = await self._services.reports.asked(principal, request.query_params)
        content = await asyncio.to_thread(orders_workbook, report, self._paper(request, principal, report.org_id))
        return self._file(principal, f"xktcc-orders-{report.year}.xlsx", content)

    async def calls(self, request: Request, principal: Principal) -> Response:
        """The report on calls."""
        report = await self._services.call_reports.asked(principal, request.query_params)
        content = await asyncio.to_thread(calls_workbook, report, self._paper(request, principal, report.org_id))
        return self._file(principal, f"xktcc-calls-{report.period.first}-{report.period.last}.xlsx", content)

    def _paper(self, request: Request, principal: Principal, org_id: int | None) -> Paper:
        texts = LANGUAGES.get(request.query_params.get("lang", ""), LANGUAGES["zh"])
        settings = self._services.settings
        places = {place.id: place.name for place in self._services.organizations.places(principal)}
        place = texts["report.org_all"] if org_id is None else places.get(org_id, "—")
        return Paper(texts, place, settings.zone, settings.time_zone)

    def _file(self, principal: Principal, name: str, content: bytes) -> Response:
        self._services.audit.record(AuditAction.EXPORTED, principal, target=name)
        headers = {**NOT_KEPT, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=_XLSX, headers=headers)


def report_routes(services: Services) -> list[Route]:
    """The routes below ``/api/reports``."""
    guard, files = ForAccounts(services), ReportFiles(services)
    return [
        Route("/api/reports/orders.xlsx", guard(files.orders), methods=["GET"]),
        Route("/api/reports/calls.xlsx", guard(files.calls), methods=["GET"]),
    ]
