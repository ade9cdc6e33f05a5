"""Keeps 待回拨 in step with the calls, in the transaction that writes them: missed ones open entries, answered ones close them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from xktcc_app.domain.callbacks import CallbackDeed, CallbackResult, deed_of
from xktcc_app.domain.elders import PhoneKind
from xktcc_app.models.account import Account
from xktcc_app.models.call import Call
from xktcc_app.models.callback import Callback, CallbackCall
from xktcc_app.models.elder import ElderPhone

_THEIR_OWN = (PhoneKind.PHONE.value, PhoneKind.SOS.value)


def follow(session: Session, ids: Sequence[str]) -> None:
    """Take in what became of these calls, in this order. Calls taken in before change nothing; anonymous callers have no entry."""
    found = {call.id: call for call in session.exec(select(Call).where(col(Call.id).in_(ids))).all()}
    for call_id in ids:
        call = found.get(call_id)
        if call is None or not call.number:
            continue
        match deed_of(call.direction, answered=call.answered_at is not None, ended=call.ended_at is not None):
            case CallbackDeed.MISSED:
                _missed(session, call)
            case CallbackDeed.TRIED:
                _tried(session, call)
            case CallbackDeed.REACHED:
                _reached(session, call)
    session.flush()


def _missed(session: Session, call: Call) -> None:
    if _is_known(session, call, CallbackDeed.MISSED):
        _learn_name(session, call)
        return
    at = call.ended_at or call.started_at
    entry = _open_entry(session, call.number)
    if entry is None:
        entry = Callback(number=call.number, reason=call.status, first_at=at, last_at=at)
    else:
        entry.missed += 1
        entry.version += 1
        entry.last_at, entry.reason = max(entry.last_at, at), call.status
    entry.sos, entry.agent = entry.sos or call.sos, call.agent
    _describe(entry, call)
    session.add(entry)
    session.flush()
    _note(session, entry, call, CallbackDeed.MISSED)


def _learn_name(session: Session, call: Call) -> None:
    """Who called may be found after the call has ended: its record is then written once more."""
    entry = _open_entry(session, call.number)
    if entry is not None and entry.elder_id is None and call.elder_id is not None:
        entry.sos = entry.sos or call.sos
        _describe(entry, call)
        session.add(entry)


def _describe(entry: Callback, call: Call) -> None:
    if call.elder_id is not None or entry.elder_id is None:
        entry.elder_id, entry.org_id = call.elder_id, call.org_id
        entry.party_name, entry.name_key = call.party_name, call.name_key


def _tried(session: Session, call: Call) -> None:
    entry = _open_entry(session, call.number)
    if entry is None or _is_known(session, call, CallbackDeed.TRIED):
        return
    entry.tried += 1
    entry.tried_at, entry.tried_outcome = call.ended_at, call.status
    session.add(entry)
    _note(session, entry, call, CallbackDeed.TRIED)


def _reached(session: Session, call: Call) -> None:
    """Whoever was spoken with has waited until now under any of their own numbers."""
    until = call.ended_at or call.answered_at or call.started_at
    query = select(Callback).where(
        col(Callback.closed_at).is_(None),
        col(Callback.number).in_(_numbers_of(session, call)),
        col(Callback.first_at) <= until,
        col(Callback.last_at) <= until,
    )
    for entry in session.exec(query.with_for_update()).all():
        close(entry, CallbackResult.REACHED, _account_of(session, call.agent), call.answered_at or until)
        entry.closing_call = call.id
        session.add(entry)
        if not _is_known(session, call, CallbackDeed.REACHED, entry):
            _note(session, entry, call, CallbackDeed.REACHED)


def _numbers_of(session: Session, call: Call) -> set[str]:
    """The number of the call, and when it is the elder's own (no contact's) all their own numbers."""
    if call.elder_id is None:
        return {call.number}
    own = session.exec(
        select(ElderPhone.number).where(ElderPhone.elder_id == call.elder_id, col(ElderPhone.kind).in_(_THEIR_OWN))
    ).all()
    return {call.number, *own} if call.number in own else {call.number}


def close(entry: Callback, result: CallbackResult, by: str | None, at: datetime) -> None:
    """The entry is done with; the next missed call of the number opens another."""
    entry.closed_at, entry.closed_by, entry.result = at, by, result.value
    entry.version += 1


def _account_of(session: Session, agent: str | None) -> str | None:
    if agent is None:
        return None
    account = session.exec(select(Account.account).where(Account.agent_number == agent)).first()
    return account or agent


def _open_entry(session: Session, number: str) -> Callback | None:
    query = select(Callback).where(Callback.number == number, col(Callback.closed_at).is_(None))
    return session.exec(query.with_for_update()).first()


def _is_known(session: Session, call: Call, deed: CallbackDeed, entry: Callback | None = None) -> bool:
    query = select(CallbackCall.call_id).where(CallbackCall.call_id == call.id, CallbackCall.deed == deed.value)
    if entry is not None:
        query = query.where(CallbackCall.callback_id == entry.id)
    return session.exec(query.limit(1)).first() is not None


def _note(session: Session, entry: Callback, call: Call, deed: CallbackDeed) -> None:
    session.add(
        CallbackCall(
            call_id=call.id,
            callback_id=entry.id or 0,
            at=call.ended_at or call.answered_at or call.started_at,
            deed=deed.value,
            outcome=call.status,
            agent=call.agent,
        )
    )
