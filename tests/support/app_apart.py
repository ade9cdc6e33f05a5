"""An app beside others in the same process: Reflex keeps one for each registration of handlers."""

from __future__ import annotations

from contextvars import Context, copy_context
from typing import Any

import reflex as rx
from reflex_base.registry import RegistrationContext


def app_apart(**options: Any) -> tuple[rx.App, Context]:
    """The app, and the context in which it is to be served."""
    around = copy_context()
    return around.run(_made, options), around


def _made(options: dict[str, Any]) -> rx.App:
    RegistrationContext.set(RegistrationContext.get().fork())
    return rx.App(**options)
