"""Slows guessing of passwords, per account as typed and per address.

The failure is counted *before* the password is looked at and taken back when it was right: attempts made all at once
can't slip past the count.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from xktcc_app.domain.sessions import Failures, ThrottlePolicy
from xktcc_app.repositories import sessions as sessions_repo
from xktcc_app.repositories.throttle_keys import throttle_key
from xktcc_app.services.database import Database
from xktcc_app.services.errors import AccountLockedError, ThrottledError


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt. ``retry_after_s``: how long to wait should it fail; ``locked_until`` is set when it locks then."""

    account_key: str
    address_key: str
    retry_after_s: float
    locked_until: datetime | None


class LoginThrottle:
    """Counts attempts in the database, for known and unknown accounts alike."""

    def __init__(self, database: Database, account: ThrottlePolicy, address: ThrottlePolicy) -> None:
        self._database = database
        self._account = account
        self._address = address

    async def begin(self, account: str, address: str, now: datetime) -> Attempt:
        """Count an attempt. ``AccountLockedError`` or ``ThrottledError`` when none may be made, and then none is counted."""
        keys = throttle_key("account", account), throttle_key("address", _network(address))
        return await self._database.write(lambda session: self._begin(session, *keys, now))

    def _begin(self, session: Session, account_key: str, address_key: str, now: datetime) -> Attempt:
        of_account = sessions_repo.failures_of(session, account_key)
        of_address = sessions_repo.failures_of(session, address_key)
        if of_account.locked(now) and of_account.locked_until is not None:
            raise AccountLockedError(of_account.locked_until)
        wait = max(of_account.wait(self._account, now), of_address.wait(self._address, now))
        if wait:
            raise ThrottledError(wait.total_seconds())
        of_account = of_account.one_more(self._account, now)
        of_address = of_address.one_more(self._address, now)
        sessions_repo.remember_failures(session, account_key, of_account)
        sessions_repo.remember_failures(session, address_key, of_address)
        delay = max(of_account.wait(self._account, now), of_address.wait(self._address, now))
        return Attempt(account_key, address_key, delay.total_seconds(), of_account.locked_until)

    @staticmethod
    def succeeded(session: Session, attempt: Attempt) -> None:
        """The password was right: forget the account's failures, take this one back from the address."""
        sessions_repo.remember_failures(session, attempt.account_key, Failures())
        of_address = sessions_repo.failures_of(session, attempt.address_key)
        sessions_repo.remember_failures(session, attempt.address_key, of_address.one_less())


def _network(address: str) -> str:
    """An IPv6 customer has a whole /64: it counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
