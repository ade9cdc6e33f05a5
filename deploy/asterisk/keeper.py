"""Starts a private instance again when it ends by itself: Asterisk can crash, and callers must not wait until somebody notices."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

from deploy.asterisk.plan import Plan
from deploy.asterisk.process import ProcessError, end_process, process_of, running_pid, start

_WORD = "deploy.asterisk"  # of its command
_LOOK_S = 0.5
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_STEADY_S = 60.0  # one that ran so long did not fail because of how it was started


def leave_keeper(plan: Plan, home: Path, program: Path) -> int:
    """Leave a copy of this process behind that watches the instance in ``home``; returns its id. It writes ``log/keeper.log``."""
    pid = os.fork()
    if pid:
        (home / "keeper.pid").write_text(f"{pid}\n", encoding="utf-8")
        return pid
    os.setsid()
    _speak_into(home / "log" / "keeper.log")
    _Keeper(plan, home, program).keep()
    sys.exit(0)  # what the parent still has to do is not done twice


def end_keeper(home: Path) -> bool:
    """End it, so that the instance may be stopped; false when there was none."""
    return end_process(home / "keeper.pid", _WORD)


def keeper_pid(home: Path) -> int | None:
    """The keeper of the instance in ``home``, ``None`` when nobody keeps it."""
    return process_of(home / "keeper.pid", _WORD)


class _Keeper:
    """``keep`` ends when it is told to (SIGTERM), and never amid a start."""

    def __init__(self, plan: Plan, home: Path, program: Path) -> None:
        self._plan, self._home, self._program = plan, home, program
        self._ending = False
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is meant for others
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _end(self, *_: object) -> None:
        self._ending = True

    def keep(self) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            begun = time.monotonic()
            self._wait_for_its_end()
            if self._ending:
                return
            pause = _FIRST_PAUSE_S if time.monotonic() - begun > _STEADY_S else min(pause * 2, _LONGEST_PAUSE_S)
            _say(f"Asterisk has ended by itself; it is started again in {pause:g} s")
            self._sleep(pause)
            if self._ending:
                return
            self._start()

    def _wait_for_its_end(self) -> None:
        pid = running_pid(self._home)
        if pid is None:
            return
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        try:
            while not self._ending and not poll.poll(_LOOK_S * 1000):
                pass
        finally:
            os.close(watched)

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._ending and time.monotonic() < end:
            time.sleep(min(_LOOK_S, seconds))

    def _start(self) -> None:
        try:
            _say(f"it runs again (process {start(self._plan, self._home, self._program)})")
        except (ProcessError, OSError) as error:
            _say(f"it can't be started: {error}")


def _say(words: str) -> None:
    sys.stdout.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {words}\n")
    sys.stdout.flush()


def _speak_into(log: Path) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    words = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream, file in ((nothing, 0), (words, 1), (words, 2)):
        os.dup2(stream, file)
    for stream in (nothing, words):
        os.close(stream)
