"""An elder's record as a form of plain fields, and what to do when two people changed it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from xktcc_app.domain.elder_form import CODES, MAX_CONTACTS, MAX_PHONES, TEXTS, Contact, ElderForm
from xktcc_app.domain.elders import ElderType

FIELDS = (*TEXTS, *CODES, "birth_date", "id_card", "phones", "sos_number", "types", "contacts", "org_id")
"""Every field that can be changed, several values under one name."""
_CONTACT_PARTS = ("name", "relation", "phone")


class Changed(StrEnum):
    """Who changed a field since it was read."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that was changed, with its values as texts or codes."""

    field: str
    changed: Changed
    mine: list[str]
    theirs: list[str]


def form_of(fields: Mapping[str, str]) -> ElderForm:
    """The form that a browser sends: ``phone_0`` …, ``type_<code>``, ``contact_0_name`` … beside the plain names."""

    def given(name: str) -> str:
        return str(fields.get(name) or "").strip()

    contacts = [Contact(*(given(f"contact_{at}_{part}") for part in _CONTACT_PARTS)) for at in range(MAX_CONTACTS)]
    org_id = given("org_id")
    return ElderForm(
        texts={name: given(name) for name in (*TEXTS, *CODES)},
        birth_date=given("birth_date"),
        id_card=given("id_card"),
        phones=[number for number in (given(f"phone_{at}") for at in range(MAX_PHONES)) if number],
        sos_number=given("sos_number"),
        types=[kind.value for kind in ElderType if given(f"type_{kind}")],
        contacts=[one for one in contacts if one.name or one.relation or one.phone],
        org_id=int(org_id) if org_id.isascii() and org_id.isdigit() and len(org_id) < 10 else None,
    )


def fields_of(form: ElderForm) -> dict[str, str]:
    """The other way round: what a form's fields show at first."""
    fields = {name: form.texts.get(name, "") for name in (*TEXTS, *CODES)}
    fields |= {"birth_date": form.birth_date, "id_card": form.id_card, "sos_number": form.sos_number}
    fields |= {f"phone_{at}": number for at, number in enumerate(form.phones)}
    fields |= {f"type_{kind}": "on" for kind in form.types}
    for at, one in enumerate(form.contacts):
        fields |= {f"contact_{at}_{part}": getattr(one, part) for part in _CONTACT_PARTS}
    return fields | {"org_id": "" if form.org_id is None else str(form.org_id)}


def differences(base: ElderForm, mine: ElderForm, theirs: ElderForm) -> list[Difference]:
    """What I and they changed of what we both began with. A field that both changed alike is no difference."""
    found = []
    for field in FIELDS:
        was, my, their = (_values(form, field) for form in (base, mine, theirs))
        if my == their:
            continue
        changed = Changed.MINE if was == their else Changed.THEIRS if was == my else Changed.BOTH
        found.append(Difference(field, changed, my, their))
    return found


def merged(mine: ElderForm, theirs: ElderForm, chosen: Sequence[str]) -> ElderForm:
    """Their record with the ``chosen`` fields of mine."""
    form = theirs
    for field in chosen:
        if field in theirs.texts or field in mine.texts:
            form = replace(form, texts={**form.texts, field: mine.texts.get(field, "")})
        elif field in FIELDS:
            form = replace(form, **{field: getattr(mine, field)})
    return form


def _values(form: ElderForm, field: str) -> list[str]:
    value = form.texts.get(field, "") if field in TEXTS or field in CODES else getattr(form, field)
    if field == "contacts":
        return [" ".join(filter(None, (one.name, one.relation, one.phone))) for one in form.contacts]
    if field == "types":
        return sorted(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(one).strip() for one in value if str(one).strip()]
    return [str(value).strip()] if value not in (None, "") else []
