"""Who has a number, and what was last done for them: each one index look-up, however much there is."""

from __future__ import annotations

from sqlmodel import Session, col, select

from xktcc_app.domain.elders import PhoneKind
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.order import ServiceOrder

MOST_MATCHES = 20
_RANK = {PhoneKind.SOS: 0, PhoneKind.PHONE: 1, PhoneKind.CONTACT: 2}


def owners_of(session: Session, number: str) -> list[tuple[Elder, ElderPhone]]:
    """Every elder who is not archived and to whom a normalised number leads, once each, as ``elders.owner_of`` ranks them."""
    found = session.exec(
        select(Elder, ElderPhone)
        .join(ElderPhone, col(ElderPhone.elder_id) == col(Elder.id))
        .where(ElderPhone.number == number, col(Elder.archived_at).is_(None))
        .limit(MOST_MATCHES)
    ).all()
    ranked = sorted(found, key=lambda pair: (_RANK[PhoneKind(pair[1].kind)], not pair[1].is_primary, pair[0].id))
    return list({elder.id: (elder, phone) for elder, phone in reversed(ranked)}.values())[::-1]


def phones_of(session: Session, elder_id: int) -> list[ElderPhone]:
    """All numbers of an elder: own ones first, the primary one before, then device and contacts in their order."""
    rows = session.exec(select(ElderPhone).where(ElderPhone.elder_id == elder_id)).all()
    order = (PhoneKind.PHONE, PhoneKind.SOS, PhoneKind.CONTACT)
    return sorted(rows, key=lambda row: (order.index(PhoneKind(row.kind)), not row.is_primary, row.sort, row.id or 0))


def last_orders(session: Session, elder_id: int, most: int) -> list[ServiceOrder]:
    """The newest orders, whoever made them."""
    return list(
        session.exec(
            select(ServiceOrder)
            .where(ServiceOrder.elder_id == elder_id)
            .order_by(col(ServiceOrder.id).desc())
            .limit(most)
        ).all()
    )


def last_calls(session: Session, elder_id: int, most: int, besides: str) -> list[Call]:
    """The newest calls but ``besides``, whoever took them."""
    return list(
        session.exec(
            select(Call)
            .where(Call.elder_id == elder_id, Call.id != besides)
            .order_by(col(Call.started_at).desc())
            .limit(most)
        ).all()
    )


def orders_of_call(session: Session, call_id: str) -> list[ServiceOrder]:
    """The orders that were made in a call, the first first."""
    return list(
        session.exec(select(ServiceOrder).where(ServiceOrder.call_id == call_id).order_by(col(ServiceOrder.id))).all()
    )
