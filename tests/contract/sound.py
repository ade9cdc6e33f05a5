"""Who is heard when in a recording: by their pure tones (real phones) or by the pitch of their voices (the exchange)."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telephony.exchange.audio.voices import pitch_hz

STEP_S = 0.25
Spectrum = NDArray[np.float64]


@dataclass(frozen=True)
class Sound:
    """For every quarter of a second who was heard. ``seconds``: the length of the whole."""

    seconds: float
    heard: tuple[frozenset[str], ...]

    def share(self, party: str, start_s: float = 0, end_s: float | None = None) -> float:
        """The part of the time (0 to 1) in which ``party`` was heard."""
        steps = self.heard[int(start_s / STEP_S) : None if end_s is None else int(end_s / STEP_S)]
        return sum(party in step for step in steps) / len(steps) if steps else 0.0

    def longest_without(self, party: str) -> float:
        """Seconds of the longest pause of ``party``."""
        longest = now = 0
        for step in self.heard:
            now = 0 if party in step else now + 1
            longest = max(longest, now)
        return longest * STEP_S


def tones(wav: bytes, parties: Mapping[str, set[int]]) -> Sound:
    """Each party is heard where one of its pitches (Hz) stands out."""

    def who(spectrum: Spectrum, per_hz: float) -> frozenset[str]:
        def loud(pitch: int) -> bool:
            at = round(pitch * per_hz)
            return bool(spectrum[at - 2 : at + 3].max() > 100)

        return frozenset(party for party, pitches in parties.items() if any(loud(pitch) for pitch in pitches))

    return _walk(wav, who)


def voices(wav: bytes, parties: tuple[str, ...]) -> Sound:
    """The party whose harmonics hold most of the sound's energy is heard; nobody where it is quiet, or music.

    Where two speak at once whoever's own harmonics stand out is heard too.
    """
    pitches = {party: pitch_hz(party) for party in parties}

    def who(spectrum: Spectrum, per_hz: float) -> frozenset[str]:
        if spectrum.max() < 30:
            return frozenset()
        shares = {party: _harmonic_share(spectrum, per_hz, pitch) for party, pitch in pitches.items()}
        best = max(shares, key=lambda party: shares[party])
        spoken = shares[best] > 0.6 and _harmonics(spectrum, per_hz, pitches[best]) >= 5
        return (frozenset({best}) if spoken else frozenset()) | _together(spectrum, per_hz, pitches)

    return _walk(wav, who)


def _harmonic_share(spectrum: Spectrum, per_hz: float, pitch: float) -> float:
    places = (round(pitch * number * per_hz) for number in range(1, int(2500 / pitch) + 1))
    near = sorted({place + side for place in places for side in (-1, 0, 1)})
    return float(np.sum(spectrum[near] ** 2) / np.sum(spectrum**2))


def _harmonics(spectrum: Spectrum, per_hz: float, pitch: float) -> int:
    """How many of the first twelve harmonics can be heard: a note of the music has two."""
    places = [round(pitch * number * per_hz) for number in range(1, 13)]
    return sum(bool(spectrum[place - 1 : place + 2].max() > 0.05 * spectrum.max()) for place in places)


def _together(spectrum: Spectrum, per_hz: float, pitches: Mapping[str, float]) -> frozenset[str]:
    """Who is heard in a mixture: at least half of the harmonics that are nobody else's stand out."""
    places = {party: [round(pitch * number * per_hz) for number in range(1, 13)] for party, pitch in pitches.items()}
    found = set()
    for party, mine in places.items():
        others = [place for other, theirs in places.items() if other != party for place in theirs]
        own = [place for place in mine if all(abs(place - other) > 2 for other in others)]
        strong = sum(bool(spectrum[place - 1 : place + 2].max() > 0.06 * spectrum.max()) for place in own)
        if spectrum.max() >= 30 and strong >= max(3, len(own) / 2):
            found.add(party)
    return frozenset(found)


def _walk(wav: bytes, who) -> Sound:
    with wave.open(io.BytesIO(wav)) as sound:
        rate, count = sound.getframerate(), sound.getnframes()
        samples = np.frombuffer(sound.readframes(count), "<i2").astype(float)
    step = int(rate * STEP_S)
    window = np.hanning(step)
    heard = [
        who(np.abs(np.fft.rfft(samples[at : at + step] * window)) / step, step / rate)
        for at in range(0, len(samples) - step + 1, step)
    ]
    return Sound(len(samples) / rate, tuple(heard))
