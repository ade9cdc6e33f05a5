"""What an agent writes down about the own call: note, category and validity, kept at the call itself while it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlmodel import Session

from telephony.bus import Bus
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.call_category import CallCategory
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.call import Call
from xktcc_app.repositories import call_index
from xktcc_app.services.audit import AuditService
from xktcc_app.services.call_records import MAX_NOTE
from xktcc_app.services.database import Database
from xktcc_app.services.errors import ChangedMeanwhileError, DatabaseBusyError, FieldErrors, NotFoundError
from xktcc_app.services.guards import require
from xktcc_app.services.own_call import own_party
from xktcc_app.services.record_writer import RecordWriter

WRITTEN_WITHIN_S = 2.0
"""A call that rings was put to the record writer a moment ago; longer than this its row may not take."""


@dataclass(frozen=True, slots=True)
class CallForm:
    """``judged``: validity as the agent says, ``None`` as the rule says. ``version`` rises with every change."""

    note: str = ""
    category: str = ""
    judged: bool | None = None
    version: int = 1


class CallFormService:
    """For the agent whose call it is: at hand now, or taken by them earlier. Else ``NotFoundError``; ``PermissionDeniedError``."""

    def __init__(self, database: Database, bus: Bus, records: RecordWriter, audit: AuditService) -> None:
        self._database = database
        self._bus = bus
        self._records = records
        self._audit = audit

    async def load(self, principal: Principal, call_id: str) -> CallForm:
        """What is written down so far. ``DatabaseBusyError`` while the call's record is not written yet."""
        at_hand = await self._arrived(principal, call_id)
        return await self._database.read(lambda session: _form(_own(session, principal, call_id, at_hand=at_hand)))

    async def save(self, principal: Principal, call_id: str, form: CallForm) -> int:
        """Write ``form`` over what was read with its ``version``; returns the version now.

        Raises ``FieldErrors`` (``note`` ``too_long``, ``category`` ``not_allowed``) and ``ChangedMeanwhileError``.
        """
        require(principal, Permission.TOOLBAR_USE)
        _check(form)
        at_hand = await self._arrived(principal, call_id)

        def work(session: Session) -> tuple[int, bool]:
            call = _own(session, principal, call_id, at_hand=at_hand)
            session.refresh(call, with_for_update=True)
            if call.version != form.version:
                raise ChangedMeanwhileError(call.version)
            if _form(call) == form:
                return form.version, False
            with call_index.tracked(session, [call_id]):
                call.note, call.category, call.judged = form.note, form.category, form.judged
                call.version = form.version + 1
                session.add(call)
            return form.version + 1, True

        version, changed = await self._database.write(work)
        if changed and form.version == 1:  # once a call: it is saved at every pause in typing
            self._audit.record(AuditAction.CALL_NOTED, principal, target=f"call:{call_id}")
        return version

    async def _arrived(self, principal: Principal, call_id: str) -> bool:
        """Whether the call is at hand now; then its record is waited for a moment."""
        require(principal, Permission.TOOLBAR_USE)
        party = own_party(self._bus, principal)
        if party is None or party.call != call_id:
            return False
        if self._records.depth:
            try:
                await asyncio.wait_for(self._records.drained(), WRITTEN_WITHIN_S)
            except TimeoutError:
                raise DatabaseBusyError("the call's record is not written yet") from None
        return True


def _check(form: CallForm) -> None:
    faults: dict[str, str] = {}
    if len(form.note) > MAX_NOTE:
        faults["note"] = "too_long"
    if form.category and form.category not in set(CallCategory):
        faults["category"] = "not_allowed"
    if faults:
        raise FieldErrors(faults)


def _own(session: Session, principal: Principal, call_id: str, *, at_hand: bool) -> Call:
    call = session.get(Call, call_id)
    mine = call is not None and principal.agent is not None and (at_hand or call.agent == principal.agent)
    if call is None or not mine:
        raise NotFoundError("no call of this agent")
    return call


def _form(call: Call) -> CallForm:
    return CallForm(call.note, call.category, call.judged, call.version)
