"""All ears of a driver: hands them what the PBX tells, and finds what earlier ones left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable

from telephony.ari import messages as ari
from telephony.ari.actions import Action, DropBridge, HangUp
from telephony.ari.calls import Call
from telephony.ari.ear import AriEar
from telephony.ari.listen_commands import ListenCommands, ear_of
from telephony.ari.snapshot import Holdings
from telephony.listening import Hear
from telephony.types import CallId

logger = logging.getLogger(__name__)


class Ears:
    """The open ears by their ids."""

    def __init__(self, pbx: ListenCommands) -> None:
        self._pbx = pbx
        self._open: dict[str, AriEar] = {}

    async def open(self, call: Callable[[], Call | None], hear: Hear) -> AriEar:
        """A new ear; errors as in ``AriEar.open``."""
        ear = AriEar(self._pbx, call, hear)
        self._open[ear.id] = ear
        ear.when_closed(lambda: self._open.pop(ear.id, None))
        await ear.open()
        return ear

    async def close(self) -> None:
        """Close every ear."""
        for ear in tuple(self._open.values()):
            await ear.close()

    def look(self) -> None:
        """Something happened: let each ear see whether its call is another one."""
        for ear in tuple(self._open.values()):
            ear.look()

    def apply(self, event: ari.AriEvent) -> list[Action] | None:
        """Take an event of an ear's channel; ``None`` when it is not about one. A late channel of a closed ear is ended."""
        channel = event.channel.id if isinstance(event, ari.StasisStart) else getattr(event, "channel", None)
        ident = ear_of(channel) if isinstance(channel, str) else None
        if ident is None or channel is None:
            return None
        ear = self._open.get(ident)
        if isinstance(event, ari.StasisStart):
            if ear is None:
                return [HangUp(CallId(channel), channel)]
            ear.started(channel)
        elif isinstance(event, ari.ChannelDestroyed) and ear is not None:
            ear.gone(channel)
        return []

    def clear(self, holdings: Holdings) -> list[Action]:
        """What is to be done so that nothing of an ear is left that is not open."""
        channels = [one.id for one in holdings.channels if self._is_stray(one.id)]
        bridges = [one.id for one in holdings.bridges if self._is_stray(one.id)]
        if channels or bridges:
            logger.warning("ari.orphan_ear: cleared: %d channels, %d bridges", len(channels), len(bridges))
        return [
            *(HangUp(CallId(channel), channel) for channel in channels),
            *(DropBridge(CallId(bridge), bridge) for bridge in bridges),
        ]

    def _is_stray(self, name: str) -> bool:
        ident = ear_of(name)
        return ident is not None and ident not in self._open
