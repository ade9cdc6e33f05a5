"""Every route that is not a page."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route, WebSocketRoute

from xktcc_app.api.access import guarded
from xktcc_app.api.audit import audit_routes
from xktcc_app.api.call_form import CallFormRoute
from xktcc_app.api.entry import Entry
from xktcc_app.api.exports import export_routes
from xktcc_app.api.imports import import_routes
from xktcc_app.api.listen import ListenSocket
from xktcc_app.api.operations import Operations
from xktcc_app.api.phone import PhoneRoutes
from xktcc_app.api.recordings import Recordings
from xktcc_app.api.report_files import report_routes
from xktcc_app.bootstrap import Services


def routes(services: Services) -> list[BaseRoute]:
    """The routes for these services; to stand before the pages, some of whose paths they share by another method.

    ``api/access.py`` says what each needs: ``UndeclaredError`` for one that it does not know.
    """
    return guarded(_routes(services), services)


def _routes(services: Services) -> list[BaseRoute]:
    entry, operations, recordings = Entry(services), Operations(services), Recordings(services)
    form, phone = CallFormRoute(services), PhoneRoutes(services)
    return [
        Route("/login", entry.login, methods=["POST"]),
        Route("/logout", entry.logout, methods=["POST"]),
        Route("/password", entry.password, methods=["POST"]),
        Route("/XktCC/login.jsp", entry.old_login, methods=["GET"]),
        Route("/api/recordings/{call}", recordings.play, methods=["GET"]),
        Route("/healthz", operations.healthz, methods=["GET"]),
        Route("/readyz", operations.readyz, methods=["GET"]),
        Route("/api/calls/{call}/form", form.read, methods=["GET"]),
        Route("/api/calls/{call}/form", form.write, methods=["PUT"]),
        Route("/api/phone/session", phone.session, methods=["POST"]),
        Route("/api/phone/renewal", phone.renewal, methods=["POST"]),
        WebSocketRoute("/api/phone/live", phone.live),
        WebSocketRoute("/api/phone/sip", phone.sip),
        Route("/metrics", operations.metrics, methods=["GET"]),
        WebSocketRoute("/api/listen/{agent}", ListenSocket(services).serve),
        *export_routes(services),
        *import_routes(services),
        *report_routes(services),
        *audit_routes(services),
    ]
