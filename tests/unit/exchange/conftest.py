from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from exchange_world import World

from telephony.exchange.audio.store import FolderStore
from telephony.exchange.clock import ManualClock
from telephony.exchange.exchange import Exchange, Settings

START = datetime(2026, 11, 22, 20, 48, 47, 289_000, tzinfo=UTC)


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., World]:
    def make(**changes: Any) -> World:
        given: dict[str, Any] = {"seats": 6, "traffic": False, "seed": 1, "quirks": 0.0} | changes
        settings = Settings(data_dir=tmp_path, port=0, user="u", password="p", **given)
        clock = ManualClock(START)
        return World(Exchange(settings, clock, FolderStore(tmp_path / "recordings")), clock)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
