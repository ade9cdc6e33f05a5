"""Hearing and speaking at a seat without its phone: sound both ways between a program and one leg of a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from telephony.types import DeviceId


class Earpiece(Protocol):
    """One leg's sound, PCM16LE at 16 kHz."""

    def frames(self) -> AsyncIterator[bytes]:
        """What the phone would hear, 20 ms each; ends with the leg. To be iterated once."""
        ...

    async def send(self, sound: bytes) -> None:
        """Speak: the others hear it as if it came from the phone. Too late is no error."""
        ...

    async def close(self) -> None:
        """Stop both; the call goes on. Once is enough."""
        ...


class Earpieces(Protocol):
    """The sound of a PBX's phones."""

    async def open(self, device: DeviceId) -> Earpiece:
        """Join the leg that the phone has now. ``NoSuchCallError`` without one, ``PbxUnreachableError``, ``PbxRefusedError``."""
        ...
