"""One supervisor's listening, and by which seat the call that is listened to is judged."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from telephony.listening import Ear, ListenMode
from telephony.types import AgentId, CallId, SeatState
from telephony.views import SeatProfile, SeatView
from xktcc_app.domain.principal import Principal

IN_CALL = (SeatState.TALKING, SeatState.HOLD)


@dataclass(eq=False, slots=True)
class Listen:
    """A supervisor at a call. ``agent`` and ``org_id``: a seat that has the call now, or had it last; ``since`` UTC.

    ``told_to_end`` is set, with a code, when somebody else ended it.
    """

    call: CallId
    agent: AgentId
    org_id: int
    by: Principal
    since: datetime
    mode: ListenMode = ListenMode.LISTEN
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    ear: Ear | None = None
    told_to_end: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def end(self, code: str) -> None:
        """Have it ended by whoever serves it; the first reason counts."""
        if not self.told_to_end.done():
            self.told_to_end.set_result(code)


def seat_of(listen: Listen, seats: Mapping[AgentId, SeatView]) -> SeatProfile | None:
    """Its seat while that has the call; else another one that does (in a conference it has long been there), rather one in scope."""
    present = seats.get(listen.agent)
    if present is not None and has_call(present, listen.call):
        return present.profile
    takers = [seat.profile for seat in seats.values() if has_call(seat, listen.call)]
    return next((one for one in takers if listen.by.sees(one.org_id, one.agent)), takers[0] if takers else None)


def has_call(seat: SeatView, call: CallId) -> bool:
    """Whether the seat is in this call."""
    return seat.party is not None and seat.party.call == call and seat.state in IN_CALL
