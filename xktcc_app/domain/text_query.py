"""What people type into a query field, brought into the one form in which it is compared."""

from __future__ import annotations

import re
import unicodedata

MAX_QUERY = 64
"""Signs of a query that are looked at; no name and no number is longer."""


def normalise_text(text: str) -> str:
    """NFKC (full width becomes half), folded case, blanks and control signs gone: the form in which names are compared."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # an accent that stood behind a blank has a letter before it now
    return unicodedata.normalize("NFKC", "".join(sign for sign in folded if not _passed_over(sign)))


def _passed_over(sign: str) -> bool:
    # surrogates can't be stored, private signs are somebody's own, the rest is not to be seen
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Cs"}


def query_text(text: str) -> str:
    """A typed name, ready to be compared; at most ``MAX_QUERY`` signs."""
    return normalise_text(text[: MAX_QUERY * 4])[:MAX_QUERY]


def query_digits(text: str) -> str | None:
    """The digits of a typed number. "" when nothing was typed; ``None`` when it can match no number at all."""
    plain = query_text(text)
    digits = "".join(str(unicodedata.decimal(sign, "")) for sign in plain)
    rest = re.sub(r"[-+()./*#—–]", "", plain)
    if len(digits) != len(rest):
        return None
    return digits


def like(text: str) -> str:
    r"""The pattern that finds ``text`` anywhere, its ``%`` and ``_`` meant as themselves; use with ``ESCAPE '\'``."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def cases(text: str) -> tuple[str, ...]:
    """``text`` in the ways in which it is looked for where the database itself passes over the case of a to z only.

    As typed, in small and in capital letters: Ä finds ä and the other way round, unless both stand in one word.
    """
    plain = "".join(sign for sign in text[:MAX_QUERY] if sign.isspace() or not _passed_over(sign)).strip()
    return (plain,) if plain.isascii() else tuple(dict.fromkeys((plain, plain.lower(), plain.upper())))
