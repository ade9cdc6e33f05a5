"""The call toolbar of an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.wire import NO_SEAT, OwnSeat, Peer
from xktcc_app.live.live import running
from xktcc_app.state.acting import Work, attempt

FED = ("shown", "provisioned", "seat", "peers", "stale", "now_ms")
"""The vars that the hub fills."""


class ToolbarState(rx.State):
    """The agent's own seat. ``busy_action`` is the command under way, ``error_code`` why the last one failed."""

    shown: bool = False
    provisioned: bool = False
    seat: OwnSeat = NO_SEAT
    peers: list[Peer] = []
    stale: bool = False
    now_ms: int = 0
    busy_action: str = ""
    error_code: str = ""

    async def _do(self, action: str, work: Work) -> AsyncIterator[None]:
        self.busy_action, self.error_code = action, ""
        yield
        self.error_code = await attempt(self, work)
        self.busy_action = ""

    @rx.event
    async def load(self) -> None:
        """Join the agent's own seat."""
        running().watch_own_seat(self.router.session.session_id)

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code = ""

    @rx.event
    async def log_on(self) -> AsyncIterator[None]:
        """Take up the phone."""
        async for step in self._do("log_on", lambda services, who: services.toolbar.log_on(who)):
            yield step

    @rx.event
    async def log_off(self) -> AsyncIterator[None]:
        """Leave the phone."""
        async for step in self._do("log_off", lambda services, who: services.toolbar.log_off(who)):
            yield step

    @rx.event
    async def set_state(self, state: str, reason: str = "") -> AsyncIterator[None]:
        """Request ``ready``, ``busy`` or ``not_ready`` (with a break reason)."""
        async for step in self._do(
            "set_state", lambda services, who: services.toolbar.set_state(who, state, reason or None)
        ):
            yield step

    @rx.event
    async def answer(self) -> AsyncIterator[None]:
        """Take the ringing call."""
        async for step in self._do("answer", lambda services, who: services.toolbar.answer(who)):
            yield step

    @rx.event
    async def decline(self) -> AsyncIterator[None]:
        """Let the ringing call go to another seat."""
        async for step in self._do("decline", lambda services, who: services.toolbar.decline(who)):
            yield step

    @rx.event
    async def hang_up(self) -> AsyncIterator[None]:
        """End the call."""
        async for step in self._do("hang_up", lambda services, who: services.toolbar.hang_up(who)):
            yield step

    @rx.event
    async def hold(self) -> AsyncIterator[None]:
        """Put the other side on hold."""
        async for step in self._do("hold", lambda services, who: services.toolbar.hold(who)):
            yield step

    @rx.event
    async def retrieve(self) -> AsyncIterator[None]:
        """Take the other side back."""
        async for step in self._do("retrieve", lambda services, who: services.toolbar.retrieve(who)):
            yield step

    @rx.event
    async def watch_peers(self) -> None:
        """See the other seats while a call is to be handed over."""
        running().watch_peers(self.router.session.session_id)

    @rx.event
    async def mute(self) -> AsyncIterator[None]:
        """Not be heard."""
        async for step in self._do("mute", lambda services, who: services.toolbar.mute(who)):
            yield step

    @rx.event
    async def unmute(self) -> AsyncIterator[None]:
        """Be heard again."""
        async for step in self._do("unmute", lambda services, who: services.toolbar.unmute(who)):
            yield step

    @rx.event
    async def digits(self, keys: str) -> None:
        """Press keys for the other side; several may be under way at once."""
        self.error_code = await attempt(self, lambda services, who: services.toolbar.send_digits(who, keys))

    @rx.event
    async def transfer(self, seat: str, number: str) -> AsyncIterator[None]:
        """Leave the call to ``seat``, or to the outside ``number``."""

        async def work(services: Services, who: Principal) -> None:
            await services.toolbar.transfer_blind(who, seat=seat, number=number)

        async for step in self._do("transfer", work):
            yield step

    @rx.event
    async def consult(self, seat: str, number: str) -> AsyncIterator[None]:
        """Speak with ``seat`` or the outside ``number`` first."""

        async def work(services: Services, who: Principal) -> None:
            await services.toolbar.consult(who, seat=seat, number=number)

        async for step in self._do("consult", work):
            yield step

    @rx.event
    async def complete(self) -> AsyncIterator[None]:
        """Leave the call to whoever was consulted."""
        async for step in self._do("complete", lambda services, who: services.toolbar.complete_transfer(who)):
            yield step

    @rx.event
    async def cancel_consultation(self) -> AsyncIterator[None]:
        """Take the call back."""
        async for step in self._do("cancel", lambda services, who: services.toolbar.cancel_consultation(who)):
            yield step

    @rx.event
    async def conference(self) -> AsyncIterator[None]:
        """Join all three."""
        async for step in self._do("conference", lambda services, who: services.toolbar.conference(who)):
            yield step

    @rx.event
    async def dial(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """Call the outside number in the form's ``number`` field."""
        number = str(form.get("number", ""))
        async for step in self._do("dial", lambda services, who: services.toolbar.dial(who, number)):
            yield step

    @rx.event
    async def end_wrap_up(self) -> AsyncIterator[None]:
        """Wrap-up is done."""
        async for step in self._do("end_wrap_up", lambda services, who: services.toolbar.end_wrap_up(who)):
            yield step

    @rx.event
    async def extend_wrap_up(self) -> AsyncIterator[None]:
        """Wrap-up lasts longer."""
        async for step in self._do("extend_wrap_up", lambda services, who: services.toolbar.extend_wrap_up(who)):
            yield step
