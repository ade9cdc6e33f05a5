"""Processes to measure, and how a figure is printed."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


def show(name: str, value: float, unit: str, peer: str = "", peer_value: float | None = None) -> None:
    """Print one figure; ``ratio`` is value to peer."""
    line: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
    if peer_value is not None:
        line |= {
            "peer": peer,
            "peer_value": round(peer_value, 2),
            "ratio": round(value / peer_value, 2) if peer_value else None,
        }
    print(json.dumps(line), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` percent of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@dataclass
class Child:
    """A module of the benchmark in a process of its own, spoken to by lines."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        """Its next line."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def ask(self) -> Any:
        """What it answers to an empty line."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.line())


@contextlib.contextmanager
def child(module: str, *arguments: object) -> Iterator[Child]:
    """Start ``python -m module``; it is ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        process.wait()


def await_port(port: int, within_s: float = 20) -> None:
    """Wait until somebody listens there."""
    deadline = time.monotonic() + within_s
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline, f"nobody listens at {port}"
        time.sleep(0.05)
