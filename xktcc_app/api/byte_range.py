"""The part of a file that a request asks for (RFC 9110, section 14). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=\s*([0-9]*)-([0-9]*)\s*", re.IGNORECASE)
_DIGITS = 18


class UnsatisfiableRangeError(Exception):
    """The part begins behind the end of the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """``length`` bytes from ``start`` on."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """The header that tells which part of ``size`` bytes this is."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def asked_part(asked: str | None, size: int) -> Part | None:
    """The part that a ``Range`` header asks for; ``None``: the whole file, as for several parts and for what is no range.

    Raises ``UnsatisfiableRangeError``.
    """
    match = _ONE.fullmatch(asked) if asked else None
    if match is None or match[1] == match[2] == "" or max(len(match[1]), len(match[2])) > _DIGITS:
        return None
    if match[1] == "":
        return _last(int(match[2]), size)
    first, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and last < first:
        return None
    if first >= size:
        raise UnsatisfiableRangeError
    return Part(first, min(last, size - 1) - first + 1)


def _last(count: int, size: int) -> Part:
    if count == 0 or size == 0:
        raise UnsatisfiableRangeError
    length = min(count, size)
    return Part(size - length, length)
