"""Which passwords are good enough: OWASP ASVS 5.0, 6.2.1 to 6.2.9 and 6.2.11."""

from __future__ import annotations

import re
from enum import StrEnum

from zxcvbn import zxcvbn

SHORTEST = 10
LONGEST = 128
"""Longer ones are refused, so that nobody makes the server hash megabytes."""

CONTEXT_WORDS = frozenset(
    {"xktcc", "yinian", "颐年", "呼叫中心", "颐年呼叫中心", "callcenter", "callcentre", "admin", "administrator", "supervisor", "agent"}
    | {"管理员", "班长", "坐席", "password", "welcome"}
)  # fmt: skip
"""Words of this place: one of them, or the account's name, with nothing but digits and signs around it is no password."""
LOVED_WORDS = frozenset({"woaini", "aini", "5201314", "1314520", "520", "1314"})
"""What people here take: "I love you" in pinyin and in numbers. The estimate's own lists are English."""
FEWEST_GUESSES = 1_000_000
"""By so many guesses nobody gets in who must guess at the log-in page. All of the 30,000 commonest take fewer, and so do
the first of them with capitals, a digit behind them, or signs for letters; so do rows of keys, repeats and dates."""
_ESTIMATED = 72
"""Characters that are estimated, from the beginning: the estimate takes no more."""
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
    if of_this_place or len(set(plain)) <= 2 or _is_easily_guessed(password, account):
        return PasswordFault.COMMON
    if password == old:
        return PasswordFault.UNCHANGED
    return None


def _is_easily_guessed(password: str, account: str) -> bool:
    known = [account, *CONTEXT_WORDS, *LOVED_WORDS]
    return zxcvbn(password[:_ESTIMATED], user_inputs=known)["guesses"] < FEWEST_GUESSES
