"""待回拨: whom nobody reached yet, and the calls from and to them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from xktcc_app.models.base import Table, UtcDateTime

_OPEN = text("closed_at IS NULL")


class Callback(Table, table=True):
    """A number that called in vain; while it is open, further calls of the same number are added to it.

    ``reason``: outcome of the newest missed call. ``missed`` and ``tried`` count calls from it and to it. ``taken_by`` and
    ``closed_by`` are accounts; ``closed_by`` is the account of whoever spoke with them when an answered call closed it.
    ``version`` rises with every change that a person makes or must know of.
    """

    __table_args__: ClassVar = (
        Index("uq_callback_open", "number", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_callback_waiting", "last_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "closed_at"),
        Index(None, "last_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=64)
    elder_id: int | None = None
    party_name: str = Field(default="", max_length=64)
    name_key: str = Field(default="", max_length=128)
    org_id: int | None = None
    sos: bool = False
    reason: str = Field(max_length=30)
    agent: str | None = None
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    missed: int = 1
    tried: int = 0
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tried_outcome: str = Field(default="", max_length=30)
    taken_by: str | None = Field(default=None, max_length=64)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = Field(default=None, max_length=64)
    closing_call: str | None = None
    result: str = Field(default="", max_length=20)
    remark: str = Field(default="", max_length=500)
    version: int = 1


class CallbackCall(Table, table=True):
    """A call that counted for an entry, so that it never counts twice. ``deed``: a ``CallbackDeed``."""

    __table_args__: ClassVar = (Index(None, "callback_id", "at"),)

    call_id: str = Field(primary_key=True)
    callback_id: int = Field(primary_key=True, foreign_key="callback.id", ondelete="CASCADE")
    deed: str = Field(primary_key=True, max_length=10)
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = Field(default="", max_length=30)
    agent: str | None = None
