"""An endpoint: a phone that registers, or the trunk to the public network."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from telephony.exchange.model.channels import Channel, ChannelState


@dataclass(frozen=True)
class Quality:
    """The way between phone and exchange: round trip and jitter in milliseconds, loss as a fraction of packets."""

    rtt_ms: float = 8.0
    loss: float = 0.0
    jitter_ms: float = 1.0

    @property
    def mes(self) -> int:
        """Return the media experience score (0 to 100): 88 on a clean line, 52 at 10 % loss, less with jitter and delay."""
        score = 88.09 - 360 * self.loss - 0.25 * max(0.0, self.jitter_ms - 5) - 0.05 * max(0.0, self.rtt_ms - 150)
        return round(min(100.0, max(0.0, score)))


@dataclass(eq=False)
class Endpoint:
    """A PJSIP endpoint. `static` ones (the trunk) are always reachable and never register."""

    resource: str
    static: bool = False
    registered: bool = False
    reachable: bool = False
    quality: Quality = Quality()
    device_state: str = "UNAVAILABLE"

    @property
    def online(self) -> bool:
        """Tell whether a call to it can be placed."""
        return self.static or (self.registered and self.reachable)

    @property
    def device_name(self) -> str:
        """Return the device's name in DeviceStateChanged."""
        return f"PJSIP/{self.resource}"

    @property
    def contact_uri(self) -> str:
        """Return the address at which the phone is registered."""
        return f"sip:{self.resource}@127.0.0.1:5060;ob"

    def to_json(self, channel_ids: list[str]) -> dict[str, Any]:
        """Return the ARI object."""
        return {
            "technology": "PJSIP",
            "resource": self.resource,
            "state": "online" if self.online else "offline",
            "channel_ids": channel_ids,
        }


def device_state_of(endpoint: Endpoint, channels: Iterable[Channel]) -> str:
    """Return the device state that Asterisk derives from an endpoint's channels.

    A hold pressed at the phone does not show (the far end hears music, the device stays INUSE); a hold that the
    exchange asked for does.
    """
    legs = list(channels)
    ringing = any(leg.state is ChannelState.RINGING for leg in legs)
    used = [leg for leg in legs if leg.state in (ChannelState.UP, ChannelState.RING)]
    if used and all(leg.held_by_exchange for leg in used):
        return "ONHOLD"
    if used:
        return "RINGINUSE" if ringing else "INUSE"
    if ringing:
        return "RINGING"
    return "NOT_INUSE" if endpoint.online else "UNAVAILABLE"
