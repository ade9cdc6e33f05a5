"""A waiting tune of our own, so that no caller waits in silence where no music is installed."""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path

_RATE = 8000
_NOTE_S = 0.8
_TUNE_HZ = (392.0, 440.0, 523.25, 587.33, 659.25, 587.33, 523.25, 440.0)  # a pentatonic line, up and down
_LOUDNESS = 3000


def write_tune(path: Path) -> None:
    """Write about 13 s of soft bell-like notes: WAV, 8 kHz, mono."""
    samples = array.array("h")
    for pitch in (*_TUNE_HZ, *reversed(_TUNE_HZ)):
        samples.extend(_note(pitch))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(samples.tobytes())


def _note(pitch: float) -> array.array[int]:
    count = int(_RATE * _NOTE_S)
    tone = (
        math.sin(2 * math.pi * pitch * i / _RATE) + 0.3 * math.sin(4 * math.pi * pitch * i / _RATE)
        for i in range(count)
    )
    return array.array(
        "h", (int(_LOUDNESS * math.exp(-4.0 * i / count) * min(1.0, i / 80) * value) for i, value in enumerate(tone))
    )
