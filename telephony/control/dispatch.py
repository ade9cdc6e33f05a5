"""Which seats are promised to which calls between the decision and the ringing, and the decision itself. No I/O."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony import events as ev
from telephony import routing
from telephony.call_model import Call
from telephony.control.world import World
from telephony.types import EXTERNAL, AgentId, CallId, Cause, ConnectionState, SeatState
from telephony.views import CallerInfo

PROMISE_LASTS = timedelta(seconds=6)
"""A PBX rings within milliseconds; a promise that old has lost its event."""
STRANDED_LASTS = timedelta(seconds=1)
"""A caller left alone is hung up, or rung for again, within milliseconds; one alone for that long was forgotten."""
RETRY_AFTER = timedelta(seconds=1)
RETURN_SETTLES = timedelta(seconds=0.5)
"""One who has spoken with us and is alone again may be hung up the next moment: nobody is rung before that is sure."""

NO_FAULT = frozenset({Cause.NORMAL, Cause.ANSWERED_ELSEWHERE})
"""Why a phone may stop being rung through no fault of its own."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A seat kept for a call since ``at``."""

    call: CallId
    at: datetime


class Dispatch:
    """Promises of seats, and the choice of new ones."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._promises: dict[AgentId, Promise] = {}
        self._not_before: dict[CallId, datetime] = {}
        self._alone: dict[CallId, datetime] = {}
        self._returned: dict[CallId, datetime] = {}
        self._asked: set[CallId] = set()

    def promise(self, agent: AgentId, call: CallId, at: datetime) -> None:
        """Keep ``agent``'s seat for ``call``: nobody else may ring it."""
        self._promises[agent] = Promise(call, at)

    def promised(self, agent: AgentId) -> bool:
        """Whether the seat is kept for a call."""
        return agent in self._promises

    def release(self, agent: AgentId) -> None:
        """The seat is free of its promise, if it had one."""
        self._promises.pop(agent, None)

    def postpone(self, call: CallId, now: datetime) -> None:
        """Nothing can be done for ``call`` at the moment: try again a little later, not at once and for ever."""
        self._not_before[call] = now + RETRY_AFTER

    def note(self, event: ev.Event) -> AgentId | None:
        """An event that shows what became of a promise ends it.

        Returns the agent whose phone was to ring and would not: it must not be chosen again at once.
        """
        if isinstance(event, ev.CallCleared):
            self._promises = {a: p for a, p in self._promises.items() if p.call != event.call}
            self._not_before.pop(event.call, None)
            return None
        if not isinstance(event, ev.Delivered | ev.Established | ev.Diverted | ev.ServiceInitiated | ev.Failed):
            return None
        agent = self._world.agent_at(event.device) if event.device != EXTERNAL else None
        promise = self._promises.get(agent) if agent is not None else None
        if agent is None or promise is None or promise.call != event.call:
            return None
        self.release(agent)
        return agent if isinstance(event, ev.Diverted) and event.cause not in NO_FAULT else None

    def overdue(self, now: datetime) -> bool:
        """Whether something was missed: a promise whose event never came (it is dropped), a caller left alone."""
        old = [agent for agent, promise in self._promises.items() if now - promise.at > PROMISE_LASTS]
        for agent in old:
            self.release(agent)
        return self._stranded(now) or bool(old)

    def _stranded(self, now: datetime) -> bool:
        promised = {promise.call for promise in self._promises.values()}
        alone = {call.id for call in self._world.calls.values() if call.stranded and call.id not in promised}
        self._alone = {call: self._alone.get(call, now) for call in alone}
        overdue = {call for call, since in self._alone.items() if now - since > STRANDED_LASTS} - self._asked
        self._asked = (self._asked & alone) | overdue
        return bool(overdue)

    def decide(self, now: datetime, unidentified: Container[CallId]) -> list[routing.Assignment]:
        """Choose seats for those who wait, and promise them. Calls in ``unidentified`` wait until it is known who calls."""
        if self._world.stale_since is not None:
            return []
        self._not_before = {c: at for c, at in self._not_before.items() if at > now}
        calls = [call for call in self._world.calls.values() if call.waiting]  # of many: this is done at every event
        unsettled = self._unsettled(calls, now)
        if not calls:
            return []
        held_back = {promise.call for promise in self._promises.values()} | self._not_before.keys() | unsettled
        waiting = [
            self._waiting(call, now)
            for call in calls
            if call.id not in held_back and call.id not in unidentified and not _rings(call)
        ]
        if not waiting:
            return []
        made = routing.assign(waiting, self._free(), self._world.rules.priorities)
        for one in made:
            self.promise(one.agent, one.call, now)
        return made

    def queue(self, now: datetime) -> list[CallId]:
        """Those who wait and for whom nothing rings, in the order in which they will be served."""
        promised = {promise.call for promise in self._promises.values()}
        calls = [c for c in self._world.calls.values() if c.waiting and c.id not in promised and not _rings(c)]
        priorities = self._world.rules.priorities
        waiting = sorted((self._waiting(c, now) for c in calls), key=lambda w: routing.caller_key(w, priorities))
        return [one.call for one in waiting]

    def _unsettled(self, waiting: list[Call], now: datetime) -> set[CallId]:
        returned = [call.id for call in waiting if call.answered_at is not None]
        self._returned = {call: self._returned.get(call, now) for call in returned}
        return {call for call, since in self._returned.items() if now - since < RETURN_SETTLES}

    def _waiting(self, call: Call, now: datetime) -> routing.Waiting:
        info = self._world.infos.get(call.id)
        since = call.queued_at or call.started_at
        return routing.Waiting(
            call=call.id,
            since=since,
            sos=self._world.is_sos(call),
            returned=call.answered_at is not None,
            elder_types=info.elder_types if info else (),
            last_agent=self._knows(call, info),
            wanted=self._wanted(call, since, now),
            refused_by=call.offered,
        )

    def _knows(self, call: Call, info: CallerInfo | None) -> AgentId | None:
        """The agent who spoke with the caller in this very call before anybody else; else the one who did so last."""
        spoke = self._world.agent_at(call.handled_by) if call.answered_at is not None else None
        return spoke or (info.last_agent if info else None)

    def _wanted(self, call: Call, since: datetime, now: datetime) -> AgentId | None:
        """A seat's own number rings that seat, unless nobody can be reached there, it takes too long, or it did not answer.

        One who has spoken with us already is everybody's: a transfer from that seat must not lead back to it alone.
        """
        wanted = self._world.wanted_seat(call)
        late = now - since > timedelta(seconds=self._world.rules.own_number_wait_s)
        if wanted is None or late or call.answered_at is not None:
            return None
        seat = self._world.seats[wanted]
        given_up = seat.state is SeatState.LOGGED_OFF or not seat.in_service or seat.device in call.offered
        return None if given_up else wanted

    def _free(self) -> list[routing.Free]:
        return [
            routing.Free(seat.agent, device, seat.since)
            for seat, device in self._world.ready()
            if seat.agent not in self._promises
        ]


def _rings(call: Call) -> bool:
    return any(state is ConnectionState.ALERTING for state in call.seats().values())
