"""The audit log: every deed goes the way of the records, so that a locked database neither loses nor delays it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Protocol

from xktcc_app.domain.audit import AuditAction, AuditEntry
from xktcc_app.domain.principal import Principal
from xktcc_app.services.clock import Now, utc_now


class AuditSink(Protocol):
    """Takes entries without waiting; ``RecordWriter`` is one."""

    def put(self, record: AuditEntry) -> None:
        """Take ``record`` over."""
        ...


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, str]:
    """``before`` and ``after`` as JSON, of what differs only; nothing at all when nothing does."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not changed:
        return {}
    told = ({name: side[name] for name in changed if name in side} for side in (before, after))
    old, new = (json.dumps(side, ensure_ascii=False, default=str) for side in told)
    return {"before": old, "after": new}


class AuditService:
    """Keeps who did what."""

    def __init__(self, sink: AuditSink, now: Now = utc_now) -> None:
        self._sink = sink
        self._now = now

    def record(
        self,
        action: AuditAction,
        by: Principal | str,
        *,
        target: str = "",
        outcome: str = "ok",
        address: str = "",
        **detail: str,
    ) -> None:
        """Keep a deed of a principal, or of somebody known only by the account typed. Never blocks.

        ``address`` is the session's when it is not told. Of a change ``detail`` holds ``before`` and ``after`` (``differences``).
        """
        known = isinstance(by, Principal)
        self._sink.put(
            AuditEntry(
                key=str(uuid.uuid4()),
                at=self._now(),
                action=action,
                account=by.account if known else by,
                account_id=by.account_id if known else None,
                target=target,
                outcome=outcome,
                address=address or (by.address if known else ""),
                detail=detail,
            )
        )
