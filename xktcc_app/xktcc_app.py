"""The Reflex app: its pages, what lives as long as it serves, and the routes that are not pages. Nothing else."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import AsyncIterator

import reflex as rx
from starlette.applications import Starlette
from starlette.types import ASGIApp

from xktcc_app import bootstrap
from xktcc_app.api.routes import routes
from xktcc_app.components.document import app_options
from xktcc_app.components.session_watch import session_watch
from xktcc_app.config import load_settings
from xktcc_app.domain.thresholds import Thresholds
from xktcc_app.domain.wire import Listener, milliseconds
from xktcc_app.ending import CONTROL_FAILED, end_with
from xktcc_app.frontend import pages_dir
from xktcc_app.live.live import set_running
from xktcc_app.live.page_files import PageAddresses, SecureHeaders, content_security_policy
from xktcc_app.live.setup import LiveNeeds, build_live
from xktcc_app.live.sockets import build_sockets
from xktcc_app.pages.table import add_pages
from xktcc_app.state.registry import STATES

logger = logging.getLogger(__name__)

_LONG_NUMBER = re.compile(r"\d{5,}")
_REPORT_LENGTH = 300


def _note_browser_error(exception: Exception) -> None:
    """A browser's report goes to the log shortened, and without anything that could be a person's number."""
    logger.warning("a page reports: %s", _LONG_NUMBER.sub("#", str(exception))[:_REPORT_LENGTH])


def _note_failure(exception: Exception) -> None:
    """A handler failed in a way that nobody foresaw: for the log alone, the page learns nothing of the program's inside."""
    logger.error("an event handler failed", exc_info=exception)


def _who_listens(services: bootstrap.Services) -> list[Listener]:
    return [
        {
            "seat": one.agent,
            "account": one.by.account,
            "name": one.by.name,
            "mode": one.mode.value,
            "since_ms": milliseconds(one.since),
        }
        for one in services.listening.all
    ]


def _hand_out(inner: ASGIApp) -> ASGIApp:
    pages = pages_dir()
    return SecureHeaders(PageAddresses(inner, pages), content_security_policy(pages))


_settings = load_settings()
_options = app_options(_settings.time_zone)
_watch = {(60, "SessionWatch"): lambda _stateful: rx.fragment(session_watch())}
_outside = Starlette()

app = rx.App(
    **{**_options, "app_wraps": {**_options["app_wraps"], **_watch}},
    sio=build_sockets(_settings.allowed_origins, trust_proxy=_settings.trust_proxy),
    frontend_exception_handler=_note_browser_error,
    backend_exception_handler=_note_failure,
    api_transformer=[_outside, _hand_out],
)
add_pages(
    app, hotline=_settings.hotlines.split()[0], answer_within_s=_settings.service_level_s, time_zone=_settings.time_zone
)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[None]:
    """From the first request to the last: the services, and what is live on top of them."""
    try:
        running = await bootstrap.start(_settings, on_fault=lambda: end_with(CONTROL_FAILED))
    except Exception:
        logger.exception("the program could not start")  # the server would only say that something failed
        raise
    services = running.services
    names = services.organizations
    needs = LiveNeeds(
        services.bus,
        services.sessions,
        Thresholds.of(_settings.thresholds),
        lambda: {ident: node.name for ident, node in names.nodes().items()},
        services.can_answer,
        services.resources,
        lambda: _who_listens(services),
    )
    live = build_live(app, STATES, needs)
    live.gate.on_refused = services.refusals.note
    _outside.router.routes[:0] = routes(services)
    set_running(live)
    live.start(services.sessions)
    services.listening.on_change(live.hub.poke)
    try:
        yield
    finally:
        await live.stop()
        set_running(None)
        await running.stop()


app.register_lifespan_task(serving)
