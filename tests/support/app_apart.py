"""An app beside others in the same process: Reflex keeps one for each registration of handlers."""

from __future__ import annotations

from contextvars import Context, copy_context
from typing import Any

import reflex as rx
from reflex_base.registry import RegistrationContext

from xktcc_app.live.sockets import build_sockets

PATIENCE_S = 30
"""So long a client may be silent here: it shares the process with the server, and both wait while others use the machine."""


def app_apart(**options: Any) -> tuple[rx.App, Context]:
    """The app, and the context in which it is to be served."""
    around = copy_context()
    return around.run(_made, options), around


def _made(options: dict[str, Any]) -> rx.App:
    RegistrationContext.set(RegistrationContext.get().fork())
    sockets = build_sockets((), trust_proxy=False)
    sockets.eio.ping_timeout = PATIENCE_S
    return rx.App(sio=sockets, **options)
