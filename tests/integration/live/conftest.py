from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.browser_socket import BrowserSocket
from tests.support.served_live import ServedLive

Open = Callable[..., Awaitable[BrowserSocket]]


@pytest.fixture(scope="session")
def served() -> Iterator[ServedLive]:
    served = ServedLive()
    served.start()
    yield served
    served.stop()


@pytest_asyncio.fixture
async def browse(served: ServedLive) -> AsyncIterator[Open]:
    opened: list[BrowserSocket] = []

    async def start(cookie: str = "", **options: Any) -> BrowserSocket:
        boot = options.pop("boot", True)
        browser = BrowserSocket(served.url, cookie=cookie, **options)
        await browser.open(boot=boot)
        opened.append(browser)
        return browser

    yield start
    for browser in opened:
        await browser.close()


@pytest.fixture
def refusals(served: ServedLive) -> Iterator[list[tuple[str, str]]]:
    """Account and handler of each refusal from now on. What earlier tests' sockets still have on their way is of other accounts."""
    told: list[tuple[str, str]] = []
    before = served.live.gate.on_refused
    served.live.gate.on_refused = lambda who, name: told.append((who.account, name))
    yield told
    served.live.gate.on_refused = before
