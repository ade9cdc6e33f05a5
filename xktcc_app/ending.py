"""How the program is told to end, by a signal from outside or by itself, and with which exit code."""

from __future__ import annotations

import signal
from types import FrameType

CONTROL_FAILED = 70
"""The call control ended by a fault of ours (EX_SOFTWARE): to be started again by whoever looks after the program."""
TERMINATED = 128 + signal.SIGTERM


class TerminatedError(KeyboardInterrupt):
    """SIGTERM came while nothing was served yet; it ends the start in the way of Ctrl-C, so that nothing is left behind."""


class _Asked:
    code = 0
    during_start: type[KeyboardInterrupt] | None = None


def heed_signals() -> None:
    """Have SIGTERM and Ctrl-C end the start in order. The server puts its own way in this place while it serves."""
    signal.signal(signal.SIGTERM, _told)
    signal.signal(signal.SIGINT, _told)


def _told(number: int, _frame: FrameType | None) -> None:
    _Asked.during_start = TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
    raise _Asked.during_start


def end_if_told() -> None:
    """Raise once more what a signal raised: where Python calls back from an import or a finalizer, an exception gets lost."""
    if _Asked.during_start is not None:
        raise _Asked.during_start


def end_with(code: int) -> None:
    """End the serving program in order, with this exit code."""
    _Asked.code = code
    signal.raise_signal(signal.SIGTERM)


def asked_code() -> int:
    """The exit code that ``end_with`` asked for; 0 when the program was told to end from outside."""
    return _Asked.code
