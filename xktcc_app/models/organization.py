"""The tree of organizations."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from xktcc_app.models.base import Table


class OrganizationKind(StrEnum):
    """What a node of the tree is."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    STATION = "station"
    CALL_CENTRE = "call_centre"


class Organization(Table, table=True):
    """A node. ``low`` to ``high`` are the depth-first numbers of it and all below: a branch is one BETWEEN on ``low``."""

    __table_args__: ClassVar = (Index(None, "low"), Index(None, "parent_id", "sort"))

    id: int | None = Field(default=None, primary_key=True)
    parent_id: int | None = Field(default=None, foreign_key="organization.id")
    name: str = Field(max_length=100)
    kind: str = Field(max_length=20)
    sort: int = 0
    low: int = 0
    high: int = 0
    active: bool = True
    version: int = 1
