"""The audit log."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from xktcc_app.models.base import Key, Table, UtcDateTime


class AuditLog(Table, table=True):
    """One deed; see ``domain.audit.AuditEntry``. No foreign key: the log outlives what it speaks of.

    ``seq`` counts the deeds without a gap; ``mac`` binds each to all before it (``domain.audit_chain``).
    """

    __table_args__: ClassVar = (
        Index(None, "at"),
        Index(None, "account", "at"),
        Index(None, "action", "at"),
        Index("uq_audit_log_seq", "seq", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=36, unique=True)
    at: datetime = Field(sa_type=UtcDateTime)
    action: str = Field(max_length=40)
    account: str
    account_id: int | None = None
    target: str
    outcome: str = Field(max_length=60)
    address: str
    detail: str
    seq: int | None = Field(default=None, sa_type=Key)
    mac: str | None = Field(default=None, max_length=64)


class AuditHead(Table, table=True):
    """The end of the audit chain, one row: how many deeds there are, and the last one's ``mac``."""

    id: int = Field(default=1, primary_key=True)
    seq: int = Field(sa_type=Key)
    mac: str = Field(max_length=64)
