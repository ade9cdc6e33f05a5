"""What was refused to logged-in accounts: noted in the audit log, but not a thousand times when somebody hammers."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.principal import Principal
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now

AGAIN_AFTER = timedelta(seconds=10)
REMEMBERED = 1000


class Refusals:
    """The same refusal of the same account is noted once in ten seconds."""

    def __init__(self, audit: AuditService, now: Now = utc_now) -> None:
        self._audit = audit
        self._now = now
        self._noted: OrderedDict[tuple[int, str], datetime] = OrderedDict()

    def note(self, principal: Principal, what: str, code: str = "permission_denied") -> None:
        """``what`` was asked for: a handler, a permission or a route."""
        now, key = self._now(), (principal.account_id, what)
        last = self._noted.get(key)
        if last is not None and now - last < AGAIN_AFTER:
            return
        self._noted[key] = now
        self._noted.move_to_end(key)
        if len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)
        self._audit.record(AuditAction.REFUSED, principal, target=what[:200], outcome=code)
