"""Serves page, API and sockets on one port, in this one process, until SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal

import reflex as rx
import uvloop
from granian.constants import Interfaces
from granian.errors import FatalError
from granian.http import HTTP1Settings
from granian.server.embed import Server
from reflex_base.constants import Env
from reflex_base.environment import environment
from starlette.types import ASGIApp

from xktcc_app.bootstrap import NotRunningError, services
from xktcc_app.config import Settings
from xktcc_app.frontend import build_frontend, web_dir
from xktcc_app.live.sockets import close_all

LAST_WAIT_S = 0.5

__all__ = ["build_frontend", "serve"]


class ServeError(Exception):
    """Serving could not begin; the text is fit for people, the cause stands in the log."""


def serve(settings: Settings) -> None:
    """Serve until told to stop; open requests are then ended, and everything started with the app is stopped in order.

    Raises ``ServeError`` when it can't begin.
    """
    target = load_app()
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_serve(target, settings))
        loop.run_until_complete(_end_the_rest())
    except FatalError as fault:
        raise ServeError("The program could not start serving; the log line above says why.") from fault
    finally:
        loop.close()


def load_app() -> ASGIApp:
    """The app with its built pages mounted; nothing is compiled here."""
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    environment.REFLEX_WEB_WORKDIR.set(web_dir())
    from xktcc_app.xktcc_app import app  # noqa: PLC0415 - reads the environment set above

    loaded = app()
    # What the pages were made of stays for ever: the collector need not go through it again and hold the events up.
    gc.collect()
    gc.freeze()
    return loaded


async def _end_the_rest() -> None:
    """What the server left behind: handlers of sockets whose browser does not answer. They get a moment, then the process ends anyway."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=LAST_WAIT_S)


async def _serve(target: ASGIApp, settings: Settings) -> None:
    from xktcc_app.xktcc_app import app  # noqa: PLC0415 - loaded by now

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, told.set)
    await serve_until(told, app, target, (settings.host, settings.port))


async def serve_until(told: asyncio.Event, app: rx.App, target: ASGIApp, place: tuple[str, int]) -> None:
    """Serve ``target`` at ``place`` until ``told``. The browsers' sockets are closed first: the server would wait for them."""
    server = Server(
        target,
        address=place[0],
        port=place[1],
        interface=Interfaces.ASGI,
        log_enabled=False,
        http1_settings=HTTP1Settings(max_buffer_size=64 * 1024),
    )

    async def stop() -> None:
        await told.wait()
        with contextlib.suppress(TimeoutError, NotRunningError):
            async with asyncio.timeout(LAST_WAIT_S):
                await close_all(app)
                await services().listening.shut()
        server.stop()

    stopping = asyncio.create_task(stop())
    await server.serve()
    stopping.cancel()
