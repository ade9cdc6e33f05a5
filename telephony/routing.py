"""Routing, pure: which waiting call rings at which free seat next, and why.

Order of callers: SOS, then those whom a transfer brought back, then the elder's types by configured priority, then who
waits longest. Order of seats: the agent who knows the elder, then the longest idle. A call to a seat's own number rings
that seat and no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from telephony.types import AgentId, CallId, DeviceId


class Why(StrEnum):
    """Why a seat was chosen; shown to the agent."""

    OWN_NUMBER = "own_number"
    KNOWS_ELDER = "knows_elder"
    LONGEST_IDLE = "longest_idle"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller who waits since ``since`` (aware UTC).

    ``returned``: has spoken with us already and waits again; ``refused_by``: phones that rang in vain; ``wanted``: the
    seat whose own number was dialled.
    """

    call: CallId
    since: datetime
    sos: bool = False
    returned: bool = False
    elder_types: tuple[str, ...] = ()
    last_agent: AgentId | None = None
    wanted: AgentId | None = None
    refused_by: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Free:
    """A seat that may be rung, idle since ``since``."""

    agent: AgentId
    device: DeviceId
    since: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """Ring ``device`` of ``agent`` for ``call``."""

    call: CallId
    agent: AgentId
    device: DeviceId
    why: Why


DEFAULT_PRIORITIES: Mapping[str, int] = {
    "disabled": 3,
    "severely_disabled": 3,
    "living_alone": 2,
    "bereaved": 2,
    "advanced_age": 1,
}
"""Elder type → weight; the heaviest of an elder's types counts. Anything else weighs 0."""


def caller_key(waiting: Waiting, priorities: Mapping[str, int]) -> tuple[bool, bool, int, datetime]:
    """Sort key of the queue: smaller comes first."""
    weight = max((priorities.get(kind, 0) for kind in waiting.elder_types), default=0)
    return (not waiting.sos, not waiting.returned, -weight, waiting.since)


def assign(
    waiting: Sequence[Waiting],
    free: Sequence[Free],
    priorities: Mapping[str, int] = DEFAULT_PRIORITIES,
) -> list[Assignment]:
    """Match as many callers as there are seats. Every call and every seat occurs at most once."""
    left = sorted(free, key=lambda seat: (seat.since, seat.agent))
    made: list[Assignment] = []
    for caller in sorted(waiting, key=lambda w: caller_key(w, priorities)):
        choice = _choose(caller, left)
        if choice is None:
            continue
        seat, why = choice
        left.remove(seat)
        made.append(Assignment(caller.call, seat.agent, seat.device, why))
    return made


def _choose(caller: Waiting, free: Sequence[Free]) -> tuple[Free, Why] | None:
    if caller.wanted is not None:
        own = next((seat for seat in free if seat.agent == caller.wanted), None)
        return (own, Why.OWN_NUMBER) if own else None
    # A phone that rang in vain is asked again only when no other is free: better twice than never.
    fresh = [seat for seat in free if seat.device not in caller.refused_by] or list(free)
    known = next((seat for seat in fresh if seat.agent == caller.last_agent), None)
    if known is not None:
        return known, Why.KNOWS_ELDER
    return (fresh[0], Why.LONGEST_IDLE) if fresh else None
