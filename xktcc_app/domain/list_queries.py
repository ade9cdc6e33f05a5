"""What the three record lists can be asked. Values as typed; what can't be found finds nothing, it never fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xktcc_app.domain.paging import Sort

ELDER_SORTS = frozenset({"created", "name", "number", "birth_date"})
ORDER_SORTS = frozenset({"created", "amount", "appointment"})
CALL_SORTS = frozenset({"started", "talk"})
NEWEST_ELDERS = Sort("created")
NEWEST_ORDERS = Sort("created")
NEWEST_CALLS = Sort("started")
PROVIDER_SORTS = frozenset({"name"})
ITEM_SORTS = frozenset({"name", "unit_price"})
BY_NAME = Sort("name", descending=False)
NOT_CANCELLED = "not_cancelled"
"""Asked for as an order's status: any but cancelled, as reports count them."""


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """Providers or service items: ``name`` any part; ``active`` "1" or "0"; ``category`` of service items only."""

    name: str = ""
    active: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class ElderQuery:
    """Elders: ``name`` any part, or pinyin, or initials; ``phone`` any part of any number; ``community`` an organization and below.

    ``types``: any of them. ``youngest`` and ``oldest`` in full years today, both included.
    """

    name: str = ""
    phone: str = ""
    gender: str = ""
    types: tuple[str, ...] = ()
    community: int | None = None
    care_level: str = ""
    youngest: int | None = None
    oldest: int | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Orders: ``service`` any part of the service item's name, ``elder`` any part of the name; period by creation.

    ``status`` an ``OrderStatus`` or ``NOT_CANCELLED``; ``since`` inclusive, ``until`` exclusive, aware UTC; amounts in fen, both
    included.
    """

    service: str = ""
    category: str = ""
    status: str = ""
    payment: str = ""
    elder: str = ""
    elder_id: int | None = None
    provider: int | None = None
    community: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    amount_from: int | None = None
    amount_to: int | None = None


@dataclass(frozen=True, slots=True)
class CallQuery:
    """Calls: ``name`` any part of the elder's, ``number`` any part of the outside party's; period by the begin.

    ``valid`` "1" or "0"; ``status`` a ``CallOutcome`` or ``open``; talk in seconds, both included.
    """

    name: str = ""
    number: str = ""
    community: int | None = None
    status: str = ""
    valid: str = ""
    direction: str = ""
    agent: str = ""
    cleared_by: str = ""
    elder_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    talk_from: int | None = None
    talk_to: int | None = None
