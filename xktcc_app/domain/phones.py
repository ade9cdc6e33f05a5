"""Which telephone numbers can be."""

from __future__ import annotations

import re

# mobile (YD/T 1538: 1[3-9] and eleven digits), fixed with area code, fixed without, SOS devices and short service numbers
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[2-9][0-9]{6,7}|[49]00[0-9]{7}")
_DEVICE = re.compile(r"[0-9]{3,20}")


def is_phone(number: str) -> bool:
    """Whether a normalised number can be a person's telephone in mainland China."""
    return _PHONE.fullmatch(number) is not None


def is_device(number: str) -> bool:
    """Whether a normalised number can be an SOS device's: its operator's own numbering."""
    return _DEVICE.fullmatch(number) is not None
