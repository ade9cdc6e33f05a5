"""The accounts' phones at the PBX: given as they stand in the accounts, kept so, and tried."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from telephony.errors import PbxUnreachableError, TelephonyError
from telephony.phones import PhoneKind, PhoneProvisioner
from telephony.types import DeviceId
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories.accounts import StoredPhone
from xktcc_app.services.database import Database
from xktcc_app.services.errors import NotFoundError, ServiceError
from xktcc_app.services.tokens import TokenCipher, TokenUnreadableError

log = logging.getLogger(__name__)

COMPARE_EVERY_S = 30.0
NOT_GIVEN = "not_given"
UNREADABLE = "token_unreadable"


@dataclass(frozen=True, slots=True)
class PhoneVerdict:
    """Whether the PBX accepts an account's pair of phone id and token.

    ``reason``: what is wrong, a code of the catalogue's ``phone.problem``; empty when nothing is. ``phone_not_registered``
    comes with ``accepted``: the pair is right, but no phone uses it.
    """

    accepted: bool
    reason: str = ""
    kind: str = ""


class PhoneService:
    """Makes the PBX's phones those of the active accounts. What was done is remembered, so that nothing is done twice."""

    def __init__(self, database: Database, cipher: TokenCipher, provisioner: PhoneProvisioner) -> None:
        self._database = database
        self._cipher = cipher
        self._provisioner = provisioner
        self._given: dict[DeviceId, str] = {}
        self._looked = False
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Compare for ever: whatever changes an account, and whatever the PBX forgets, is put right within half a minute."""
        while True:
            with contextlib.suppress(ServiceError):  # the database is busy: the next time
                await self.refresh()
            await asyncio.sleep(COMPARE_EVERY_S)

    async def refresh(self) -> None:
        """Give, change and take away phones at once, as the accounts say now. To be called when an account's phone changed.

        What the PBX does not take is logged, without secrets, and tried again at the next comparison.
        """
        async with self._one_at_a_time:
            wanted = {phone.device: phone for phone in await self._database.read(accounts_repo.stored_phones)}
            with contextlib.suppress(PbxUnreachableError):  # all of it the next time
                await self._take_away(wanted)
                for phone in wanted.values():
                    await self._give(phone)

    async def forget(self) -> None:
        """The PBX was restarted or replaced: compare everything again."""
        async with self._one_at_a_time:
            self._given.clear()
            self._looked = False
        await self.refresh()

    async def test(self, account_id: int) -> PhoneVerdict:
        """Whether the PBX accepts what the account has now, and what is wrong when it does not. ``NotFoundError``."""
        phone = await self._database.read(lambda session: accounts_repo.stored_phone(session, account_id))
        if phone is None:
            return PhoneVerdict(accepted=False, reason=NOT_GIVEN)
        try:
            token = self._cipher.decrypt(phone.token)
        except TokenUnreadableError:
            return PhoneVerdict(accepted=False, reason=UNREADABLE)
        await self.refresh()  # so that one who has just given the phone is not told that it is unknown
        found = await self._provisioner.check(phone.device, token)
        return PhoneVerdict(found.accepted, str(found.problem or ""), str(found.kind or ""))

    async def use(self, account_id: int, kind: PhoneKind) -> None:
        """From now on the account's phone is the browser, or one on the desk; the other one's registration ends.

        Raises ``NotFoundError`` when it has no phone, and what ``PhoneProvisioner.provide`` raises.
        """
        phone = await self._database.read(lambda session: accounts_repo.stored_phone(session, account_id))
        if phone is None:
            raise NotFoundError("the account has no phone")
        await self._provisioner.provide(phone.device, self._cipher.decrypt(phone.token), kind)

    async def _take_away(self, wanted: dict[DeviceId, StoredPhone]) -> None:
        there = set(self._given)
        if not self._looked:
            there |= await self._provisioned()
        for device in there - wanted.keys():
            try:
                await self._provisioner.remove(device)
            except PbxUnreachableError:
                raise
            except TelephonyError as failure:
                log.warning("phone not taken away", extra={"code": failure.code, "device": device})
            self._given.pop(device, None)

    async def _provisioned(self) -> frozenset[DeviceId]:
        """What an earlier run gave."""
        try:
            found = await self._provisioner.provided()
        except PbxUnreachableError:
            raise
        except TelephonyError as failure:
            log.warning("phones not listed", extra={"code": failure.code})
            return frozenset()
        self._looked = True
        return found

    async def _give(self, phone: StoredPhone) -> None:
        if self._given.get(phone.device) == phone.token:
            return
        try:
            await self._provisioner.provide(phone.device, self._cipher.decrypt(phone.token))
        except TokenUnreadableError:
            log.error("a phone's token can't be read: give it anew", extra={"device": phone.device})  # noqa: TRY400 - a trace tells no more
        except PbxUnreachableError:
            raise
        except TelephonyError as failure:
            log.warning("phone not given", extra={"code": failure.code, "device": phone.device})
        else:
            self._given[phone.device] = phone.token
