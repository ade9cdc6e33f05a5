"""Stasis applications: who is connected under which name, what it subscribed to and what it filters out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from telephony.exchange.errors import UnknownError

Deliver = Callable[[dict[str, Any]], None]
ALL = {
    "channel": "__AST_CHANNEL_ALL_TOPIC",
    "bridge": "__AST_BRIDGE_ALL_TOPIC",
    "endpoint": "__AST_ENDPOINT_ALL_TOPIC",
    "deviceState": "__AST_DEVICE_STATE_ALL_TOPIC",
}
"""What stands in a subscription, by the kind of its source, for everything of that kind."""


@dataclass(eq=False)
class Application:
    """One connected application. It exists as long as its socket does."""

    name: str
    deliver: Deliver
    subscribe_all: bool
    channel_ids: set[str] = field(default_factory=set)
    bridge_ids: set[str] = field(default_factory=set)
    endpoint_ids: set[str] = field(default_factory=set)
    device_names: set[str] = field(default_factory=set)
    allowed: list[dict[str, Any]] = field(default_factory=list)
    disallowed: list[dict[str, Any]] = field(default_factory=list)

    def wants(self, event: dict[str, Any]) -> bool:
        """Tell whether this event passes the subscription and the filter of this application."""
        if not self._passes_filter(event):
            return False
        return self.subscribe_all or self._is_subscribed(event)

    def to_json(self) -> dict[str, Any]:
        """Return the ARI Application."""
        return {
            "name": self.name,
            "channel_ids": sorted(self.channel_ids),
            "bridge_ids": sorted(self.bridge_ids),
            "endpoint_ids": sorted(self.endpoint_ids),
            "device_names": sorted(self.device_names),
            "events_allowed": self.allowed,
            "events_disallowed": self.disallowed,
        }

    def forget(self, thing_id: str) -> None:
        """Drop the subscription to a channel or bridge that is gone."""
        self.channel_ids.discard(thing_id)
        self.bridge_ids.discard(thing_id)

    def _passes_filter(self, event: dict[str, Any]) -> bool:
        if any(_matches(rule, event) for rule in self.disallowed):
            return False
        return not self.allowed or any(_matches(rule, event) for rule in self.allowed)

    def subscribed(self, kind: str) -> set[str]:
        """What of a kind of source this application is told of. Raises ``KeyError`` for what is no kind."""
        return {
            "channel": self.channel_ids,
            "bridge": self.bridge_ids,
            "endpoint": self.endpoint_ids,
            "deviceState": self.device_names,
        }[kind]

    def _is_subscribed(self, event: dict[str, Any]) -> bool:
        return any(not {name, ALL[kind]}.isdisjoint(self.subscribed(kind)) for kind, name in _sources(event))


class Applications:
    """The connected applications by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, Application] = {}

    def register(self, name: str, deliver: Deliver, *, subscribe_all: bool) -> tuple[Application, Application | None]:
        """Connect an application; a second client with the same name takes over. Return it, and whom it replaced."""
        replaced = self._by_name.get(name)
        app = Application(name, deliver, subscribe_all)
        if replaced is not None:
            app.channel_ids |= replaced.channel_ids
            app.bridge_ids |= replaced.bridge_ids
            app.allowed, app.disallowed = replaced.allowed, replaced.disallowed
        self._by_name[name] = app
        return app, replaced

    def unregister(self, app: Application) -> None:
        """Forget an application whose socket is lost; one that was replaced is forgotten already."""
        if self._by_name.get(app.name) is app:
            del self._by_name[app.name]

    def clear(self) -> None:
        """Forget all of them."""
        self._by_name.clear()

    def connected(self, name: str) -> bool:
        """Tell whether a client is connected under this name."""
        return name in self._by_name

    def get(self, name: str) -> Application:
        """Return the application, or raise UnknownError."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownError("Application not found") from None

    def find(self, name: str) -> Application | None:
        """Return the application if it is connected."""
        return self._by_name.get(name)

    def all(self) -> Iterable[Application]:
        """Return the connected applications."""
        return tuple(self._by_name.values())


def _sources(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an event is about: kind and name of each thing."""
    for part in ("channel", "peer"):
        if (name := (event.get(part) or {}).get("id")) is not None:  # the peer of an endpoint's event is a status alone
            yield "channel", name
    if referred_by := event.get("referred_by"):
        yield "channel", referred_by["source_channel"]["id"]
    if bridge := event.get("bridge"):
        yield "bridge", bridge["id"]
    if endpoint := event.get("endpoint"):
        yield "endpoint", f"{endpoint['technology']}/{endpoint['resource']}"
    if device := event.get("device_state"):
        yield "deviceState", device["name"]
    for part in ("playback", "recording"):
        if medium := event.get(part):
            kind, _, name = medium["target_uri"].partition(":")
            yield kind, name


def _matches(rule: dict[str, Any], event: dict[str, Any]) -> bool:
    return all(event.get(key) == value for key, value in rule.items())
