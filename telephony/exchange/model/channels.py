"""A channel: one leg between the exchange and a phone, a trunk, a snoop or a media socket."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from telephony.exchange.clock import Timer, ari_timestamp


class ChannelState(StrEnum):
    """Asterisk's names of a channel's state."""

    DOWN = "Down"
    RING = "Ring"
    RINGING = "Ringing"
    UP = "Up"


class ChannelKind(StrEnum):
    """What stands at the other end."""

    SEAT = "seat"
    TRUNK = "trunk"
    SNOOP = "snoop"
    MEDIA = "media"


@dataclass(frozen=True)
class CallerId:
    """Name and number as one party shows them to the other."""

    name: str = ""
    number: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the ARI object."""
        return {"name": self.name, "number": self.number}


@dataclass
class Dialplan:
    """Where the channel stands in the dialplan; `app_data` keeps `app,arg1,arg2` while it is in Stasis."""

    context: str
    exten: str
    priority: int = 1
    app_name: str = ""
    app_data: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the ARI object."""
        return {
            "context": self.context,
            "exten": self.exten,
            "priority": self.priority,
            "app_name": self.app_name,
            "app_data": self.app_data,
        }


@dataclass
class Snooping:
    """What a snoop channel takes from, and gives to, the channel it listens to (`none`, `both`, `in`, `out`)."""

    target_id: str
    spy: str
    whisper: str


@dataclass(eq=False)
class Channel:
    """One leg. `outgoing` legs were dialled by the exchange; `party` is the number whose voice it carries ("" for none)."""

    id: str
    name: str
    kind: ChannelKind
    resource: str
    created: datetime
    dialplan: Dialplan
    outgoing: bool
    party: str = ""
    state: ChannelState = ChannelState.DOWN
    protocol_id: str = ""
    caller: CallerId = field(default_factory=CallerId)
    connected: CallerId = field(default_factory=CallerId)
    app: str = ""
    app_args: tuple[str, ...] = ()
    in_stasis: bool = False
    dialing: bool = False
    by_create: bool = False
    dying: bool = False
    bridge_id: str = ""
    answered_at: datetime | None = None
    held_by_phone: bool = False
    held_by_exchange: bool = False
    muted_in: bool = False
    muted_out: bool = False
    muted_in_bridge: bool = False
    on_music: bool = False
    indicating_ring: bool = False
    snooping: Snooping | None = None
    connection_id: str = ""
    digits: str = ""  # what applications pressed for the far end
    refer_to: dict[str, Any] | None = None  # what its phone has asked a transfer to, until that is answered
    variables: dict[str, str] = field(default_factory=dict)
    timer: Timer | None = None

    @property
    def endpoint_name(self) -> str:
        """Return `PJSIP/1001` and the like: the device whose state this channel makes; "" for channels without one."""
        return f"PJSIP/{self.resource}" if self.kind in (ChannelKind.SEAT, ChannelKind.TRUNK) else ""

    def read(self, variable: str) -> str | None:
        """Return a variable, or what one of the few dialplan functions known here says; None when it is not set."""
        functions = {
            "CALLERID(num)": self.caller.number,
            "CALLERID(name)": self.caller.name,
            "CHANNEL(name)": self.name,
        }
        return self.variables.get(variable, functions.get(variable))

    def to_json(self) -> dict[str, Any]:
        """Return the ARI object, with the keys in Asterisk's order."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state.value,
            "protocol_id": self.protocol_id,
            "caller": self.caller.to_json(),
            "connected": self.connected.to_json(),
            "accountcode": "",
            "dialplan": self.dialplan.to_json(),
            "creationtime": ari_timestamp(self.created),
            "language": "en",
        }
