"""What is known of each phone: registration and transport figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from telephony.network import condition, differs, merge
from telephony.types import DeviceId, Network, Quality


@dataclass(frozen=True, slots=True)
class Device:
    """A phone. ``in_service`` is ``None`` until the PBX has told; ``since`` (UTC): when ``network`` began."""

    id: DeviceId
    in_service: bool | None = None
    quality: Quality = field(default_factory=Quality)
    network: Network = Network.UNKNOWN
    since: datetime | None = None

    def registered(self, at: datetime, *, in_service: bool) -> Device:
        """The phone came or went; a phone that went has no figures."""
        quality = self.quality if in_service else Quality()
        return self._with(at, in_service, quality)

    def measured(self, at: datetime, quality: Quality, *, alone: bool = False) -> Device:
        """New figures; those that nobody would notice change nothing, so that the wall is not sent noise.

        ``alone``: the phone has no call, so that what its last call's sound was like no longer counts. A phone that is
        gone has no figures.
        """
        if self.in_service is False:
            return self
        merged = quality if alone and quality != Quality() else merge(self.quality, quality)
        network = condition(merged, in_service=self.in_service)
        if network is self.network and not differs(self.quality, merged):
            return self
        return self._with(at, self.in_service, merged)

    def _with(self, at: datetime, in_service: bool | None, quality: Quality) -> Device:
        network = condition(quality, in_service=in_service)
        since = self.since if network is self.network else at
        return replace(self, in_service=in_service, quality=quality, network=network, since=since)
