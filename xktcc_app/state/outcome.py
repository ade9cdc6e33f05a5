"""How a form was taken: stored, or what is wrong at which field, or a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import FieldErrors, InUseError
from xktcc_app.state.acting import ask


@dataclass(frozen=True, slots=True)
class Outcome:
    """``code`` "" when it was done; ``faults``: field → code for ``fault.<code>``; ``uses``: what keeps it from being deleted."""

    code: str
    value: Any = None
    faults: dict[str, str] = field(default_factory=dict)
    uses: list[dict[str, Any]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return not self.code


async def tried(state: rx.State, work: Callable[[Services, Principal], Awaitable[Any]]) -> Outcome:
    """Do ``work`` as the account of the state's socket, and say how it went."""

    async def caught(services: Services, who: Principal) -> Outcome:
        try:
            return Outcome("", await work(services, who))
        except FieldErrors as wrong:
            return Outcome(wrong.code, faults=wrong.faults)
        except InUseError as used:
            return Outcome(used.code, uses=[{"what": name, "count": count} for name, count in used.uses.items()])

    code, outcome = await ask(state.router.session.session_id, caught)
    return outcome if outcome is not None else Outcome(code)


def whole(text: Any) -> int | None:
    """The id that a choice holds; ``None`` for none."""
    written = str(text or "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 12 else None
