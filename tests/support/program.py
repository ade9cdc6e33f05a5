"""The whole program as a process of its own, with its exchange, for tests that look at it from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
ADMIN_PASSWORD = "Admin-first-1234"
DEMO_PASSWORD = "Demo-people-1234"


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


T = TypeVar("T")


def wait_for(fact: Callable[[], T], within_s: float, what: str) -> T:
    """Return the first true value of ``fact``; fails when there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        value = fact()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.02)


@dataclass
class Program:
    """``python -m xktcc_app`` on its own ports and data directory. ``start`` waits until it serves."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    exchange_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lab_url(self) -> str:
        return f"http://127.0.0.1:{self.exchange_port}/lab"

    @property
    def log_file(self) -> Path:
        return self.data_dir.parent / "program.log"

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("XKTCC_")}
        return kept | {
            "XKTCC_PORT": str(self.port),
            "XKTCC_EXCHANGE_PORT": str(self.exchange_port),
            "XKTCC_DATA_DIR": str(self.data_dir),
            "XKTCC_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "XKTCC_DEMO_PASSWORD": DEMO_PASSWORD,
            "XKTCC_DEMO_CALLS_PER_MINUTE": "0",
            "XKTCC_DEMO_SEATS": "8",
            **self.settings,
        }

    def start(self, within_s: float = 120) -> None:
        self.launch()
        wait_for(self.is_ready, within_s, f"the program is ready (see {self.log_file})")

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Started, and ended however it goes."""
        try:
            self.start()
            yield
        finally:
            self.stop()

    def launch(self) -> None:
        """Start the process without waiting for it."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "xktcc_app"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_ready(self, route: str = "/readyz") -> bool:
        """Whether it lives and answers at ``route``; fails when it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, (
            f"it ended with {self.process.returncode}:\n{self.log_file.read_text()[-3000:]}"
        )
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}{route}", timeout=2).status_code == httpx.codes.OK
        return False

    def kill(self) -> None:
        """kill -9 of the program and all it runs in its session; the exchange has a session of its own and goes on."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self, within_s: float = 15) -> int:
        """Ctrl-C; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(within_s)

    def lab(self, method: str, path: str, **body: object) -> httpx.Response:
        """A request to the exchange's ``/lab``."""
        return httpx.request(method, f"{self.lab_url}{path}", json=body or None, timeout=5)
