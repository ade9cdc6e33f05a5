"""What the driver keeps of each call: its legs and the bridges they are in. Data only; ``book`` moves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telephony.ari.names import OurLeg, Role, aside_bridge, channel_id, mixing_bridge, parse_channel_id
from telephony.events import CallSnapshot, Consultation
from telephony.types import EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Direction, Side


@dataclass(slots=True)
class Leg:
    """One channel of a call.

    ``up``: answered and in our application. ``bridge``: where the PBX says it is. ``established``: its party was told
    to be connected. ``held``: its party was told to hold. ``leaving``: a transfer takes it out of the call, which goes on.
    ``muted``: nobody hears it. ``renewal``: the channel that is to take this one's place.
    ``cause``: our own reason for ending it, better than the PBX's.
    """

    channel: str
    call: CallId
    role: Role
    device: DeviceId
    ringing: bool = False
    up: bool = False
    bridge: str | None = None
    established: bool = False
    phone_hold: bool = False
    held: bool = False
    leaving: bool = False
    muted: bool = False
    renewal: str | None = None
    cause: Cause | None = None

    @property
    def number(self) -> int:
        """The running number in its call: earlier legs have smaller ones."""
        name = parse_channel_id(self.channel)
        return name.number if name is not None else 0


@dataclass(slots=True)
class Call:
    """A call. ``parked``: its customer was last seen entering the holding bridge.

    ``playing``: the newest announcement to its customer, until somebody answers.
    ``second``: the second call of a seat's phone; ``referred``: the channel that waits for the answer
    to a transfer that its phone has asked for.
    ``moved``: it was transferred, or somebody was called in. ``consultation``: who called in whom, as long as both are there.
    ``talked``: a seat was connected. ``touched``: monotonic seconds of the latest news.
    """

    id: CallId
    direction: Direction
    caller: str
    called: str
    started_at: datetime
    customer: Leg | None = None
    seats: dict[DeviceId, Leg] = field(default_factory=dict)
    second: Leg | None = None
    referred: str | None = None
    snoop: str | None = None
    recording: str | None = None
    parked: bool = False
    moved: bool = False
    talked: bool = False
    transferred_from: DeviceId | None = None
    second_number: str = ""
    announcements: int = 0
    playing: str | None = None
    consultation: Consultation | None = None
    ended_by: Side | None = None
    cause: Cause | None = None
    legs_made: int = 0
    touched: float = 0.0

    @property
    def mix(self) -> str:
        """The id of its mixing bridge."""
        return mixing_bridge(self.id, moved=self.moved)

    @property
    def aside(self) -> str:
        """The id of the bridge for a second call of a seat's phone."""
        return aside_bridge(self.id)

    @property
    def bridges(self) -> set[str]:
        """The bridges that it needs now."""
        return {self.mix, self.aside} if self.second is not None else {self.mix}

    @property
    def phones(self) -> list[Leg]:
        """Everything on our side that is off hook."""
        return [leg for leg in (*self.seats.values(), *([self.second] if self.second else [])) if leg.up]

    @property
    def legs(self) -> list[Leg]:
        """Customer and seats."""
        return [*([self.customer] if self.customer else []), *self.seats.values()]

    @property
    def number(self) -> str:
        """The number of the outside party."""
        return self.caller if self.direction is Direction.INBOUND else self.called

    def consults(self, leg: Leg) -> bool:
        """Whether ``leg`` was called in and speaks with the asker alone."""
        return self.consultation is not None and not self.consultation.joined and leg.device == self.consultation.to

    def new_leg(self, role: Role, device: DeviceId) -> Leg:
        """A further leg under an id that was never used in this call."""
        self.legs_made += 1
        return Leg(channel_id(self.id, role, self.legs_made), self.id, role, device)

    def saw_channel(self, channel: str) -> None:
        """Never give the number of this channel to another one."""
        name = parse_channel_id(channel)
        if name is not None:
            self.legs_made = max(self.legs_made, name.number)

    def args(self, leg: Leg, number: str = "") -> OurLeg:
        """The application arguments of ``leg``; ``number``: of a second party outside."""
        if leg.role is Role.OUTSIDE:
            return OurLeg(leg.role, self.id, leg.device, number)
        outside = self.called if self.direction is Direction.OUTBOUND else ""
        return OurLeg(leg.role, self.id, leg.device, outside)

    def snapshot(self) -> CallSnapshot:
        """The call in the port's words."""
        return CallSnapshot(
            self.id,
            self.direction,
            self.caller,
            self.called,
            self.started_at,
            {leg.device: self._state(leg) for leg in self.legs},
            self.recording,
            self.consultation,
            frozenset(leg.device for leg in self.legs if leg.muted),
        )

    def _state(self, leg: Leg) -> ConnectionState:
        if leg.device == EXTERNAL:
            return self._outside_state(leg)
        if leg.held:
            return ConnectionState.HOLD
        if leg.established or leg.up:
            return ConnectionState.CONNECTED
        return ConnectionState.INITIATED if leg.role is Role.SEAT_OUT else ConnectionState.ALERTING

    def _outside_state(self, leg: Leg) -> ConnectionState:
        if not leg.up:
            return ConnectionState.ALERTING if leg.ringing else ConnectionState.INITIATED
        if any(seat.established for seat in self.seats.values()):
            return ConnectionState.CONNECTED
        return ConnectionState.QUEUED
