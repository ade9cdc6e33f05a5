"""Takes phones off hook at a PBX that can do that for them: the embedded exchange."""

from __future__ import annotations

from typing import Protocol

import httpx

from telephony.ari.client import path
from telephony.errors import NoSuchCallError, PbxRefusedError, PbxUnreachableError
from telephony.types import DeviceId

_DEADLINE_S = 3.0


class PhoneRemote(Protocol):
    """Something that can act at a phone as the hand of its agent."""

    async def answer(self, device: DeviceId) -> None:
        """Take the ringing ``device`` off hook. ``NoSuchCallError`` when nothing rings there."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


class LabPhones:
    """The virtual phones of the exchange at ``url`` (its HTTP root, with or without ``/ari``)."""

    def __init__(self, url: str) -> None:
        self._root = url.rstrip("/").removesuffix("/ari")
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=4), trust_env=False)

    async def answer(self, device: DeviceId) -> None:
        """See ``PhoneRemote``."""
        patience = {"timeout": {"connect": _DEADLINE_S, "read": _DEADLINE_S, "write": _DEADLINE_S, "pool": _DEADLINE_S}}
        request = httpx.Request("POST", f"{self._root}/lab/{path('phones', device, 'answer')}", extensions=patience)
        try:
            response = await self._transport.handle_async_request(request)
            await response.aread()
        except httpx.TransportError as error:
            raise PbxUnreachableError(f"the phone's remote does not reply: {type(error).__name__}") from error
        if response.status_code in {404, 409}:
            raise NoSuchCallError("nothing rings at this phone")
        if response.status_code >= 300:
            raise PbxRefusedError("the phone's remote refused", response.status_code)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.aclose()
