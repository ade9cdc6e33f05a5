"""What is said of an Asterisk that does not come up."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from deploy.asterisk import process
from deploy.asterisk.plan import Plan, Trunk
from deploy.asterisk.process import ProcessError, running_pid, start


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_START_S", 0.5)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)  # no other user is needed here


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "instance/log").mkdir(parents=True)
    return tmp_path / "instance"


def ports(count: int) -> list[int]:
    found = [socket.socket() for _ in range(count)]
    for one in found:
        one.bind(("127.0.0.1", 0))
    numbers = [one.getsockname()[1] for one in found]
    for one in found:
        one.close()
    return numbers


def pretend(folder: Path, script: str) -> Path:
    program = folder / "asterisk"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def plan() -> Plan:
    http, sip = ports(2)
    return Plan(trunk=Trunk("127.0.0.2"), ari_password="p", http_port=http, sip_port=sip)


def test_one_that_is_up_but_does_not_answer_is_described_and_ended(home: Path, tmp_path: Path) -> None:
    program = pretend(tmp_path, "echo could not load res_ari; while :; do sleep 0.1; done")
    chosen = plan()
    with pytest.raises(ProcessError) as failure:
        start(chosen, home, program)
    said = str(failure.value)
    assert "has used" in said
    assert f"tcp {chosen.http_port} (ARI) free" in said
    assert f"udp {chosen.sip_port} (SIP) free" in said
    assert "refused" in said
    assert "could not load res_ari" in said
    assert running_pid(home) is None


def test_one_that_ends_is_told_with_its_last_words(home: Path, tmp_path: Path) -> None:
    program = pretend(tmp_path, "echo the configuration is wrong; exit 3")
    with pytest.raises(ProcessError, match=r"ended with 3: the configuration is wrong"):
        start(plan(), home, program)


def test_a_taken_port_is_named_before_anything_starts(home: Path, tmp_path: Path) -> None:
    chosen = plan()
    with socket.socket() as other:
        other.bind(("127.0.0.1", chosen.http_port))
        other.listen()
        with pytest.raises(ProcessError, match=f"tcp port {chosen.http_port}"):
            start(chosen, home, pretend(tmp_path, "exit 1"))


def test_an_old_number_that_is_our_own_now_is_nobodys(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    words = Path("/proc/self/cmdline").read_bytes().split(b"\0")
    file.write_text(str(os.getpid()))
    assert process.process_of(file, words[0].decode()) is None
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        file.write_text(str(sleeper.pid))
        assert process.process_of(file, "60") == sleeper.pid
        assert process.process_of(file, "61") is None
    finally:
        sleeper.kill()
        sleeper.wait()
