"""What ``live`` needs of the session service; the service itself lives below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndReason


class Sessions(Protocol):
    """Sessions by the secret of their cookie."""

    async def resolve(self, secret: str) -> Principal | None:
        """Whose session it is, or ``None`` when it is over. May wait for the database and raise ``ServiceError``."""
        ...

    def known(self, secret: str) -> Principal | None:
        """As ``resolve``, from memory and exact in this process; quick enough to be asked at every event."""
        ...

    def touch(self, secret: str) -> None:
        """The person did something: idle expiry begins anew."""
        ...

    def on_ended(self, listener: Callable[[str, EndReason], None]) -> Callable[[], None]:
        """Call ``listener(session id, reason)`` as soon as a session ends; returns the way to stop it."""
        ...
