"""Starts and stops a private instance, as a user who may do nothing else, and waits for the facts."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from deploy.asterisk.evidence import evidence, last_words
from deploy.asterisk.plan import LOOPBACK, Plan

_UNPRIVILEGED = 61188  # a number that no account has: not even ``nobody``'s other programs can read the instance
_START_S = 120.0  # it takes one on an idle machine; a machine that is busy with other things may let it wait for long
_ANSWER_S = 5.0
_STOP_S = 15.0
_STEP_S = 0.05


class ProcessError(RuntimeError):
    """The instance can't be started or stopped; the message says why."""


def start(plan: Plan, home: Path, program: Path) -> int:
    """Start the instance in ``home`` and wait until ARI answers; returns its process id."""
    _require_free(plan)
    other = _UNPRIVILEGED if os.geteuid() == 0 else None
    require_reachable(home)
    require_reachable(program)
    if other is not None:
        _give(home)
    log = os.open(home / "log" / "out.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        running = subprocess.Popen(  # noqa: S603 - our own program
            [str(program), "-f", "-C", str(home / "etc" / "asterisk.conf")],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
            user=other,
            group=other,
            extra_groups=None if other is None else [],
        )
    finally:
        os.close(log)
    (home / "pid").write_text(f"{running.pid}\n", encoding="utf-8")
    _wait_for_ari(plan, home, running)
    return running.pid


def stop(home: Path) -> bool:
    """Stop the instance in ``home``; false when it did not run."""
    return end_process(*_instance(home))


def running_pid(home: Path) -> int | None:
    """The process of the instance in ``home``, ``None`` when it does not run."""
    return process_of(*_instance(home))


def _instance(home: Path) -> tuple[Path, str]:
    return home / "pid", str(home / "etc" / "asterisk.conf")


def process_of(file: Path, word: str) -> int | None:
    """The process whose number stands in ``file``, if ``word`` is in its command: neither one of another kind is meant, nor this one.

    After a restart of the machine an old number may be anybody's.
    """
    try:
        pid = int(file.read_text(encoding="utf-8"))
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if word.encode() in words and pid != os.getpid() else None


def end_process(file: Path, word: str) -> bool:
    """End the process of ``process_of``, by force if need be, and remove ``file``; false when there was none."""
    pid = process_of(file, word)
    if pid is None:
        return False
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, kind)
        if _gone(file, word, time.monotonic() + _STOP_S):
            file.unlink(missing_ok=True)
            return True
    raise ProcessError(f"process {pid} does not end")


def _gone(file: Path, word: str, deadline: float) -> bool:
    while process_of(file, word) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP_S)
    return True


def _require_free(plan: Plan) -> None:
    ports = (("tcp", LOOPBACK, plan.http_port), ("tcp", plan.bind, plan.sip_port), ("udp", plan.bind, plan.sip_port))
    for kind, address, port in ports:
        with socket.socket(type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as probe:
            if kind == "tcp":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                raise ProcessError(
                    f"{kind} port {port} at {address} can't be had ({error.strerror}): choose another"
                ) from error


def blocked_folder(path: Path) -> Path | None:
    """The folder above ``path`` that keeps other users out, when that matters: Asterisk started by root runs as another user."""
    if os.geteuid() != 0:
        return None
    closed = (folder for folder in path.parents if folder.exists() and not folder.stat().st_mode & 0o001)
    return next(closed, None)


def require_reachable(path: Path) -> None:
    """Raise ``ProcessError`` when Asterisk could not reach ``path``."""
    blocked = blocked_folder(path)
    if blocked is not None:
        raise ProcessError(f"{blocked} can't be entered by other users: choose a folder outside of it (XKTCC_PBX_DIR)")


def _give(home: Path) -> None:
    for path in (home, *home.rglob("*")):
        os.chown(path, _UNPRIVILEGED, _UNPRIVILEGED, follow_symlinks=False)


def _wait_for_ari(plan: Plan, home: Path, running: subprocess.Popen[bytes]) -> None:
    secret = base64.b64encode(f"{plan.ari_user}:{plan.ari_password}".encode()).decode()
    request = urllib.request.Request(f"{plan.ari_url}/ari/asterisk/ping", headers={"Authorization": f"Basic {secret}"})  # noqa: S310 - http on loopback
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START_S
    answer = ""
    while time.monotonic() < deadline:
        if running.poll() is not None:
            raise ProcessError(f"Asterisk ended with {running.returncode}: {last_words(home)}")
        try:
            with direct.open(request, timeout=_ANSWER_S):
                return
        except OSError as error:  # HTTP's own refusals too: its modules come one after the other
            answer = str(error)
        time.sleep(_STEP_S)
    found = evidence(plan, home, running.pid, answer)
    stop(home)
    raise ProcessError(f"ARI does not answer after {_START_S:.0f} s: {found}")
