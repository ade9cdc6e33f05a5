"""The phones at the seats: they register, ring, and do what a hand (or a habit) does with them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from telephony.exchange.errors import ConflictError, UnknownError
from telephony.exchange.model.calls import Calls
from telephony.exchange.model.channels import Channel, ChannelState
from telephony.exchange.model.dialling import Dialling
from telephony.exchange.model.endpoints import Endpoint, Quality
from telephony.exchange.model.registrar import Registrar
from telephony.exchange.model.switch import Switch

BUSY_HERE, DECLINE, UNAVAILABLE = 486, 603, 480
QUALIFY_EVERY_S = 5.0
DEAD_AFTER_S = 3.2  # qualification of a phone that was killed fails
LEG_LOST_AFTER_S = 3.8  # and its leg is given up for want of sound


@dataclass(eq=False)
class Phone:
    """One device. A `manual` one waits for hands; `call_waiting` lets it ring while it is in use.

    `coming_back` after a restart of the exchange, until it has registered or was told to stay away.
    """

    endpoint: Endpoint
    manual: bool
    call_waiting: bool = True
    powered: bool = True
    coming_back: bool = False
    believes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the phone id, which is the endpoint's resource."""
        return self.endpoint.resource


class Phones:
    """All phones, and the hands on them. Errors: UnknownError (no such phone), ConflictError (nothing to act on)."""

    def __init__(self, switch: Switch, calls: Calls, dialling: Dialling, registrar: Registrar) -> None:
        self._switch = switch
        self._calls = calls
        self._dialling = dialling
        self._registrar = registrar
        self._by_id: dict[str, Phone] = {}
        self.on_ring: Callable[[Phone, Channel], None] | None = None

    def add(self, phone_id: str, quality: Quality, *, manual: bool) -> Phone:
        """Provide a phone and let it register."""
        endpoint = Endpoint(phone_id, quality=quality)
        self._switch.endpoints[phone_id] = endpoint
        phone = Phone(endpoint, manual)
        self._by_id[phone_id] = phone
        self._registrar.register(endpoint)
        self._schedule_qualify(phone, first_s=QUALIFY_EVERY_S * self._switch.rng.random())
        return phone

    def get(self, phone_id: str) -> Phone:
        """Return a phone, or raise UnknownError."""
        try:
            return self._by_id[phone_id]
        except KeyError:
            raise UnknownError(f"Phone {phone_id} not found") from None

    def all(self) -> list[Phone]:
        """Return every phone, in order of id."""
        return [self._by_id[phone_id] for phone_id in sorted(self._by_id)]

    # -- the exchange calls a phone

    def ring(self, channel: Channel) -> None:
        """Take a call from the exchange."""
        phone = self._by_id[channel.resource]
        if not phone.powered:
            return
        if not phone.endpoint.online:
            self._dialling.refused(channel, UNAVAILABLE)
            return
        if self.talking(phone) and not phone.call_waiting:
            self._dialling.refused(channel, BUSY_HERE)
            return
        self._dialling.alerting(channel)
        if self.on_ring is not None:
            self.on_ring(phone, channel)

    def ringing(self, phone: Phone) -> list[Channel]:
        """Return the legs that ring at a phone, oldest first."""
        return [leg for leg in self._switch.legs_of(phone.id) if leg.state is ChannelState.RINGING and not leg.dying]

    def talking(self, phone: Phone) -> list[Channel]:
        """Return the answered legs of a phone, oldest first."""
        return [leg for leg in self._switch.legs_of(phone.id) if leg.state is ChannelState.UP and not leg.dying]

    # -- hands

    def answer(self, phone: Phone) -> Channel:
        """Lift the receiver: the call that rings longest is answered."""
        leg = self._first(self.ringing(phone), f"Nothing rings at phone {phone.id}")
        self._dialling.answered(leg)
        return leg

    def reject(self, phone: Phone) -> Channel:
        """Decline the call that rings longest (SIP 603, cause 21)."""
        leg = self._first(self.ringing(phone), f"Nothing rings at phone {phone.id}")
        self._dialling.refused(leg, DECLINE)
        return leg

    def hang_up(self, phone: Phone) -> Channel:
        """Hang up the oldest call that is on."""
        leg = self._first(self.talking(phone), f"No call is on at phone {phone.id}")
        self._calls.far_end_hung_up(leg)
        return leg

    def hold(self, phone: Phone, *, on: bool) -> Channel:
        """Press hold, or take the call back: the far end hears music meanwhile."""
        legs = [leg for leg in self.talking(phone) if leg.held_by_phone is not on]
        leg = self._first(legs, f"No call to {'hold' if on else 'take back'} at phone {phone.id}")
        if not on:
            self._resume(leg)
            return leg
        leg.held_by_phone = True
        self._switch.emit("ChannelHold", musicclass="default", channel=leg.to_json())
        self._switch.tell_changed(leg)
        return leg

    def _resume(self, leg: Channel) -> None:
        leg.held_by_phone = False
        self._switch.emit("ChannelUnhold", channel=leg.to_json())
        self._switch.tell_changed(leg)

    def transfer(self, phone: Phone, target: str) -> Channel:
        """Press transfer and key in a number (SIP REFER): the application that asked for it is told, else nothing comes of it."""
        leg = self._first(self.talking(phone), f"No call is on at phone {phone.id}")
        self._refer(leg, {"requested_destination": {"destination": target, "additional_protocol_params": []}})
        return leg

    def dial(self, phone: Phone, number: str) -> Channel:
        """Dial another number; a call that is on is put on hold."""
        if not phone.endpoint.online:
            raise ConflictError(f"Phone {phone.id} is not registered")
        if any(not leg.held_by_phone for leg in self.talking(phone)):
            self.hold(phone, on=True)
        return self._calls.from_phone(phone.id, number)

    def join_calls(self, phone: Phone) -> Channel:
        """Press transfer to the other one of two calls (SIP REFER with Replaces)."""
        first = self._first(self.talking(phone), f"No call is on at phone {phone.id}")
        second = self._first(self._dialled(phone), f"No second call at phone {phone.id}")
        self._refer(
            first,
            {
                "requested_destination": {"destination": second.dialplan.exten, "protocol_id": second.protocol_id},
                "destination_channel": second.to_json(),
            },
        )
        return first

    def hang_up_second(self, phone: Phone) -> Channel:
        """Put down the call that the phone itself began."""
        leg = self._first(self._dialled(phone), f"No second call at phone {phone.id}")
        self._calls.far_end_hung_up(leg)
        return leg

    def swap(self, phone: Phone) -> Channel:
        """Go back to the other one of two calls."""
        on_hold = self._first([leg for leg in self.talking(phone) if leg.held_by_phone], "No call is on hold")
        self.hold(phone, on=True)
        self._resume(on_hold)
        return on_hold

    def _dialled(self, phone: Phone) -> list[Channel]:
        return [leg for leg in self._switch.legs_of(phone.id) if not leg.outgoing and not leg.dying]

    def _refer(self, leg: Channel, to: dict[str, Any]) -> None:
        if leg.variables.get("PJSIP_TRANSFER_HANDLING()") == "ari-only":
            leg.refer_to = to
            self._switch.emit("ChannelTransfer", refer_to=to, referred_by={"source_channel": leg.to_json()})

    def dtmf(self, phone: Phone, digits: str) -> Channel:
        """Press keys during the oldest call that is on."""
        leg = self._first(self.talking(phone), f"No call is on at phone {phone.id}")
        press_keys(self._switch, leg, digits)
        return leg

    def register(self, phone: Phone) -> None:
        """Let a phone (again) register."""
        phone.powered, phone.coming_back = True, False
        self._registrar.register(phone.endpoint)

    def unregister(self, phone: Phone) -> None:
        """Let a phone unregister; a call that is on goes on."""
        phone.coming_back = False
        self._registrar.unregister(phone.endpoint)

    def kill(self, phone: Phone) -> None:
        """Cut a phone off without a word: it is found missing by qualification, its leg by the lack of sound."""
        phone.powered = False
        self._switch.clock.call_later(DEAD_AFTER_S, partial(self._find_dead, phone))
        self._switch.clock.call_later(LEG_LOST_AFTER_S, partial(self._lose_legs, phone))

    def set_quality(self, phone: Phone, quality: Quality) -> None:
        """Change the way between phone and exchange."""
        self._registrar.set_quality(phone.endpoint, quality)

    def to_json(self, phone: Phone) -> dict[str, Any]:
        """Return the truth about a phone, for tests and people."""
        return {
            "id": phone.id,
            "manual": phone.manual,
            "registered": phone.endpoint.online,
            "device_state": phone.endpoint.device_state,
            "call_waiting": phone.call_waiting,
            "ringing": [leg.id for leg in self.ringing(phone)],
            "dialling": [leg.id for leg in self._dialled(phone) if leg.state is ChannelState.RING],
            "talking": [leg.id for leg in self.talking(phone)],
            "held": [leg.id for leg in self.talking(phone) if leg.held_by_phone],
            "believes": list(phone.believes),
            "quality": {
                "rtt_ms": phone.endpoint.quality.rtt_ms,
                "loss": phone.endpoint.quality.loss,
                "jitter_ms": phone.endpoint.quality.jitter_ms,
            },
        }

    # -- after a restart of the exchange

    def forget_registrations(self) -> None:
        """Lose all registrations at once; each phone goes on believing in its call."""
        for phone in self._by_id.values():
            phone.believes = tuple(leg.id for leg in self.talking(phone))
            phone.coming_back = True
            endpoint = phone.endpoint
            endpoint.registered = endpoint.reachable = False
            endpoint.device_state = "UNAVAILABLE"

    def come_back(self, phone: Phone) -> None:
        """Register again after a restart, unless it was told otherwise since; the call that it believed in is found dead."""
        phone.believes = ()
        if phone.powered and phone.coming_back:
            self._registrar.register(phone.endpoint)

    def _first(self, legs: list[Channel], otherwise: str) -> Channel:
        if not legs:
            raise ConflictError(otherwise)
        return legs[0]

    def _find_dead(self, phone: Phone) -> None:
        if not phone.powered:
            self._registrar.lose(phone.endpoint)

    def _lose_legs(self, phone: Phone) -> None:
        if phone.powered:
            return
        for leg in self.talking(phone):
            self._calls.far_end_lost(leg)

    def _schedule_qualify(self, phone: Phone, first_s: float) -> None:
        def qualify() -> None:
            self._registrar.qualify(phone.endpoint)
            self._switch.clock.call_later(QUALIFY_EVERY_S, qualify)

        self._switch.clock.call_later(first_s, qualify)


def press_keys(switch: Switch, channel: Channel, digits: str) -> None:
    """Send the digits that a party pressed to the applications."""
    for digit in digits:
        switch.emit("ChannelDtmfReceived", digit=digit, duration_ms=200, channel=channel.to_json())
