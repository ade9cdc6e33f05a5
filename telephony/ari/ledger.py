"""Where the driver's bookkeeping is kept: the calls, their legs by channel, and what is gone already."""

from __future__ import annotations

from collections.abc import Callable

from telephony.ari.calls import Call, Leg
from telephony.ari.names import Role, bridged_call, parse_channel_id, queue_bridge
from telephony.types import CallId, Cause, ConnectionState, DeviceId, Side

_REMEMBERED = 4096


class Ledger:
    """All calls of one application. ``clock`` gives monotonic seconds."""

    def __init__(self, app: str, clock: Callable[[], float]) -> None:
        self.app = app
        self.queue = queue_bridge(app)
        self.calls: dict[CallId, Call] = {}
        self.legs: dict[str, Leg] = {}
        self.renewals: dict[str, Leg] = {}
        self._seen: dict[str, float] = {}
        self.clock = clock

    # ---- looking up

    def leg_of_device(self, device: DeviceId) -> Leg | None:
        """The leg that a phone has now, in whatever call."""
        return next((call.seats[device] for call in self.calls.values() if device in call.seats), None)

    def is_gone(self, channel: str) -> bool:
        """Whether the channel was seen to end."""
        return channel in self._seen

    def touched(self, call: CallId) -> float:
        """When something last happened to a call, living or gone (monotonic seconds)."""
        living = self.calls.get(call)
        return living.touched if living else self._seen.get(_ended_word(call), float("-inf"))

    # ---- writing

    def add(self, call: Call) -> None:
        """Enter a call with all its legs."""
        self.calls[call.id] = call
        for leg in (*call.legs, *([call.second] if call.second else [])):
            self.legs[leg.channel] = leg

    def add_second(self, call: Call, second: Leg) -> None:
        """Enter a second call of a seat's phone."""
        call.second = self.legs[second.channel] = second
        call.touched = self.clock()

    def add_seat(self, call: Call, role: Role, device: DeviceId) -> Leg:
        """Enter the leg of a phone that is about to be rung, before the PBX knows of it."""
        leg = call.new_leg(role, device)
        call.seats[device] = leg
        call.touched = self.clock()
        self.legs[leg.channel] = leg
        return leg

    def begin_renewal(self, leg: Leg) -> str:
        """The name of a channel that is to take the place of ``leg``'s, which the PBX is about to be asked for."""
        call = self.touch(leg)
        leg.renewal = call.new_leg(leg.role, leg.device).channel
        self.renewals[leg.renewal] = leg
        return leg.renewal

    def end_renewal(self, channel: str) -> Leg | None:
        """It came, or it never will; returns the leg that it was for, if that is still waited for."""
        leg = self.renewals.pop(channel, None)
        if leg is None:
            return None
        leg.renewal = None
        return leg

    def replace_channel(self, leg: Leg, channel: str) -> None:
        """``leg`` is on ``channel`` from now on; whatever still comes of its old one is of no meaning."""
        self.first_time(leg.channel)
        self.legs.pop(leg.channel, None)
        leg.channel, leg.bridge = channel, None
        self.legs[channel] = leg

    def touch(self, leg: Leg) -> Call:
        """Something happened to ``leg``, which is in the ledger; returns its call."""
        call = self.calls[leg.call]
        call.touched = self.clock()
        return call

    def forget_leg(self, leg: Leg) -> Call | None:
        """``leg`` is gone; returns its call if that was still known."""
        self.first_time(leg.channel)
        self.legs.pop(leg.channel, None)
        call = self.calls.get(leg.call)
        if call is None:
            return None
        call.touched = self.clock()
        if call.referred == leg.channel:
            call.referred = None
        if call.customer is leg:
            call.customer = None
        elif call.second is leg:
            call.second = None
        elif call.seats.get(leg.device) is leg:
            del call.seats[leg.device]
        return call

    def forget_call(self, call: Call) -> None:
        """The call is over."""
        self.calls.pop(call.id, None)
        self.first_time(_ended_word(call.id))
        for leg in (*call.legs, *([call.second] if call.second else [])):
            self.legs.pop(leg.channel, None)

    def replace_all(self, fresh: dict[CallId, Call]) -> None:
        """Forget every call and enter these. What is gone stays known, because its events may still come."""
        self.calls.clear()
        self.legs.clear()
        self.renewals.clear()
        for call in fresh.values():
            self.add(call)

    def is_stray(self, name: str, since: float) -> bool:
        """Whether a channel or bridge of ours belongs to no call, and to none that something happened to after ``since``."""
        parsed = parse_channel_id(name)
        call = parsed.call if parsed else bridged_call(name)
        return call not in self.calls and self.touched(call) < since

    def differing(self, fresh: dict[CallId, Call], since: float) -> frozenset[CallId]:
        """The calls that look otherwise in what the PBX was seen to hold, except for those touched after ``since``.

        A call that looks the same is none, because the book knows more of it.
        """
        return frozenset(
            call_id
            for call_id in {*self.calls, *fresh}
            if self.touched(call_id) < since and not _alike(self.calls.get(call_id), fresh.get(call_id))
        )

    def adopt(self, fresh: dict[CallId, Call], since: float, only: frozenset[CallId]) -> list[Call]:
        """Take over what the PBX was seen to hold of the differing calls among ``only``. Returns the calls taken over."""
        taken = []
        for call_id in self.differing(fresh, since) & only:
            mine, theirs = self.calls.get(call_id), fresh.get(call_id)
            if mine is not None:
                self.forget_call(mine)
            if theirs is not None:
                self.add(theirs)
                taken.append(theirs)
        return taken

    def first_time(self, word: str) -> bool:
        """Remember ``word`` for a while; false when it was remembered already."""
        if word in self._seen:
            return False
        self._seen[word] = self.clock()
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True


def ended(call: Call, side: Side, cause: Cause) -> None:
    """Note who ended the call, and why; the first one counts."""
    call.ended_by = call.ended_by or side
    call.cause = call.cause or cause


def _looks(call: Call) -> dict[str, ConnectionState]:
    states = call.snapshot().connections
    return {leg.channel: states[leg.device] for leg in call.legs} | (
        {call.second.channel: ConnectionState.CONNECTED} if call.second else {}
    )


def _alike(mine: Call | None, theirs: Call | None) -> bool:
    return mine is not None and theirs is not None and _looks(mine) == _looks(theirs)


def _ended_word(call: CallId) -> str:
    return f"{call}/over"
