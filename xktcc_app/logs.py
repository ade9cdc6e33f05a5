"""The log: one JSON object a line on standard error, with a correlation id, and without anything personal.

Numbers long enough to be a telephone's or an identity card's are blotted out wherever they come from, tracebacks too.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

_correlation: ContextVar[str] = ContextVar("correlation", default="")
_LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\d{7,}(?![\w.-])")
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOISY = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "websockets": logging.WARNING,
    "alembic": logging.WARNING,
}


class JsonLines(logging.Formatter):
    """Time (UTC), level, logger, text, the extras given with it, correlation id, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Make the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if correlation := _correlation.get():
            line["correlation"] = correlation
        line |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return blot(json.dumps(line, ensure_ascii=False, default=str))


def blot(text: str) -> str:
    """Leave out every free-standing number of seven digits or more."""
    return _LONG_NUMBER.sub("#", text)


def configure(level: str) -> None:
    """Send every log of this process through ``JsonLines``; ``level`` as in ``XKTCC_LOG_LEVEL``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, least in _NOISY.items():
        logging.getLogger(name).setLevel(least)


@contextlib.contextmanager
def correlated() -> Iterator[str]:
    """Give everything logged inside the same new correlation id."""
    # with a letter before it: eight figures in a row would be blotted out
    token = _correlation.set(f"x{secrets.token_hex(4)}")
    try:
        yield _correlation.get()
    finally:
        _correlation.reset(token)
