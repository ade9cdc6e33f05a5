"""Calls, their timelines and recordings, and every state of every seat, as ``telephony.records`` hands them over.

No foreign keys: a record must never be lost because what it points at is missing or comes later.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from xktcc_app.models.base import Key, Table, UtcDateTime

_OPEN = text("ended_at IS NULL")
_UNFINISHED = text("finished_at IS NULL")
_PENDING = text("state = 'pending' AND finished_at IS NOT NULL")


class Call(Table, table=True):
    """A call. ``wait_ms`` from queueing to the answer (or the end), ``None`` for calls that never queued.

    From ``seq`` on the columns are not the telephone system's: ``seq`` rises with the begin (``domain.record_keys``), ``status``
    is the outcome or ``open``, ``number`` the outside party's, ``judged`` validity as a person corrected it, ``is_valid`` what counts,
    ``category`` what it was about (``CallCategory``, "" not said).
    """

    __table_args__: ClassVar = (
        Index("ix_call_open", "started_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "started_at"),
        Index(None, "answered_at", "direction", "agent"),
        Index(None, "queued_at"),
        Index(None, "ended_at", "outcome"),
        Index(None, "elder_id", "started_at"),
        Index(None, "agent", "started_at"),
        # all that lists are filtered by, so that walking them in order touches nothing else
        Index(
            "ix_call_list",
            *(
                "seq",
                "org_id",
                "direction",
                "status",
                "is_valid",
                "talk_s",
                "agent",
                "cleared_by",
                "number",
                "name_key",
            ),
        ),
    )

    id: str = Field(primary_key=True)
    direction: str = Field(max_length=10)
    caller: str
    called: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    queued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rang_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agent: str | None = None
    device: str | None = None
    elder_id: int | None = None
    sos: bool = False
    outcome: str | None = Field(default=None, max_length=30)
    cause: str | None = Field(default=None, max_length=30)
    cleared_by: str | None = Field(default=None, max_length=10)
    talk_s: float | None = None
    valid: bool | None = None
    wait_ms: int | None = None
    seq: int | None = Field(default=None, sa_type=Key)
    org_id: int | None = None
    status: str = Field(default="open", max_length=30)
    is_valid: bool = False
    number: str = ""
    party_name: str = Field(default="", max_length=64)
    name_key: str = Field(default="", max_length=128)
    note: str = Field(default="", max_length=2000)
    category: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    judged: bool | None = None
    version: int = 1


class CallStep(Table, table=True):
    """One step of a call's timeline; ``device`` is "" for none, as it is part of the key."""

    __table_args__: ClassVar = (
        Index("uq_call_step", "call_id", "at", "kind", "device", unique=True),
        Index(None, "at", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    call_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    device: str = ""
    agent: str | None = None
    detail: str = ""


class Recording(Table, table=True):
    """A recording of a call. ``complete`` False: cut off by a failure; ``None``: it still runs.

    From ``state`` on the columns are the archive's: ``state`` is a ``domain.recordings.FileState``, ``path`` the file's place
    below the recordings' folder, ``length_s`` what is really to be heard. ``tries``: how often it was asked for in vain.
    """

    __table_args__: ClassVar = (
        Index("ix_recording_open", "started_at", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index("ix_recording_pending", "finished_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index(None, "state", "started_at"),
    )

    name: str = Field(primary_key=True)
    call_id: str = Field(index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    duration_s: float | None = None
    complete: bool | None = None
    state: str = Field(default="pending", max_length=10)
    path: str = Field(default="", max_length=200)
    sha256: str = Field(default="", max_length=64)
    size: int = Field(default=0, sa_type=Key)
    length_s: float | None = None
    fault: str = Field(default="", max_length=20)
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0


class LegalHold(Table, table=True):
    """The recording of this call is kept however old it becomes. ``placed_by`` is an account."""

    call_id: str = Field(primary_key=True)
    placed_at: datetime = Field(sa_type=UtcDateTime)
    placed_by: str = Field(max_length=64)
    reason: str = Field(default="", max_length=200)


class SeatStateLog(Table, table=True):
    """A seat took on a state at ``at``; appended. The newest of a seat is the one with the highest ``id``."""

    __table_args__: ClassVar = (
        Index("uq_seat_state_log", "agent", "at", "state", unique=True),
        Index(None, "agent", "id"),
        Index(None, "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agent: str
    at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(max_length=20)
    reason: str | None = None
    requested: str = Field(max_length=20)
    requested_reason: str | None = None
    device: str | None = None
    call_id: str | None = None
    wrap_up_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    by: str | None = None
    booked: str | None = Field(default=None, max_length=20)
    booked_reason: str | None = None
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CallRollup(Table, table=True):
    """Calls of a node and all below it, by day of their begin (``domain.record_keys``). ``node`` 0 is everything."""

    node: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    direction: str = Field(primary_key=True, max_length=10)
    status: str = Field(primary_key=True, max_length=30)
    is_valid: bool = Field(primary_key=True)
    n: int
