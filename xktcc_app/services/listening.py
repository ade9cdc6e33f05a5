"""Supervisors who listen to a call: who may, how many at once, who they are, and every deed of theirs kept."""

from __future__ import annotations

from collections.abc import Callable

from telephony.bus import Bus
from telephony.errors import TelephonyError, UnknownAgentError
from telephony.listening import Hear, ListenMode
from telephony.port import CtiPort
from telephony.types import AgentId
from telephony.views import Patch
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
from xktcc_app.services.listens import IN_CALL, Listen, has_call, seat_of

RIGHTS = {
    ListenMode.LISTEN: Permission.SEATS_LISTEN,
    ListenMode.WHISPER: Permission.SEATS_WHISPER,
    ListenMode.BARGE: Permission.SEATS_BARGE,
}
REPLACED = "replaced"
STOPPED = "stopped"
VOICE_LOST = "voice_lost"


class ListeningService:
    """Everybody who listens now. Its methods belong to the event loop's thread."""

    def __init__(self, port: CtiPort, bus: Bus, audit: AuditService, most: int, now: Now = utc_now) -> None:
        self._port = port
        self._bus = bus
        self._audit = audit
        self._most = most
        self._now = now
        self._listens: dict[str, Listen] = {}
        self._stops = False
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
        """Why it must end now, as a code; "" while it may go on. ``who`` is the account as it is by now.

        The call is in scope as long as one of the seats that have it now is; between two seats the last one counts.
        """
        if who is None or who.session_id != listen.by.session_id:
            return "not_logged_in"
        try:
            self._require(who, ListenMode.LISTEN)
        except PermissionDeniedError as error:
            return error.code
        seats = [seat.profile for seat in self._bus.seats().values() if has_call(seat, listen.call)]
        at = [(seat.org_id, seat.agent) for seat in seats] or [(listen.org_id, listen.agent)]
        return "" if any(who.sees(*place) for place in at) else OutOfScopeError.code

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
        """The program stops: everybody is told, everything at the PBX taken away, and nobody admitted any more."""
        self._stops = True
        for listen in self.all:
            listen.end(STOPPED)
            await self.close(listen, STOPPED)

    # ---- inside

    def _admit(self, who: Principal, agent: AgentId) -> Listen:
        if self._stops:
            raise NothingToHearError("the program stops")
        self._require(who, ListenMode.LISTEN)
        seat = self._bus.seats().get(agent)
        if seat is None:
            raise UnknownAgentError("no such seat")
        self._require_scope(who, seat.profile.org_id, agent)
        if agent == who.agent:
            raise OwnCallError("an agent hears its own call already")
        if seat.party is None or seat.state not in IN_CALL:
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

    def _follow(self, _patch: Patch) -> None:
        """A call that was handed on is listened to at its new seat; its right is asked for anew there (``still``)."""
        if not self._listens:
            return
        seats = self._bus.seats()
        for listen in self.all:
            seat = seat_of(listen, seats)
            if seat is not None and (seat.agent, seat.org_id) != (listen.agent, listen.org_id):
                listen.agent, listen.org_id = seat.agent, seat.org_id
                self._tell()
