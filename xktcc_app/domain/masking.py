"""Telephone numbers as they are compared, and as they are shown to those who may not see them whole."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = "****"
_INTERNAL_DIGITS = 5
_MOBILE_DIGITS = 11


def normalise_number(text: str) -> str:
    """The number as digits only, for comparing and storing; "" when there is none (anonymous caller).

    Digits of other scripts and widths become ASCII ones, separators go, and the country code of a mainland mobile (+86, 0086) is dropped.
    """
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in unicodedata.normalize("NFKC", text))
    digits = re.sub(r"[^0-9+*#]", "", plain)
    return re.sub(r"^(?:\+86|0086)(?=1\d{10}$)", "", digits).removeprefix("+")


def number_to_dial(text: str) -> str:
    """The digits to dial for a number written in any usual way; "" when it is none, so with a letter in it.

    A number abroad begins with 00, whichever way it was written; one at home has no country code.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"\+?[\d\s().\-\u2010-\u2015·/]+", plain):
        return ""
    digits = normalise_number(plain)
    if plain.startswith("+") and re.sub(r"\D", "", plain) == digits:
        digits = f"00{digits}"
    return re.sub(r"^0086(?=[1-9])", "0", digits)


def mask_number(text: str) -> str:
    """``138****1234``. Shorter outside numbers keep two digits at each end; up to five digits are our own lines and seats."""
    number = normalise_number(text)
    if len(number) <= _INTERNAL_DIGITS:
        return number
    if len(number) < _MOBILE_DIGITS:
        return number[:2] + _HIDDEN + number[-2:]
    return number[:3] + _HIDDEN + number[-4:]
