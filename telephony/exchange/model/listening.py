"""Channels that are no phones: snoops on other channels, and sockets that carry sound to and from a program."""

import uuid
from collections.abc import Iterable
from functools import partial

from telephony.exchange.errors import UnknownError
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.calls import Calls, dial_body
from telephony.exchange.model.causes import Cause
from telephony.exchange.model.channels import Channel, ChannelKind, ChannelState, Dialplan, Snooping
from telephony.exchange.model.dialling import Dialling, Origination
from telephony.exchange.model.switch import Switch

SNOOP_STARTS_AFTER_S = 0.005  # a command before its StasisStart meets 409, as under load on Asterisk
FRAME_BYTES = 640  # 20 ms of slin16
CONNECT_WITHIN_S = 30.0


class Listening:
    """Operations on snoop and external-media channels."""

    def __init__(self, switch: Switch, calls: Calls, dialling: Dialling) -> None:
        self._switch = switch
        self._calls = calls
        self._dialling = dialling
        switch.observers.append(self)

    def snoop(self, target: Channel, snooping: Snooping, app: str, app_args: str, snoop_id: str) -> Channel:
        """Listen to a channel (`spy`), or speak into it (`whisper`); ends with that channel."""
        switch = self._switch
        channel = Channel(
            id=snoop_id or switch.new_id(),
            name=f"Snoop/{target.id}-{switch.next_name_suffix()}",
            kind=ChannelKind.SNOOP,
            resource="",
            created=switch.clock.now(),
            dialplan=Dialplan("", "s"),
            outgoing=False,
            state=ChannelState.UP,
            snooping=snooping,
        )
        switch.add_channel(channel)
        switch.emit("ChannelCreated", channel=channel.to_json())
        args = tuple(app_args.split(",")) if app_args else ()
        switch.clock.call_later(SNOOP_STARTS_AFTER_S, partial(self._start, channel, app, args))
        return channel

    def _start(self, channel: Channel, app: str, args: tuple[str, ...]) -> None:
        if self._switch.channels.get(channel.id) is not channel or channel.dying:
            return
        if self._switch.apps.connected(app):
            self._calls.enter_stasis(channel, app, args)
        else:
            self._calls.far_end_hung_up(channel)

    def external_media(self, request: Origination) -> Channel:
        """Make a channel that waits for a WebSocket client at `/media/<connection id>`; it enters Stasis when one connects."""
        switch = self._switch
        connection_id = str(uuid.uuid4())
        channel = Channel(
            id=request.channel_id or switch.new_id(),
            name=f"WebSocket/INCOMING/{switch.next_name_suffix()}",
            kind=ChannelKind.MEDIA,
            resource="",
            created=switch.clock.now(),
            dialplan=Dialplan("default", "s", 1, "AppDial2", "(Outgoing Line)"),
            outgoing=True,
            app=request.app,
            app_args=tuple(request.app_args.split(",")) if request.app_args else (),
            connection_id=connection_id,
        )
        switch.add_channel(channel)
        switch.emit("ChannelCreated", channel=channel.to_json())
        for variable, value in (
            ("MEDIA_WEBSOCKET_OPTIMAL_FRAME_SIZE", str(FRAME_BYTES)),
            ("MEDIA_WEBSOCKET_CONNECTION_ID", connection_id),
            *request.variables.items(),
        ):
            switch.set_variable(channel, variable, value)
        channel.dialing = True
        switch.emit("Dial", **dial_body(channel, ""))
        switch.clock.call_later(CONNECT_WITHIN_S, partial(self._give_up, channel))
        return channel

    def media_channel(self, connection_id: str) -> Channel:
        """Return the channel that waits for this connection; UnknownError when there is none or it has its client."""
        for channel in self._switch.channels.values():
            if channel.connection_id == connection_id and channel.dialing:
                return channel
        raise UnknownError("WebSocket instance not found")

    def connected(self, channel: Channel) -> None:
        """Take note that a client connected to a media channel."""
        self._dialling.answered(channel)

    def disconnected(self, channel: Channel) -> None:
        """Take note that the client of a media channel is gone: the channel ends."""
        self._calls.far_end_hung_up(channel)

    def _give_up(self, channel: Channel) -> None:
        if channel.dialing and self._switch.channels.get(channel.id) is channel:
            self._calls.hang_up(channel, Cause.NO_ANSWER)

    # -- watching the switch

    def channels_changed(self, channels: Iterable[Channel]) -> None:
        """Nothing to do: what a snoop hears is derived."""

    def bridge_emptied(self, bridge: Bridge) -> None:
        """Nothing to do."""

    def channel_gone(self, channel: Channel, cause: int) -> None:  # noqa: ARG002 - the observer's shape
        """End the snoops of a channel that is gone."""
        for snoop in tuple(self._switch.channels.values()):
            if snoop.snooping and snoop.snooping.target_id == channel.id:
                self._calls.far_end_hung_up(snoop)
