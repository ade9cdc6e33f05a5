"""What the faults are done to: a running program, the hands at its exchange, a supervisor's open wall."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.lab import Lab
from tests.support.program import DEMO_PASSWORD, Program
from tests.support.truth import Records
from tests.support.wall_client import WallClient, log_in
from xktcc_app.frontend import build_frontend


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """The pages are built once, before a start is timed."""
    build_frontend(lambda _step: None)


@pytest_asyncio.fixture
async def lab(program: Program) -> AsyncIterator[Lab]:
    """The hands; they put the receivers down at the end."""
    lab = Lab(program)
    yield lab
    await lab.close()


@pytest_asyncio.fixture
async def wall(program: Program) -> AsyncIterator[WallClient]:
    """The supervisor's open wall."""
    cookie = await log_in(program.url, "supervisor", DEMO_PASSWORD)
    wall = await WallClient(program.url, cookie).open()
    yield wall
    await wall.close()


@pytest.fixture
def records(program: Program) -> Records:
    """The program's database."""
    return Records(program.data_dir)
