"""The exchange as a process of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_lab import PASSWORD, USER, AriLab


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(port: int, data_dir: Path, *more: str, password: str = PASSWORD) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "telephony.exchange",
            "--port",
            str(port),
            "--data-dir",
            str(data_dir),
            "--user",
            USER,
            *more,
        ],
        env=os.environ | {"XKTCC_ARI_PASSWORD": password},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    running = start(port, tmp_path, "--no-traffic", "--quirks", "0")
    assert running.stdout
    assert running.stdout.readline() == f"exchange listening on http://127.0.0.1:{port}\n"
    yield running, port
    running.kill()
    running.communicate()


def test_a_second_one_on_the_same_port_says_so_and_exits_with_2(
    process: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    second = start(process[1], tmp_path)
    out, err = second.communicate(timeout=10)
    assert second.returncode == 2
    assert out == ""
    assert err.startswith(f"Port {process[1]} cannot be used")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [("--port", "0"), ("--seats", "0"), ("--time-zone", "Mars/Base"), ("--quirks", "7"), ("--calls-per-minute", "-1")],
)
def test_a_wrong_setting_exits_with_2(tmp_path: Path, wrong: tuple[str, str]) -> None:
    refused = start(free_port(), tmp_path, *wrong)
    _, err = refused.communicate(timeout=10)
    assert refused.returncode == 2
    assert wrong[0] in err


def test_no_password_exits_with_2(tmp_path: Path) -> None:
    refused = start(free_port(), tmp_path, password="")
    _, err = refused.communicate(timeout=10)
    assert (refused.returncode, err.count("\n")) == (2, 1)
    assert "XKTCC_ARI_PASSWORD" in err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_within_a_second(process: tuple[subprocess.Popen[str], int], how: signal.Signals) -> None:
    began = time.monotonic()
    process[0].send_signal(how)
    _, err = process[0].communicate(timeout=5)
    assert (process[0].returncode, err) == (0, "")
    assert time.monotonic() - began < 1


async def test_a_kill_leaves_the_open_recording_as_a_bare_header(
    process: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    lab = AriLab(process[1])
    await lab.connect()
    call = await lab.inbound()
    await lab.ari("POST", f"/channels/{call}/record", name="r1", format="wav")
    await lab.wait("RecordingStarted")
    process[0].kill()
    await asyncio.wait_for(lab.closed.wait(), 2)
    assert (tmp_path / "recordings" / "r1.wav").stat().st_size == 44
    await lab.close()
