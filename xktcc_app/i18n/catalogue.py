"""The catalogues together: look-ups that know nothing of how a page is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from xktcc_app.i18n import texts as areas

_AREAS = [import_module(f"{areas.__name__}.{area.name}") for area in iter_modules(areas.__path__)]


class DuplicateTextError(Exception):
    """Two areas define the same key."""


def joined(areas: Iterable[Mapping[str, tuple[str, str]]]) -> dict[str, tuple[str, str]]:
    """All areas' texts as one. Raises ``DuplicateTextError``."""
    texts: dict[str, tuple[str, str]] = {}
    for area in areas:
        if twice := texts.keys() & area.keys():
            raise DuplicateTextError(", ".join(sorted(twice)))
        texts |= area
    return texts


_TEXTS = joined(area.TEXTS for area in _AREAS)

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    language: {key: both[at] for key, both in _TEXTS.items()} for at, language in enumerate(("zh", "en"))
}
"""Catalogue by language code; ``zh`` (zh-CN) is the default. A text stands in ``texts/`` beside its translation."""

_PLACE = re.compile(r"\{(\w+)\}")


def placeholders(text: str) -> list[str]:
    """The names that ``text`` wants filled in, in its own order."""
    return _PLACE.findall(text)


def pieces(text: str) -> list[tuple[str, str | None]]:
    """``text`` as (literal, name of the placeholder behind it); the last name is ``None``."""
    parts = _PLACE.split(text)
    return [(parts[at], parts[at + 1] if at + 1 < len(parts) else None) for at in range(0, len(parts), 2)]


@cache
def family(prefix: str) -> dict[str, dict[str, str]]:
    """All texts whose key is ``prefix`` and a code behind a dot: language -> code -> text. Only read. Raises ``KeyError`` if none."""
    found = {
        language: {key[len(prefix) + 1 :]: text for key, text in texts.items() if key.startswith(prefix + ".")}
        for language, texts in LANGUAGES.items()
    }
    if not all(found.values()):
        raise KeyError(prefix)
    return found
