"""Which tests may run side by side: files may, but those of one file share what its fixtures started, and so do all of one PBX."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell pytest-xdist which tests belong together."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    part = item.path.relative_to(HERE)
    kind = part.parts[0]
    if kind == "contract":
        real = {"asterisk", "real"} & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("asterisk")
        return "contract on Asterisk" if real else "contract on the exchange"
    if kind == "e2e":
        return "browser and Asterisk" if "real_pbx" in getattr(item, "fixturenames", ()) else "browser"
    return str(part)
