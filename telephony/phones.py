"""The seats' phones as the rest of the program sees them: given to the PBX, taken away, and asked about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from telephony.types import DeviceId


class PhoneKind(StrEnum):
    """What stands at a seat. Asterisk offers a call either as WebRTC or as plain SIP, so a phone id is one at a time."""

    DESK = "desk"
    BROWSER = "browser"


class Problem(StrEnum):
    """What is wrong with a pair of phone id and token; the catalogues have a sentence under ``phone.problem.<code>``."""

    BAD_PHONE = "bad_phone"
    PBX_UNREACHABLE = "pbx_unreachable"
    PBX_CREDENTIALS = "pbx_credentials"
    PBX_REFUSED = "pbx_refused"
    NOT_KNOWN = "phone_not_known"
    INCOMPLETE = "phone_incomplete"
    WRONG_TOKEN = "token_differs"  # noqa: S105 - a code, not a secret
    NOT_REGISTERED = "phone_not_registered"


@dataclass(frozen=True, slots=True)
class ProvisioningCheck:
    """Whether the PBX takes the pair. ``NOT_REGISTERED`` is no refusal: the pair is right, but no phone uses it yet."""

    accepted: bool
    problem: Problem | None = None
    kind: PhoneKind | None = None
    registered: bool = False


class PhoneProvisioner(Protocol):
    """Gives phones to a PBX. ``provide`` and ``remove`` raise a ``TelephonyError``."""

    async def provide(self, device: DeviceId, token: str, kind: PhoneKind | None = None) -> None:
        """Make the phone, or make it so, at once. ``kind`` ``None``: as it is, a desk phone when it is new."""
        ...

    async def remove(self, device: DeviceId) -> None:
        """Take the phone away; no error when there is none."""
        ...

    async def check(self, device: DeviceId, token: str) -> ProvisioningCheck:
        """Tell whether the PBX takes the pair, and what is wrong when it does not. Changes nothing, never raises."""
        ...

    async def provided(self) -> frozenset[DeviceId]:
        """The phones at the PBX that were given by this program, now or earlier."""
        ...
