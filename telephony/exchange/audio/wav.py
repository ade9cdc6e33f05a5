"""WAV files as the exchange keeps them: 8 kHz, mono, 16 bit."""

import struct
from pathlib import Path

RATE = 8_000
HEADER_BYTES = 44


def header(data_bytes: int) -> bytes:
    """Return the 44 bytes before `data_bytes` of sound."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, b"data", data_bytes,
    )  # fmt: skip


def read(path: Path) -> bytes:
    """Return the sound of a file that `write` made."""
    return path.read_bytes()[HEADER_BYTES:]


def write(path: Path, pcm: bytes) -> None:
    """Write a complete file: to a neighbour first, so that a kill never leaves a file that looks whole and is not."""
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(header(len(pcm)) + pcm)
    draft.replace(path)
