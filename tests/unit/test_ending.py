from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import pytest

from xktcc_app import ending


@pytest.fixture
def heeded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ending._Asked, "during_start", None)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    ending.heed_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "told"), [(signal.SIGTERM, ending.TerminatedError), (signal.SIGINT, KeyboardInterrupt)]
)
def test_what_a_signal_said_is_not_lost_with_its_exception(
    number: signal.Signals, told: type[KeyboardInterrupt], heeded: None
) -> None:
    ending.end_if_told()
    with contextlib.suppress(KeyboardInterrupt):  # as Python does it amid an import's clean-up
        signal.raise_signal(number)
    with pytest.raises(told):
        ending.end_if_told()
