"""From the timeline of a recording to its sound."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from telephony.exchange.audio.timeline import Segment, Source
from telephony.exchange.audio.voices import LOOP_S, Pcm, loop
from telephony.exchange.audio.wav import RATE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LiveSound = Callable[[str, datetime, int], Pcm]


def no_live_sound(channel_id: str, start: datetime, samples: int) -> Pcm:  # noqa: ARG001 - the shape of LiveSound
    """Stand in for the sound of media channels where none is kept."""
    return np.zeros(samples, np.int16)


def render(segments: tuple[Segment, ...], live_sound: LiveSound = no_live_sound) -> bytes:
    """Return 8 kHz PCM16LE of all segments in order; `live_sound` gives what a media channel sent (8 kHz)."""
    return b"".join(_segment(segment, live_sound).tobytes() for segment in segments)


def _segment(segment: Segment, live_sound: LiveSound) -> Pcm:
    samples = round((segment.end - segment.start).total_seconds() * RATE)
    mixed = np.zeros(samples, np.int32)
    for source in segment.sources:
        if source.kind == "media":
            mixed += live_sound(source.key, segment.start, samples)
        else:
            mixed += _looped(source, segment.start, samples)
    return np.clip(mixed, -32768, 32767).astype("<i2")


def _looped(source: Source, start: datetime, samples: int) -> Pcm:
    wave = loop(source)[::2]
    offset = round(((start - EPOCH).total_seconds() % LOOP_S) * RATE) % len(wave)
    repeats = (offset + samples) // len(wave) + 1
    return np.tile(wave, repeats)[offset : offset + samples]
