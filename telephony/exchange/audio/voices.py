"""Synthetic sound: a voice for every number, hold music, announcements. Deterministic, and cheap to make.

A voice is a loop of LOOP_S seconds, aligned to wall time. Phones with short numbers (seats) and all others take turns in
it, so that a recorded call sounds like a conversation. Everything stays below 3.8 kHz, so that every second sample is
the same sound at 8 kHz.
"""

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from telephony.exchange.audio.timeline import Source

RATE = 16_000
LOOP_S = 24
LOOP_SAMPLES = RATE * LOOP_S
SEAT_DIGITS = 5  # numbers up to this long are seats

Pcm = NDArray[np.int16]

_FORMANTS_HZ = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
_EXCHANGE_S = 3  # one turn of each side
_SEAT_TURNS_S = tuple((at + 0.0, at + 1.5) for at in range(0, LOOP_S, _EXCHANGE_S))
_OTHER_TURNS_S = tuple((at + 1.4, at + 3.0) for at in range(0, LOOP_S, _EXCHANGE_S))
_CHORDS_HZ = (
    (261.6, 329.6, 392.0),
    (220.0, 261.6, 329.6),
    (174.6, 220.0, 261.6),
    (196.0, 246.9, 293.7),
)


def pitch_hz(number: str) -> float:
    """Return the pitch of a number's voice: 170 to 250 Hz for seats, 85 to 160 Hz for all others."""
    share = (zlib.crc32(number.encode()) % 1000) / 1000
    return 170 + 80 * share if len(number) <= SEAT_DIGITS else 85 + 75 * share


@lru_cache(maxsize=32)  # 0.8 MB each
def loop(source: Source) -> Pcm:
    """Return the loop of a source at 16 kHz, int16; sources whose sound arrives live have none and are silent here."""
    if source.kind == "voice":
        return _voice(source.key)
    if source.kind == "music":
        return _music()
    if source.kind == "sound":
        return _announcement(source.key)
    return np.zeros(LOOP_SAMPLES, np.int16)


def _voice(number: str) -> Pcm:
    rng = np.random.default_rng(zlib.crc32(number.encode()))
    vowels = _vowels(pitch_hz(number))
    out = np.zeros(LOOP_SAMPLES, np.float32)
    turns = _SEAT_TURNS_S if len(number) <= SEAT_DIGITS else _OTHER_TURNS_S
    for start_s, end_s in turns:
        at = start_s + 0.15 * rng.random()
        while at < end_s - 0.1:
            length = int(RATE * rng.uniform(0.11, 0.24))
            first = int(at * RATE)
            stop = min(first + length, LOOP_SAMPLES)
            syllable = vowels[rng.integers(len(vowels))][: stop - first]
            out[first:stop] += syllable * np.hanning(len(syllable)).astype(np.float32) * rng.uniform(0.6, 1.0)
            at += length / RATE + rng.uniform(0.01, 0.09)
    return (out * 9000).astype(np.int16)


def _vowels(pitch: float) -> list[NDArray[np.float32]]:
    """Return a quarter of a second of each vowel: harmonics of the pitch, weighted by three resonances."""
    t = np.arange(int(RATE * 0.25), dtype=np.float32) / RATE
    harmonics = np.arange(1, int(3700 / pitch) + 1, dtype=np.float32) * pitch
    waves = np.sin(2 * np.pi * np.outer(t, harmonics))
    found: list[NDArray[np.float32]] = []
    for formants in _FORMANTS_HZ:
        gains = sum(np.exp(-(((harmonics - f) / (90 + 0.06 * f)) ** 2)) / (1 + i) for i, f in enumerate(formants))
        wave = waves @ (np.asarray(gains) + 0.35 * np.exp(-harmonics / 350)).astype(np.float32)
        found.append((wave / np.abs(wave).max()).astype(np.float32))
    return found


def _music() -> Pcm:
    out = np.zeros(LOOP_SAMPLES, np.float32)
    note = int(RATE * 0.5)
    t = np.arange(note, dtype=np.float32) / RATE
    decay = np.exp(-3 * t) * np.minimum(1, t * 100)
    for index in range(LOOP_SAMPLES // note):
        chord = _CHORDS_HZ[(index // 6) % len(_CHORDS_HZ)]
        pitch = chord[index % 3] * 2
        out[index * note : (index + 1) * note] += decay * (
            np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(4 * np.pi * pitch * t)
        )
    return (out * 4500).astype(np.int16)


def _announcement(uri: str) -> Pcm:
    t = np.arange(LOOP_SAMPLES, dtype=np.float32) / RATE
    pitch = 400 + zlib.crc32(uri.encode()) % 200
    return (4000 * np.sin(2 * np.pi * pitch * t) * (np.sin(2 * np.pi * 2 * t) > 0)).astype(np.int16)
