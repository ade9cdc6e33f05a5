"""The ARI requests that we make, by their meaning."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from telephony.ari.client import AriClient, path
from telephony.ari.names import OurLeg, Role, encode_args, queue_bridge
from telephony.errors import NoSuchCallError, PbxRefusedError

UNUSED_EVENTS = (
    "ChannelVarset",
    "ChannelDialplan",
    "ChannelConnectedLine",
    "ChannelCallerId",
    "ChannelCreated",
    "ChannelDtmfReceived",
    "ChannelHangupRequest",
    "StasisEnd",
    "BridgeCreated",
    "BridgeDestroyed",
)
EVENT_SOURCES = ("channel:", "bridge:", "endpoint:")
"""All of each kind, and no device states: Asterisk can lock up for ever when a socket that has them is lost (ADR 56)."""
_NOTE = "XK_NOTE"
_ASK_US = MappingProxyType({"PJSIP_TRANSFER_HANDLING()": "ari-only"})
"""A transfer that is asked for at the phone is told to us, instead of being carried out by Asterisk behind our back."""

_REFER_SETTLES_S = 0.2
"""Asterisk tells of such a wish before it is ready for the answer, and crashes when that comes at once (ADR 59)."""

_BY_ITSELF = MappingProxyType(
    {
        "PJSIP_HEADER(add,Call-Info)": "<sip:xktcc>;answer-after=0",
        "PJSIP_HEADER(add,Alert-Info)": "<http://xktcc>;info=alert-autoanswer;delay=0",
    }
)
"""Two spellings of one request: take the call off hook at once. A phone that knows neither rings."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a seat's channel is to remember: its phone holds the call, and nobody hears it."""

    held: bool = False
    muted: bool = False


def _both(number: str) -> str:
    """A caller id whose name is the number too, so that no name of the PBX's own shows."""
    return f"{number} <{number}>"


class PbxCommands:
    """Each method is one or two requests and returns when the PBX took them; errors as in ``AriClient.request``."""

    def __init__(self, client: AriClient, app: str, trunk: str, hotline: str) -> None:
        self._client = client
        self.app = app
        self.trunk = trunk
        self.queue = queue_bridge(app)
        self._hotline = hotline

    # ---- channels

    async def answer(self, channel: str) -> None:
        """Take an incoming channel off hook."""
        await self._client.request("POST", path("channels", channel, "answer"))

    async def hang_up(self, channel: str, reason: str) -> None:
        """End a channel; ``reason`` is one of ARI's words (``normal``, ``answered_elsewhere``, ``no_answer``, ``busy``)."""
        await self._client.request("DELETE", path("channels", channel), {"reason": reason})

    async def ring_seat(  # noqa: PLR0913 -- what a phone is called with
        self,
        channel: str,
        leg: OurLeg,
        caller: str,
        timeout_s: float,
        originator: str | None = None,
        *,
        by_itself: bool = False,
    ) -> None:
        """Call a phone of ours, which shows ``caller``. Status 500 means that it is not registered.

        A call that its agent has begun by a click is to be taken off hook by the phone itself; ``by_itself``: so is this one.
        """
        variables = {**_ASK_US, **(_BY_ITSELF if by_itself or leg.role is Role.SEAT_OUT else {})}
        extra = {"originator": originator} if originator is not None else {}
        params = {"endpoint": f"PJSIP/{leg.device}", "callerId": _both(caller), **extra}
        await self._originate(channel, leg, timeout_s, params, variables)

    async def dial_out(self, channel: str, leg: OurLeg, timeout_s: float) -> None:
        """Call an outside number; it sees the hotline. Without originator: that would show the seat's own name."""
        params = {"endpoint": f"PJSIP/{leg.called}@{self.trunk}", "callerId": _both(self._hotline)}
        await self._originate(channel, leg, timeout_s, params)

    async def _originate(
        self,
        channel: str,
        leg: OurLeg,
        timeout_s: float,
        params: dict[str, str],
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        common = {
            "app": self.app,
            "appArgs": encode_args(leg),
            "timeout": str(max(1, math.ceil(timeout_s))),
            "channelId": channel,
        }
        body = {"variables": dict(variables)} if variables else None
        await self._client.request("POST", "channels", common | params, body=body)

    async def ring_back(self, channel: str, *, on: bool) -> None:
        """Let a channel hear the ringing tone, or no longer."""
        await self._client.request("POST" if on else "DELETE", path("channels", channel, "ring"))

    async def snoop(self, channel: str, snoop: str, leg: OurLeg) -> None:
        """Begin to hear both directions of a channel on a new channel ``snoop``."""
        params = {"spy": "both", "app": self.app, "appArgs": encode_args(leg), "snoopId": snoop}
        await self._client.request("POST", path("channels", channel, "snoop"), params)

    async def record(self, channel: str, name: str) -> None:
        """Record a channel into the file ``name``; 409 when it exists or the channel is not in our application yet."""
        await self._client.request("POST", path("channels", channel, "record"), {"name": name, "format": "wav"})

    async def rtp_statistics(self, channel: str, deadline_s: float) -> Any:
        """The counters of a channel's sound."""
        return await self._client.request("GET", path("channels", channel, "rtp_statistics"), deadline_s=deadline_s)

    async def leave_note(self, channel: str, note: Note) -> None:
        """Leave ``note`` at the channel: Asterisk tells of such things once at most, and never when asked."""
        value = f"{'h' if note.held else ''}{'m' if note.muted else ''}" or "-"
        await self._client.request("POST", path("channels", channel, "variable"), {"variable": _NOTE, "value": value})

    async def read_note(self, channel: str) -> Note | None:
        """The note that was left; ``None`` when there is none."""
        try:
            found = await self._client.request("GET", path("channels", channel, "variable"), {"variable": _NOTE})
        except (NoSuchCallError, PbxRefusedError):
            return None
        value = found.get("value", "") if isinstance(found, dict) else ""
        return Note("h" in value, "m" in value)

    async def play(self, channel: str, playback: str, media: tuple[str, ...]) -> None:
        """Play sounds to a channel, wherever it is."""
        await self._client.request("POST", path("channels", channel, "play", playback), {"media": ",".join(media)})

    async def stop_playing(self, playback: str) -> None:
        """End an announcement; one that has ended by itself is gone already (``NoSuchCallError``)."""
        await self._client.request("DELETE", path("playbacks", playback))

    async def mute(self, channel: str, *, on: bool) -> None:
        """Let nobody hear what comes from a channel, or let it be heard again."""
        await self._client.request("POST" if on else "DELETE", path("channels", channel, "mute"), {"direction": "in"})

    async def refuse_transfer(self, channel: str) -> None:
        """Tell a phone that the transfer which it asked for is not carried out."""
        await self._answer_transfer(channel, "channel_declined")

    async def confirm_transfer(self, channel: str) -> None:
        """Tell a phone that the transfer which it asked for is done."""
        await self._answer_transfer(channel, "channel_answered")

    async def _answer_transfer(self, channel: str, state: str) -> None:
        await asyncio.sleep(_REFER_SETTLES_S)
        await self._client.request("POST", path("channels", channel, "transfer_progress"), {"states": state})

    async def send_digits(self, channel: str, digits: str) -> None:
        """Press keys for whoever is at the channel's far end."""
        await self._client.request("POST", path("channels", channel, "dtmf"), {"dtmf": digits})

    # ---- bridges

    async def create_queue(self) -> None:
        """Make the holding bridge, or leave it as it is."""
        await self._ensure_bridge(self.queue, "holding")

    async def create_mix(self, bridge: str, *, renumbers: bool) -> None:
        """Make a mixing bridge, or leave it as it is.

        A plain bridge hands a phone's RTP frames on with their sequence numbers. When another phone takes its place its
        numbers begin elsewhere, and about half of the time Asterisk 22's snoop takes its frames for late ones: the
        recording loses that side. A bridge that can do video mixes even two parties into frames of its own (``renumbers``).
        """
        await self._ensure_bridge(bridge, "mixing,video_sfu" if renumbers else "mixing")

    async def _ensure_bridge(self, bridge: str, kind: str) -> None:
        try:
            await self._client.request("POST", path("bridges", bridge), {"type": kind, "name": bridge})
        except PbxRefusedError:  # versions of Asterisk differ in how they refuse a repeated id: 409, or 500
            await self._client.request("GET", path("bridges", bridge))

    async def park(self, channel: str) -> None:
        """Move a channel to the holding bridge. The music is asked for again: it ends each time the bridge empties."""
        await self._client.request("POST", path("bridges", self.queue, "addChannel"), {"channel": channel})
        await self._client.request("POST", path("bridges", self.queue, "moh"))

    async def join(self, bridge: str, channels: tuple[str, ...]) -> None:
        """Move channels to a mixing bridge."""
        await self._client.request("POST", path("bridges", bridge, "addChannel"), {"channel": ",".join(channels)})

    async def destroy_bridge(self, bridge: str) -> None:
        """Take a bridge away."""
        await self._client.request("DELETE", path("bridges", bridge))

    # ---- the PBX itself

    async def info(self) -> dict[str, Any]:
        """What the PBX says of itself."""
        return await self._client.request("GET", path("asterisk", "info")) or {}

    async def choose_events(self) -> None:
        """Ask to be told of all channels, bridges and endpoints, but not what we do not use (more than half of all events)."""
        app = path("applications", self.app, "subscription")
        await self._client.request("POST", app, params={"eventSource": ",".join(EVENT_SOURCES)})
        body = {"disallowed": [{"type": kind} for kind in UNUSED_EVENTS]}
        await self._client.request("PUT", path("applications", self.app, "eventFilter"), body=body)

    async def listing(self, *segments: str) -> list[dict[str, Any]]:
        """All objects of a resource."""
        found = await self._client.request("GET", path(*segments))
        return [entry for entry in found or [] if isinstance(entry, dict)]
