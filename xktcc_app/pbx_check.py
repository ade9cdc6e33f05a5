"""Whether the PBX is fit for this program: asked before the start, and now and then while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from telephony.ari.client import AriClient
from telephony.ari.diagnose import Fault, Finding, diagnose
from xktcc_app.config import ConfigError, Settings
from xktcc_app.data_dir import ARI_PASSWORD, kept_secret
from xktcc_app.i18n.catalogue import LANGUAGES

log = logging.getLogger(__name__)

ASK_EVERY_S = 30.0
TRUNK = "trunk"


def ari_client(settings: Settings) -> AriClient:
    """A client of the configured PBX, or of the embedded exchange. To be closed."""
    password = settings.ari_password or kept_secret(settings.data_dir / ARI_PASSWORD)
    return AriClient(settings.effective_ari_url, settings.ari_user, password)


def remedy(finding: Finding) -> str:
    """What is wrong and what helps, in English, for terminals and ``/readyz``."""
    words = LANGUAGES["en"][finding.remedy]
    return f"{words} ({finding.detail})" if finding.detail else words


async def find_faults(settings: Settings) -> list[Finding]:
    """All that is wrong with the PBX now."""
    async with ari_client(settings) as client:
        return await diagnose(client, app=settings.ari_app, trunk=TRUNK)


def check_before_start(settings: Settings, say: Callable[[str], None]) -> None:
    """Name what is wrong. ``ConfigError`` for what waiting won't mend; a PBX that is away is waited for by the program."""
    findings = asyncio.run(find_faults(settings))
    refused = [one for one in findings if one.fatal and not _bearable(one, settings)]
    if refused:
        raise ConfigError("\n".join(f"The PBX can't be used: {remedy(one)}." for one in refused))
    for one in findings:
        say(f"  the PBX: {remedy(one)}")


def _bearable(finding: Finding, settings: Settings) -> bool:
    return finding.fault is Fault.UNREACHABLE or (finding.fault is Fault.APP_TAKEN and settings.ari_take_over)


class PbxWatch:
    """What is wrong with the PBX, as found last."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._findings: Sequence[Finding] = ()

    def remedies(self) -> list[str]:
        """Each finding with what helps."""
        return [remedy(one) for one in self._findings]

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("the PBX was not looked at")  # the next time
            await asyncio.sleep(ASK_EVERY_S)

    async def look(self) -> None:
        """Ask once. That the application is taken is no finding here: it is taken by us."""
        found = await find_faults(self._settings)
        self._findings = [one for one in found if one.fault is not Fault.APP_TAKEN]
