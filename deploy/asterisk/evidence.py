"""What can be seen of an instance that does not come up: enough to tell a slow machine from a taken port or a failed module."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from deploy.asterisk.plan import LOOPBACK, Plan

_WORDS = 3
_LINE = 300
_STATES = {"R": "running", "S": "sleeping", "D": "waiting for the disk", "T": "stopped", "Z": "ended"}


def evidence(plan: Plan, home: Path, pid: int, answer: str) -> str:
    """One line: what its process does, which ports are taken, what HTTP said last, the machine's load, its last words."""
    busy = ", ".join(f"{load:.0f}" for load in os.getloadavg())
    found = (
        _process(pid),
        *(f"{what} {'taken' if taken else 'free'}" for what, taken in _ports(plan)),
        f"HTTP said last: {answer or 'nothing'}",
        f"machine's load {busy} on {os.cpu_count()} cores",
        f"last words: {last_words(home)}",
    )
    return "; ".join(found)


def last_words(home: Path) -> str:
    """The ends of what it wrote to its output and to its log."""
    lines = [line for name in ("out.log", "messages") for line in _end_of(home / "log" / name)]
    return " | ".join(lines) or "none"


def _end_of(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line[:_LINE] for line in text.strip().splitlines()[-_WORDS:]]


def _process(pid: int) -> str:
    """State and processor seconds: one that has used none for long waits for something, one that has used many is slow."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return f"process {pid} is gone"
    used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return f"process {pid} is {_STATES.get(fields[0], fields[0])} and has used {used:.1f} s of processor time"


def _ports(plan: Plan) -> list[tuple[str, bool]]:
    with socket.socket() as probe:
        probe.settimeout(1)
        http = probe.connect_ex((LOOPBACK, plan.http_port)) == 0
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((plan.bind, plan.sip_port))
        except OSError:
            sip = True
        else:
            sip = False
    return [(f"tcp {plan.http_port} (ARI)", http), (f"udp {plan.sip_port} (SIP)", sip)]
