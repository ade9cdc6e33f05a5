"""Click-to-dial."""

from __future__ import annotations

import reflex as rx

from xktcc_app.state.acting import attempt


class DialState(rx.State):
    """``error_code``: why the last number was not called."""

    error_code: str = ""

    @rx.event
    async def dial(self, line: str, ident: str | int, index: int) -> None:
        """Call the number at place ``index`` of ``line`` of the record ``ident``; the page never learns it."""
        self.error_code = ""
        # a page sends numbers as numbers, and somebody else whatever comes to mind
        place = index if isinstance(index, int) else -1
        self.error_code = await attempt(
            self, lambda services, who: services.dialling.dial(who, str(line), str(ident), place)
        )
