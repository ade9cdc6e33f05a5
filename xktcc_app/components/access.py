"""What the account behind the page may do, as the page knows it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.state.session import SessionState


def may(permission: str) -> Any:
    """Whether the account holds ``permission``; the server decides again at every click."""
    return expression(f"({SessionState.perms}[{rx.Var.create(permission)}] === true)", SessionState.perms, kind=bool)
