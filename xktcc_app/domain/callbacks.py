"""待回拨: callers whom nobody reached yet. What an entry can be, how it ends, and what the list can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from telephony.types import Direction


class CallbackState(StrEnum):
    """待处理 处理中 已处理."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"


class CallbackResult(StrEnum):
    """How an entry ended. 已联系上 联系不上 无需回拨 号码有误.

    ``REACHED`` is also what an answered call makes of it by itself.
    """

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    NOT_NEEDED = "not_needed"
    WRONG_NUMBER = "wrong_number"


class CallbackDeed(StrEnum):
    """What a call meant to an entry: the caller was missed, we dialled in vain, or they were spoken with."""

    MISSED = "missed"
    TRIED = "tried"
    REACHED = "reached"


OPEN = "open"
"""As a state in a query: waiting or taken."""


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """``state``: a ``CallbackState``, ``OPEN`` or "" for all; ``mine``: taken by whoever asks.

    ``name`` any part of the elder's; ``number`` any part of the caller's. Period by the newest missed call: ``since``
    inclusive, ``until`` exclusive, aware UTC.
    """

    state: str = OPEN
    mine: bool = False
    name: str = ""
    number: str = ""
    community: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def deed_of(direction: str, *, answered: bool, ended: bool) -> CallbackDeed | None:
    """What a call as it is now means; ``None`` while it may still become anything."""
    if answered:
        return CallbackDeed.REACHED
    if not ended:
        return None
    return CallbackDeed.MISSED if direction == Direction.INBOUND.value else CallbackDeed.TRIED
