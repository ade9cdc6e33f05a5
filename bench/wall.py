"""The wall under load: the whole program against a talking PBX, and the bare-socket floor in the same run.

500 seats, 50 supervisors, 200 events a second. Latency is from the event at the ARI socket to the delta at the client.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.measures import Child, await_port, child, cpu_seconds, memory_mb, percentile, show
from bench.source import ROUND, number_of
from tests.support.program import DEMO_PASSWORD, Program, free_port

SEATS = int(os.environ.get("BENCH_SEATS", "500"))
SUPERVISORS = int(os.environ.get("BENCH_SUPERVISORS", "50"))
RATE = float(os.environ.get("BENCH_RATE", "200"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
SETTLE_S = 0.5


@dataclass(frozen=True)
class Run:
    """Latencies in ms of every event at every client, and the server's share of a core in percent."""

    latencies: list[float]
    cpu: float
    delivered: float


def drive(source_port: int, clients: Child, server: int, rate: float, seconds: float) -> Run:
    """Let the source talk, and compare its moments with the clients'."""
    clients.ask()
    begun, used = time.monotonic(), cpu_seconds(server)
    url = f"http://127.0.0.1:{source_port}/bench/run"
    sent = httpx.post(url, params={"rate": rate, "seconds": seconds}, timeout=seconds + 30).json()
    time.sleep(SETTLE_S)  # what was sent last arrives within this, or counts as lost
    cpu = (cpu_seconds(server) - used) / (time.monotonic() - begun) * 100
    moments = {(sent["first"] + place) % ROUND: moment for place, moment in enumerate(sent["moments"])}
    latencies = [
        (moment - moments[number]) * 1000
        for round_trip, moment in clients.ask()
        if (number := number_of(round_trip)) in moments
    ]
    return Run(latencies, cpu, len(latencies) / (len(moments) * SUPERVISORS))


def measure_floor(source_port: int) -> tuple[Run, Run]:
    """Under load, and single events."""
    port = free_port()
    with child("bench.floor", port, source_port, SEATS) as floor:
        await_port(port)
        with child("bench.clients", "floor", f"ws://127.0.0.1:{port}", SUPERVISORS) as clients:
            assert clients.line() == "ready"
            return _both(source_port, clients, floor.process.pid)


def _both(source_port: int, clients: Child, server: int) -> tuple[Run, Run]:
    drive(source_port, clients, server, RATE, 2)  # warm
    return drive(source_port, clients, server, RATE, SECONDS), drive(source_port, clients, server, 3, SECONDS)


def log_in(program: Program) -> str:
    """A supervisor's cookie."""
    form = {"account": "supervisor", "password": DEMO_PASSWORD}
    answer = httpx.post(f"{program.url}/login", data=form, timeout=20)
    return f"xktcc_session={answer.cookies['xktcc_session']}"


def program_at(source_port: int, data_dir: Path) -> Program:
    """The started program with ``SEATS`` seats whose PBX is the source."""
    program = Program(
        data_dir,
        {
            "XKTCC_ARI_URL": f"http://127.0.0.1:{source_port}",
            "XKTCC_ARI_PASSWORD": "bench",
            "XKTCC_DEMO": "1",
            "XKTCC_DEMO_SEATS": str(SEATS),
        },
    )
    program.start(300)  # builds the pages when they are not built yet, and fills the database
    program.stop()
    program.start()
    return program


def measure_program(source_port: int, data_dir: Path) -> tuple[Run, Run]:
    """The same at the whole program; prints its memory on the way."""
    program = program_at(source_port, data_dir)
    assert program.process
    server, cookie = program.process.pid, log_in(program)
    url = program.url.replace("http", "ws")
    try:
        show("memory_0_supervisors", memory_mb(server), "MB")
        for few in (10, SUPERVISORS):
            with child("bench.clients", "wall", url, few, cookie) as clients:
                assert clients.line() == "ready"
                _follow_a_while(source_port, clients, server)
                show(f"memory_{few}_supervisors", memory_mb(server), "MB")
                if few == SUPERVISORS:
                    return _both(source_port, clients, server)
    finally:
        program.stop()
    raise AssertionError("never measured")


def _follow_a_while(source_port: int, clients: Child, server: int) -> None:
    drive(source_port, clients, server, RATE, 3)


def run(tell: Callable[..., None] = show) -> None:
    """Measure and print."""
    source_port = free_port()
    with child("bench.source", source_port, SEATS), tempfile.TemporaryDirectory() as directory:
        await_port(source_port)
        floor, floor_alone = measure_floor(source_port)
        wall, alone = measure_program(source_port, Path(directory) / "data")
    peer = "bare socket, orjson, 20 Hz"
    for share in (50, 95, 99):
        tell(
            f"wall_latency_p{share}", percentile(wall.latencies, share), "ms", peer, percentile(floor.latencies, share)
        )
    tell("wall_cpu", wall.cpu, "% of a core", peer, floor.cpu)
    tell("wall_delivered", wall.delivered * 100, "%", peer, floor.delivered * 100)
    tell("wall_isolated_p50", percentile(alone.latencies, 50), "ms", peer, percentile(floor_alone.latencies, 50))
    tell("wall_isolated_p95", percentile(alone.latencies, 95), "ms", peer, percentile(floor_alone.latencies, 95))
