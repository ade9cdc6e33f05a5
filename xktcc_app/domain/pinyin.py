"""How Chinese names sound, for finding them by letters."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache

# the library's own switch: its phrase tables take 40 MB and names are read sign by sign
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from pypinyin.pinyin_dict import pinyin_dict

_SURNAME = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "任": "ren",
    "区": "ou",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
}
"""Readings that these signs have as surnames only."""


@cache
def syllables_of(sign: str) -> tuple[str, ...]:
    """The two commonest readings of a sign, as surname too, without tones; empty for what is no Chinese sign. ü is written v."""
    readings = [_plain(one) for one in pinyin_dict.get(ord(sign), "").split(",")[:2] if one]
    surname = _SURNAME.get(sign)
    return tuple(dict.fromkeys(([surname] if surname else []) + readings))


def _plain(reading: str) -> str:
    parts = unicodedata.normalize("NFD", reading.replace("ü", "v").translate(_TONED_V))
    return re.sub(r"[^a-z]", "", parts)


_TONED_V = str.maketrans("ǖǘǚǜ", "vvvv")
