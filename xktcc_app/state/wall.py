"""The wall. Its vars are declared here and filled by the hub: what it sends merges into the browser's copy of this state."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from telephony.types import AgentId
from xktcc_app.bootstrap import Services, services
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.wire import NO_CENTRE, Alert, Centre, Group, Listener
from xktcc_app.live.live import running
from xktcc_app.state.acting import attempt

FED = (
    "seat_ids", "groups", "centre", "counts", "alerts", "listeners", "stale", "stale_since_ms", "last_event_ms", "attempts",
    "now_ms", "loaded", "rewind_ms",
)  # fmt: skip
"""The vars that the hub fills."""


class WallState(rx.State):
    """The seat wall of the account's data scope.

    Each seat is one more key of this state in the browser, read by ``wall_vars.wall_seat``; the server keeps none of it per client.
    ``last_event_ms`` and ``stale_since_ms`` are UTC milliseconds; ``attempts`` counts reconnects since the PBX was lost;
    ``now_ms`` is the server's clock at the snapshot; ``rewind_ms`` the moment that is
    shown instead of now, 0 for now. ``busy_seat`` is the seat whose command is under way; the last
    command's failure is ``error_code`` at ``error_seat``.
    """

    seat_ids: list[str] = []
    groups: list[Group] = []
    centre: Centre = NO_CENTRE
    counts: dict[str, int] = {}
    alerts: list[Alert] = []
    listeners: list[Listener] = []
    stale: bool = False
    stale_since_ms: int = 0
    last_event_ms: int = 0
    attempts: int = 0
    now_ms: int = 0
    loaded: bool = False
    rewind_ms: int = 0
    busy_seat: str = ""
    error_code: str = ""
    error_seat: str = ""

    @rx.event
    async def load(self) -> None:
        """Join the room of the account's scope; the hub answers with a snapshot."""
        television = self.router.url.query_parameters.get("tv") == "1"
        running().watch_wall(self.router.session.session_id, television=television)

    @rx.event
    async def leave(self) -> None:
        """Leave the room: for the pages that have no wall."""
        running().leave_wall(self.router.session.session_id)

    @rx.event
    async def force(self, agent_id: str, action: str) -> AsyncIterator[None]:
        """Set a seat ``ready``, ``busy``, ``logged_off``, or ``clear`` its call."""
        self.busy_seat, self.error_code, self.error_seat = agent_id, "", ""
        yield
        self.error_code = await attempt(
            self, lambda services, who: services.seats.force(who, AgentId(agent_id), action)
        )
        self.error_seat = agent_id if self.error_code else ""
        self.busy_seat = ""

    @rx.event
    async def rewind(self, at_s: float) -> None:
        """Show the wall as it was ``at_s`` seconds after the epoch; ``load`` leads back to now."""

        async def show(services: Services, who: Principal) -> None:
            running().show_past(self.router.session.session_id, await services.rewind.wall_at(who, at_s))

        self.error_code, self.error_seat = await attempt(self, show), ""

    @rx.event
    async def reconnect(self) -> None:
        """Have the lost PBX tried again at once."""
        services().retry_pbx()

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code, self.error_seat = "", ""
