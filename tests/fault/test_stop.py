"""Ctrl-C with people at their walls."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.browser_socket import BrowserSocket
from tests.support.program import DEMO_PASSWORD, Program, wait_for
from xktcc_app.ending import TERMINATED
from xktcc_app.state.wall import WallState

pytestmark = pytest.mark.fault


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "data")
    program.start()
    yield program
    program.stop()


async def test_it_stops_at_once_with_browsers_connected(program: Program) -> None:
    answer = httpx.post(f"{program.url}/login", data={"account": "supervisor", "password": DEMO_PASSWORD}, timeout=20)
    cookie = f"xktcc_session={answer.cookies['xktcc_session']}"
    pages = [await BrowserSocket(program.url, cookie=cookie, page="/seats").open() for _ in range(5)]
    for page in pages:
        await page.until(lambda page=page: page.value(WallState, "loaded"), within_s=20)
    begun = time.monotonic()
    assert program.stop() == 0
    assert time.monotonic() - begun < 6  # the exchange is stopped after the server
    for page in pages:
        await page.until(lambda page=page: page.closed)


def test_told_to_end_before_it_serves_it_leaves_no_exchange_behind(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    program.launch()
    state_file = program.data_dir / "exchange.json"
    assert program.process
    wait_for(state_file.exists, 60, "the exchange was started")
    exchange = json.loads(wait_for(state_file.read_text, 1, "it is known"))["pid"]
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(15) == TERMINATED
    assert not Path(f"/proc/{exchange}").exists()
    assert not state_file.exists()
