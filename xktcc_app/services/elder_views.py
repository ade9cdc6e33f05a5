"""Elders as they leave the server: numbers masked. What is masked here never reaches a browser in clear."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xktcc_app.domain.elder_form import CODES, TEXTS, Contact, ElderDraft
from xktcc_app.domain.elders import age_on, types_of
from xktcc_app.domain.id_card import mask_id_card
from xktcc_app.domain.masking import mask_number
from xktcc_app.models.elder import Elder, ElderChange

SENSITIVE = ("id_card", "phones", "sos_number", "contacts")
"""Fields that are masked, and can be unmasked one by one."""


@dataclass(frozen=True, slots=True)
class ElderRow:
    """A line of the list. ``age`` -1: not known."""

    id: int
    number: str
    name: str
    gender: str
    age: int
    phone: str
    id_card: str
    types: tuple[str, ...]
    self_care: str
    care_level: str
    care_mode: str
    community: str
    address: str
    org_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ElderDetail:
    """A whole record, masked. ``fields``: texts and codes by name."""

    id: int
    version: int
    fields: dict[str, str]
    birth_date: date | None
    age: int
    id_card: str
    phones: tuple[str, ...]
    sos_number: str
    types: tuple[str, ...]
    contacts: tuple[Contact, ...]
    org_id: int | None
    created_at: datetime
    created_by: str
    updated_at: datetime | None
    archived: bool


@dataclass(frozen=True, slots=True)
class ElderHistoryEntry:
    """A change; numbers in it are masked."""

    at: datetime
    by: str
    action: str
    changes: dict[str, list[Any]]


def row_of(elder: Elder, today: date) -> ElderRow:
    """A line of the list."""
    age = age_on(elder.birth_date, today)
    return ElderRow(
        id=elder.id or 0,
        number=elder.number,
        name=elder.name,
        gender=elder.gender,
        age=-1 if age is None else age,
        phone=mask_number(elder.numbers.split(" ", 1)[0]),
        id_card=mask_id_card(elder.id_card),
        types=tuple(types_of(elder.type_bits)),
        self_care=elder.self_care,
        care_level=elder.care_level,
        care_mode=elder.care_mode,
        community=elder.community,
        address=elder.address,
        org_id=elder.org_id,
        created_at=elder.created_at,
    )


def detail_of(elder: Elder, draft: ElderDraft, today: date) -> ElderDetail:
    """The whole record."""
    age = age_on(elder.birth_date, today)
    return ElderDetail(
        id=elder.id or 0,
        version=elder.version,
        fields={name: draft.fields[name] for name in (*TEXTS, *CODES)},
        birth_date=draft.birth_date,
        age=-1 if age is None else age,
        id_card=mask_id_card(draft.id_card),
        phones=tuple(map(mask_number, draft.phones)),
        sos_number=mask_number(draft.sos_number),
        types=draft.types,
        contacts=tuple(Contact(one.name, one.relation, mask_number(one.phone)) for one in draft.contacts),
        org_id=draft.org_id,
        created_at=elder.created_at,
        created_by=elder.created_by,
        updated_at=elder.updated_at,
        archived=elder.archived_at is not None,
    )


def history_entry(change: ElderChange) -> ElderHistoryEntry:
    """A change, masked."""
    changes = {name: [_masked(name, value) for value in pair] for name, pair in json.loads(change.changes).items()}
    return ElderHistoryEntry(change.at, change.by, change.action, changes)


def _masked(name: str, value: Any) -> Any:
    match name:
        case "id_card":
            return mask_id_card(value)
        case "sos_number":
            return mask_number(value)
        case "phones":
            return [mask_number(number) for number in value]
        case "contacts":
            return [[who, relation, mask_number(number)] for who, relation, number in value]
        case _:
            return value


def kept(typed: Sequence[str], present: Sequence[str]) -> list[str]:
    """Numbers of a form in which masked ones were left as they were shown: these become what they stand for."""
    shown = {mask_number(number): number for number in reversed(present)}
    return [shown.get(text.strip(), text) for text in typed]
