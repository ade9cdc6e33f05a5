"""The phone in the browser: what a page may know of it, for whom, and for how long.

With the embedded exchange the page gets the sound of the own leg alone. With Asterisk it is a SIP phone whose password is
made for the session and signs nothing but the messages that pass through our own socket: the real secret stays here.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from telephony.bus import Bus
from telephony.errors import NotProvisionedError
from telephony.sip_digest import Credentials
from telephony.types import CallId, DeviceId, SeatState
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.account import Account
from xktcc_app.services.database import Database
from xktcc_app.services.errors import NoSeatError
from xktcc_app.services.guards import require
from xktcc_app.services.tokens import TokenCipher

_CONNECTED = (SeatState.TALKING, SeatState.HOLD)
LIVE = "live"
SIP = "sip"
Renew = Callable[[CallId, DeviceId], Awaitable[None]]
"""Brings the phone's sound back into its call; see ``CtiPort.renew_leg``."""
Switch = Callable[[DeviceId, str], Awaitable[None]]
"""Makes the PBX take the phone for a browser's, with its secret."""


@dataclass(frozen=True, slots=True)
class PhoneSession:
    """``mode``: ``live`` (sound of the own leg) or ``sip``; ``password`` holds until the next one is asked for, or the session ends."""

    mode: str
    device: str
    password: str = ""


@dataclass(frozen=True, slots=True)
class PhoneSurroundings:
    """What the service works with. ``switch`` and ``renew`` are ``None`` with the embedded exchange."""

    database: Database
    bus: Bus
    cipher: TokenCipher
    switch: Switch | None = None
    renew: Renew | None = None


class BrowserPhoneService:
    """All methods raise ``PermissionDeniedError``, ``NoSeatError`` and ``NotProvisionedError``."""

    def __init__(self, around: PhoneSurroundings) -> None:
        self._around = around
        self._passwords: dict[str, str] = {}

    def device(self, principal: Principal) -> DeviceId:
        """The account's phone."""
        require(principal, Permission.TOOLBAR_USE)
        if principal.agent is None:
            raise NoSeatError("the account has no agent number")
        seat = self._around.bus.seats().get(principal.agent)
        if seat is None or seat.profile.device is None:
            raise NotProvisionedError("no phone id and token")
        return seat.profile.device

    async def begin(self, principal: Principal) -> PhoneSession:
        """The phone comes to this page; an earlier page's password is void from now on. What the PBX raises too."""
        device = self.device(principal)
        if self._around.switch is None:
            return PhoneSession(LIVE, device)
        await self._around.switch(device, await self._secret(principal))
        password = self._passwords[principal.session_id] = secrets.token_urlsafe(24)
        return PhoneSession(SIP, device, password)

    async def renew(self, principal: Principal) -> bool:
        """Bring the sound back to a page that was loaded in mid-call; whether there is a call. What the PBX raises too."""
        device = self.device(principal)
        seat = self._around.bus.seats().get(principal.agent) if principal.agent else None
        if self._around.renew is None or seat is None or seat.party is None or seat.state not in _CONNECTED:
            return False
        await self._around.renew(seat.party.call, device)
        return True

    async def credentials(self, principal: Principal) -> Credentials:
        """For the socket of the page that asked last. ``NotProvisionedError`` when none did."""
        device = self.device(principal)
        password = self._passwords.get(principal.session_id)
        if password is None:
            raise NotProvisionedError("no page has asked for the phone")
        return Credentials(device, password, await self._secret(principal))

    def forget(self, session_id: str) -> None:
        """The session is over."""
        self._passwords.pop(session_id, None)

    async def _secret(self, principal: Principal) -> str:
        def work(session: Session) -> str | None:
            return session.exec(select(Account.phone_token).where(Account.id == principal.account_id)).one()

        stored = await self._around.database.read(work)
        if not stored:
            raise NotProvisionedError("no phone token")
        return self._around.cipher.decrypt(stored)
