"""Which phones are in service, and how good their line is. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from telephony import events as cti
from telephony.ari.messages import ContactStatusChange, Endpoint, PeerStatusChange
from telephony.types import DeviceId, Quality


class DeviceBook:
    """All phones of the PBX; its trunk is none. ``clock`` gives monotonic seconds."""

    def __init__(self, trunk: str, clock: Callable[[], float]) -> None:
        self._trunk = trunk
        self._clock = clock
        self._online: dict[DeviceId, bool] = {}
        self._told: dict[DeviceId, float] = {}
        self._quality: dict[DeviceId, Quality] = {}

    def in_service(self, device: DeviceId) -> bool:
        """Whether the phone is registered and reachable, as far as was told."""
        return self._online.get(device, False)

    def reset(self, endpoints: list[Endpoint], since: float) -> tuple[cti.DeviceSnapshot, ...]:
        """Take over what the PBX held at some time after ``since``; of a phone that came or went later, that is the older news."""
        held = {entry.device: entry.online for entry in endpoints if entry.device != self._trunk}
        newer = {device: online for device, online in self._online.items() if self._told.get(device, since) > since}
        self._online = held | newer
        self._told = {device: at for device, at in self._told.items() if device in newer}
        self._quality = {device: quality for device, quality in self._quality.items() if self.in_service(device)}
        return tuple(
            cti.DeviceSnapshot(device, online, self._quality.get(device, Quality()))
            for device, online in self._online.items()
        )

    def apply(self, event: PeerStatusChange | ContactStatusChange) -> list[cti.Event]:
        """A phone came, went or was measured. A contact may go while the phone has another one: the endpoint's state counts."""
        told = self._set(event.device, event.at, online=event.online)
        if isinstance(event, PeerStatusChange) or event.rtt_ms is None or event.device == self._trunk:
            return told
        quality = replace(self._quality.get(event.device, Quality()), rtt_ms=event.rtt_ms)
        return [*told, self.measured(event.device, event.at, quality, in_call=False)]

    def measured(self, device: DeviceId, at: datetime, quality: Quality, *, in_call: bool) -> cti.Event:
        """New figures of a phone."""
        self._quality[device] = quality
        return cti.MediaQuality(at, device, quality, in_call)

    def _set(self, device: DeviceId, at: datetime, *, online: bool) -> list[cti.Event]:
        if device == self._trunk or self._online.get(device) == online:
            return []
        self._online[device] = online
        self._told[device] = self._clock()
        if not online:
            self._quality.pop(device, None)
        return [cti.DeviceInService(at, device) if online else cti.DeviceOutOfService(at, device)]
