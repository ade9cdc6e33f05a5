"""What the driver does on its own when something happens: small commands that are carried out in order for each call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from telephony.ari.commands import Note, PbxCommands
from telephony.ari.names import OurLeg
from telephony.types import CallId


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to be done at the PBX for ``call``."""

    call: CallId
    retries: ClassVar[int] = 0

    async def run(self, pbx: PbxCommands) -> None:
        """Do it. Errors as in ``AriClient.request``."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Answer(Action):
    """Take the caller off hook."""

    channel: str

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.answer(self.channel)


@dataclass(frozen=True, slots=True)
class Park(Action):
    """Let the customer wait with music."""

    channel: str
    retries: ClassVar[int] = 1

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.park(self.channel)


@dataclass(frozen=True, slots=True)
class PrepareMix(Action):
    """Make the mixing bridge before it is needed, so that nobody waits for it at the answer."""

    bridge: str
    renumbers: bool = False
    retries: ClassVar[int] = 1

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.create_mix(self.bridge, renumbers=self.renumbers)


@dataclass(frozen=True, slots=True)
class Join(Action):
    """Let these channels hear each other; ``seat`` is the one that is given up when it can't be done."""

    bridge: str
    channels: tuple[str, ...]
    seat: str
    retries: ClassVar[int] = 1

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.join(self.bridge, self.channels)


@dataclass(frozen=True, slots=True)
class RingBack(Action):
    """Let a seat hear that the other side is being called."""

    channel: str
    on: bool

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.ring_back(self.channel, on=self.on)


@dataclass(frozen=True, slots=True)
class DialOut(Action):
    """Call the outside number of an outbound call."""

    channel: str
    leg: OurLeg
    timeout_s: float

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.dial_out(self.channel, self.leg, self.timeout_s)


@dataclass(frozen=True, slots=True)
class HangUp(Action):
    """End a channel."""

    channel: str
    reason: str = "normal"
    retries: ClassVar[int] = 1

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.hang_up(self.channel, self.reason)


@dataclass(frozen=True, slots=True)
class Snoop(Action):
    """Begin the channel that records the customer's."""

    channel: str
    snoop: str
    leg: OurLeg

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.snoop(self.channel, self.snoop, self.leg)


@dataclass(frozen=True, slots=True)
class Record(Action):
    """Record the snoop channel, which is in our application now. Under load the first try may still come too early (409)."""

    channel: str
    name: str
    retries: ClassVar[int] = 1

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.record(self.channel, self.name)


@dataclass(frozen=True, slots=True)
class BeQuiet(Action):
    """End an announcement, so that it does not keep the customer from whoever has answered."""

    playback: str

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.stop_playing(self.playback)


@dataclass(frozen=True, slots=True)
class RefuseTransfer(Action):
    """Tell a phone that the transfer which it asked for is not carried out."""

    channel: str

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.refuse_transfer(self.channel)


@dataclass(frozen=True, slots=True)
class Silence(Action):
    """Let nobody hear a channel, as it was with the one before it."""

    channel: str

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.mute(self.channel, on=True)


@dataclass(frozen=True, slots=True)
class LeaveNote(Action):
    """Leave a note at a seat's channel of what the PBX never tells when asked, for whoever has to rebuild the books."""

    channel: str
    note: Note

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.leave_note(self.channel, self.note)


@dataclass(frozen=True, slots=True)
class DropBridge(Action):
    """Take a bridge away."""

    bridge: str

    @override
    async def run(self, pbx: PbxCommands) -> None:
        await pbx.destroy_bridge(self.bridge)
