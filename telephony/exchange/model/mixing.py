"""Putting channels into bridges and taking them out."""

import uuid

from telephony.exchange.errors import BadRequestError, ConflictError, UnprocessableError
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.channels import Channel, ChannelKind
from telephony.exchange.model.switch import Switch


class Mixing:
    """Operations on bridges."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def create(self, bridge_type: str, bridge_id: str, name: str) -> Bridge:
        """Make a bridge. `bridge_type` is a comma-separated list of attributes, of which `holding` decides."""
        switch = self._switch
        if bridge_id and bridge_id in switch.bridges:
            raise ConflictError(f"Bridge with id '{bridge_id}' already exists")
        kind = "holding" if "holding" in bridge_type.split(",") else "mixing"
        bridge = Bridge(bridge_id or str(uuid.uuid4()), name, kind, switch.clock.now())
        switch.bridges[bridge.id] = bridge
        switch.emit("BridgeCreated", bridge=bridge.to_json())
        return bridge

    def destroy(self, bridge: Bridge) -> None:
        """End a bridge; its channels stay in Stasis, alone."""
        switch = self._switch
        for channel in switch.members(bridge):
            self.leave(channel)
        del switch.bridges[bridge.id]
        switch.tell_emptied(bridge)
        switch.emit("BridgeDestroyed", bridge=bridge.to_json())
        switch.forget(bridge.id)

    def add(self, bridge: Bridge, channel_ids: list[str], *, mute: bool = False) -> None:
        """Move channels into a bridge, out of the one they are in. 400 unknown channel, 422 channel not in Stasis."""
        channels = self._controlled(channel_ids)
        for channel in channels:
            channel.muted_in_bridge = mute
            self._enter(bridge, channel)

    def remove(self, bridge: Bridge, channel_ids: list[str]) -> None:
        """Take channels out of a bridge. 422 when one of them is not in it."""
        channels = self._controlled(channel_ids)
        if any(channel.bridge_id != bridge.id for channel in channels):
            raise UnprocessableError("Channel not in this bridge")
        for channel in channels:
            self.leave(channel)

    def set_music(self, bridge: Bridge, *, on: bool) -> None:
        """Start or stop the music of a bridge. 409 when it is to stop and does not play."""
        if not on and not bridge.music:
            raise ConflictError("Bridge isn't playing music")
        bridge.music = on
        state = "INUSE" if on else "UNKNOWN"
        self._switch.emit("DeviceStateChanged", device_state={"name": "Announcer/ARI_MOH", "state": state})
        self._switch.tell_changed(*self._switch.members(bridge))

    def leave(self, channel: Channel) -> None:
        """Take a channel out of its bridge, if it is in one."""
        switch = self._switch
        bridge = switch.bridges.get(channel.bridge_id)
        if bridge is None:
            return
        bridge.channel_ids.remove(channel.id)
        channel.bridge_id = ""
        switch.emit("ChannelLeftBridge", bridge=bridge.to_json(), channel=channel.to_json())
        rest = switch.members(bridge)
        self._name_peers(bridge)
        switch.tell_changed(channel, *rest)
        if not rest:
            switch.tell_emptied(bridge)

    def _controlled(self, channel_ids: list[str]) -> list[Channel]:
        if not channel_ids:
            raise BadRequestError("Missing parameter channel")
        found: list[Channel] = []
        for channel_id in channel_ids:
            channel = self._switch.channels.get(channel_id)
            if channel is None:
                raise BadRequestError("Channel not found")
            if not channel.in_stasis or channel.dying:
                raise UnprocessableError("Channel not in Stasis application")
            found.append(channel)
        return found

    def _enter(self, bridge: Bridge, channel: Channel) -> None:
        if channel.bridge_id == bridge.id:
            return
        self.leave(channel)
        bridge.channel_ids = sorted([*bridge.channel_ids, channel.id])
        channel.bridge_id = bridge.id
        switch = self._switch
        switch.subscribe(channel.app, bridge_id=bridge.id)
        switch.emit("ChannelEnteredBridge", bridge=bridge.to_json(), channel=channel.to_json())
        self._name_peers(bridge)
        self._connect_lines(bridge)
        switch.tell_changed(*switch.members(bridge))

    def _name_peers(self, bridge: Bridge) -> None:
        if bridge.holding:
            return
        members = [leg for leg in self._switch.members(bridge) if leg.endpoint_name]
        for channel in members:
            peers = ",".join(other.name for other in members if other is not channel)
            if channel.variables.get("BRIDGEPEER", "") != peers:
                self._switch.set_variable(channel, "BRIDGEPEER", peers)

    def _connect_lines(self, bridge: Bridge) -> None:
        members = [leg for leg in self._switch.members(bridge) if leg.kind in (ChannelKind.SEAT, ChannelKind.TRUNK)]
        if bridge.holding or len(members) != 2:
            return
        for channel, other in (members, reversed(members)):
            if channel.connected == other.caller:
                continue
            channel.connected = other.caller
            self._switch.emit("ChannelConnectedLine", channel=channel.to_json())
