"""Cells of exported tables, so that no spreadsheet takes them for formulas."""

from __future__ import annotations

import re

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MAX_CELL = 32_000
"""Excel takes 32,767 signs a cell."""


def safe_cell(value: object) -> str | int | float:
    """``value`` as a spreadsheet may have it: text that could begin a formula gets an apostrophe before it (OWASP, CSV injection)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = _NOT_IN_XML.sub("", "" if value is None else str(value))[:MAX_CELL]
    return "'" + text if text.lstrip(" \u00a0").startswith(_DANGEROUS) else text


def is_formula(value: object) -> bool:
    """Whether an imported cell would be a formula: such a file is refused rather than read."""
    return isinstance(value, str) and value.startswith("=")
