"""Which passwords are good enough."""

from __future__ import annotations

import re
from enum import StrEnum

SHORTEST = 10
LONGEST = 128
"""Longer ones are refused, so that nobody makes the server hash megabytes."""

_COMMON = frozenset(
    {
        "1234567890",
        "0123456789",
        "0987654321",
        "9876543210",
        "12345678910",
        "123456789a",
        "a123456789",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "asdfghjkl123",
        "password12",
        "password123",
        "password1234",
        "passw0rd123",
        "administrator",
        "admin12345",
        "admin123456",
        "admin1234567",
        "admin@123456",
        "iloveyou123",
        "woaini1314",
        "woaini123456",
        "woaini5201314",
        "5201314520",
        "1314520520",
        "letmein1234",
        "welcome123",
        "welcome1234",
        "changeme123",
        "xktcc12345",
        "xktcc123456",
        "callcenter",
        "callcentre",
        "abcdefghij",
        "abc1234567",
        "abcd123456",
        "abc123456789",
        "aa123456789",
        "qq123456789",
        "zxcvbnm123",
        "q1w2e3r4t5",
        "1111111111",
        "p@ssw0rd123",
    }
)


CONTEXT_WORDS = frozenset(
    {"xktcc", "yinian", "颐年", "呼叫中心", "颐年呼叫中心", "callcenter", "callcentre", "admin", "administrator", "supervisor", "agent"}
    | {"管理员", "班长", "坐席", "password", "welcome"}
)  # fmt: skip
"""Words of this place: one of them, or the account's name, with nothing but digits and signs around it is no password."""
_NO_LETTER = re.compile(r"[\W\d_]")


class PasswordFault(StrEnum):
    """Why a password is refused; the code is the end of a catalogue key."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IS_ACCOUNT = "is_account"
    COMMON = "common"
    UNCHANGED = "unchanged"


def fault_of(password: str, account: str, old: str | None = None) -> PasswordFault | None:
    """What is wrong with ``password`` for ``account``, or ``None``. ``old`` is the one that it replaces."""
    if len(password) < SHORTEST:
        return PasswordFault.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordFault.TOO_LONG
    plain = password.casefold()
    if plain == account.casefold():
        return PasswordFault.IS_ACCOUNT
    letters = _NO_LETTER.sub("", plain)
    of_this_place = bool(letters) and letters in CONTEXT_WORDS | {_NO_LETTER.sub("", account.casefold())}
    if plain in _COMMON or of_this_place or len(set(plain)) <= 2:
        return PasswordFault.COMMON
    if password == old:
        return PasswordFault.UNCHANGED
    return None
