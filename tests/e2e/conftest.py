"""One program and one Chromium for all browser tests; a fresh profile for every visitor."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from deploy.asterisk.install import InstallError, install
from deploy.asterisk.options import default_home
from tests.contract.pbx import AsteriskPbx
from tests.e2e.centre import Centre, fresh_address
from tests.e2e.keeper import Keeper
from tests.e2e.visitor import NOTE_SHIFTS, Visitor
from tests.support.chromium import MISSING, chromium

HERE = Path(__file__).parent
Visit = Callable[..., Awaitable[Visitor]]
DESKTOP = {"width": 1440, "height": 900}

expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here need the browser, and share its event loop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    centre = Centre.opened(tmp_path_factory.mktemp("centre"))
    yield centre
    centre.program.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def keeper(opened: Centre) -> AsyncIterator[Keeper]:
    keeper = Keeper(opened)
    yield keeper
    await keeper.close()


@pytest_asyncio.fixture(loop_scope="session")
async def centre(opened: Centre, keeper: Keeper) -> AsyncIterator[Centre]:
    """The centre that all tests share; each finds it as the first one did, in whatever order they come."""
    yield opened
    await keeper.put_back()


def _without(reason: str) -> NoReturn:
    """Something of the machine's is missing: that is no pass where nobody would see it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _chromium() -> str:
    return chromium() or _without(MISSING)


def _open_home() -> Path:
    made = Path(tempfile.mkdtemp(prefix="xktcc-web-"))
    made.chmod(0o711)  # Asterisk runs as another user
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def real_pbx() -> AsyncIterator[AsteriskPbx]:
    """A real Asterisk with its phones, for the tests of one file."""
    try:
        import pjsua2  # noqa: F401 - only to see whether it is there

        program = install(default_home() / "asterisk-22")
    except (ImportError, InstallError) as error:
        _without(f"the real PBX is missing: {error}")
    home = _open_home()
    made = AsteriskPbx(home, program)
    try:
        made.start()
        await made.connect_phones(home)
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def real_centre(
    real_pbx: AsteriskPbx, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Centre]:
    """The program at that Asterisk; a file of tests may have ``SETTINGS`` of its own."""
    opened = Centre.opened(
        tmp_path_factory.mktemp("real"),
        XKTCC_ARI_URL=real_pbx.url,
        XKTCC_ARI_USER=real_pbx.user,
        XKTCC_ARI_PASSWORD=real_pbx.password,
        **getattr(request.module, "SETTINGS", {}),
    )
    yield opened
    opened.program.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_chromium(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, centre: Centre) -> AsyncIterator[Visit]:
    """Somebody sits down at a browser; whatever their browser complains about fails the test."""
    visitors: list[Visitor] = []

    async def arrive(**options: Any) -> Visitor:
        address = fresh_address()
        settings = {"viewport": DESKTOP, "locale": "zh-CN", "color_scheme": "light", **options}
        context = await browser.new_context(**settings, extra_http_headers={"X-Forwarded-For": address})
        context.set_default_timeout(30_000)
        await context.add_init_script(NOTE_SHIFTS)
        visitor = Visitor(centre, context, await context.new_page(), address)
        visitor.listen()
        visitors.append(visitor)
        return visitor

    yield arrive
    for visitor in visitors:
        await visitor.context.close()
    complaints = [text for visitor in visitors for text in visitor.unforgiven()]
    assert not complaints, complaints


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(visit: Visit) -> Visitor:
    return await visit()


@pytest.fixture
def page(visitor: Visitor) -> Page:
    return visitor.page
