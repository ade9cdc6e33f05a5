"""The citizen identity number of GB 11643-1999: 17 digits and a check sign (ISO 7064 MOD 11-2)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


class IdCardFault(StrEnum):
    """What is wrong with an identity number."""

    FORM = "id_card_form"
    BIRTH = "id_card_birth"
    CHECKSUM = "id_card_checksum"
    BIRTH_DIFFERS = "id_card_birth_differs"
    GENDER_DIFFERS = "id_card_gender_differs"


def normalise_id_card(text: str) -> str:
    """Half-width, without blanks, the check sign in capitals."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def check_sign(first_17: str) -> str:
    """The 18th sign that belongs to 17 digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def birth_of(number: str) -> date | None:
    """The birth date written in a number of the right form; ``None`` when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def gender_of(number: str) -> str:
    """``m`` or ``f``: the 17th digit is odd for men."""
    return "m" if int(number[16]) % 2 else "f"


def id_card_fault(number: str, birth_date: date | None, gender: str, today: date) -> IdCardFault | None:
    """What is wrong with a normalised number, also against the birth date and gender in the same record; ``None``: nothing."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return IdCardFault.FORM
    birth = birth_of(number)
    if birth is None or not date(1880, 1, 1) <= birth <= today:
        return IdCardFault.BIRTH
    if check_sign(number[:17]) != number[17]:
        return IdCardFault.CHECKSUM
    if birth_date is not None and birth_date != birth:
        return IdCardFault.BIRTH_DIFFERS
    if gender and gender != gender_of(number):
        return IdCardFault.GENDER_DIFFERS
    return None


def mask_id_card(number: str) -> str:
    """``330102********1234``; shorter ones keep two signs at each end."""
    if len(number) < 12:
        return number[:2] + "****" + number[-2:] if len(number) > 4 else "****" if number else ""
    return number[:6] + "*" * (len(number) - 10) + number[-4:]
