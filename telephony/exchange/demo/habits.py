"""What the demo's agents do at their phones: answer, seldom not, hold now and then, sometimes hang up first."""

from collections.abc import Iterable
from functools import partial

from telephony.exchange.errors import ConflictError
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.calls import Calls
from telephony.exchange.model.channels import Channel, ChannelKind, ChannelState
from telephony.exchange.model.dialling import Dialling
from telephony.exchange.model.endpoints import Quality
from telephony.exchange.model.switch import Switch
from telephony.exchange.phones import DECLINE, Phone, Phones

REJECTS, MISSES, HOLDS, AGENT_ENDS = 0.02, 0.03, 0.08, 0.35
AWAY_EVERY_S, AWAY_S = 2400.0, (5.0, 40.0)
BAD_LINE_EVERY_S, BAD_LINE_S = 900.0, (20.0, 120.0)
ALONE_S = 90.0  # longer than any hold by command; only a guard against calls that nobody ends


class Habits:
    """The hands at the phones that are not left to people."""

    def __init__(self, switch: Switch, calls: Calls, dialling: Dialling, phones: Phones) -> None:
        self._switch = switch
        self._calls = calls
        self._dialling = dialling
        self._phones = phones
        self._rng = switch.rng
        phones.on_ring = self._on_ring
        switch.observers.append(self)

    def start(self) -> None:
        """Begin the slow things: going away, and lines that turn bad for a while."""
        for phone in self._phones.all():
            if not phone.manual:
                self._later(self._rng.expovariate(1 / AWAY_EVERY_S), partial(self._go_away, phone))
                self._later(
                    self._rng.expovariate(1 / BAD_LINE_EVERY_S),
                    partial(self._spoil_line, phone, phone.endpoint.quality),
                )

    def end_talk(self, customer: Channel) -> bool:
        """Let the agent be the one who ends a talk, if it falls to an automatic phone; tell whether it did."""
        if self._rng.random() >= AGENT_ENDS:
            return False
        bridge = self._switch.bridges.get(customer.bridge_id)
        for leg in self._switch.members(bridge) if bridge else ():
            if leg.kind is ChannelKind.SEAT and not self._phones.get(leg.resource).manual:
                self._calls.far_end_hung_up(leg)
                return True
        return False

    # -- watching the switch

    def channels_changed(self, channels: Iterable[Channel]) -> None:
        """Let an agent who is left alone in a call hang up after a while."""
        for channel in channels:
            if channel.kind is ChannelKind.SEAT and self._left_alone(channel):
                self._later(ALONE_S, partial(self._hang_up_if_alone, channel))

    def channel_gone(self, channel: Channel, cause: int) -> None:
        """Nothing to do."""

    def bridge_emptied(self, bridge: Bridge) -> None:
        """Nothing to do."""

    # -- ringing and talking

    def _on_ring(self, phone: Phone, channel: Channel) -> None:
        if phone.manual:
            return
        chance = self._rng.random()
        if chance < MISSES:
            return
        delay = min(6.0, max(1.0, self._rng.lognormvariate(0.75, 0.5)))
        self._later(delay, partial(self._decline if chance < MISSES + REJECTS else self._pick_up, channel))

    def _pick_up(self, channel: Channel) -> None:
        if not self._rings(channel):
            return
        self._dialling.answered(channel)
        if self._rng.random() < HOLDS:
            self._later(self._rng.uniform(6, 25), partial(self._hold, channel))

    def _decline(self, channel: Channel) -> None:
        if self._rings(channel):
            self._dialling.refused(channel, DECLINE)

    def _hold(self, channel: Channel) -> None:
        if self._talks(channel):
            self._press_hold(channel, on=True)
            self._later(self._rng.uniform(4, 15), partial(self._unhold, channel))

    def _unhold(self, channel: Channel) -> None:
        if channel.held_by_phone and self._talks(channel):
            self._press_hold(channel, on=False)

    def _press_hold(self, channel: Channel, *, on: bool) -> None:
        try:
            self._phones.hold(self._phones.get(channel.resource), on=on)
        except ConflictError:
            return  # the call ended or was held otherwise in the meantime

    def _hang_up_if_alone(self, channel: Channel) -> None:
        if self._left_alone(channel):
            self._calls.far_end_hung_up(channel)

    def _left_alone(self, channel: Channel) -> bool:
        if not self._talks(channel) or self._phones.get(channel.resource).manual:
            return False
        bridge = self._switch.bridges.get(channel.bridge_id)
        if bridge is None:
            return "BRIDGEPEER" in channel.variables
        return not bridge.holding and len(bridge.channel_ids) == 1 and "BRIDGEPEER" in channel.variables

    # -- slow things

    def _go_away(self, phone: Phone) -> None:
        if not self._switch.legs_of(phone.id) and phone.endpoint.online:
            self._phones.unregister(phone)
            self._later(self._rng.uniform(*AWAY_S), partial(self._phones.register, phone))
        self._later(self._rng.expovariate(1 / AWAY_EVERY_S), partial(self._go_away, phone))

    def _spoil_line(self, phone: Phone, usual: Quality) -> None:
        bad = Quality(
            rtt_ms=self._rng.uniform(120, 420), loss=self._rng.uniform(0.01, 0.12), jitter_ms=self._rng.uniform(15, 70)
        )
        self._phones.set_quality(phone, bad)
        self._later(self._rng.uniform(*BAD_LINE_S), partial(self._phones.set_quality, phone, usual))
        self._later(
            self._rng.expovariate(1 / BAD_LINE_EVERY_S) + BAD_LINE_S[1], partial(self._spoil_line, phone, usual)
        )

    # -- small things

    def _rings(self, channel: Channel) -> bool:
        return self._alive(channel) and channel.dialing

    def _talks(self, channel: Channel) -> bool:
        return self._alive(channel) and channel.state is ChannelState.UP

    def _alive(self, channel: Channel) -> bool:
        return self._switch.channels.get(channel.id) is channel and not channel.dying

    def _later(self, delay_s: float, action: partial[None]) -> None:
        self._switch.clock.call_later(delay_s, action)
