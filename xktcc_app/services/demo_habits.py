"""What a demo agent does next, and when: pure but for the dice that are passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from telephony.types import Network, SeatState
from telephony.views import SeatView


class Deed(StrEnum):
    """Something that an agent does at the toolbar."""

    LOG_ON = "log_on"
    LOG_OFF = "log_off"
    READY = "ready"
    BUSY = "busy"
    BREAK = "break"
    DIAL = "dial"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    TRANSFER = "transfer"
    END_WRAP_UP = "end_wrap_up"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True, slots=True)
class Intent:
    """``deed`` after ``after_s`` seconds, unless the seat changes before. ``reason`` is that of a break."""

    deed: Deed
    after_s: float
    reason: str | None = None


IDLE_MEAN_S = 300.0
"""Mean time in READY until an agent does something of their own."""
LOOK_AGAIN_S = 20.0
_OWN_WILL = {Deed.BREAK: 50, Deed.DIAL: 35, Deed.BUSY: 10, Deed.LOG_OFF: 5}
_BREAKS: Mapping[str, tuple[float, float]] = {
    "rest": (60, 240),
    "paperwork": (60, 300),
    "training": (180, 600),
    "meeting": (180, 600),
    "meal": (300, 1200),
    "other": (30, 120),
}
_BREAK_WEIGHTS = (40, 25, 5, 5, 15, 10)
_BUSY_S: Mapping[str | None, tuple[float, float]] = {
    "just_logged_on": (0.5, 3),
    "ring_no_answer": (8, 40),
    "declined": (8, 40),
    "call_failed": (5, 20),
    "device_offline": (5, 15),
    "forced": (60, 180),
}


def next_intent(seat: SeatView, dice: Random, *, fresh: bool) -> Intent | None:
    """What the agent of ``seat`` means to do; ``fresh`` at the program's start. ``None``: wait for what comes."""
    habit = _HABITS.get(seat.state)
    if seat.state is SeatState.LOGGED_OFF and fresh:
        return Intent(Deed.LOG_ON, dice.uniform(0.2, 6))
    return habit(seat, dice) if habit else None


def _logged_off(_seat: SeatView, dice: Random) -> Intent:
    return Intent(Deed.LOG_ON, dice.uniform(60, 240))


def _busy(seat: SeatView, dice: Random) -> Intent:
    if seat.network is Network.OFFLINE:
        return Intent(Deed.LOOK_AGAIN, LOOK_AGAIN_S)
    return Intent(Deed.READY, dice.uniform(*_BUSY_S.get(seat.reason, (30, 150))))


def _ready(_seat: SeatView, dice: Random) -> Intent:
    after_s = dice.expovariate(1 / IDLE_MEAN_S)
    deed = dice.choices(list(_OWN_WILL), list(_OWN_WILL.values()))[0]
    reason = dice.choices(list(_BREAKS), _BREAK_WEIGHTS)[0] if deed is Deed.BREAK else None
    return Intent(deed, after_s, reason)


def _not_ready(seat: SeatView, dice: Random) -> Intent:
    return Intent(Deed.READY, dice.uniform(*_BREAKS.get(seat.reason or "", (60, 240))))


def _talking(_seat: SeatView, dice: Random) -> Intent | None:
    chance = dice.random()
    if chance < 0.12:
        return Intent(Deed.HOLD, dice.uniform(8, 30))
    if chance < 0.15:
        return Intent(Deed.TRANSFER, dice.uniform(15, 40))
    return None


def _hold(_seat: SeatView, dice: Random) -> Intent:
    return Intent(Deed.RETRIEVE, dice.uniform(5, 25))


def _wrap_up(_seat: SeatView, dice: Random) -> Intent:
    return Intent(Deed.END_WRAP_UP, dice.uniform(5, 40))


_HABITS: Mapping[SeatState, Callable[[SeatView, Random], Intent | None]] = {
    SeatState.LOGGED_OFF: _logged_off,
    SeatState.BUSY: _busy,
    SeatState.READY: _ready,
    SeatState.NOT_READY: _not_ready,
    SeatState.TALKING: _talking,
    SeatState.HOLD: _hold,
    SeatState.WRAP_UP: _wrap_up,
}
