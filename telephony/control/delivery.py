"""Ringing the seats that were chosen, and what follows when that fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from telephony.agent_model import Happening, Input
from telephony.control.dispatch import Dispatch
from telephony.control.world import World
from telephony.errors import (
    CommandTimeoutError,
    DeviceOfflineError,
    NoSuchCallError,
    NotSupportedError,
    PbxUnreachableError,
    TelephonyError,
)
from telephony.port import CtiPort
from telephony.routing import Assignment
from telephony.types import AgentId, SeatState

log = logging.getLogger(__name__)

NOT_THE_SEATS_FAULT = (NoSuchCallError, PbxUnreachableError, CommandTimeoutError, NotSupportedError)
"""A PBX that is slow or gone must not make one seat after another BUSY."""


class Delivery:
    """Carries out what ``Dispatch`` decided. ``doubt`` is called when we and the PBX may differ."""

    def __init__(
        self, world: World, dispatch: Dispatch, port: CtiPort, now: Callable[[], datetime], doubt: Callable[[], None]
    ) -> None:
        self._world = world
        self._dispatch = dispatch
        self._port = port
        self._now = now
        self._doubt = doubt

    async def ring(self, one: Assignment) -> None:
        """Ring the seat. A failure sets aside whoever is the cause of it, so that it is not tried for ever."""
        try:
            await self._port.deliver_call(one.call, one.device, self._world.rules.ring_timeout_s)
        except NOT_THE_SEATS_FAULT as failure:
            log.warning("call not delivered", extra={"code": failure.code})
            self._dispatch.postpone(one.call, self._now())
            self._dispatch.release(one.agent)
            self._doubt()
        except TelephonyError as failure:
            log.warning("phone can't be rung", extra={"code": failure.code, "agent": one.agent})
            self._dispatch.release(one.agent)
            if isinstance(failure, DeviceOfflineError):
                self._gone(one.agent)
            else:
                self.refused(one.agent)

    def _gone(self, agent: AgentId) -> None:
        """The phone is not there, though we thought so: no news of it has come yet. It is READY again when it is back."""
        if agent in self._world.seats:
            self._world.unreachable(agent, self._now())
        self._doubt()

    def refused(self, agent: AgentId) -> None:
        """A READY seat whose phone would not ring gets no further calls until its agent says so."""
        seat = self._world.seats.get(agent)
        if seat is not None and seat.state is SeatState.READY:
            self._world.happen(agent, Happening(Input.FAILED, self._now()))
