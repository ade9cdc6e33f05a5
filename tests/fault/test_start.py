"""What can be wrong at a start is said in a sentence, before anything is started or written; and how a run ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.program import ROOT, Program, wait_for
from tests.support.quiet_centre import quiet_program

pytestmark = pytest.mark.fault


def run(data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start the program as somebody would who has something wrong, and wait for its end."""
    program = Program(data_dir, settings)
    return subprocess.run(
        [sys.executable, "-m", "xktcc_app"],
        check=False,
        cwd=ROOT,
        env=program.environment(),
        capture_output=True,
        text=True,
        timeout=90,
    )


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port at which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


@pytest.mark.parametrize("name", ["XKTCC_PORT", "XKTCC_EXCHANGE_PORT"])
def test_a_port_in_use(tmp_path: Path, taken_port: str, name: str) -> None:
    ended = run(tmp_path / "data", **{name: taken_port})
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"{name} is {taken_port}")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_file_where_the_data_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("something else")
    ended = run(tmp_path / "data")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"XKTCC_DATA_DIR is '{tmp_path / 'data'}'")
    assert ended.stderr.count("\n") == 1
    assert (tmp_path / "data").read_text() == "something else"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_data_directory(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0)
    ended = run(tmp_path / "data")
    assert ended.returncode == 2
    assert ended.stderr.startswith("XKTCC_DATA_DIR")


WRONG = {
    "XKTCC_PORT": "70000",
    "XKTCC_TIME_ZONE": "Asia/Nowhere",
    "XKTCC_ARI_URL": "ftp://pbx",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting(tmp_path: Path, name: str) -> None:
    ended = run(tmp_path / "data", **{name: WRONG[name]})
    _says_what_is_allowed(ended, tmp_path, [name])


def test_several_at_once(tmp_path: Path) -> None:
    ended = run(tmp_path / "data", **WRONG)
    _says_what_is_allowed(ended, tmp_path, list(WRONG))


def _says_what_is_allowed(ended: subprocess.CompletedProcess[str], tmp_path: Path, names: list[str]) -> None:
    lines = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(lines) == len(names), ended.stderr
    for name in names:
        assert any(line.startswith(f"{name} is '{WRONG[name]}': allowed is ") for line in lines), ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "xktcc.db").write_text("not a database, but long enough to be looked at as one" * 40)
    ended = run(tmp_path / "data")
    assert ended.returncode == 2
    assert ended.stderr.startswith("The database can't be used (file is not a database)")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "data" / "exchange.json").exists()


@pytest.fixture
def pbx_that_knows_nobody() -> Iterator[str]:
    """The address of something that refuses every user and password."""

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is the program's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_first_start_that_fails_still_tells_the_password_that_it_made(
    tmp_path: Path, pbx_that_knows_nobody: str
) -> None:
    settings = {"XKTCC_ARI_URL": pbx_that_knows_nobody, "XKTCC_ARI_PASSWORD": "wrong", "XKTCC_DEMO": "0"}
    ended = run(tmp_path / "data", **settings, XKTCC_ADMIN_PASSWORD="")
    assert ended.returncode == 2
    assert "the ARI user or password is wrong" in ended.stderr
    line = next(line for line in ended.stdout.splitlines() if line.startswith("  admin "))
    assert re.match(r"  admin       \S{12,}  \(shown only now", line), line
    again = run(tmp_path / "data", **settings, XKTCC_ADMIN_PASSWORD="")
    assert "  admin " not in again.stdout, "told once"


def test_ctrl_c_ends_everything(tmp_path: Path, record_property) -> None:
    program = quiet_program(tmp_path, seats=4)
    program.start()
    running = _processes_of(program)
    assert len(running) >= 2, "program and exchange"
    begun = time.monotonic()
    assert program.stop(5) == 0
    record_property("ended_after_s", time.monotonic() - begun)
    assert not _processes_of(program)
    assert "stopped." in program.log_file.read_text()
    assert "Traceback" not in program.log_file.read_text()


def test_ctrl_c_amid_the_start(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    program.launch()
    assert program.process is not None
    wait_for(
        lambda: "starting the embedded exchange" in program.log_file.read_text(), 60, "the exchange is being started"
    )
    program.process.send_signal(signal.SIGINT)
    assert program.process.wait(15) in {0, 130}
    wait_for(lambda: not _processes_of(program), 1, "nothing is left")


def _processes_of(program: Program) -> list[int]:
    """Processes that run with the program's data directory: in their environment, or among their arguments."""
    wanted, found = str(program.data_dir).encode(), []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        try:
            if wanted in (process / "environ").read_bytes() + (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found
