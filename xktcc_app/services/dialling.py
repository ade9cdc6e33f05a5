"""Click-to-dial: a number on a page is called without the page knowing more of it than it shows."""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import Session

from telephony.bus import Bus
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.elders import PhoneKind
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.order import Provider
from xktcc_app.repositories import pop as pop_repo
from xktcc_app.repositories.call_list import CallList
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.order_list import OrderList
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BadValueError, NotFoundError
from xktcc_app.services.guards import require
from xktcc_app.services.own_call import own_party
from xktcc_app.services.toolbar import ToolbarService


class Line(StrEnum):
    """Where a number stands: an elder's own phones, their device, their contacts, an order, a call, a provider."""

    PHONE = "phone"
    SOS = "sos"
    CONTACT = "contact"
    ORDER = "order"
    CALL = "call"
    PROVIDER = "provider"


_NEEDS = {
    Line.ORDER: Permission.ORDERS_VIEW,
    Line.CALL: Permission.CALLS_VIEW,
    Line.PROVIDER: Permission.ORDERS_VIEW,
}
LONGEST_KEY = 18
"""Digits of the largest key that the databases can hold."""
LONGEST_ID = 64
"""Signs of the longest id of a call."""
_KINDS = {Line.PHONE: PhoneKind.PHONE, Line.SOS: PhoneKind.SOS, Line.CONTACT: PhoneKind.CONTACT}


class DialService:
    """Finds the number behind what is shown, within the caller's scope, and calls it from the own seat."""

    def __init__(self, database: Database, bus: Bus, toolbar: ToolbarService, now: Now = utc_now) -> None:
        self._database = database
        self._bus = bus
        self._toolbar = toolbar
        self._now = now

    async def dial(self, principal: Principal, line: str, ident: str, index: int = 0) -> None:
        """Call the number at place ``index`` of ``line`` (a ``Line``) of the record ``ident``.

        Raises ``BadValueError``, ``NotFoundError``, ``PermissionDeniedError`` and what ``ToolbarService.dial`` raises.
        """
        require(principal, Permission.TOOLBAR_USE)
        if line not in set(Line):
            raise BadValueError("line")
        kind = Line(line)
        require(principal, _NEEDS.get(kind, Permission.ELDERS_VIEW))
        number = await self._database.read(lambda session: self._number(session, principal, kind, ident, index))
        if not number:
            raise NotFoundError("no number there")
        await self._toolbar.dial(principal, number)

    def _number(self, session: Session, principal: Principal, kind: Line, ident: str, index: int) -> str:
        scope = scope_of(principal)
        if len(ident) > LONGEST_ID or not ident.isprintable():  # no database takes every sign
            raise BadValueError("ident")
        if kind is Line.CALL:
            call = CallList(session, scope).get(ident)
            return call.number if call else ""
        if not ident.isdecimal() or len(ident) > LONGEST_KEY:
            raise BadValueError("ident")
        if kind is Line.ORDER:
            order = OrderList(session, scope).get(int(ident))
            return order.phone if order else ""
        if kind is Line.PROVIDER:
            provider = session.get(Provider, int(ident))
            return provider.phone if provider else ""
        return self._of_elder(session, principal, kind, int(ident), index)

    def _of_elder(self, session: Session, principal: Principal, kind: Line, ident: int, index: int) -> str:
        allowed = ElderList(session, scope_of(principal), self._now().date()).get(ident) is not None
        if not allowed and ident not in self._at_hand(session, principal):
            return ""
        numbers = [phone.number for phone in pop_repo.phones_of(session, ident) if phone.kind == _KINDS[kind]]
        return numbers[index] if 0 <= index < len(numbers) else ""

    def _at_hand(self, session: Session, principal: Principal) -> list[int | None]:
        """The elders of the own call: whoever speaks with them may call their people."""
        party = own_party(self._bus, principal)
        return [elder.id for elder, _ in pop_repo.owners_of(session, party.number)] if party and party.number else []
