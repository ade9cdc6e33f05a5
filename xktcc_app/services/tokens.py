"""Telephony tokens at rest: encrypted by a key that is not in the database."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class TokenUnreadableError(Exception):
    """The token was encrypted by another key: the key's file was lost or replaced."""


class TokenCipher:
    """``key`` is 32 bytes in URL-safe base64; several, with blanks between, while one replaces another: the first encrypts."""

    def __init__(self, key: str) -> None:
        self._fernet = MultiFernet([Fernet(one.encode()) for one in key.split()])

    def encrypt(self, token: str) -> str:
        """The text to be stored."""
        return self._fernet.encrypt(token.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """The token. ``TokenUnreadableError`` when it was not encrypted by this key."""
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken:
            raise TokenUnreadableError("the key does not fit the stored token") from None


def make_key() -> str:
    """A new key."""
    return Fernet.generate_key().decode()
