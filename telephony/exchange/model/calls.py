"""A channel's life: it comes in, is answered, enters and leaves Stasis, and ends. How one is dialled is in `dialling`."""

import uuid
from functools import partial
from typing import Any

from telephony.exchange.errors import UnknownError
from telephony.exchange.model.causes import Cause, cause_text, dial_status
from telephony.exchange.model.channels import CallerId, Channel, ChannelKind, ChannelState, Dialplan
from telephony.exchange.model.mixing import Mixing
from telephony.exchange.model.switch import TRUNK, Switch

SOFT_HANGUP_EXPLICIT = 32  # Asterisk's flag of a hang-up by command; it stands where a cause is expected
TEARDOWN_S = 0.001  # from the hang-up request to the end of the channel
FALLBACK_S = 5.0  # how long a caller hears the announcement when no application is connected


class Calls:
    """Operations on channels."""

    def __init__(self, switch: Switch, mixing: Mixing) -> None:
        self._switch = switch
        self._mixing = mixing

    # -- inbound

    def inbound(self, caller: str, dialled: str) -> Channel:
        """Let a call come in over the trunk and enter the dialplan."""
        switch = self._switch
        channel = Channel(
            id=switch.new_id(),
            name=f"PJSIP/{TRUNK}-{switch.next_name_suffix()}",
            kind=ChannelKind.TRUNK,
            resource=TRUNK,
            created=switch.clock.now(),
            dialplan=Dialplan("from-trunk", dialled),
            outgoing=False,
            party=caller,
            state=ChannelState.RING,
            caller=CallerId(number=caller),
        )
        switch.add_channel(channel)
        switch.emit("ChannelCreated", channel=channel.to_json())
        channel.protocol_id = uuid.uuid4().hex
        switch.set_variable(channel, "SIPDOMAIN", "127.0.0.1")
        if switch.apps.connected(switch.default_app):
            channel.dialplan.priority = 2
            self.enter_stasis(channel, switch.default_app, ("inbound", dialled))
        else:
            self._fall_back(channel)
        switch.refresh_device_state(TRUNK)
        return channel

    def from_phone(self, phone: str, dialled: str) -> Channel:
        """Let a phone dial: the dialplan hands what it dials to the application, or refuses it while there is none."""
        switch = self._switch
        channel = Channel(
            id=switch.new_id(),
            name=f"PJSIP/{phone}-{switch.next_name_suffix()}",
            kind=ChannelKind.SEAT,
            resource=phone,
            created=switch.clock.now(),
            dialplan=Dialplan("from-seat", dialled),
            outgoing=False,
            party=phone,
            state=ChannelState.RING,
            protocol_id=uuid.uuid4().hex,
            caller=CallerId(number=phone),
        )
        switch.add_channel(channel)
        switch.emit("ChannelCreated", channel=channel.to_json())
        switch.set_variable(channel, "PJSIP_TRANSFER_HANDLING()", "ari-only")
        if switch.apps.connected(switch.default_app):
            channel.dialplan.priority = 3
            self.enter_stasis(channel, switch.default_app, ("second", dialled))
        else:
            self.end(channel, Cause.REJECTED)
        switch.refresh_device_state(phone)
        return channel

    def _fall_back(self, channel: Channel) -> None:
        self._switch.set_variable(channel, "STASISSTATUS", "FAILED")
        self._set_up(channel)
        self._switch.clock.call_later(FALLBACK_S, partial(self._end_if_alive, channel, Cause.CONGESTION))

    # -- what the far end reports

    def far_end_hung_up(self, channel: Channel) -> None:
        """Take note that the party at the other end hung up."""
        if channel.dying or not self.alive(channel):
            return
        channel.dying = True
        self._switch.emit("ChannelHangupRequest", cause=int(Cause.NORMAL), channel=channel.to_json())
        self.end(channel, Cause.NORMAL)

    def far_end_lost(self, channel: Channel) -> None:
        """Take note that no sound came from the far end for so long that the leg is given up (cause 44)."""
        if self.alive(channel):
            self.end(channel, Cause.REQUESTED_CHANNEL_UNAVAILABLE)

    # -- commands

    def answer(self, channel: Channel) -> None:
        """Answer a call that came in."""
        if channel.state is ChannelState.UP:
            return
        self._set_up(channel)

    def hang_up(self, channel: Channel, cause: int) -> None:
        """End a channel by command; it takes a moment, and the reply does not wait for it."""
        if channel.dying:
            return
        channel.dying = True
        if channel.endpoint_name and channel.answered_at:
            self._switch.set_variable(channel, "RTPAUDIOQOS", "lp=0;rlp=0")
        self._switch.emit("ChannelHangupRequest", cause=SOFT_HANGUP_EXPLICIT, soft=True, channel=channel.to_json())
        self._switch.clock.call_later(TEARDOWN_S, partial(self._tear_down, channel, cause))

    def _tear_down(self, channel: Channel, cause: int) -> None:
        if not self.alive(channel):
            return
        if channel.dialing:
            self._switch.emit("Dial", **dial_body(channel, dial_status(cause)))
        self.end(channel, cause)

    def leave_stasis(self, channel: Channel, app: str = "", args: tuple[str, ...] = ()) -> None:
        """Take a channel out of Stasis: into another application, or into the dialplan, which hangs up."""
        if app and not self._switch.apps.connected(app):
            raise UnknownError("Application not found")
        self._mixing.leave(channel)
        self._leave(channel)
        if app:
            self.enter_stasis(channel, app, args)
            return
        self._switch.clock.call_later(TEARDOWN_S, partial(self._end_if_alive, channel, Cause.NORMAL))

    def enter_stasis(self, channel: Channel, app: str, args: tuple[str, ...]) -> None:
        """Hand a channel to an application."""
        channel.app, channel.app_args, channel.in_stasis = app, args, True
        channel.dialplan.app_name = "Stasis"
        channel.dialplan.app_data = ",".join((app, *args))
        self._switch.subscribe(app, channel_id=channel.id)
        if not channel.outgoing:
            self._switch.emit(
                "ChannelDialplan",
                dialplan_app="Stasis",
                dialplan_app_data=channel.dialplan.app_data,
                channel=channel.to_json(),
            )
        self._switch.set_variable(channel, "STASISSTATUS", "")
        self._switch.emit("StasisStart", args=list(args), channel=channel.to_json())
        self._switch.tell_changed(channel)

    # -- the end

    def _end_if_alive(self, channel: Channel, cause: int) -> None:
        if self.alive(channel):
            self.end(channel, cause)

    def end(self, channel: Channel, cause: int, tech_cause: int = 0) -> None:
        """End a channel here and now; `tech_cause` is the SIP status that ended it, if one did."""
        switch = self._switch
        channel.dying, channel.dialing = True, False
        self.cancel_timer(channel)
        self._mixing.leave(channel)
        self._tell_of_unanswered_transfer(channel)
        if channel.in_stasis:
            self._leave(channel)
        self._hang_up_dialplan(channel, cause)
        del switch.channels[channel.id]
        tech = {"tech_cause": tech_cause} if tech_cause else {}
        switch.emit(
            "ChannelDestroyed", cause=int(cause), cause_txt=cause_text(cause), **tech, channel=channel.to_json()
        )
        switch.refresh_device_state(channel.resource)
        switch.forget(channel.id)
        switch.tell_gone(channel, cause)

    def _tell_of_unanswered_transfer(self, channel: Channel) -> None:
        """As Asterisk does: the wish is told once more, with no state, when its channel ends before the answer."""
        if channel.refer_to is not None:
            refer_to, channel.refer_to = channel.refer_to, None
            self._switch.emit("ChannelTransfer", refer_to=refer_to, referred_by={"source_channel": channel.to_json()})

    def _leave(self, channel: Channel) -> None:
        channel.in_stasis = False
        self._switch.emit("StasisEnd", channel=channel.to_json())
        self._switch.set_variable(channel, "STASISSTATUS", "SUCCESS")

    def _hang_up_dialplan(self, channel: Channel, cause: int) -> None:
        """Move to where a channel stands when it is destroyed; the trunk's dialplan has an `h` extension of one line."""
        if channel.outgoing:
            channel.dialplan.app_name, channel.dialplan.app_data = "AppDial2", "(Outgoing Line)"
            return
        if channel.kind is not ChannelKind.TRUNK:
            channel.dialplan.app_name = channel.dialplan.app_data = ""
            return
        channel.dialplan.exten, channel.dialplan.priority = "h", 1
        self._switch.emit("ChannelHangupRequest", cause=int(cause), soft=True, channel=channel.to_json())
        channel.dialplan.app_name, channel.dialplan.app_data = "NoOp", "gone"
        self._switch.emit("ChannelDialplan", dialplan_app="NoOp", dialplan_app_data="gone", channel=channel.to_json())
        channel.dialplan.priority = 2
        channel.dialplan.app_name = channel.dialplan.app_data = ""

    # -- small things

    def _set_up(self, channel: Channel) -> None:
        self.mark_up(channel)
        self._switch.emit("ChannelStateChange", channel=channel.to_json())
        self._switch.refresh_device_state(channel.resource)
        self._switch.tell_changed(channel)

    def mark_up(self, channel: Channel) -> None:
        """Note that a channel is answered, without telling."""
        channel.state = ChannelState.UP
        channel.answered_at = self._switch.clock.now()

    def alive(self, channel: Channel) -> bool:
        """Tell whether a channel still exists."""
        return self._switch.channels.get(channel.id) is channel

    def cancel_timer(self, channel: Channel) -> None:
        """Stop the clock of a dial."""
        if channel.timer is not None:
            channel.timer.cancel()
            channel.timer = None


def dial_body(channel: Channel, status: str) -> dict[str, Any]:
    """Return what a Dial event holds besides its type."""
    dialstring = f"{channel.party}@{TRUNK}" if channel.kind is ChannelKind.TRUNK else channel.resource
    return {"dialstatus": status, "forward": "", "dialstring": dialstring, "peer": channel.to_json()}
