"""What a supervisor may do to a seat."""

from __future__ import annotations

from telephony.bus import Bus
from telephony.desk import Desk
from telephony.errors import TelephonyError, UnknownAgentError
from telephony.types import AgentId, AgentState
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.audit import AuditService
from xktcc_app.services.errors import BadValueError, OutOfScopeError, PermissionDeniedError, ServiceError

CLEAR = "clear"
_STATES = {
    "ready": AgentState.READY,
    "busy": AgentState.BUSY,
    "logged_off": AgentState.LOGGED_OFF,
}


class SeatService:
    """Forces states and ends calls, for those who may, within their scope; every attempt is audited."""

    def __init__(self, desk: Desk, bus: Bus, audit: AuditService) -> None:
        self._desk = desk
        self._bus = bus
        self._audit = audit

    async def force(self, principal: Principal, agent: AgentId, action: str) -> None:
        """``ready`` 置闲, ``busy`` 置忙, ``logged_off`` 签出 or ``clear`` 强拆 the seat of ``agent``.

        Raises ``BadValueError`` for another action, ``PermissionDeniedError``, ``OutOfScopeError``, and what the desk raises.
        """
        if action != CLEAR and action not in _STATES:
            raise BadValueError("action")
        try:
            self._check(principal, agent, action)
            await self._do(principal, agent, action)
        except (ServiceError, TelephonyError) as error:
            self._audit.record(AuditAction.SEAT_FORCED, principal, target=agent, outcome=error.code, forced=action)
            raise
        self._audit.record(AuditAction.SEAT_FORCED, principal, target=agent, forced=action)

    def _check(self, principal: Principal, agent: AgentId, action: str) -> None:
        permission = Permission.SEATS_FORCE_CLEAR if action == CLEAR else Permission.SEATS_FORCE_STATE
        if not principal.may(permission):
            raise PermissionDeniedError(permission)
        seat = self._bus.seats().get(agent)
        if seat is None:
            raise UnknownAgentError("no such seat")
        if not principal.sees(seat.profile.org_id, agent):
            raise OutOfScopeError(permission)

    async def _do(self, principal: Principal, agent: AgentId, action: str) -> None:
        if action == CLEAR:
            await self._desk.force_clear(agent, principal.account)
        else:
            await self._desk.force_state(agent, _STATES[action], principal.account)
