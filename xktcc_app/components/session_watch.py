"""Takes the page away when the server says so. Invisible, on every page."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportDict, ImportVar

from xktcc_app.state.session import SessionState

_LEAVE = "useEffect(() => {{ if ({path}) window.location.replace({path}); }}, [{path}])"


class SessionWatch(rx.Fragment):
    """Follows ``SessionState.leave_for`` by a full navigation: no script from the server, so that none has to be allowed."""

    def add_imports(self) -> ImportDict:
        """React's hook."""
        return {"react": [ImportVar(tag="useEffect")]}

    def add_hooks(self) -> list[str | rx.Var[Any]]:
        """The navigation."""
        path = rx.Var.create(SessionState.leave_for)
        return [rx.Var(_LEAVE.format(path=path), _var_data=path._get_all_var_data())]


@rx.memo
def session_watch() -> rx.Component:
    """A component of its own, so that its hook runs inside the page's state and not around it."""
    return SessionWatch.create()
