"""What is done to the built pages: they find the server by the address they came from, whatever port or proxy that is."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Unpack

from reflex_base.plugins.base import Plugin, PostBuildContext

_BAKED = re.compile(r"""(["'`])ws://localhost:\d+(?P<path>/[^"'`]*)\1""")


class BuildError(Exception):
    """The pages could not be built; the text says what to look at."""


def _beside_the_page(match: re.Match[str]) -> str:
    host = 'globalThis.location?location.origin.replace(/^http/,"ws"):"ws://localhost"'
    return f'(({host})+"{match["path"]}")'


class SameOrigin(Plugin):
    """Reflex bakes host and port of the sockets into the bundle; this puts the page's own origin there."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Rewrite the built scripts. ``BuildError`` when the address is not found any more, as after a change in Reflex."""
        changed = [file for file in Path(context["static_dir"]).rglob("*.js") if _rewrite(file)]
        if not changed:
            raise BuildError("the sockets' address was not found in the built scripts")
        _drop_doubles(Path(context["static_dir"]))


def _drop_doubles(static_dir: Path) -> None:
    """Each page stands there as ``seats.html`` and as ``seats/index.html``; the latter would make ``/seats`` redirect to ``/seats/``."""
    for index in static_dir.glob("*/index.html"):
        if index.parent.with_suffix(".html").exists():
            index.unlink()
            with contextlib.suppress(OSError):
                index.parent.rmdir()


def _rewrite(file: Path) -> bool:
    text = file.read_text(encoding="utf-8")
    new, count = _BAKED.subn(_beside_the_page, text)
    if count:
        file.write_text(new, encoding="utf-8")
    return bool(count)
