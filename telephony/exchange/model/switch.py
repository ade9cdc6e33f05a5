"""The switch: every channel, bridge and endpoint there is, and the one place from which events go out."""

import itertools
from collections.abc import Iterable
from random import Random
from typing import Any, Protocol

from telephony.exchange.clock import Clock, ari_timestamp
from telephony.exchange.errors import ConflictError, UnknownError
from telephony.exchange.model.apps import Application, Applications
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.channels import Channel, ChannelKind
from telephony.exchange.model.endpoints import Endpoint, device_state_of

ENTITY_ID = "02:00:00:00:00:01"
SYSTEM_NAME = "xktcc-exchange"
TRUNK = "trunk"


class Observer(Protocol):
    """Something inside the exchange that reacts to what happens on the switch: recorders, phones, callers."""

    def channels_changed(self, channels: Iterable[Channel]) -> None:
        """Learn that what these channels say or hear may have changed (bridge, hold, mute, state)."""
        ...

    def channel_gone(self, channel: Channel, cause: int) -> None:
        """Learn that a channel was destroyed."""
        ...

    def bridge_emptied(self, bridge: Bridge) -> None:
        """Learn that the last channel left a bridge, or that the bridge was destroyed."""
        ...


class Switch:
    """Holds the state; the operations on it are in the modules beside this one."""

    def __init__(self, clock: Clock, rng: Random, *, app: str = "xktcc", quirks: float = 0.0) -> None:
        self.clock = clock
        self.rng = rng
        self.default_app = app
        self.quirks = quirks
        self.apps = Applications()
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.endpoints: dict[str, Endpoint] = {TRUNK: Endpoint(TRUNK, static=True, device_state="NOT_INUSE")}
        self.observers: list[Observer] = []
        self.started = clock.now()
        self._ids = itertools.count()
        self._names = itertools.count()

    # -- events

    def emit(self, event_type: str, **body: Any) -> None:
        """Send an event to every application that wants it; now and then twice, as Asterisk does."""
        event = {
            "type": event_type,
            "timestamp": ari_timestamp(self.clock.now()),
            **body,
            "asterisk_id": ENTITY_ID,
        }
        repeats = 2 if self.chance() else 1
        for app in self.apps.all():
            if app.wants(event):
                for _ in range(repeats):
                    app.deliver(event | {"application": app.name})

    def emit_unordered(self, *events: tuple[str, dict[str, Any]]) -> None:
        """Send events whose order Asterisk does not promise: usually as given, sometimes turned round."""
        order = reversed(events) if self.quirks > 0 and self.rng.random() < max(0.25, self.quirks) else events
        for event_type, body in order:
            self.emit(event_type, **body)

    def set_variable(self, channel: Channel, variable: str, value: str) -> None:
        """Set a channel variable and tell."""
        channel.variables[variable] = value
        self.emit("ChannelVarset", variable=variable, value=value, channel=channel.to_json())

    def chance(self) -> bool:
        """Tell, by the quirk probability, whether Asterisk has one of its moments."""
        return self.quirks > 0 and self.rng.random() < self.quirks

    # -- finding

    def channel(self, channel_id: str) -> Channel:
        """Return the channel (by id or by name), or raise UnknownError."""
        found = self.channels.get(channel_id)
        if found is None:
            found = next((leg for leg in self.channels.values() if leg.name == channel_id), None)
        if found is None:
            raise UnknownError("Channel not found")
        return found

    def stasis_channel(self, channel_id: str) -> Channel:
        """Return a channel that is in Stasis; 404 when unknown, 409 when it is elsewhere (still ringing, in the dialplan)."""
        found = self.channel(channel_id)
        if not found.in_stasis:
            raise ConflictError("Channel not in Stasis application")
        return found

    def bridge(self, bridge_id: str) -> Bridge:
        """Return the bridge, or raise UnknownError."""
        try:
            return self.bridges[bridge_id]
        except KeyError:
            raise UnknownError("Bridge not found") from None

    def members(self, bridge: Bridge) -> list[Channel]:
        """Return the channels in a bridge, in order of id."""
        return [self.channels[channel_id] for channel_id in bridge.channel_ids]

    def legs_of(self, resource: str) -> list[Channel]:
        """Return the channels between the exchange and this endpoint, oldest first."""
        return [
            leg
            for leg in self.channels.values()
            if leg.resource == resource and leg.kind in (ChannelKind.SEAT, ChannelKind.TRUNK)
        ]

    def endpoint_json(self, endpoint: Endpoint) -> dict[str, Any]:
        """Return the ARI Endpoint with its channels."""
        return endpoint.to_json([leg.id for leg in self.legs_of(endpoint.resource)])

    # -- bookkeeping

    def new_id(self) -> str:
        """Return a channel id as Asterisk makes them: system name, epoch second, running number."""
        return f"{SYSTEM_NAME}-{int(self.clock.now().timestamp())}.{next(self._ids)}"

    def next_name_suffix(self) -> str:
        """Return the running number at the end of a channel's name."""
        return f"{next(self._names):08x}"

    def add_channel(self, channel: Channel) -> None:
        """Enter a new channel; raise ConflictError when its id is taken."""
        if channel.id in self.channels:
            raise ConflictError("Channel with given unique ID already exists")
        self.channels[channel.id] = channel

    def subscribe(self, app_name: str, *, channel_id: str = "", bridge_id: str = "") -> None:
        """Let a connected application follow this channel or bridge, as Asterisk does for what enters its Stasis."""
        app: Application | None = self.apps.find(app_name)
        if app is None:
            return
        if channel_id:
            app.channel_ids.add(channel_id)
        if bridge_id:
            app.bridge_ids.add(bridge_id)

    def forget(self, thing_id: str) -> None:
        """Drop every application's subscription to a channel or bridge that is gone."""
        for app in self.apps.all():
            app.forget(thing_id)

    def refresh_device_state(self, resource: str) -> None:
        """Announce the device state of an endpoint if it is not what was announced last."""
        endpoint = self.endpoints.get(resource)
        if endpoint is None:
            return
        state = device_state_of(endpoint, self.legs_of(resource))
        if state == endpoint.device_state:
            return
        endpoint.device_state = state
        self.emit("DeviceStateChanged", device_state={"name": endpoint.device_name, "state": state})

    # -- observers

    def tell_changed(self, *channels: Channel) -> None:
        """Tell the observers that what these channels say or hear may have changed."""
        for observer in tuple(self.observers):
            observer.channels_changed(channels)

    def tell_gone(self, channel: Channel, cause: int) -> None:
        """Tell the observers that a channel is gone."""
        for observer in tuple(self.observers):
            observer.channel_gone(channel, cause)

    def tell_emptied(self, bridge: Bridge) -> None:
        """Tell the observers that a bridge has emptied."""
        for observer in tuple(self.observers):
            observer.bridge_emptied(bridge)
