"""Listens that an earlier run left without an end, because it was killed: their end is kept in the audit log at the next start."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

from xktcc_app.domain.audit import AuditAction, AuditEntry
from xktcc_app.models.audit import AuditLog
from xktcc_app.repositories.audit_log import unfinished_listens
from xktcc_app.services.audit import AuditSink
from xktcc_app.services.database import Database

LOOK_BACK = timedelta(days=7)
PROGRAM_ENDED = "program_ended"
_KEYS = uuid.UUID("6f0c2f0a-6a55-4bd1-9d0e-0f6a5b0c7d11")


async def end_left_listens(database: Database, sink: AuditSink, now: datetime) -> int:
    """Keep an end, at ``now`` (UTC, when this run began), for each that has none; returns how many there were.

    What the earlier run had noted must be in the database by now: the beginnings may be among it.
    """
    left = await database.read(lambda session: unfinished_listens(session, now - LOOK_BACK, now))
    for row in left:
        sink.put(_end_of(row, now))
    return len(left)


def _end_of(row: AuditLog, now: datetime) -> AuditEntry:
    begun = json.loads(row.detail)
    return AuditEntry(
        key=str(uuid.uuid5(_KEYS, begun["listen"])),
        at=now,
        action=AuditAction.LISTEN_ENDED,
        account=row.account,
        account_id=row.account_id,
        target=row.target,
        address=row.address,
        detail={"call": begun["call"], "listen": begun["listen"], "reason": PROGRAM_ENDED},
    )
