"""From the request to call a device to the moment in which it answers, refuses or is given up."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from telephony.exchange.errors import AllocationError, BadRequestError, ConflictError
from telephony.exchange.model.calls import Calls, dial_body
from telephony.exchange.model.causes import SIP_TO_CAUSE, Cause, dial_status
from telephony.exchange.model.channels import CallerId, Channel, ChannelKind, ChannelState, Dialplan
from telephony.exchange.model.switch import TRUNK, Switch

DEFAULT_TIMEOUT_S = 30.0
RINGING_AFTER_S = 0.002  # INVITE to 180 on one machine
CALLER_ID = re.compile(r'^\s*"?(?P<name>[^"<]*?)"?\s*<(?P<number>[^>]*)>\s*$')


class FarEnd(Protocol):
    """What answers when the exchange dials: the phones, or the public network."""

    def ring(self, channel: Channel) -> None:
        """Take an incoming call; report back through `Dialling.alerting`, `answered`, `refused`."""
        ...


@dataclass(frozen=True)
class Origination:
    """What ARI asks for when it originates or creates a channel."""

    endpoint: str
    app: str
    app_args: str = ""
    caller_id: str = ""
    timeout_s: float = DEFAULT_TIMEOUT_S
    channel_id: str = ""
    originator: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


class Dialling:
    """Operations on channels that the exchange dials."""

    def __init__(self, switch: Switch, calls: Calls) -> None:
        self._switch = switch
        self._calls = calls
        self.far_ends: dict[ChannelKind, FarEnd] = {}

    def originate(self, request: Origination) -> Channel:
        """Dial an endpoint; the channel enters Stasis when it is answered. 500 when the device cannot be called."""
        channel = self._allocate(request)
        self._begin_dial(channel, request.timeout_s)
        return channel

    def create(self, request: Origination) -> Channel:
        """Make a channel that is in Stasis at once and waits for `dial`."""
        channel = self._allocate(request)
        channel.by_create = True
        self._calls.enter_stasis(channel, request.app, channel.app_args)
        return channel

    def dial(self, channel: Channel, timeout_s: float) -> None:
        """Dial a channel made by `create`. 404 when the other device has gone, 409 when it is dialled already."""
        if channel.state is not ChannelState.DOWN or channel.dialing:
            raise ConflictError("Channel is not in the 'Down' state")
        if not channel.by_create:
            raise ConflictError("Dialing a channel not created by ARI")
        self._begin_dial(channel, timeout_s)

    def _allocate(self, request: Origination) -> Channel:
        switch = self._switch
        kind, resource, party = self._resolve(request.endpoint)
        if request.originator and request.originator not in switch.channels:
            raise BadRequestError("Provided originator channel was not found")
        channel = Channel(
            id=request.channel_id or switch.new_id(),
            name=f"PJSIP/{resource}-{switch.next_name_suffix()}",
            kind=kind,
            resource=resource,
            created=switch.clock.now(),
            dialplan=Dialplan("from-seat" if kind is ChannelKind.SEAT else "from-trunk", "s"),
            outgoing=True,
            party=party,
            protocol_id=str(uuid.uuid4()),
            caller=CallerId(f"Seat {resource}", resource) if kind is ChannelKind.SEAT else CallerId(number=party),
            app=request.app,
            app_args=tuple(request.app_args.split(",")) if request.app_args else (),
        )
        switch.add_channel(channel)
        switch.emit("ChannelCreated", channel=channel.to_json())
        channel.dialplan.app_name, channel.dialplan.app_data = "AppDial2", "(Outgoing Line)"
        switch.emit(
            "ChannelDialplan",
            dialplan_app="AppDial2",
            dialplan_app_data="(Outgoing Line)",
            channel=channel.to_json(),
        )
        self._present(channel, request)
        for variable, value in request.variables.items():
            switch.set_variable(channel, variable, value)
        switch.subscribe(request.app, channel_id=channel.id)
        return channel

    def _resolve(self, endpoint: str) -> tuple[ChannelKind, str, str]:
        technology, slash, device = endpoint.partition("/")
        if not slash or not technology or not device:
            raise BadRequestError("Invalid endpoint specified")
        number, at, trunk = device.partition("@")
        if technology == "PJSIP" and at and trunk == TRUNK and number:
            return ChannelKind.TRUNK, TRUNK, number
        found = self._switch.endpoints.get(device)
        if technology != "PJSIP" or found is None or found.static or not found.online:
            raise AllocationError
        return ChannelKind.SEAT, device, device

    def _present(self, channel: Channel, request: Origination) -> None:
        """Show the caller's number at the dialled phone, as originate does: on both the caller and the connected line."""
        name, number = parse_caller_id(request.caller_id)
        if not name and not number:
            return
        channel.caller = CallerId(name or channel.caller.name, number or channel.caller.number)
        channel.connected = CallerId(name, number)
        shown = request.variables.get("CALLERID(name)")
        if shown is not None:
            channel.caller = CallerId(shown, channel.caller.number)
        self._switch.emit(
            "ChannelCallerId",
            caller_presentation=0,
            caller_presentation_txt="Presentation Allowed, Not Screened",
            channel=channel.to_json(),
        )
        self._switch.emit("ChannelConnectedLine", channel=channel.to_json())

    def _begin_dial(self, channel: Channel, timeout_s: float) -> None:
        channel.dialing = True
        self._emit_dial(channel, "")
        if timeout_s > 0:
            channel.timer = self._switch.clock.call_later(timeout_s, partial(self._time_out, channel))
        far_end = self.far_ends[channel.kind]
        self._switch.clock.call_later(RINGING_AFTER_S, partial(self._reach, channel, far_end))

    def _reach(self, channel: Channel, far_end: FarEnd) -> None:
        if self._calls.alive(channel):
            far_end.ring(channel)

    def _time_out(self, channel: Channel) -> None:
        if channel.dialing and self._calls.alive(channel):
            # Asterisk drops the channel without a further Dial event here
            self._calls.end(channel, Cause.NO_ANSWER)

    # -- what the far end reports

    def alerting(self, channel: Channel) -> None:
        """Take note that the dialled device rings."""
        if not channel.dialing or channel.state is not ChannelState.DOWN:
            return
        channel.state = ChannelState.RINGING
        self._emit_state_and_dial(channel, "RINGING")
        self._switch.refresh_device_state(channel.resource)
        self._switch.tell_changed(channel)

    def answered(self, channel: Channel) -> None:
        """Take note that the dialled device was answered; the channel enters Stasis, or stays there."""
        if not channel.dialing:
            return
        channel.dialing = False
        self._calls.cancel_timer(channel)
        self._calls.mark_up(channel)
        self._emit_state_and_dial(channel, "ANSWER")
        self._switch.refresh_device_state(channel.resource)
        if channel.in_stasis:
            self._switch.tell_changed(channel)
        elif self._switch.apps.connected(channel.app):
            self._calls.enter_stasis(channel, channel.app, channel.app_args)
        else:
            self._switch.set_variable(channel, "STASISSTATUS", "FAILED")
            self._calls.end(channel, Cause.NORMAL)

    def refused(self, channel: Channel, sip_code: int) -> None:
        """Take note that the dialled device refused with this SIP status (486 busy, 603 rejected, 404, 480, 503)."""
        if not channel.dialing:
            return
        cause = SIP_TO_CAUSE.get(sip_code, Cause.NORMAL_UNSPECIFIED)
        self._switch.emit("ChannelHangupRequest", cause=int(cause), tech_cause=sip_code, channel=channel.to_json())
        self._emit_dial(channel, dial_status(cause))
        self._calls.end(channel, cause, sip_code)

    # -- events

    def _emit_dial(self, channel: Channel, status: str) -> None:
        self._switch.emit("Dial", **dial_body(channel, status))

    def _emit_state_and_dial(self, channel: Channel, status: str) -> None:
        self._switch.emit_unordered(
            ("ChannelStateChange", {"channel": channel.to_json()}), ("Dial", dial_body(channel, status))
        )


def parse_caller_id(text: str) -> tuple[str, str]:
    """Split `Name <number>` into its parts; a text without brackets is a number when it looks like one, else a name."""
    if not text:
        return "", ""
    match = CALLER_ID.match(text)
    if match:
        return match["name"].strip(), match["number"].strip()
    bare = text.strip().strip('"')
    return ("", bare) if re.fullmatch(r"[0-9+*#() .-]+", bare) else (bare, "")
