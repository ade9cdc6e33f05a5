"""What the audit log keeps: who did what to whom, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AuditAction(StrEnum):
    """A deed worth keeping; the codes are stored and are stable."""

    LOGIN = "session.login"
    LOGIN_FAILED = "session.login_failed"
    LOCKED = "session.locked"
    LOGOUT = "session.logout"
    PUSHED_OUT = "session.pushed_out"
    FORCED_OUT = "session.forced_out"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 -- a code, not a password
    PASSWORD_RESET = "account.password_reset"  # noqa: S105 -- a code, not a password
    DISABLED = "account.disabled"
    ENABLED = "account.enabled"
    SEAT_FORCED = "seat.forced"
    ELDER_CREATED = "elder.created"
    ELDER_UPDATED = "elder.updated"
    ELDER_ARCHIVED = "elder.archived"
    ELDERS_IMPORTED = "elder.imported"
    UNMASKED = "record.unmasked"
    EXPORTED = "record.exported"
    ORDER_CREATED = "order.created"
    ORDER_STEP = "order.step"
    CATALOGUE_CHANGED = "catalogue.changed"
    CALL_NOTED = "call.noted"
    CALL_CORRECTED = "call.corrected"
    REFUSED = "access.refused"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_UPDATED = "account.updated"
    PHONE_GIVEN = "account.phone_given"
    PHONE_TESTED = "account.phone_tested"
    ROLE_CREATED = "role.created"
    ROLE_UPDATED = "role.updated"
    ROLE_DELETED = "role.deleted"
    RESOURCE_CREATED = "resource.created"
    RESOURCE_UPDATED = "resource.updated"
    RESOURCE_DELETED = "resource.deleted"
    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_UPDATED = "organization.updated"
    ORGANIZATION_MOVED = "organization.moved"
    ORGANIZATION_DELETED = "organization.deleted"
    CALLBACK_TAKEN = "callback.taken"
    CALLBACK_RELEASED = "callback.released"
    CALLBACK_DIALLED = "callback.dialled"
    CALLBACK_FINISHED = "callback.finished"
    LISTEN_STARTED = "listen.started"
    LISTEN_SWITCHED = "listen.switched"
    LISTEN_ENDED = "listen.ended"
    RECORDING_PLAYED = "recording.played"
    RECORDING_DOWNLOADED = "recording.downloaded"
    RECORDING_HELD = "recording.held"
    RECORDING_HOLD_ENDED = "recording.hold_ended"
    RECORDINGS_EXPIRED = "recording.expired"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. ``key`` makes writing it twice harmless; ``outcome`` is ``ok`` or the code of what went wrong.

    ``account`` is who did it as typed or known; ``target`` whom or what it was done to; ``at`` UTC.
    """

    key: str
    at: datetime
    action: AuditAction
    account: str
    account_id: int | None = None
    target: str = ""
    outcome: str = "ok"
    address: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
