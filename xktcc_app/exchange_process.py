"""The embedded exchange as a process of its own: started with the program, stopped with it, and found again after a crash.

It outlives a killed program, so that calls go on; the next start adopts it. What it was started with stands in a file
beside the data, and an exchange that was started otherwise is replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from xktcc_app.config import ConfigError, Settings

STATE_FILE = "exchange.json"
LOG_FILE = "exchange.log"
STARTS_WITHIN_S = 15.0
ADOPTED_WITHIN_S = 5.0
STOPS_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange that was started earlier, and with what."""

    pid: int
    arguments: list[str]


class ExchangeProcess:
    """One embedded exchange for these settings. ``password`` is its ARI password."""

    def __init__(self, settings: Settings, password: str) -> None:
        self._settings = settings
        self._password = password
        self._state_file = settings.data_dir / STATE_FILE
        self._child: subprocess.Popen[bytes] | None = None

    def ensure(self) -> bool:
        """Start it, or adopt one that runs already (then True). ``ConfigError`` when the port belongs to something else."""
        kept = self._kept()
        if kept is not None and kept.arguments == self._arguments() and self._answers_soon():
            return True
        if kept is not None:
            self._stop_pid(kept.pid)
        self._check_port_free()
        self._start()
        return False

    def is_alive(self) -> bool:
        """Whether the process of the started or adopted exchange exists."""
        if self._child is not None:
            return self._child.poll() is None
        return self._kept() is not None

    def revive(self, cancelled: Callable[[], bool]) -> None:
        """Start it again after its death. ``ConfigError`` when it does not answer in time; gives up when ``cancelled``.

        Unlike ``ensure`` this may be called beside the main thread.
        """
        self._check_port_free()
        self._await_answer(self._spawn(), cancelled)

    def check_port(self) -> None:
        """``ConfigError`` when the port belongs to something else than an exchange of ours; starts and changes nothing."""
        kept = self._kept()
        if kept is None or f"--port={self._settings.exchange_port}" not in kept.arguments:
            self._check_port_free()

    def _check_port_free(self) -> None:
        if port_taken("127.0.0.1", self._settings.exchange_port):
            raise ConfigError(
                f"XKTCC_EXCHANGE_PORT is {self._settings.exchange_port}, which another program uses: "
                "allowed is a free port (the embedded exchange listens there, on loopback)."
            )

    def stop(self) -> None:
        """End it and wait for its end."""
        kept = self._kept()
        if self._child is not None and self._child.poll() is None:
            self._stop_pid(self._child.pid)
        elif kept is not None:
            self._stop_pid(kept.pid)
        self._state_file.unlink(missing_ok=True)

    def _arguments(self) -> list[str]:
        settings = self._settings
        arguments = [
            f"--port={settings.exchange_port}",
            f"--data-dir={settings.data_dir.resolve() / 'exchange'}",
            f"--seats={settings.demo_seats}",
            f"--calls-per-minute={settings.demo_calls_per_minute}",
            f"--user={settings.ari_user}",
            f"--app={settings.ari_app}",
            f"--seed={settings.demo_seed}",
            f"--time-zone={settings.time_zone}",
        ]
        return arguments if settings.demo_mode else [*arguments, "--no-traffic"]

    def _start(self) -> None:
        with _signals_put_off():
            child = self._spawn()
        self._await_answer(child, lambda: False)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self._settings.data_dir / LOG_FILE).open("ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches the program, which then ends the exchange last.
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "telephony.exchange", *self._arguments()],
                env={**os.environ, "XKTCC_ARI_PASSWORD": self._password},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._state_file.write_text(
            json.dumps({"pid": self._child.pid, "arguments": self._arguments()}), encoding="utf-8"
        )
        return self._child

    def _await_answer(self, child: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            if cancelled() or self._answers():
                return
            if child.poll() is not None:
                break
            time.sleep(0.05)  # a start-up has no event loop yet
        self._state_file.unlink(missing_ok=True)
        log_file = self._settings.data_dir / LOG_FILE
        raise ConfigError(
            f"The embedded exchange did not start on port {self._settings.exchange_port}; see {log_file}."
        )

    def _answers_soon(self) -> bool:
        """A busy exchange is given time: to replace it would end its calls."""
        deadline = time.monotonic() + ADOPTED_WITHIN_S
        while not self._answers():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _answers(self) -> bool:
        url = f"http://127.0.0.1:{self._settings.exchange_port}/ari/asterisk/ping"
        try:
            return (
                httpx.get(url, auth=(self._settings.ari_user, self._password), timeout=1).status_code == httpx.codes.OK
            )
        except httpx.HTTPError:
            return False

    def _kept(self) -> Kept | None:
        try:
            state = json.loads(self._state_file.read_text(encoding="utf-8"))
            kept = Kept(int(state["pid"]), [str(argument) for argument in state["arguments"]])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # none was started here, or a crash left half a file: then the port tells
        return kept if _is_exchange(kept.pid) else None

    def _stop_pid(self, pid: int) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if not _signal(pid, sign):
                return
            deadline = time.monotonic() + STOPS_WITHIN_S
            while time.monotonic() < deadline:
                if self._is_gone(pid):
                    return
                time.sleep(0.02)

    def _is_gone(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is not None  # that also takes an ended child from the table of processes
        return not _is_exchange(pid)


@contextlib.contextmanager
def _signals_put_off() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until the new process is known here: it would be left behind. For the main thread."""
    asked: list[int] = []
    names = (signal.SIGINT, signal.SIGTERM)
    before = {name: signal.signal(name, lambda number, _frame: asked.append(number)) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    for number in asked:
        signal.raise_signal(number)


def port_taken(host: str, port: int) -> bool:
    """Whether nobody can listen at ``host``:``port`` now because somebody else does."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _is_exchange(pid: int) -> bool:
    """Whether ``pid`` is an exchange of ours, and not a later process that got its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"telephony.exchange" in command


def _signal(pid: int, sign: signal.Signals) -> bool:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return False
    return True
