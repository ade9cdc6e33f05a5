"""Which outside numbers may be dialled. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telephony.errors import BadNumberError, BarredNumberError, EmergencyNumberError

_DIALLABLE = re.compile(r"\+?[0-9]{3,20}")
_OWN_COUNTRY = ("+86", "0086")


@dataclass(frozen=True, slots=True)
class DialRules:
    """``emergency``: whole numbers of emergency services, which ``emergency_allowed`` opens or closes whatever is barred.

    ``barred``: beginnings of numbers that nobody may call (premium rates, other countries). They are compared with the
    number as it is dialled inside the country; ``+`` counts as ``00``.
    """

    emergency: frozenset[str] = frozenset()
    emergency_allowed: bool = True
    barred: tuple[str, ...] = ()

    def require(self, number: str) -> None:
        """Raise ``BadNumberError``, ``EmergencyNumberError`` or ``BarredNumberError`` for what must not be dialled."""
        if not _DIALLABLE.fullmatch(number):
            raise BadNumberError("3 to 20 digits, with or without a leading +")
        plain = national(number)
        if plain in self.emergency:
            if not self.emergency_allowed:
                raise EmergencyNumberError("emergency numbers are not dialled from here")
        elif any(plain.startswith(national(beginning)) for beginning in self.barred):
            raise BarredNumberError("the number is in a barred range")


def national(number: str) -> str:
    """``number`` as it is dialled inside the country: without its own code, ``00`` instead of ``+`` before another one.

    A ``0`` before what begins with ``1`` is only the way out of a town (mobiles are dialled so), unless it is Peking's ``010``.
    """
    for code in _OWN_COUNTRY:
        if number.startswith(code) and len(number) > len(code):
            return national(number.removeprefix(code))
    if number.startswith("01") and not number.startswith("010"):
        return number[1:]
    return f"00{number[1:]}" if number.startswith("+") else number
