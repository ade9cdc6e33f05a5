"""Transport figures of a running call's sound, from Asterisk's RTP counters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telephony.ari.calls import Leg
from telephony.ari.commands import PbxCommands
from telephony.errors import TelephonyError
from telephony.types import Quality

_PERIOD_S = 5.0
_DEADLINE_S = 1.0
_MS = 1000.0  # Asterisk gives seconds


@dataclass(frozen=True, slots=True)
class Counters:
    """Packets so far: sent by the phone and seen here, lost on the way here, sent to it, lost on the way there."""

    received: int = 0
    lost_in: int = 0
    sent: int = 0
    lost_out: int = 0


def counters(raw: dict[str, Any]) -> Counters:
    """The packet counters of a reply to ``rtp_statistics``."""
    return Counters(*(_count(raw, key) for key in ("rxcount", "rxploss", "txcount", "txploss")))


def quality(raw: dict[str, Any], before: Counters, now: Counters) -> Quality:
    """Round trip and jitter in ms, and the loss since ``before`` as a share: of the worse direction each."""
    jitters = [value for key in ("rxjitter", "txjitter") if (value := _seconds(raw, key)) is not None]
    rtt = _seconds(raw, "rtt")
    return Quality(
        rtt_ms=rtt * _MS if rtt else None,  # 0: no report from the phone yet
        jitter_ms=max(jitters) * _MS if jitters else None,
        loss=_worse(
            _share(now.lost_in - before.lost_in, now.received - before.received),
            # the packets lost on the way there are among those sent
            _share_of(now.lost_out - before.lost_out, now.sent - before.sent),
        ),
    )


def _count(raw: dict[str, Any], key: str) -> int:
    value = raw.get(key)
    return int(value) if isinstance(value, int | float) else 0


def _seconds(raw: dict[str, Any], key: str) -> float | None:
    value = raw.get(key)
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _share(lost: int, arrived: int) -> float | None:
    return _share_of(lost, max(lost, 0) + max(arrived, 0))


def _share_of(lost: int, total: int) -> float | None:
    return min(1.0, max(0.0, lost / total)) if total > 0 else None


def _worse(one: float | None, other: float | None) -> float | None:
    known = [share for share in (one, other) if share is not None]
    return max(known) if known else None


class QualityPoller:
    """Asks for every talking seat's figures each 5 s, one after the other over that time, so that it is never a burst."""

    def __init__(
        self, pbx: PbxCommands, talking: Callable[[], list[Leg]], tell: Callable[[Leg, Quality], None]
    ) -> None:
        self._pbx = pbx
        self._talking = talking
        self._tell = tell
        self._before: dict[str, Counters] = {}

    async def run(self) -> None:
        """Poll for ever."""
        while True:
            legs = self._talking()
            self._before = {leg.channel: self._before.get(leg.channel, Counters()) for leg in legs}
            for leg in legs:
                await asyncio.gather(self._poll(leg), asyncio.sleep(_PERIOD_S / len(legs)))
            if not legs:
                await asyncio.sleep(_PERIOD_S)

    async def _poll(self, leg: Leg) -> None:
        try:
            raw = await self._pbx.rtp_statistics(leg.channel, _DEADLINE_S)
        except TelephonyError:
            return  # the channel has gone meanwhile, or has no sound yet: its events tell
        if not isinstance(raw, dict):
            return
        now = counters(raw)
        self._tell(leg, quality(raw, self._before[leg.channel], now))
        self._before[leg.channel] = now
