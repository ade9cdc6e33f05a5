"""A phone's network condition from the PBX's figures, pure.

Limits: ITU-T G.114 calls 150 ms one way good and 400 ms the end of what is usable; half of that remains for the round
trip's own share here. Jitter above 30 ms overruns common buffers; speech suffers from 1 % loss on and badly from 5 %.
"""

from __future__ import annotations

from telephony.types import Network, Quality

FAIR = Quality(rtt_ms=150, jitter_ms=30, loss=0.01)
POOR = Quality(rtt_ms=400, jitter_ms=60, loss=0.05)


def condition(quality: Quality, *, in_service: bool | None) -> Network:
    """``in_service`` ``None``: nobody has told yet. Without any figure a registered phone is UNKNOWN."""
    if in_service is None:
        return Network.UNKNOWN
    if not in_service:
        return Network.OFFLINE
    if quality.rtt_ms is None and quality.jitter_ms is None and quality.loss is None:
        return Network.UNKNOWN
    if _reaches(quality, POOR):
        return Network.POOR
    return Network.FAIR if _reaches(quality, FAIR) else Network.GOOD


def _reaches(quality: Quality, limit: Quality) -> bool:
    pairs = ((quality.rtt_ms, limit.rtt_ms), (quality.jitter_ms, limit.jitter_ms), (quality.loss, limit.loss))
    return any(value is not None and bound is not None and value >= bound for value, bound in pairs)


def merge(old: Quality, new: Quality) -> Quality:
    """Figures that ``new`` does not tell stay as they were (round trip comes from registration, loss from a call)."""
    return Quality(
        rtt_ms=old.rtt_ms if new.rtt_ms is None else new.rtt_ms,
        jitter_ms=old.jitter_ms if new.jitter_ms is None else new.jitter_ms,
        loss=old.loss if new.loss is None else new.loss,
    )


def differs(old: Quality, new: Quality) -> bool:
    """Whether a person would care: more than 5 ms and a fifth in a time, half a per cent in loss."""
    return (
        _apart(old.rtt_ms, new.rtt_ms, 5)
        or _apart(old.jitter_ms, new.jitter_ms, 5)
        or _apart(old.loss, new.loss, 0.005)
    )


def _apart(old: float | None, new: float | None, least: float) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) > max(least, 0.2 * old)
