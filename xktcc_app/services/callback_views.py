"""Callbacks as they leave the server: telephone numbers masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xktcc_app.domain.callbacks import CallbackState
from xktcc_app.domain.masking import mask_number
from xktcc_app.models.callback import Callback, CallbackCall


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A line of the list. ``state``: a ``CallbackState``; ``reason`` and ``tried_outcome``: values of ``CallOutcome``.

    ``missed``: calls in vain from the number since ``first_at``; ``tried``: ours to it. ``taken_by``, ``closed_by``: accounts.
    ``result``: a ``CallbackResult`` or ""; ``by_itself``: an answered call closed it. ``mine``: taken by whoever asks.
    """

    id: int
    version: int
    state: str
    number: str
    elder_id: int | None
    name: str
    sos: bool
    reason: str
    agent: str
    first_at: datetime
    last_at: datetime
    missed: int
    tried: int
    tried_at: datetime | None
    tried_outcome: str
    taken_by: str
    taken_at: datetime | None
    mine: bool
    closed_at: datetime | None
    closed_by: str
    result: str
    by_itself: bool
    remark: str


@dataclass(frozen=True, slots=True)
class CallbackCallView:
    """A call of an entry. ``deed``: a ``CallbackDeed``; ``outcome``: a ``CallOutcome`` or ``open``."""

    call_id: str
    at: datetime
    deed: str
    outcome: str
    agent: str


@dataclass(frozen=True, slots=True)
class CallbackDetail:
    """An entry with its calls, oldest first."""

    row: CallbackRow
    calls: tuple[CallbackCallView, ...]


@dataclass(frozen=True, slots=True)
class CallbackCounts:
    """Open entries in scope, for the menu: how many wait for somebody, how many are taken."""

    waiting: int
    taken: int


def state_of(entry: Callback) -> CallbackState:
    """Where an entry stands."""
    if entry.closed_at is not None:
        return CallbackState.DONE
    return CallbackState.WAITING if entry.taken_by is None else CallbackState.TAKEN


def row_of(entry: Callback, account: str) -> CallbackRow:
    """A line of the list, as ``account`` sees it."""
    return CallbackRow(
        id=entry.id or 0,
        version=entry.version,
        state=state_of(entry).value,
        number=mask_number(entry.number),
        elder_id=entry.elder_id,
        name=entry.party_name,
        sos=entry.sos,
        reason=entry.reason,
        agent=entry.agent or "",
        first_at=entry.first_at,
        last_at=entry.last_at,
        missed=entry.missed,
        tried=entry.tried,
        tried_at=entry.tried_at,
        tried_outcome=entry.tried_outcome,
        taken_by=entry.taken_by or "",
        taken_at=entry.taken_at,
        mine=entry.taken_by == account,
        closed_at=entry.closed_at,
        closed_by=entry.closed_by or "",
        result=entry.result,
        by_itself=entry.closing_call is not None,
        remark=entry.remark,
    )


def detail_of(row: CallbackRow, calls: list[CallbackCall]) -> CallbackDetail:
    """An entry with its calls."""
    views = (CallbackCallView(one.call_id, one.at, one.deed, one.outcome, one.agent or "") for one in calls)
    return CallbackDetail(row, tuple(views))
