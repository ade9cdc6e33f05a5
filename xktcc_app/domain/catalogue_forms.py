"""Providers and service items as people enter them: every field checked, every fault told by the field's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xktcc_app.domain.list_params import fen_of
from xktcc_app.domain.masking import normalise_number
from xktcc_app.domain.orders import ServiceCategory
from xktcc_app.domain.phones import is_phone

MAX_PRICE = 100_000_00
"""Fen for one unit of a service."""


@dataclass(frozen=True, slots=True)
class ProviderDraft:
    """A provider that may be stored."""

    name: str
    phone: str
    org_id: int | None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A service item that may be stored. ``unit_price`` in fen."""

    name: str
    category: str
    unit_price: int
    unit: str


def _text(fields: Mapping[str, str], name: str) -> str:
    return str(fields.get(name) or "").strip()


def _name_fault(name: str) -> dict[str, str]:
    if not name:
        return {"name": "required"}
    return {"name": "too_long"} if len(name) > 100 else {}


def checked_provider(fields: Mapping[str, str]) -> tuple[ProviderDraft, dict[str, str]]:
    """``name phone org_id``; store it only without faults (``required too_long phone``)."""
    name, typed, org = (_text(fields, field) for field in ("name", "phone", "org_id"))
    phone = normalise_number(typed)
    faults = _name_fault(name)
    if typed and not is_phone(phone):
        faults["phone"] = "phone"
    return ProviderDraft(name, phone, int(org) if org.isascii() and org.isdigit() and len(org) < 10 else None), faults


def checked_item(fields: Mapping[str, str]) -> tuple[ItemDraft, dict[str, str]]:
    """``name category unit unit_price`` (yuan); store it only without faults (``required too_long not_allowed amount``)."""
    name, category, unit = (_text(fields, field) for field in ("name", "category", "unit"))
    faults = _name_fault(name)
    if category not in set(ServiceCategory):
        faults["category"] = "not_allowed" if category else "required"
    if len(unit) > 20:
        faults["unit"] = "too_long"
    price = fen_of(fields, "unit_price")
    if price is None or price > MAX_PRICE:
        faults["unit_price"] = "amount"
    return ItemDraft(name, category, price or 0, unit), faults
