"""Who is on the line: the elders to whom the number leads, and the record of one of them.

Whoever has the call sees the record, whatever the own data scope: the caller has come to this agent.
"""

from __future__ import annotations

from datetime import date, tzinfo

from sqlmodel import Session

from telephony.bus import Bus
from xktcc_app.domain.elders import PhoneKind, age_on, types_of
from xktcc_app.domain.masking import mask_number, normalise_number
from xktcc_app.domain.pop import NO_ELDER, NO_POP, Pop, PopCall, PopElder, PopMatch, PopOrder
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.wire import milliseconds
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.order import ServiceOrder
from xktcc_app.repositories import pop as pop_repo
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import NotFoundError
from xktcc_app.services.own_call import own_party

LAST = 4
LONGEST_NOTE = 60


class ScreenPopService:
    """Everything raises ``PermissionDeniedError`` for an account without ``toolbar.use``."""

    def __init__(self, database: Database, bus: Bus, zone: tzinfo, now: Now = utc_now) -> None:
        self._database = database
        self._bus = bus
        self._zone = zone
        self._now = now

    async def pop(self, principal: Principal, elder_id: int | None = None) -> Pop:
        """The caller of the own call: all matches, and the record of ``elder_id`` or of the first.

        An empty pop when there is no call, or nobody has the number. ``NotFoundError`` for an elder who has nothing to do with it.
        """
        party = own_party(self._bus, principal)
        if party is None:
            return NO_POP
        number, today = normalise_number(party.number), self._now().astimezone(self._zone).date()

        def work(session: Session) -> Pop:
            owners = pop_repo.owners_of(session, number) if number else []
            found: Pop = {
                "call": party.call,
                "number": mask_number(number),
                "matches": [_match(elder, phone) for elder, phone in owners],
                "elder": NO_ELDER,
            }
            chosen = _chosen([elder for elder, _ in owners], elder_id)
            if chosen is not None:
                found["elder"] = _record(session, chosen, today, party.call)
            return found

        return await self._database.read(work)


def _chosen(elders: list[Elder], elder_id: int | None) -> Elder | None:
    if elder_id is None:
        return elders[0] if elders else None
    chosen = next((elder for elder in elders if elder.id == elder_id), None)
    if chosen is None:
        raise NotFoundError("no elder of this call")
    return chosen


def _match(elder: Elder, phone: ElderPhone) -> PopMatch:
    return {
        "id": elder.id or 0,
        "name": elder.name,
        "kind": phone.kind,
        "owner": phone.owner,
        "relation": phone.relation,
    }


def _record(session: Session, elder: Elder, today: date, call: str) -> PopElder:
    ident = elder.id or 0
    phones = pop_repo.phones_of(session, ident)
    age = age_on(elder.birth_date, today)
    return {
        "id": ident,
        "name": elder.name,
        "gender": elder.gender,
        "age": -1 if age is None else age,
        "types": [kind.value for kind in types_of(elder.type_bits)],
        "phones": [mask_number(phone.number) for phone in phones if phone.kind == PhoneKind.PHONE],
        "address": elder.address,
        "community": elder.community,
        "self_care": elder.self_care,
        "care_level": elder.care_level,
        "care_mode": elder.care_mode,
        "carer": elder.carer,
        "allergies": elder.allergies,
        "medical_history": elder.medical_history,
        "remarks": elder.remarks,
        "contacts": [
            {"index": at, "name": phone.owner, "relation": phone.relation, "phone": mask_number(phone.number)}
            for at, phone in enumerate(phone for phone in phones if phone.kind == PhoneKind.CONTACT)
        ],
        "orders": [_order(order) for order in pop_repo.last_orders(session, ident, LAST)],
        "calls": [_call(one) for one in pop_repo.last_calls(session, ident, LAST, call)],
    }


def _order(order: ServiceOrder) -> PopOrder:
    return {
        "id": order.id,
        "item": order.item_name,
        "status": order.status,
        "at_ms": milliseconds(order.created_at),
    }


def _call(call: Call) -> PopCall:
    return {
        "id": call.id,
        "direction": call.direction,
        "status": call.status,
        "note": call.note[:LONGEST_NOTE],
        "sos": call.sos,
        "talk_s": -1 if call.talk_s is None else round(call.talk_s),
        "at_ms": milliseconds(call.started_at),
    }
