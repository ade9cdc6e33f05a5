"""An order as it is typed during a call: text into values, every fault by its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from xktcc_app.domain.pinyin import syllables_of
from xktcc_app.domain.text_query import normalise_text

_YUAN = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Choice:
    """A service item that can be ordered; ``price`` in fen."""

    id: int
    name: str
    price: int


@dataclass(frozen=True, slots=True)
class TypedOrder:
    """What was typed, made into values. ``subsidy`` in fen; ``appointment_at`` aware."""

    item_id: int
    quantity: int
    subsidy: int
    appointment_at: datetime | None
    provider_id: int | None


def half_width(text: str) -> str:
    """Digits, points and yuan signs as they are typed on any keyboard, in one form."""
    return unicodedata.normalize("NFKC", text).strip()


def fen_of(text: str) -> int | None:
    """An amount in yuan as fen: ``12``, ``12.5``, ``12.50``; "" is 0, anything else ``None``."""
    plain = half_width(text).removeprefix("¥").strip()
    if not plain:
        return 0
    found = _YUAN.fullmatch(plain)
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def find_item(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The item that ``text`` means: its name, else the only one that holds it, else the only one whose initials begin so."""
    wanted = normalise_text(text)
    if not wanted:
        return None
    for fits in (
        lambda name: name == wanted,
        lambda name: wanted in name,
        lambda name: wanted in initials(name),
    ):
        found = [choice for choice in choices if fits(normalise_text(choice.name))]
        if len(found) == 1:
            return found[0]
    return None


def initials(name: str) -> str:
    """The first letters of how a Chinese name sounds; other signs as they are."""
    return "".join((syllables_of(sign) or (sign,))[0][:1] for sign in name)


def typed_order(
    fields: Mapping[str, str], choices: Sequence[Choice], zone: tzinfo
) -> tuple[TypedOrder | None, dict[str, str]]:
    """The values of a form and what is wrong with it; without faults there is an order. Amounts are checked where they are added up."""
    faults: dict[str, str] = {}
    item = find_item(fields.get("item", ""), choices)
    if item is None:
        faults["item"] = "choose" if fields.get("item", "").strip() else "required"
    quantity = half_width(fields.get("quantity", "1")) or "1"
    if not re.fullmatch(r"[0-9]{1,4}", quantity):
        faults["quantity"] = "amount"
    subsidy = fen_of(fields.get("subsidy", ""))
    if subsidy is None:
        faults["subsidy"] = "amount"
    provider = fields.get("provider", "").strip()
    if provider and not re.fullmatch(r"[0-9]{1,9}", provider):
        faults["provider"] = "choose"
    at = _moment(fields.get("appointment", "").strip(), zone, faults)
    if faults or item is None:
        return None, faults
    return TypedOrder(item.id, int(quantity), subsidy or 0, at, int(provider) if provider else None), {}


def _moment(text: str, zone: tzinfo, faults: dict[str, str]) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        faults["appointment"] = "date"
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)
