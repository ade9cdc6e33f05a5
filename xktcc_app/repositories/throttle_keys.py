"""Under which keys wrong passwords are remembered."""

from __future__ import annotations

import hashlib

from sqlmodel import Session

from xktcc_app.domain.sessions import Failures
from xktcc_app.repositories.sessions import remember_failures


def throttle_key(kind: str, value: str) -> str:
    """The key of an ``account`` as typed or of an ``address``: a digest, as a password may have been typed there."""
    return hashlib.sha256(f"{kind}\0{value}".encode()).hexdigest()


def forget_failures(session: Session, account: str) -> None:
    """The account may try again at once."""
    remember_failures(session, throttle_key("account", account), Failures())
