"""Writes what ``control`` and the services hand over for keeping: calls, timelines, recordings, seat states, audit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from telephony.records import CallRecord, Record, RecordingRecord, SeatStateRecord, TimelineRecord
from xktcc_app.domain.audit import AuditEntry
from xktcc_app.domain.audit_chain import AuditSeal
from xktcc_app.models.base import Table
from xktcc_app.models.call import Call, CallStep, Recording, SeatStateLog
from xktcc_app.repositories import audit_log, call_index, callbacks
from xktcc_app.repositories.upsert import upsert

Kept = Record | AuditEntry

_UNKEYED = AuditSeal("")
_TARGETS: dict[type[Record], tuple[type[Table], tuple[str, ...]]] = {
    CallRecord: (Call, ("id",)),
    TimelineRecord: (CallStep, ("call_id", "at", "kind", "device")),
    RecordingRecord: (Recording, ("name",)),
    SeatStateRecord: (SeatStateLog, ("agent", "at", "state")),
}


def write_records(session: Session, records: Sequence[Kept], seal: AuditSeal = _UNKEYED) -> None:
    """Write a batch in the order given. Of several with the same key only the newest is written, in its own place.

    Audited deeds are chained by ``seal``, and one that is there already stays as it is.
    """
    for kind, (table, key) in _TARGETS.items():
        newest: dict[tuple[Any, ...], dict[str, Any]] = {}
        for record in records:
            if type(record) is kind:
                row = _row(record)
                newest[tuple(row[column] for column in key)] = row
        if kind is CallRecord and newest:
            ids = [str(row["id"]) for row in newest.values()]
            with call_index.tracked(session, ids):
                upsert(session, table, list(newest.values()), key)
            callbacks.follow(session, ids)
            continue
        upsert(session, table, list(newest.values()), key)
    if deeds := [_row(record) for record in records if isinstance(record, AuditEntry)]:
        audit_log.append(session, deeds, seal)


def _row(record: Kept) -> dict[str, Any]:
    match record:
        case CallRecord():
            return _call(record)
        case TimelineRecord():
            return {
                "call_id": record.call,
                "at": record.at,
                "kind": record.kind,
                "device": record.device or "",
                "agent": record.agent,
                "detail": record.detail,
            }
        case RecordingRecord():
            return {
                "name": record.name,
                "call_id": record.call,
                "started_at": record.started_at,
                "finished_at": record.finished_at,
                "duration_s": record.duration_s,
                "complete": record.complete,
            }
        case SeatStateRecord():
            return {
                "agent": record.agent,
                "at": record.at,
                "state": record.state.value,
                "reason": record.reason,
                "requested": record.requested,
                "requested_reason": record.requested_reason,
                "device": record.device,
                "call_id": record.call,
                "wrap_up_until": record.wrap_up_until,
                "by": record.by,
                "booked": record.booked,
                "booked_reason": record.booked_reason,
                "since": record.since,
            }
        case AuditEntry():
            return {
                "key": record.key,
                "at": record.at,
                "action": record.action.value,
                "account": record.account,
                "account_id": record.account_id,
                "target": record.target,
                "outcome": record.outcome,
                "address": record.address,
                "detail": json.dumps(dict(record.detail), ensure_ascii=False),
            }


def _call(record: CallRecord) -> dict[str, Any]:
    return {
        "id": record.call,
        "direction": record.direction.value,
        "caller": record.caller,
        "called": record.called,
        "started_at": record.started_at,
        "queued_at": record.queued_at,
        "rang_at": record.rang_at,
        "answered_at": record.answered_at,
        "ended_at": record.ended_at,
        "agent": record.agent,
        "device": record.device,
        "elder_id": record.elder_id,
        "sos": record.sos,
        "outcome": record.outcome and record.outcome.value,
        "cause": record.cause and record.cause.value,
        "cleared_by": record.cleared_by and record.cleared_by.value,
        "talk_s": record.talk_s,
        "valid": record.valid,
        "wait_ms": _wait_ms(record.queued_at, record.answered_at or record.ended_at),
    }


def _wait_ms(queued_at: datetime | None, until: datetime | None) -> int | None:
    if queued_at is None or until is None:
        return None
    return max(round((until - queued_at).total_seconds() * 1000), 0)
