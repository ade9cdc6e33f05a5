"""The browsers' sockets: whose session each was opened with. Facts of the handshake, never of what a client says later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

SESSION_COOKIE = "xktcc_session"
FLASH_COOKIE = "xktcc_flash"


@dataclass(frozen=True, slots=True)
class Connection:
    """One socket. ``secret`` is its session cookie's value; ``session_id`` is ``None`` for a visitor who is not logged in."""

    sid: str
    secret: str | None
    session_id: str | None
    cookies: Mapping[str, str]
    address: str

    @property
    def owner(self) -> str:
        """To whom a client token of this socket belongs: the session, or this very socket of a visitor."""
        return f"session:{self.session_id}" if self.session_id else f"visitor:{self.sid}"


@dataclass(slots=True)
class Connections:
    """All sockets of this process, by socket and by session, and the owners of client tokens."""

    _by_sid: dict[str, Connection] = field(default_factory=dict)
    _by_session: dict[str, set[str]] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)

    def add(self, connection: Connection) -> None:
        """A socket was opened."""
        self._by_sid[connection.sid] = connection
        if connection.session_id:
            self._by_session.setdefault(connection.session_id, set()).add(connection.sid)

    def remove(self, sid: str) -> Connection | None:
        """A socket is gone; unknown ones are no error."""
        connection = self._by_sid.pop(sid, None)
        if connection and connection.session_id:
            sids = self._by_session[connection.session_id]
            sids.discard(sid)
            if not sids:
                del self._by_session[connection.session_id]
        return connection

    def get(self, sid: str) -> Connection | None:
        """The socket ``sid``, while it is open."""
        return self._by_sid.get(sid)

    def of_session(self, session_id: str) -> tuple[Connection, ...]:
        """The open sockets of a session."""
        return tuple(self._by_sid[sid] for sid in self._by_session.get(session_id, ()))

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._by_sid.values()))

    def __len__(self) -> int:
        return len(self._by_sid)

    def claim(self, token: str, connection: Connection) -> bool:
        """Bind a client token to the socket's session at its first use; False when it is another's."""
        return self._owners.setdefault(token, connection.owner) == connection.owner

    def is_claimed_by_other(self, token: str, connection: Connection) -> bool:
        """Whether the token is bound to another session."""
        return self._owners.get(token, connection.owner) != connection.owner

    def release(self, token: str) -> None:
        """Forget a token whose state was dropped."""
        self._owners.pop(token, None)


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a ``Cookie`` header; an unreadable header holds none."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}
