from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from exchange_lab import PASSWORD, USER, AriLab

from telephony.exchange.exchange import Settings
from telephony.exchange.server import ExchangeServer


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, port=0, user=USER, password=PASSWORD, seats=6, traffic=False, seed=1, quirks=0.0)


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[ExchangeServer]:
    running = ExchangeServer(settings)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def quirky(settings: Settings) -> AsyncIterator[ExchangeServer]:
    running = ExchangeServer(replace(settings, quirks=1.0))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def lab(server: ExchangeServer) -> AsyncIterator[AriLab]:
    client = AriLab(server.port)
    await client.connect()
    yield client
    await client.close()
