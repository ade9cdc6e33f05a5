"""The public network: the people outside, who call in and are called."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from telephony.exchange.clock import Timer
from telephony.exchange.errors import UnknownError
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.calls import Calls
from telephony.exchange.model.channels import Channel, ChannelKind, ChannelState
from telephony.exchange.model.dialling import Dialling
from telephony.exchange.model.switch import Switch

POST_DIAL_DELAY_S = 0.12
SIP_OF = {"busy": 486, "rejects": 603, "unreachable": 503, "unknown": 404, "no_answer": 480}
NETWORK_GIVES_UP_S = 60.0
BEHAVIOURS = ("answers", "busy", "no_answer", "rejects", "unreachable", "unknown")


@dataclass(frozen=True)
class Behaviour:
    """What the owner of a number does when called, and after how many seconds."""

    kind: str = "answers"
    after_s: float = 2.0


@dataclass(eq=False)
class _Plan:
    """How long a party waits and talks; None means for ever."""

    talk_s: float | None
    patience_s: float | None
    talking: bool = False
    since: datetime | None = None
    timer: Timer | None = None


class Subscribers:
    """The parties outside. Watches the switch to know when one of them talks, waits, or has had enough."""

    def __init__(self, switch: Switch, calls: Calls, dialling: Dialling) -> None:
        self._switch = switch
        self._calls = calls
        self._dialling = dialling
        self._behaviours: dict[str, Behaviour] = {}
        self._plans: dict[str, _Plan] = {}
        self.default_behaviour: Callable[[str], Behaviour] = lambda _number: Behaviour()
        self.default_talk_s: Callable[[], float | None] = lambda: None
        self.on_goodbye: Callable[[Channel], bool] | None = None
        switch.observers.append(self)

    def call(
        self, caller: str, dialled: str, *, talk_s: float | None = None, patience_s: float | None = None
    ) -> Channel:
        """Let someone outside dial the exchange; returns the channel, whose id names the call."""
        channel = self._calls.inbound(caller, dialled)
        self._follow(channel, talk_s, patience_s)
        return channel

    def hang_up(self, channel_id: str) -> None:
        """Let the party outside hang up. UnknownError when there is no such call."""
        self._calls.far_end_hung_up(self.leg(channel_id))

    def leg(self, channel_id: str) -> Channel:
        """Return the leg of a party outside, or raise UnknownError."""
        channel = self._switch.channels.get(channel_id)
        if channel is None or channel.kind is not ChannelKind.TRUNK:
            raise UnknownError(f"Call {channel_id} not found")
        return channel

    def set_behaviour(self, number: str, behaviour: Behaviour) -> None:
        """Decide what the owner of a number does from now on."""
        self._behaviours[number] = behaviour

    # -- the exchange calls someone outside

    def ring(self, channel: Channel) -> None:
        """Take a call from the exchange."""
        behaviour = self._behaviours.get(channel.party) or self.default_behaviour(channel.party)
        later = self._switch.clock.call_later
        if behaviour.kind in ("answers", "rejects", "no_answer"):
            later(POST_DIAL_DELAY_S, partial(self._dialling.alerting, channel))
        if behaviour.kind == "answers":
            later(POST_DIAL_DELAY_S + behaviour.after_s, partial(self._answer, channel))
            return
        delay = NETWORK_GIVES_UP_S if behaviour.kind == "no_answer" else POST_DIAL_DELAY_S + behaviour.after_s
        later(delay, partial(self._refuse, channel, SIP_OF[behaviour.kind]))

    def _answer(self, channel: Channel) -> None:
        if not self._alive(channel) or channel.dying:
            return
        self._follow(channel, self.default_talk_s(), None)
        self._dialling.answered(channel)

    def _refuse(self, channel: Channel, sip_code: int) -> None:
        if self._alive(channel) and not channel.dying:
            self._dialling.refused(channel, sip_code)

    # -- talking, waiting, having had enough

    def _follow(self, channel: Channel, talk_s: float | None, patience_s: float | None) -> None:
        if talk_s is None and patience_s is None:
            return
        plan = _Plan(talk_s, patience_s)
        self._plans[channel.id] = plan
        self._enter_mode(channel, plan)

    def channels_changed(self, channels: Iterable[Channel]) -> None:
        """See whether a party began or ceased to talk with someone."""
        for channel in channels:
            plan = self._plans.get(channel.id)
            if plan is not None and plan.talking != self._is_talking(channel):
                self._leave_mode(plan)
                self._enter_mode(channel, plan)

    def channel_gone(self, channel: Channel, cause: int) -> None:  # noqa: ARG002 - the observer's shape
        """Forget a party whose call is over."""
        plan = self._plans.pop(channel.id, None)
        if plan is not None:
            self._leave_mode(plan)

    def bridge_emptied(self, bridge: Bridge) -> None:
        """Nothing to do."""

    def _enter_mode(self, channel: Channel, plan: _Plan) -> None:
        plan.talking = self._is_talking(channel)
        plan.since = self._switch.clock.now()
        limit = plan.talk_s if plan.talking else plan.patience_s
        if limit is not None:
            plan.timer = self._switch.clock.call_later(max(0.1, limit), partial(self._had_enough, channel, plan))

    def _leave_mode(self, plan: _Plan) -> None:
        if plan.timer is not None:
            plan.timer.cancel()
            plan.timer = None
        if plan.talking and plan.talk_s is not None and plan.since is not None:
            plan.talk_s -= (self._switch.clock.now() - plan.since).total_seconds()

    def _had_enough(self, channel: Channel, plan: _Plan) -> None:
        if not self._alive(channel):
            return
        if plan.talking and self.on_goodbye is not None and self.on_goodbye(channel):
            return
        self._calls.far_end_hung_up(channel)

    def _is_talking(self, channel: Channel) -> bool:
        bridge = self._switch.bridges.get(channel.bridge_id)
        if bridge is None or bridge.holding or channel.state is not ChannelState.UP:
            return False
        return any(
            other is not channel
            and other.state is ChannelState.UP
            and not other.held_by_phone
            and other.kind in (ChannelKind.SEAT, ChannelKind.TRUNK)
            for other in self._switch.members(bridge)
        )

    def _alive(self, channel: Channel) -> bool:
        return self._switch.channels.get(channel.id) is channel
