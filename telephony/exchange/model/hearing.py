"""Who says what and who hears what: the sound sources at each channel, from the state of the switch alone."""

from telephony.exchange.audio.timeline import SILENCE, Source, Sources
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.channels import Channel, ChannelKind, ChannelState
from telephony.exchange.model.media import Recording
from telephony.exchange.model.switch import Switch

RINGBACK: Sources = frozenset({Source("sound", "tone:ring")})
MUSIC: Sources = frozenset({Source("music")})


class Hearing:
    """Answers from the switch's state; changes nothing."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self.sounds: dict[str, Sources] = {}

    def sent_by(self, channel: Channel) -> Sources:
        """Return what comes in from the far end of a channel."""
        if channel.kind is ChannelKind.SNOOP:
            return self._spied(channel)
        if channel.state is not ChannelState.UP or channel.muted_in:
            return SILENCE
        if channel.kind is ChannelKind.MEDIA:
            return frozenset({Source("media", channel.id)})
        if channel.held_by_phone or channel.held_by_exchange:
            return SILENCE
        return frozenset({Source("voice", channel.party)})

    def heard_by(self, channel: Channel, *, whispers: bool = True) -> Sources:
        """Return what goes out to the far end of a channel."""
        if channel.state is not ChannelState.UP or channel.muted_out:
            return SILENCE
        if channel.held_by_exchange:
            return MUSIC
        heard = self._from_bridge(channel) | self.sounds.get(f"channel:{channel.id}", SILENCE)
        if channel.on_music and not channel.bridge_id:
            heard |= MUSIC
        if channel.indicating_ring and not channel.bridge_id:
            heard |= RINGBACK
        if whispers:
            heard |= self._whispered_to(channel, "out")
        return heard

    def in_bridge(self, bridge: Bridge) -> Sources:
        """Return what a recorder in a bridge hears: everyone."""
        if bridge.holding:
            return MUSIC if bridge.music and bridge.channel_ids else SILENCE
        heard = self.sounds.get(f"bridge:{bridge.id}", SILENCE)
        for member in self._switch.members(bridge):
            heard |= self._into_bridge(member)
        return heard

    def recorded(self, recording: Recording) -> Sources:
        """Return what a recording takes down now."""
        if recording.muted or recording.state != "recording":
            return SILENCE
        if recording.of_bridge:
            bridge = self._switch.bridges.get(recording.target_id)
            return self.in_bridge(bridge) if bridge else SILENCE
        channel = self._switch.channels.get(recording.target_id)
        return self.sent_by(channel) if channel else SILENCE

    def _from_bridge(self, channel: Channel) -> Sources:
        bridge = self._switch.bridges.get(channel.bridge_id)
        if bridge is None:
            return SILENCE
        if bridge.holding:
            return MUSIC if bridge.music else SILENCE
        heard = self.sounds.get(f"bridge:{bridge.id}", SILENCE)
        for member in self._switch.members(bridge):
            if member is not channel:
                heard |= self._into_bridge(member)
        return heard | MUSIC if bridge.music else heard

    def _into_bridge(self, member: Channel) -> Sources:
        """Return a member's part in the mix: a phone that pressed hold gives the others music."""
        if member.muted_in_bridge:
            return SILENCE
        if member.held_by_phone and member.state is ChannelState.UP:
            return MUSIC
        return self.sent_by(member) | self._whispered_to(member, "in")

    def _spied(self, snoop: Channel) -> Sources:
        snooping = snoop.snooping
        target = self._switch.channels.get(snooping.target_id) if snooping else None
        if snooping is None or target is None:
            return SILENCE
        heard = SILENCE
        if snooping.spy in ("in", "both"):
            heard |= self.sent_by(target)
        if snooping.spy in ("out", "both"):
            heard |= self.heard_by(target, whispers=False)
        return heard

    def _whispered_to(self, channel: Channel, direction: str) -> Sources:
        heard = SILENCE
        for snoop in self._switch.channels.values():
            snooping = snoop.snooping
            if snooping and snooping.target_id == channel.id and snooping.whisper in (direction, "both"):
                heard |= self.heard_by(snoop, whispers=False)
        return heard
