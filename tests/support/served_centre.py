"""The whole program but its pages, with its exchange, behind a real server in a thread of its own: for raw sockets, at once."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from reflex_base.environment import environment
from starlette.applications import Starlette

from telephony.exchange.exchange import Settings as ExchangeSettings
from telephony.exchange.server import ExchangeServer
from tests.support.app_apart import app_apart
from tests.support.program import ADMIN_PASSWORD, DEMO_PASSWORD, free_port, wait_for
from tests.support.quiet_centre import leave_ready
from xktcc_app import bootstrap
from xktcc_app.api.routes import routes
from xktcc_app.config import Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.domain.thresholds import Thresholds
from xktcc_app.first_start import prepare_accounts
from xktcc_app.live import live as live_module
from xktcc_app.live.setup import LiveNeeds, build_live
from xktcc_app.migrate import migrate
from xktcc_app.serve import serve_until
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.state.registry import STATES

SEATS = 8
EXCHANGE = "test-secret"


class ServedCentre:
    """Nobody in it does anything by themselves; all agents but 1001 and 1002 are ready, and their phones wait for hands."""

    def __init__(self, folder: Path, **rules: float) -> None:
        environment.REFLEX_SKIP_COMPILE.set(True)
        self.port, self.exchange_port = free_port(), free_port()
        filled = Settings(
            data_dir=prepare_data_dir(folder / "data"),
            exchange_port=self.exchange_port,
            ari_password=EXCHANGE,
            demo=True,
            demo_seats=SEATS,
            demo_password=DEMO_PASSWORD,
            admin_password=ADMIN_PASSWORD,
        )
        migrate(filled.effective_database_url)
        prepare_accounts(filled, _cheap_hasher())
        leave_ready(filled.effective_database_url, [str(1003 + place) for place in range(SEATS - 2)])
        self._settings = filled.model_copy(update={"demo": False, **rules})
        self._outside = Starlette()
        self._app, around = app_apart(api_transformer=[self._outside])
        self._thread = threading.Thread(target=around.run, args=(self._run,), daemon=True)
        self._serving = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self._settings.effective_database_url

    @property
    def lab_url(self) -> str:
        return f"http://127.0.0.1:{self.exchange_port}/lab"

    def start(self) -> None:
        self._thread.start()
        wait_for(lambda: self._serving.is_set() or not self._thread.is_alive(), 30, "the centre serves")
        assert self._thread.is_alive()

    def stop(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(15)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        exchange = ExchangeServer(
            ExchangeSettings(
                data_dir=self._settings.data_dir / "exchange",
                port=self.exchange_port,
                user=self._settings.ari_user,
                password=EXCHANGE,
                seats=SEATS,
                traffic=False,
                seed=1,
            )
        )
        await exchange.start()
        running = await bootstrap.start(self._settings)
        services = running.services
        needs = LiveNeeds(services.bus, services.sessions, Thresholds(), dict, services.can_answer, services.resources)
        live = build_live(self._app, STATES, needs)
        self._outside.router.routes[:0] = routes(services)
        before = live_module._Holder.current  # another test's, which goes on after this one
        live_module.set_running(live)
        live.start(services.sessions)
        try:
            self._loop.call_later(0.2, self._serving.set)
            await serve_until(self._told, self._app, self._app(), ("127.0.0.1", self.port))
        finally:
            await live.stop()
            live_module.set_running(before)
            await running.stop()
            await exchange.stop()


def _cheap_hasher() -> PasswordHasher:
    return PasswordHasher(rounds=1, memory_kib=64)
