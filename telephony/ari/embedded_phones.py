"""The embedded exchange's phones: they are there from its start, and it asks for no token."""

from __future__ import annotations

from telephony.ari.client import AriClient, path
from telephony.ari.phone_fields import valid_device
from telephony.errors import NoSuchCallError, PbxCredentialsError, PbxUnreachableError, TelephonyError
from telephony.phones import PhoneKind, Problem, ProvisioningCheck
from telephony.types import DeviceId


class EmbeddedPhones:
    """A ``PhoneProvisioner`` that gives nothing, because there is nothing to be given."""

    def __init__(self, client: AriClient) -> None:
        self._client = client

    async def provide(self, device: DeviceId, token: str, kind: PhoneKind | None = None) -> None:
        """See ``PhoneProvisioner``."""

    async def remove(self, device: DeviceId) -> None:
        """See ``PhoneProvisioner``."""

    async def provided(self) -> frozenset[DeviceId]:
        """See ``PhoneProvisioner``."""
        return frozenset()

    async def check(self, device: DeviceId, token: str) -> ProvisioningCheck:  # noqa: ARG002 - the exchange knows no tokens
        """See ``PhoneProvisioner``."""
        if not valid_device(device):
            return ProvisioningCheck(accepted=False, problem=Problem.BAD_PHONE)
        try:
            found = await self._client.request("GET", path("endpoints", "PJSIP", device))
        except NoSuchCallError:
            return ProvisioningCheck(accepted=False, problem=Problem.NOT_KNOWN)
        except PbxUnreachableError:
            return ProvisioningCheck(accepted=False, problem=Problem.PBX_UNREACHABLE)
        except PbxCredentialsError:
            return ProvisioningCheck(accepted=False, problem=Problem.PBX_CREDENTIALS)
        except TelephonyError:
            return ProvisioningCheck(accepted=False, problem=Problem.PBX_REFUSED)
        registered = isinstance(found, dict) and found.get("state") == "online"
        problem = None if registered else Problem.NOT_REGISTERED
        return ProvisioningCheck(accepted=True, problem=problem, kind=PhoneKind.DESK, registered=registered)
