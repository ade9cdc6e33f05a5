"""What a handler hears back of its one service call."""

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from telephony.errors import DeviceOfflineError
from xktcc_app.logs import JsonLines
from xktcc_app.services.errors import NotFoundError
from xktcc_app.state import acting

SOMEBODY: Any = SimpleNamespace(account="1001")


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A state of a logged-in account's page."""
    monkeypatch.setattr(acting, "running", lambda: SimpleNamespace(principal=lambda sid: SOMEBODY if sid else None))
    monkeypatch.setattr(acting, "services", lambda: None)
    return SimpleNamespace(router=SimpleNamespace(session=SimpleNamespace(session_id="1")))


async def _fail(failure: Exception) -> None:
    raise failure


@pytest.mark.parametrize(
    ("failure", "code"), [(NotFoundError("x"), "not_found"), (DeviceOfflineError("x"), "device_offline")]
)
async def test_a_named_failure_is_its_code(state: Any, failure: Exception, code: str) -> None:
    assert await acting.attempt(state, lambda _services, _who: _fail(failure)) == code


async def test_what_nobody_foresaw_has_a_number_that_the_log_has_too(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(JsonLines())
    monkeypatch.setattr(handler, "emit", lambda record: lines.append(handler.format(record)))
    monkeypatch.setattr(acting.logger, "handlers", [handler])
    told = await acting.attempt(state, lambda _services, _who: _fail(ZeroDivisionError("secret detail")))
    code, number = told.split(" ")
    assert code == "unexpected"
    [line] = map(json.loads, lines)
    assert line["correlation"] == number
    assert "ZeroDivisionError" in line["traceback"]
    assert "secret" not in told


async def test_a_visitor_does_nothing(state: Any) -> None:
    state.router.session.session_id = ""
    assert await acting.attempt(state, lambda _services, _who: _fail(AssertionError())) == "not_logged_in"
