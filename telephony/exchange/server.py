"""The exchange as a process: listens on loopback, restarts like Asterisk, stops cleanly."""

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor

from telephony.exchange.api.connection import Connection
from telephony.exchange.api.site import ExchangeSite
from telephony.exchange.audio.live import LiveSound
from telephony.exchange.audio.store import FolderStore
from telephony.exchange.clock import LoopClock
from telephony.exchange.exchange import Exchange, Settings

HOST = "127.0.0.1"
DOWN_S = 1.0
REPLY_FIRST_S = 0.02  # lets the answer to /lab/restart leave before the sockets close

log = logging.getLogger(__name__)


class PortInUseError(Exception):
    """Something else listens on the port."""


class ExchangeServer:
    """One exchange and its listening socket."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.port = settings.port
        self._executor = ThreadPoolExecutor(1, "render")
        self._live = LiveSound()
        store = FolderStore(
            settings.data_dir / "recordings", self._executor, self._live.sent, settings.recordings_bytes
        )
        self.exchange = Exchange(settings, LoopClock(), store)
        self.site = ExchangeSite(self.exchange, self._live, self._restart_soon)
        self._server: asyncio.Server | None = None
        self._restarting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, then let the demo's people begin; PortInUseError when the port is taken."""
        await self._listen()
        self.exchange.start()

    async def stop(self) -> None:
        """Close the door and every connection."""
        self.exchange.traffic.stop()
        if self._restarting is not None:
            self._restarting.cancel()
        self._close()
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Connection(self.site), HOST, self.port)
        except OSError as error:
            raise PortInUseError(f"Port {self.port} cannot be used: {error.strerror or error}") from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def _listen_again(self) -> None:
        while True:
            try:
                await self._listen()
            except PortInUseError as error:
                log.error("%s; trying again", error)  # noqa: TRY400 - one sentence says it all
                await asyncio.sleep(DOWN_S)
            else:
                return

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self.site.connections):
            connection.close_socket()

    def _restart_soon(self) -> None:
        if self._restarting is None or self._restarting.done():
            self._restarting = asyncio.get_running_loop().create_task(self._restart())

    async def _restart(self) -> None:
        await asyncio.sleep(REPLY_FIRST_S)
        rate = self.exchange.traffic.calls_per_minute
        self.exchange.traffic.stop()
        self._close()
        self.exchange.forget_all()
        await asyncio.sleep(DOWN_S)
        await self._listen_again()
        self.exchange.come_back()
        if self._settings.traffic:
            self.exchange.traffic.set_rate(rate)


async def serve(settings: Settings) -> None:
    """Run an exchange until SIGTERM or SIGINT."""
    server = ExchangeServer(settings)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await server.start()
    print(f"exchange listening on http://{HOST}:{settings.port}", flush=True)  # noqa: T201 - the one line we promise
    await stopping.wait()
    await server.stop()
