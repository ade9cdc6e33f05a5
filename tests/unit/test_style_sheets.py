"""All style sheets are on every page: a class that two of them lay out is laid out wrongly on one."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

SHEETS = sorted((Path(__file__).resolve().parents[2] / "assets" / "css").glob("*.css"))
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_LAYOUT = re.compile(r"(?:^|[;\s])display:\s*([\w-]+)")


def _layouts(css: str) -> dict[str, str]:
    """How each class that stands alone in a selector is laid out; what is set for some screens only is left out."""
    found = {}
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    plain = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", plain)
    for selectors, body in _RULE.findall(plain):
        layout = _LAYOUT.search(body)
        for selector in selectors.split(","):
            if layout and re.fullmatch(r"\.[\w-]+", selector.strip()):
                found[selector.strip()] = layout[1]
    return found


def test_no_class_is_laid_out_by_two_sheets_differently() -> None:
    layouts: dict[str, dict[str, str]] = defaultdict(dict)
    for sheet in SHEETS:
        for name, layout in _layouts(sheet.read_text(encoding="utf-8")).items():
            layouts[name][sheet.name] = layout
    assert len(layouts) > 100
    assert {name: sheets for name, sheets in layouts.items() if len(set(sheets.values())) > 1} == {}
