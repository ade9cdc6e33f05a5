"""The rules by which a centre runs, as configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from telephony.numbers import DialRules
from telephony.routing import DEFAULT_PRIORITIES


@dataclass(frozen=True, slots=True)
class Rules:
    """Times in seconds.

    ``greeting``: what a new caller hears in the queue, the PBX's names of sounds. ``announce_every_s``: how often callers
    are told their place; 0: never. ``overflow_number``: called for a caller whom nobody took within ``overflow_after_s``.
    ``zone`` decides when "today" begins. ``sos_lines``: dialled numbers on which only SOS devices call.
    ``dialling``: which outside numbers agents may call.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    ring_timeout_s: float = 20
    outside_ring_s: float = 45
    wrap_up_s: float = 30
    service_level_s: int = 15
    valid_after_s: float = 10
    greeting: tuple[str, ...] = ()
    announce_every_s: float = 0
    overflow_after_s: float = 0
    overflow_number: str = ""
    own_number_wait_s: float = 30
    reconcile_every_s: float = 15
    sos_lines: frozenset[str] = frozenset({"96001"})
    dialling: DialRules = field(default_factory=DialRules)
    priorities: Mapping[str, int] = field(default_factory=lambda: DEFAULT_PRIORITIES)
