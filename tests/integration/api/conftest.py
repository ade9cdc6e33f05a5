"""The program without its pages and without a PBX, asked over HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from telephony.events import DriverUp, Event, Snapshot
from telephony.port import Capability
from xktcc_app import bootstrap, first_start
from xktcc_app.api.routes import routes
from xktcc_app.config import Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.migrate import migrate
from xktcc_app.services.clock import utc_now
from xktcc_app.services.passwords import PasswordHasher

ADMIN_PASSWORD = "first admin word"
DEMO_PASSWORD = "four warm cups"


class QuietPbx:
    """A PBX where nothing happens until a test puts events in."""

    capabilities = Capability.NONE

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[Event] = asyncio.Queue()
        self.inbox.put_nowait(DriverUp(utc_now()))
        self.inbox.put_nowait(Snapshot(utc_now(), devices=(), calls=(), reconcile=False))

    async def events(self) -> AsyncIterator[Event]:
        while True:
            yield await self.inbox.get()

    async def reconcile(self) -> None: ...

    async def close(self) -> None: ...


def cheap_hasher():
    return PasswordHasher(rounds=1, memory_kib=64)


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A data directory after the first start, to be copied."""
    data_dir = prepare_data_dir(tmp_path_factory.mktemp("first") / "data")
    made = Settings(
        data_dir=data_dir,
        admin_password=ADMIN_PASSWORD,
        demo_password=DEMO_PASSWORD,
        demo_seats=4,
        demo_calls_per_minute=0,
    )
    migrate(made.effective_database_url)
    first_start.prepare_accounts(made, cheap_hasher())
    return made


@pytest.fixture
def settings(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "PasswordHasher", cheap_hasher)
    shutil.copytree(filled.data_dir, tmp_path / "data")
    return filled.model_copy(update={"data_dir": tmp_path / "data"})


@pytest.fixture
def pbx():
    return QuietPbx()


@pytest.fixture
async def running(settings, pbx):
    begun = await bootstrap.start(settings, pbx)
    yield begun
    await begun.stop()


@pytest.fixture
async def browser(running):
    """A browser's HTTP half, with cookies, that sends an Origin as browsers do."""

    async def page(request):
        return PlainTextResponse(f"page {request.url.path}")

    pages = [Route(path, page) for path in ("/", "/login", "/password")]
    app = Starlette(routes=[*routes(running.services), *pages])
    transport = httpx.ASGITransport(app=app, client=("10.0.0.1", 1234))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://xktcc.test", headers={"Origin": "http://xktcc.test"}
    ) as client:
        yield client
