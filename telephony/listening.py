"""Listening to a call from above: what a supervisor's ear at the PBX is, whichever PBX it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Protocol

RATE = 16_000
FRAME_S = 0.02
FRAME_BYTES = int(RATE * FRAME_S) * 2
"""A frame of sound: 20 ms of signed 16-bit little-endian samples, 16 kHz, mono."""


class ListenMode(StrEnum):
    """Who hears the supervisor: nobody (监听), the call's agents (耳语), everybody in the call (强插)."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class Party(IntEnum):
    """Whose voice a frame holds: the outside party's, or that of all others in the call together."""

    CUSTOMER = 0
    AGENT = 1


class EarEnd(StrEnum):
    """Why an ear fell silent for good."""

    CALL_OVER = "call_over"
    PBX_LOST = "pbx_lost"
    CLOSED = "closed"


Hear = Callable[[Party, bytes], None]
"""Takes a frame at once and must not block: behind it stands the PBX."""


class Ear(Protocol):
    """One supervisor at one call. It follows the call through hold, consultation and transfer, and ends with it."""

    @property
    def mode(self) -> ListenMode:
        """Who hears the supervisor now."""
        ...

    async def switch(self, mode: ListenMode) -> None:
        """Be heard by others from now on; what is heard oneself has no gap. Raises a ``TelephonyError``: then nobody hears."""
        ...

    def speak(self, pcm: bytes) -> None:
        """Say a frame. Dropped while nobody is to hear it; the oldest is dropped when the PBX does not keep up."""
        ...

    async def ended(self) -> EarEnd:
        """Return when it is over."""
        ...

    async def close(self) -> None:
        """Take everything away at the PBX. Twice is harmless; raises nothing."""
        ...
