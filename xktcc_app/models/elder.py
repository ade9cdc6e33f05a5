"""The elders, the numbers under which they, their devices and their contacts call, and what was changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from xktcc_app.models.base import Table, UtcDateTime

_ACTIVE = text("archived_at IS NULL")
_ARCHIVED = text("archived_at IS NOT NULL")


class Elder(Table, table=True):
    """An elder. ``number`` is the record's number, ``community`` its organization's name as written in the record.

    ``name_key``, ``numbers`` and ``type_bits`` are derived for finding and kept by ``repositories.elder_index``: the normalised
    name, all numbers with a blank between (the primary one first), the types. ``version`` rises with every change.
    """

    __table_args__: ClassVar = (
        # all that lists are filtered by, so that walking them in order touches nothing else
        Index(
            "ix_elder_list",
            *("id", "org_id", "gender", "care_level", "birth_date", "type_bits", "name_key", "numbers"),
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_elder_archived", "id", sqlite_where=_ARCHIVED, postgresql_where=_ARCHIVED),
        Index(None, "name_key", "id"),
        Index(None, "birth_date", "id"),
        Index(None, "id_card"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=64, index=True)
    gender: str = Field(max_length=1)
    birth_date: date | None = None
    community: str = Field(max_length=100)
    address: str = Field(max_length=200)
    org_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    id_card: str = Field(default="", max_length=18)
    ethnicity: str = Field(default="", max_length=20)
    marital_status: str = Field(default="", max_length=20)
    education: str = Field(default="", max_length=20)
    street: str = Field(default="", max_length=100)
    self_care: str = Field(default="", max_length=20)
    care_level: str = Field(default="", max_length=20)
    care_mode: str = Field(default="", max_length=20)
    payment_source: str = Field(default="", max_length=20)
    medical_history: str = Field(default="", max_length=2000)
    allergies: str = Field(default="", max_length=500)
    medication: str = Field(default="", max_length=1000)
    blood_type: str = Field(default="", max_length=20)
    carer: str = Field(default="", max_length=64)
    remarks: str = Field(default="", max_length=2000)
    created_by: str = Field(default="", max_length=64)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
    name_key: str = Field(default="", max_length=128)
    numbers: str = Field(default="", max_length=400)
    type_bits: int = 0


class ElderTypeRow(Table, table=True):
    """A type that an elder has (``ElderType``)."""

    elder_id: int = Field(foreign_key="elder.id", primary_key=True, ondelete="CASCADE")
    type: str = Field(primary_key=True, max_length=30, index=True)


class ElderPhone(Table, table=True):
    """A number of an elder; ``number`` is normalised. ``owner`` and ``relation`` say whose it is when not the elder's own.

    ``sort``: the place among those of its kind.
    """

    __table_args__: ClassVar = (Index(None, "number", "kind"), Index(None, "elder_id"))

    id: int | None = Field(default=None, primary_key=True)
    elder_id: int = Field(foreign_key="elder.id", ondelete="CASCADE")
    number: str = Field(max_length=32)
    kind: str = Field(max_length=10)
    owner: str = Field(default="", max_length=64)
    is_primary: bool = False
    relation: str = Field(default="", max_length=20)
    sort: int = 0


class ElderChange(Table, table=True):
    """A change of an elder's record. ``changes``: JSON, field → [before, after]."""

    __table_args__: ClassVar = (Index(None, "elder_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    elder_id: int = Field(foreign_key="elder.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=64)
    action: str = Field(max_length=20)
    changes: str


class FacetCount(Table, table=True):
    """How many elders who are not archived have a facet's token: exact totals, and what to expect of several together."""

    token: str = Field(primary_key=True, max_length=60)
    n: int
