"""Which Chromium opens the pages: of the tests, the benchmarks, and the README's pictures."""

from __future__ import annotations

import shutil

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell first: the same engine without the window around the page, whose own parts took half of the processor here."""
MISSING = "no Chromium on this machine: tools/system-packages.sh chromium-headless-shell installs it"


def chromium() -> str | None:
    """The path of the program, ``None`` when there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
