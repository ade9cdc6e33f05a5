"""ARI's objects and events, as far as we use them: frozen dataclasses without behaviour. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telephony.ari.names import AppArgs, decode_args
from telephony.types import Cause, DeviceId


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel. ``number``: its caller number; ``app_name`` and ``app_args``: the dialplan application it is in."""

    id: str
    name: str
    state: str
    number: str
    app_name: str
    app_args: tuple[str, ...]
    created_at: datetime

    @property
    def up(self) -> bool:
        """The channel is answered."""
        return self.state == "Up"

    def args_in(self, app: str) -> AppArgs | None:
        """Our arguments of the channel if it is in application ``app`` now, else ``None``."""
        if self.app_name != "Stasis" or not self.app_args or self.app_args[0] != app:
            return None
        return decode_args(list(self.app_args[1:]))


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge and the ids of the channels in it."""

    id: str
    bridge_type: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A phone or trunk; ``online``: registered and reachable."""

    device: DeviceId
    online: bool


@dataclass(frozen=True, slots=True)
class AriEvent:
    """Base of the events; ``at`` is the PBX's own time (aware UTC)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StasisStart(AriEvent):
    """A channel entered our application. ``args`` is ``None`` for one that is not of our making."""

    channel: Channel
    args: AppArgs | None


@dataclass(frozen=True, slots=True)
class ChannelRinging(AriEvent):
    """A channel rings, told by ``Dial`` or by ``ChannelStateChange``: both come, in either order."""

    channel: str


@dataclass(frozen=True, slots=True)
class ChannelDestroyed(AriEvent):
    """A channel is gone."""

    channel: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class ChannelEnteredBridge(AriEvent):
    """A channel is in a bridge."""

    channel: str
    bridge: str


@dataclass(frozen=True, slots=True)
class ChannelLeftBridge(AriEvent):
    """A channel is no longer in a bridge."""

    channel: str
    bridge: str


@dataclass(frozen=True, slots=True)
class ChannelHold(AriEvent):
    """The phone itself put the call on hold (``held``) or took it back."""

    channel: str
    held: bool


@dataclass(frozen=True, slots=True)
class ChannelTransfer(AriEvent):
    """The phone of a channel asks for a transfer to ``target``, or to the far end of ``other``, a call of its own.

    With neither it is to a call that this PBX does not have.
    """

    channel: str
    target: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class PeerStatusChange(AriEvent):
    """A phone came (``online``) or went."""

    device: DeviceId
    online: bool


@dataclass(frozen=True, slots=True)
class ContactStatusChange(AriEvent):
    """The result of a qualify: ``rtt_ms`` is the signalling round trip, ``None`` when the phone did not answer."""

    device: DeviceId
    online: bool
    rtt_ms: float | None


@dataclass(frozen=True, slots=True)
class RecordingChange(AriEvent):
    """A recording began (``done`` false) or ended; ``duration_s`` in whole seconds where told; ``failed``: not as it should."""

    name: str
    done: bool
    duration_s: float | None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ApplicationReplaced(AriEvent):
    """Another client took our application over; nothing comes on this socket any more."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event that we do not use."""

    kind: str
