"""An elder's record as people enter or import it: every field checked, every fault told by the field's name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from xktcc_app.domain import elders as codes
from xktcc_app.domain.id_card import birth_of, gender_of, id_card_fault, normalise_id_card
from xktcc_app.domain.masking import normalise_number
from xktcc_app.domain.phones import is_device, is_phone

MAX_PHONES = 5
MAX_CONTACTS = 5

TEXTS: Mapping[str, int] = {
    "number": 20,
    "name": 64,
    "ethnicity": 20,
    "street": 100,
    "community": 100,
    "address": 200,
    "carer": 64,
    "medical_history": 2000,
    "allergies": 500,
    "medication": 1000,
    "remarks": 2000,
}
"""Free text fields and how many signs they take."""

CODES: Mapping[str, type[StrEnum]] = {
    "gender": codes.Gender,
    "marital_status": codes.MaritalStatus,
    "education": codes.Education,
    "self_care": codes.SelfCare,
    "care_level": codes.CareLevel,
    "care_mode": codes.CareMode,
    "payment_source": codes.PaymentSource,
    "blood_type": codes.BloodType,
}
"""Coded fields; "" is not known."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call in an emergency; their place in the list is their order."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class ElderForm:
    """As typed: all text. Phones in order, the first is the primary one."""

    texts: Mapping[str, str] = field(default_factory=dict)
    birth_date: str = ""
    id_card: str = ""
    phones: Sequence[str] = ()
    sos_number: str = ""
    types: Sequence[str] = ()
    contacts: Sequence[Contact] = ()
    org_id: int | None = None


@dataclass(frozen=True, slots=True)
class ElderDraft:
    """A record that may be stored: normalised, checked. ``fields`` are columns by name."""

    fields: Mapping[str, str]
    birth_date: date | None
    id_card: str
    phones: tuple[str, ...]
    sos_number: str
    types: tuple[str, ...]
    contacts: tuple[Contact, ...]
    org_id: int | None


class _Faults(dict[str, str]):
    def check(self, name: str, fault: str | None) -> None:
        if fault and name not in self:
            self[name] = fault


def checked(form: ElderForm, today: date) -> tuple[ElderDraft, dict[str, str]]:
    """The draft and its faults, field name → code; store it only when there are none.

    Codes: ``required``, ``too_long``, ``not_allowed``, ``date``, ``future_date``, ``phone``, ``repeated``, ``too_many`` and
    those of ``IdCardFault``. Birth date and gender are taken from a sound identity number when they are not given.
    """
    faults = _Faults()
    fields = {name: (form.texts.get(name) or "").strip() for name in (*TEXTS, *CODES)}
    birth = _birth_date(form.birth_date.strip(), today, faults)
    id_card = normalise_id_card(form.id_card)
    if id_card:
        fault = id_card_fault(id_card, birth, fields["gender"], today)
        faults.check("id_card", fault)
        if fault is None:
            birth = birth or birth_of(id_card)
            fields["gender"] = fields["gender"] or gender_of(id_card)
    _check_fields(fields, faults)
    phones = _phones(form.phones, faults)
    sos_number = normalise_number(form.sos_number)
    faults.check("sos_number", "phone" if form.sos_number.strip() and not is_device(sos_number) else None)
    known = {kind.value for kind in codes.ElderType}
    faults.check("types", None if known.issuperset(form.types) else "not_allowed")
    contacts = _contacts(form.contacts, faults)
    types = tuple(kind for kind in codes.ElderType if kind in form.types)
    return ElderDraft(fields, birth, id_card, phones, sos_number, types, contacts, form.org_id), dict(faults)


def _check_fields(fields: Mapping[str, str], faults: _Faults) -> None:
    faults.check("name", None if fields["name"] else "required")
    faults.check("gender", None if fields["gender"] else "required")
    for name, longest in TEXTS.items():
        faults.check(name, "too_long" if len(fields[name]) > longest else None)
    for name, kind in CODES.items():
        faults.check(name, "not_allowed" if fields[name] and fields[name] not in set(kind) else None)


def _birth_date(text: str, today: date, faults: _Faults) -> date | None:
    if not text:
        return None
    try:
        birth = date.fromisoformat(unicodedata.normalize("NFKC", text).replace("/", "-"))
    except ValueError:
        faults.check("birth_date", "date")
        return None
    if birth > today:
        faults.check("birth_date", "future_date")
    elif birth.year < 1880:
        faults.check("birth_date", "date")
    return birth


def _phones(given: Sequence[str], faults: _Faults) -> tuple[str, ...]:
    phones = [normalise_number(text) for text in given if text.strip()]
    faults.check("phones", None if all(map(is_phone, phones)) else "phone")
    faults.check("phones", "repeated" if len(set(phones)) < len(phones) else None)
    faults.check("phones", "too_many" if len(phones) > MAX_PHONES else None)
    return tuple(phones)


def _contacts(given: Sequence[Contact], faults: _Faults) -> tuple[Contact, ...]:
    contacts = tuple(
        Contact(one.name.strip(), one.relation.strip(), normalise_number(one.phone))
        for one in given
        if one.name.strip() or one.phone.strip()
    )
    faults.check("contacts", None if all(is_phone(one.phone) for one in contacts) else "phone")
    faults.check("contacts", None if all(one.name for one in contacts) else "required")
    faults.check(
        "contacts", "too_long" if any(len(one.name) > 64 or len(one.relation) > 20 for one in contacts) else None
    )
    faults.check("contacts", "too_many" if len(contacts) > MAX_CONTACTS else None)
    return contacts
