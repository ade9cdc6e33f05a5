"""Whose number it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from xktcc_app.domain.elders import PhoneKind
from xktcc_app.models.elder import Elder, ElderPhone, ElderTypeRow


@dataclass(frozen=True, slots=True)
class NumberOwner:
    """The first elder of a number, and how many elders have it. ``kind``: their own phone, SOS device or contact."""

    elder: Elder
    types: tuple[str, ...]
    kind: PhoneKind
    matches: int


_RANK = case({PhoneKind.SOS.value: 0, PhoneKind.PHONE.value: 1}, value=col(ElderPhone.kind), else_=2)


def owner_of(session: Session, number: str) -> NumberOwner | None:
    """The elder of a normalised number: SOS devices first, then own phones (primary ones before), then contacts."""
    found = session.exec(
        select(Elder, ElderPhone.kind)
        .join(ElderPhone, col(ElderPhone.elder_id) == col(Elder.id))
        .where(ElderPhone.number == number)
        .order_by(_RANK, col(ElderPhone.is_primary).desc(), col(Elder.id))
        .limit(1)
    ).first()
    if found is None:
        return None
    elder, kind = found
    matches = session.exec(
        select(func.count(func.distinct(ElderPhone.elder_id))).where(ElderPhone.number == number)
    ).one()
    types = session.exec(
        select(ElderTypeRow.type).where(ElderTypeRow.elder_id == elder.id).order_by(col(ElderTypeRow.type))
    ).all()
    return NumberOwner(elder, tuple(types), PhoneKind(kind), matches)
