"""``python -m xktcc_app``: check the settings, prepare the database, start the exchange, build the pages, and serve.

Everything that can be wrong is looked at before anything is started: then one sentence for each fault, and exit code 2.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from sqlalchemy.exc import SQLAlchemyError

from xktcc_app.config import ConfigError, Settings, load_settings
from xktcc_app.data_dir import ARI_PASSWORD, kept_secret, prepare_data_dir
from xktcc_app.ending import TERMINATED, TerminatedError, asked_code, end_if_told, heed_signals
from xktcc_app.exchange_process import ExchangeProcess, port_taken
from xktcc_app.exchange_watch import ExchangeWatch
from xktcc_app.first_start import Welcome, prepare_accounts
from xktcc_app.logs import configure
from xktcc_app.migrate import migrate
from xktcc_app.pbx_check import check_before_start
from xktcc_app.serve import ServeError, build_frontend, serve
from xktcc_app.services.database import cause_of, is_locked
from xktcc_app.services.errors import DatabaseBusyError

READY_WITHIN_S = 120.0
DATABASE_WITHIN_S = 30.0


def say(text: str) -> None:
    """Tell the person at the terminal how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a piece of work, and then how long it took."""
    end_if_told()
    say(f"· {text}")
    begun = time.monotonic()
    yield
    end_if_told()
    taken = time.monotonic() - begun
    if taken >= 1:
        say(f"  done in {taken:.1f} s")


def main() -> int:
    """Run the program until it is told to stop; the exit code is 2 when it could not start, 70 when its call control failed."""
    try:
        settings = load_settings()
        configure(settings.log_level)
        heed_signals()
        _check_ports(settings)
        settings = settings.model_copy(update={"data_dir": prepare_data_dir(settings.data_dir)})
        return _run(settings)
    except ConfigError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except ServeError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    except TerminatedError:
        return TERMINATED
    except KeyboardInterrupt:
        return 130


def _check_ports(settings: Settings) -> None:
    if port_taken(settings.host, settings.port):
        raise ConfigError(
            f"XKTCC_PORT is {settings.port} at {settings.host}, where nothing can listen now because another program does, "
            "or the address is not of this machine: allowed is a free port."
        )
    if settings.embedded:
        ExchangeProcess(settings, "").check_port()


def _run(settings: Settings) -> int:
    _prepare_environment(settings)
    with step("bringing the database up to date"):
        welcome = _prepare_database(settings)
    try:
        return _run_prepared(settings, welcome)
    except BaseException:
        # a password that was made in this start is kept nowhere: else nobody could ever log in
        if welcome.admin_password is not None:
            say(welcome.admin_line(settings))
        raise


def _run_prepared(settings: Settings, welcome: Welcome) -> int:
    exchange = _exchange(settings)
    try:
        if exchange is not None:
            _start_exchange(exchange)
        with step("looking at the PBX"):
            check_before_start(settings, say)
        with step("building the pages (quick when nothing has changed)"):
            build_frontend(say)
        with _announced_when_ready(settings, welcome), _looked_after(exchange):
            serve(settings)
    finally:
        if exchange is not None:
            exchange.stop()
        say("stopped.")
    return asked_code()


@contextlib.contextmanager
def _looked_after(exchange: ExchangeProcess | None) -> Iterator[None]:
    if exchange is None:
        yield
        return
    watch = ExchangeWatch(exchange)
    watch.start()
    try:
        yield
    finally:
        watch.stop()


def _prepare_environment(settings: Settings) -> None:
    """What the libraries read: bun beside our interpreter, no telemetry; and the secrets for the serving process."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
    os.environ["XKTCC_DATA_DIR"] = str(settings.data_dir)


def _prepare_database(settings: Settings) -> Welcome:
    """Migrate and fill it. Somebody else may hold it for a while (a backup, a copy): that is waited for."""
    deadline = time.monotonic() + DATABASE_WITHIN_S
    while True:
        try:
            migrate(settings.effective_database_url)
            return prepare_accounts(settings)
        except (SQLAlchemyError, DatabaseBusyError) as fault:
            if not is_locked(fault) or time.monotonic() > deadline:
                raise ConfigError(
                    f"The database can't be used ({cause_of(fault)}): allowed is one that can be read and written, "
                    "see XKTCC_DATABASE_URL and XKTCC_DATA_DIR."
                ) from fault
            say("  somebody else holds the database: waiting for it")


def _exchange(settings: Settings) -> ExchangeProcess | None:
    if not settings.embedded:
        return None
    return ExchangeProcess(settings, settings.ari_password or kept_secret(settings.data_dir / ARI_PASSWORD))


def _start_exchange(exchange: ExchangeProcess) -> None:
    with step("starting the embedded exchange"):
        if exchange.ensure():
            say("  found one that still runs, with its calls: taking it over")


@contextlib.contextmanager
def _announced_when_ready(settings: Settings, welcome: Welcome) -> Iterator[None]:
    """Print address and accounts as the last thing, once the program really serves.

    The thread that waits for it is ended before the interpreter is: one that asks over the network meanwhile crashes it.
    """
    over = threading.Event()
    waiting = threading.Thread(
        target=_await_ready, args=(settings, lambda: say(welcome.text(settings)), over), daemon=True
    )
    waiting.start()
    try:
        yield
    finally:
        over.set()
        waiting.join()


def _await_ready(settings: Settings, then: Callable[[], None], over: threading.Event) -> None:
    url = f"http://{settings.host if settings.host != '0.0.0.0' else '127.0.0.1'}:{settings.port}/healthz"
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=1).status_code == httpx.codes.OK:
                then()
                return
        if over.wait(0.1):
            return
    say("the server does not answer; see the log above")


if __name__ == "__main__":
    code = main()
    gc.freeze()  # all has been stopped: to look through its memory once more takes most of a second, and seconds on a busy machine
    sys.exit(code)
