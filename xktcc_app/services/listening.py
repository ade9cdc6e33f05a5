"""Supervisors who listen to a call: who may, how many at once, who they are, and every deed of theirs kept."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from telephony.bus import Bus
from telephony.errors import TelephonyError, UnknownAgentError
from telephony.listening import Ear, Hear, ListenMode
from telephony.port import CtiPort
from telephony.types import AgentId, CallId, SeatState
from telephony.views import Patch, SeatView
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.errors import (
    NothingToHearError,
    OutOfScopeError,
    OwnCallError,
    PermissionDeniedError,
    ServiceError,
    TooManyListenersError,
)

log = logging.getLogger(__name__)

RIGHTS = {
    ListenMode.LISTEN: Permission.SEATS_LISTEN,
    ListenMode.WHISPER: Permission.SEATS_WHISPER,
    ListenMode.BARGE: Permission.SEATS_BARGE,
}
REPLACED = "replaced"
STOPPED = "stopped"
VOICE_LOST = "voice_lost"
_IN_CALL = (SeatState.TALKING, SeatState.HOLD)


@dataclass(eq=False, slots=True)
class Listen:
    """A supervisor at a call. ``agent`` and ``org_id``: the seat that has the call now; ``since`` UTC.

    ``told_to_end`` is set, with a code, when somebody else ended it.
    """

    call: CallId
    agent: AgentId
    org_id: int
    by: Principal
    since: datetime
    mode: ListenMode = ListenMode.LISTEN
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    ear: Ear | None = None
    told_to_end: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def end(self, code: str) -> None:
        """Have it ended by whoever serves it; the first reason counts."""
        if not self.told_to_end.done():
            self.told_to_end.set_result(code)


class ListeningService:
    """Everybody who listens now. Its methods belong to the event loop's thread."""

    def __init__(self, port: CtiPort, bus: Bus, audit: AuditService, most: int, now: Now = utc_now) -> None:
        self._port = port
        self._bus = bus
        self._audit = audit
        self._most = most
        self._now = now
        self._listens: dict[str, Listen] = {}
        self._changed: list[Callable[[], None]] = []
        bus.subscribe(self._follow)

    # ---- what a supervisor does

    async def open(self, who: Principal, agent: AgentId, hear: Hear) -> Listen:
        """Listen to the call of ``agent``; ``hear`` takes the frames and must not block. An earlier listen of the account ends.

        Raises ``PermissionDeniedError``, ``OutOfScopeError``, ``UnknownAgentError``, ``OwnCallError``, ``NothingToHearError``,
        ``TooManyListenersError``, and what the port raises. Kept in the audit log however it goes.
        """
        try:
            listen = self._admit(who, agent)
        except (ServiceError, TelephonyError) as error:
            self._audit.record(AuditAction.LISTEN_STARTED, who, target=agent, outcome=error.code)
            raise
        try:
            ear = await self._port.listen(listen.call, hear)
            if listen.id not in self._listens:
                await ear.close()
                raise NothingToHearError("the program stops")
            listen.ear = ear
        except (ServiceError, TelephonyError) as error:
            self._audit.record(AuditAction.LISTEN_STARTED, who, target=agent, outcome=error.code, call=listen.call)
            raise
        finally:
            if listen.ear is None:
                self._forget(listen)
        self._audit.record(AuditAction.LISTEN_STARTED, who, target=agent, call=listen.call, listen=listen.id)
        return listen

    async def switch(self, listen: Listen, who: Principal, mode: ListenMode) -> None:
        """Be heard by the agent, by both, or by nobody. Raises as ``open``; after a failure nobody hears the supervisor."""
        if mode is listen.mode and (listen.ear is None or listen.ear.mode is mode):
            return
        try:
            self._require(who, mode)
            if listen.ear is None:
                raise NothingToHearError("not listening yet")
            await listen.ear.switch(mode)
        except (ServiceError, TelephonyError) as error:
            self._audit_switch(listen, mode, error.code)
            if listen.ear is not None:
                self._set_mode(listen, listen.ear.mode)
            raise
        self._audit_switch(listen, mode)
        self._set_mode(listen, mode)

    def voice_lost(self, listen: Listen) -> bool:
        """Whether the PBX took the supervisor's voice away; ``listen`` says so from now on, and it is kept."""
        if listen.ear is None or listen.ear.mode is listen.mode or listen.id not in self._listens:
            return False
        self._audit_switch(listen, listen.ear.mode, VOICE_LOST)
        self._set_mode(listen, listen.ear.mode)
        return True

    async def close(self, listen: Listen, code: str) -> None:
        """It is over, for the reason ``code``; twice is harmless."""
        if self._listens.get(listen.id) is not listen:
            return
        self._forget(listen)
        seconds = str(round((self._now() - listen.since).total_seconds()))
        detail = {"call": listen.call, "listen": listen.id, "reason": code, "seconds": seconds}
        self._audit.record(AuditAction.LISTEN_ENDED, listen.by, target=listen.agent, **detail)
        if listen.ear is not None:
            await listen.ear.close()

    def still(self, listen: Listen, who: Principal | None) -> str:
        """Why it must end now, as a code; "" while it may go on. ``who`` is the account as it is by now."""
        if who is None or who.session_id != listen.by.session_id:
            return "not_logged_in"
        try:
            self._require(who, ListenMode.LISTEN)
            self._require_scope(who, listen.org_id, listen.agent)
        except PermissionDeniedError as error:
            return error.code
        return ""

    def may(self, who: Principal, mode: ListenMode) -> bool:
        """Whether the account may speak, or listen, in this way."""
        return who.may(Permission.SEATS_LISTEN) and who.may(RIGHTS[mode])

    # ---- who listens

    @property
    def all(self) -> tuple[Listen, ...]:
        """Everybody who listens."""
        return tuple(self._listens.values())

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever ``all`` is different."""
        self._changed.append(callback)

    async def shut(self) -> None:
        """The program stops: everybody is told, and everything at the PBX taken away."""
        for listen in self.all:
            listen.end(STOPPED)
            await self.close(listen, STOPPED)

    # ---- inside

    def _admit(self, who: Principal, agent: AgentId) -> Listen:
        self._require(who, ListenMode.LISTEN)
        seat = self._bus.seats().get(agent)
        if seat is None:
            raise UnknownAgentError("no such seat")
        self._require_scope(who, seat.profile.org_id, agent)
        if agent == who.agent:
            raise OwnCallError("an agent hears its own call already")
        if seat.party is None or seat.state not in _IN_CALL:
            raise NothingToHearError("the seat is in no call")
        others = [one for one in self.all if one.by.account_id != who.account_id]
        if sum(one.call == seat.party.call for one in others) >= self._most:
            raise TooManyListenersError(self._most)
        for mine in [listen for listen in self.all if listen.by.account_id == who.account_id]:
            mine.end(REPLACED)
        listen = Listen(seat.party.call, agent, seat.profile.org_id, who, self._now())
        self._listens[listen.id] = listen
        self._tell()
        return listen

    def _require(self, who: Principal, mode: ListenMode) -> None:
        for permission in (Permission.SEATS_LISTEN, RIGHTS[mode]):
            if not who.may(permission):
                raise PermissionDeniedError(permission)

    def _require_scope(self, who: Principal, org_id: int, agent: AgentId) -> None:
        if not who.sees(org_id, agent):
            raise OutOfScopeError(Permission.SEATS_LISTEN)

    def _audit_switch(self, listen: Listen, mode: ListenMode, outcome: str = "ok") -> None:
        detail = {"call": listen.call, "mode": mode.value}
        self._audit.record(AuditAction.LISTEN_SWITCHED, listen.by, target=listen.agent, outcome=outcome, **detail)

    def _set_mode(self, listen: Listen, mode: ListenMode) -> None:
        listen.mode = mode
        self._tell()

    def _forget(self, listen: Listen) -> None:
        if self._listens.pop(listen.id, None) is not None:
            self._tell()

    def _tell(self) -> None:
        for callback in self._changed:
            callback()

    def _follow(self, patch: Patch) -> None:
        """A call that was handed on is listened to at its new seat; its right is asked for anew there (``still``)."""
        if not self._listens:
            return
        for listen in self.all:
            if _has(self._bus.seats().get(listen.agent), listen.call):
                continue
            taker = next((seat for seat in patch.seats if _has(seat, listen.call)), None)
            if taker is not None:
                listen.agent, listen.org_id = taker.profile.agent, taker.profile.org_id
                self._tell()


def _has(seat: SeatView | None, call: CallId) -> bool:
    return seat is not None and seat.party is not None and seat.party.call == call and seat.state in _IN_CALL
