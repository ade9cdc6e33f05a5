"""Says before the start what is wrong with a PBX, by name, so that a remedy can be shown instead of a stack trace."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telephony.ari.client import AriClient, path
from telephony.ari.phone_fields import LOOK
from telephony.errors import NoSuchCallError, PbxCredentialsError, PbxRefusedError, PbxUnreachableError

OLDEST = 22
MODULES = (
    "app_stasis",
    "bridge_holding",
    "bridge_softmix",
    "chan_pjsip",
    "res_ari_asterisk",
    "res_ari_bridges",
    "res_ari_channels",
    "res_ari_endpoints",
    "res_ari_events",
    "res_ari_recordings",
    "res_musiconhold",
    "res_pjsip_registrar",
    "res_rtp_asterisk",
    "res_stasis_recording",
    "res_stasis_snoop",
    "format_wav",
)
"""Without these no call works."""
WANTED_MODULES = (
    "chan_websocket",
    "codec_opus_open_source|codec_opus",
    "func_pjsip_aor",
    "res_pjsip_refer",
    "res_pjsip_transport_websocket",
    "res_sorcery_astdb",
    "res_srtp",
)
"""Without these something fails: live listening, browser phones, provisioning, transfer at the phone. ``|``: one is enough."""


class Fault(StrEnum):
    """What can be wrong; the remedy's text has the key ``pbx.remedy.<code>``."""

    UNREACHABLE = "unreachable"
    NOT_ARI = "not_ari"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code, not a secret
    READ_ONLY_USER = "read_only_user"
    TOO_OLD = "too_old"
    MODULES_MISSING = "modules_missing"
    MODULES_WANTED = "modules_wanted"
    TRUNK_MISSING = "trunk_missing"
    TRUNK_DOWN = "trunk_down"
    APP_TAKEN = "app_taken"


_MAY_START = frozenset({Fault.MODULES_WANTED, Fault.TRUNK_MISSING, Fault.TRUNK_DOWN})


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault. ``detail``: names of modules, a version, a trunk; never a secret. ``fatal``: calls can't work at all."""

    fault: Fault
    detail: str = ""

    @property
    def fatal(self) -> bool:
        """Whether to refuse the start."""
        return self.fault not in _MAY_START

    @property
    def remedy(self) -> str:
        """The key of the text that says what to do."""
        return f"pbx.remedy.{self.fault}"


async def diagnose(client: AriClient, *, app: str, trunk: str) -> list[Finding]:
    """All that is wrong with the PBX of ``client`` for this program; empty when nothing is. Changes nothing, never raises.

    To be asked before the driver connects: a connected driver of our own is found as ``APP_TAKEN`` too.
    """
    try:
        info = await client.request("GET", path("asterisk", "info"))
    except PbxUnreachableError:
        return [Finding(Fault.UNREACHABLE)]
    except PbxCredentialsError:
        return [Finding(Fault.WRONG_PASSWORD)]
    except (NoSuchCallError, PbxRefusedError) as error:
        return [Finding(Fault.NOT_ARI, str(getattr(error, "status", 404)))]
    version = _version(info)
    if version is None:
        return [Finding(Fault.NOT_ARI)]
    if "embedded" in version:
        return await _each(client, [lambda c: _app(c, app)])
    found = [Finding(Fault.TOO_OLD, version)] if _major(version) < OLDEST else []
    checks: list[_Check] = [_modules, _writable, lambda c: _trunk(c, trunk), lambda c: _app(c, app)]
    return found + await _each(client, checks)


_Check = Callable[[AriClient], Awaitable[list[Finding]]]


async def _each(client: AriClient, checks: list[_Check]) -> list[Finding]:
    found: list[Finding] = []
    for check in checks:
        try:
            found += await check(client)
        except PbxUnreachableError:
            return [*found, Finding(Fault.UNREACHABLE)]
        except (PbxRefusedError, PbxCredentialsError, NoSuchCallError) as error:
            found.append(Finding(Fault.NOT_ARI, error.code))
        except (AttributeError, KeyError, TypeError):  # JSON, but not what ARI says: a proxy or another program answers
            found.append(Finding(Fault.NOT_ARI))
    return found


async def _modules(client: AriClient) -> list[Finding]:
    listed = await client.request("GET", path("asterisk", "modules"))
    running = {str(one["name"]).removesuffix(".so") for one in listed or [] if one.get("status") == "Running"}
    found = []
    for fault, wanted in ((Fault.MODULES_MISSING, MODULES), (Fault.MODULES_WANTED, WANTED_MODULES)):
        missing = [words for words in wanted if running.isdisjoint(words.split("|"))]
        if missing:
            found.append(Finding(fault, " ".join(missing)))
    return found


async def _writable(client: AriClient) -> list[Finding]:
    """Ask to end a channel that can't be: a user who may write hears that it is not there, one who may not hears 403."""
    try:
        await client.request("DELETE", path("channels", f"{LOOK}-nobody"))
    except NoSuchCallError:
        return []
    except PbxCredentialsError:
        return [Finding(Fault.READ_ONLY_USER)]
    return []


async def _trunk(client: AriClient, trunk: str) -> list[Finding]:
    try:
        found = await client.request("GET", path("endpoints", "PJSIP", trunk))
    except NoSuchCallError:
        return [Finding(Fault.TRUNK_MISSING, trunk)]
    return [Finding(Fault.TRUNK_DOWN, trunk)] if found.get("state") == "offline" else []


async def _app(client: AriClient, app: str) -> list[Finding]:
    """An application exists as long as somebody listens to it: taking it over would make them deaf."""
    try:
        await client.request("GET", path("applications", app))
    except NoSuchCallError:
        return []
    return [Finding(Fault.APP_TAKEN, app)]


def _version(info: Any) -> str | None:
    system = info.get("system") if isinstance(info, dict) else None
    version = system.get("version") if isinstance(system, dict) else None
    return version if isinstance(version, str) else None


def _major(version: str) -> int:
    """22 of ``22.10.1``, also of ``certified/22.8`` and ``GIT-22-abc``; 0 of what has no number."""
    number = re.search(r"\d+", version)
    return int(number.group()) if number else 0
