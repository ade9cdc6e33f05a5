"""What operators and their tools ask: is it alive, may it serve, and its figures."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from xktcc_app.api.metrics import CONTENT_TYPE, Metrics
from xktcc_app.bootstrap import Services

_NOT_KEPT = {"Cache-Control": "no-store"}


class Operations:
    """The handlers, for these services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._metrics = Metrics(services)

    async def healthz(self, _request: Request) -> Response:
        """The process lives and its event loop turns."""
        return PlainTextResponse("alive\n", headers=_NOT_KEPT)

    async def readyz(self, _request: Request) -> Response:
        """200 when all parts are ready, else 503; each named, with a remedy when it is not."""
        parts = await self._services.health.parts()
        ready = all(part.ready for part in parts)
        body = {
            "ready": ready,
            "parts": {part.name: {"ready": part.ready, "remedy": part.remedy} for part in parts},
            "records_waiting": self._services.records.depth,
        }
        return JSONResponse(body, status_code=200 if ready else 503, headers=_NOT_KEPT)

    async def metrics(self, _request: Request) -> Response:
        """The figures for Prometheus."""
        return Response(self._metrics.render(), media_type=CONTENT_TYPE, headers=_NOT_KEPT)
