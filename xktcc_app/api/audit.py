"""The audit log as a file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from xktcc_app.api.accounts import NOT_KEPT, ForAccounts
from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import audit_query
from xktcc_app.domain.principal import Principal

_HEADERS = {**NOT_KEPT, "Content-Disposition": 'attachment; filename="audit.csv"'}


def audit_routes(services: Services) -> list[Route]:
    """``/api/audit.csv`` with the parameters of the page's address."""

    async def export(request: Request, principal: Principal) -> Response:
        query = audit_query(dict(request.query_params), services.settings.zone)
        pieces = services.audit_log.export(principal, query)
        return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=_HEADERS)

    return [Route("/api/audit.csv", ForAccounts(services)(export), methods=["GET"])]
