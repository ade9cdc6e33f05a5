"""Gives a seat its phone at the PBX, changes and takes it away, at run time and at once.

A phone is three PJSIP objects of one name, which Asterisk keeps in its own database (sorcery's ``astdb``). Nothing of the
token reaches a log: it travels as a digest in the body of a request.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Iterator

from telephony.ari.client import AriClient, path
from telephony.ari.phone_fields import (
    CONTEXT,
    LOOK,
    REALM,
    Fields,
    aor_fields,
    as_body,
    as_fields,
    auth_fields,
    endpoint_fields,
    kind_of,
    same_digest,
    valid_device,
    valid_token,
)
from telephony.errors import NoSuchCallError, PbxCredentialsError, PbxRefusedError, PbxUnreachableError, TelephonyError
from telephony.phones import PhoneKind, Problem, ProvisioningCheck
from telephony.types import DeviceId

logger = logging.getLogger(__name__)


class FixedInFilesError(TelephonyError):
    """The phone stands in the PBX's own files, or the PBX is not set up to be given phones (``sorcery.conf``)."""

    code = "phone_fixed_in_files"


class BadPhoneError(TelephonyError):
    """The phone id or the token can't be one; see ``phone_fields``."""

    code = "bad_phone"


class Provisioning:
    """The phones of one PBX. Errors as in ``AriClient.request``, and the named ones here."""

    def __init__(self, client: AriClient, rtp_timeout_s: int = 30) -> None:
        self._client = client
        self._rtp_timeout_s = rtp_timeout_s

    async def provide(self, device: DeviceId, token: str, kind: PhoneKind | None = None) -> None:
        """Make the phone, or make it so. Doing it again changes nothing; a changed token or kind ends old registrations.

        Without a ``kind`` the phone stays what it is; a new one is a desk phone. Raises ``BadPhoneError`` and ``FixedInFilesError``.
        """
        if not valid_device(device) or not valid_token(token):
            raise BadPhoneError("the phone id or the token can't be one")
        auth, endpoint = await self._get("auth", device), await self._get("endpoint", device)
        kind = kind or (kind_of(endpoint) if endpoint else PhoneKind.DESK)
        changed = bool(auth) and not (same_digest(auth, device, token) and endpoint and kind_of(endpoint) is kind)
        if changed:
            # first of all, so that no call reaches the old phone while the rest is on its way
            await self._forget_registrations(device)
        # the endpoint first: when it stands in a file, nothing is left behind
        await self._put("endpoint", device, endpoint_fields(device, kind, self._rtp_timeout_s))
        await self._put("aor", device, aor_fields())
        await self._put("auth", device, auth_fields(device, token))
        if changed:
            await self._forget_registrations(device)  # the old token was still good a moment ago
        logger.info("ari.provisioned: device=%s kind=%s changed=%s", device, kind, changed)

    async def remove(self, device: DeviceId) -> None:
        """Take the phone away; no error when there is none. A call that it has goes on. Raises ``FixedInFilesError``."""
        for kind in ("endpoint", "auth"):
            await self._delete(kind, device)
        if await self._get("aor", device):
            await self._forget_registrations(device)
            await self._delete("aor", device)
        logger.info("ari.unprovisioned: device=%s", device)

    async def provided(self) -> frozenset[DeviceId]:
        """The phones at the PBX that look as if they were made here. Errors as in ``AriClient.request``."""
        listed = await self._client.request("GET", path("endpoints", "PJSIP"))
        names = [str(one["resource"]) for one in listed or [] if isinstance(one, dict) and "resource" in one]
        return frozenset([DeviceId(name) for name in names if await self._is_ours(name)])

    async def _is_ours(self, name: str) -> bool:
        endpoint = await self._get("endpoint", name)
        if endpoint.get("context") != CONTEXT or endpoint.get("auth") != name:
            return False
        auth = await self._get("auth", name)
        return auth.get("realm") == REALM and bool(auth.get("md5_cred"))

    async def check(self, device: DeviceId, token: str) -> ProvisioningCheck:
        """Tell whether the PBX takes the pair, and what is wrong when it does not. Changes nothing, never raises."""
        if not valid_device(device):
            return ProvisioningCheck(accepted=False, problem=Problem.BAD_PHONE)
        try:
            return await self._check(device, token)
        except PbxUnreachableError:
            return ProvisioningCheck(accepted=False, problem=Problem.PBX_UNREACHABLE)
        except PbxCredentialsError:
            return ProvisioningCheck(accepted=False, problem=Problem.PBX_CREDENTIALS)
        except TelephonyError:
            return ProvisioningCheck(accepted=False, problem=Problem.PBX_REFUSED)

    async def _check(self, device: DeviceId, token: str) -> ProvisioningCheck:
        endpoint = await self._get("endpoint", device)
        if not endpoint:
            return ProvisioningCheck(accepted=False, problem=Problem.NOT_KNOWN)
        auth, aor = await self._get("auth", endpoint.get("auth", "")), await self._get("aor", endpoint.get("aors", ""))
        if not auth or not aor:
            return ProvisioningCheck(accepted=False, problem=Problem.INCOMPLETE)
        kind = kind_of(endpoint)
        if not same_digest(auth, device, token):
            return ProvisioningCheck(accepted=False, problem=Problem.WRONG_TOKEN, kind=kind)
        registered = await self._registered(device)
        problem = None if registered else Problem.NOT_REGISTERED
        return ProvisioningCheck(accepted=True, problem=problem, kind=kind, registered=registered)

    async def _registered(self, device: DeviceId) -> bool:
        try:
            found = await self._client.request("GET", path("endpoints", "PJSIP", device))
        except NoSuchCallError:
            return False
        return isinstance(found, dict) and found.get("state") == "online"

    # ---- registrations

    async def _forget_registrations(self, device: DeviceId) -> None:
        try:
            contacts = await self._contacts(device)
        except (NoSuchCallError, PbxRefusedError):
            # an Asterisk of one's own without our dialplan: they end by themselves, within the longest expiry of two minutes
            logger.warning("ari.registrations_kept: the PBX can't be asked for them: device=%s", device)
            return
        for contact in contacts:
            await self._delete("contact", contact)

    async def _contacts(self, device: DeviceId) -> list[str]:
        """The names of a phone's registrations. Only a channel can be asked for them."""
        async with self._idle_channel() as channel:
            found = await self._client.request(
                "GET", path("channels", channel, "variable"), {"variable": f"PJSIP_AOR({device},contact)"}
            )
        return [name for name in str(found.get("value", "")).split(",") if name.startswith(f"{device};")]

    @contextlib.asynccontextmanager
    async def _idle_channel(self) -> AsyncIterator[str]:
        channel = f"look-{secrets.token_hex(8)}"
        where = {
            "endpoint": f"Local/look@{LOOK}",
            "context": LOOK,
            "extension": "look",
            "priority": "1",
            "channelId": channel,
        }
        await self._client.request("POST", "channels", where)
        try:
            yield channel
        finally:
            with contextlib.suppress(NoSuchCallError):
                await self._client.request("DELETE", path("channels", channel))

    # ---- objects

    async def _get(self, kind: str, name: str) -> Fields:
        """An object's fields, none when there is no such object."""
        if not name:
            return {}
        try:
            return as_fields(await self._client.request("GET", _object(kind, name)))
        except NoSuchCallError:
            return {}

    async def _put(self, kind: str, name: str, fields: Fields) -> None:
        with _fixed_in_files():
            await self._client.request("PUT", _object(kind, name), body=as_body(fields))

    async def _delete(self, kind: str, name: str) -> None:
        with _fixed_in_files(), contextlib.suppress(NoSuchCallError):
            await self._client.request("DELETE", _object(kind, name))


@contextlib.contextmanager
def _fixed_in_files() -> Iterator[None]:
    """Asterisk says 403 both to a user who may only read and for objects that it can't write."""
    try:
        yield
    except PbxCredentialsError as error:
        raise FixedInFilesError(
            "the PBX does not let this phone be changed: it stands in a file, or sorcery is not set up"
        ) from error


def _object(kind: str, name: str) -> str:
    return path("asterisk", "config", "dynamic", "res_pjsip", kind, name)
