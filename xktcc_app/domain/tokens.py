"""The tokens under which a record is found. Made here only: two makers that disagree lose rows silently.

A token is ``kind:text``. Texts hold letters, digits, signs beyond ASCII, and ``_``: anything else is written as its
number between underscores, so that every database takes a token for one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from xktcc_app.domain.pinyin import syllables_of

NAME_PART = 4
"""Parts of a name up to this length are tokens; a longer query is checked against the whole name."""
NUMBER_PART = 3
_MAX_NAME = 64
_READINGS = 4


def facet(kind: str, value: object) -> str:
    """The token of a coded field."""
    return f"{kind}:{_word(str(value))}"


def _word(text: str) -> str:
    if text.isalnum():
        return text
    return re.sub(r"[^A-Za-z0-9\u0080-\U0010ffff]", lambda sign: f"_{ord(sign[0]):x}_", text)


def _parts(text: str, longest: int) -> set[str]:
    return {text[at : at + size] for size in range(1, longest + 1) for at in range(len(text) - size + 1)}


def name_tokens(name: str) -> set[str]:
    """Every part of 1 to 4 signs of a normalised name."""
    return {f"n:{_word(part)}" for part in _parts(name[:_MAX_NAME], NAME_PART)}


def pinyin_tokens(name: str) -> set[str]:
    """Initials in a row and whole syllables in a row, of every part of a normalised name, up to four signs."""
    readings = [syllables_of(sign) for sign in name[:_MAX_NAME]]
    found: set[str] = set()
    for start in range(len(readings)):
        for end in range(start + 1, min(start + NAME_PART, len(readings)) + 1):
            run = readings[start:end]
            if not all(run):
                break
            for chosen in list(product(*run))[:_READINGS]:
                found.add("i:" + "".join(syllable[0] for syllable in chosen))
                found.add("p:" + "".join(chosen))
    # a name in Latin letters is looked for by letters too, and these are not told from syllables
    for run in re.findall(r"[a-z]{5,}", name[:_MAX_NAME]):
        found |= {f"p:{part}" for part in _parts(run, len(run)) if len(part) > NAME_PART}
    return found


def number_tokens(numbers: Iterable[str]) -> set[str]:
    """Every three digits in a row of each number."""
    return {
        f"d:{_word(number[at : at + NUMBER_PART])}" for number in numbers for at in range(len(number) - NUMBER_PART + 1)
    }


def name_query(text: str) -> set[str]:
    """Tokens that every name with the normalised ``text`` in it has."""
    if len(text) <= NAME_PART:
        return {facet("n", text)}
    return {facet("n", text[at : at + NAME_PART]) for at in range(len(text) - NAME_PART + 1)}


def sound_query(text: str) -> set[str]:
    """Tokens of which a name that sounds like the normalised ``text`` has one; empty when it is not made of letters."""
    return {"i:" + text, "p:" + text} if re.fullmatch(r"[a-z]+", text) else set()


def number_query(digits: str) -> set[str]:
    """Tokens that every number with ``digits`` in it has; none for fewer than three."""
    return {facet("d", digits[at : at + NUMBER_PART]) for at in range(len(digits) - NUMBER_PART + 1)}
