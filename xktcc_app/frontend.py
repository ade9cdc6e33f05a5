"""The built pages: made anew only when what they are made of has changed, and each build kept apart.

A running program goes on serving the very files that it began with, whatever is built beside it: a page that is open loads
its parts one by one. A build that nobody serves any more is removed by the next one. They lie outside of the directory in which
Reflex builds, because Reflex empties that one whenever it sets it up anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path

from xktcc_app.frontend_plugin import BuildError

ROOT = Path(__file__).resolve().parent.parent
_WEB = ROOT / ".web"
_SERVED = ROOT / ".served"
_CURRENT = _SERVED / "current"
_PAGES = Path("build") / "client"
_NEEDED = ("build", "backend", "reflex.json", "env.json", "routes.json")
"""What serving takes of the build directory."""
_LOCKS = ROOT / "reflex.lock"
_SOURCES = ("rxconfig.py", "xktcc_app", "assets", "telephony/types.py", "reflex.lock")
_SHAPING = ("XKTCC_TIME_ZONE", "XKTCC_HOTLINES", "XKTCC_SERVICE_LEVEL_S")
"""Settings that are compiled into the pages."""
_mine: dict[Path, TextIOWrapper] = {}
"""The build that this process made or found, held until it ends or builds again."""


def build_frontend(progress: Callable[[str], None]) -> None:
    """Build the pages when they are missing or out of date, telling each step. ``BuildError`` when that fails.

    Nobody removes them from then on, until this process ends.
    """
    wanted = fingerprint()
    if not _found(wanted):
        locks = _lock_files()
        with _same_locks(locks):
            _run(progress)
        if not (_WEB / _PAGES / "index.html").exists():
            raise BuildError("the build left no pages")
        if _lock_files() != locks:  # packages were resolved anew, and the lock files count
            wanted = fingerprint()
        with _alone():
            _put_aside(wanted)
            _claim(wanted)


def _found(wanted: str) -> bool:
    """Whether there is such a build; it is then ours."""
    with _alone():
        if not is_built(wanted):
            return False
        _claim(wanted)
        return True


def _claim(wanted: str) -> None:
    build = _SERVED / _name(wanted)
    held = hold(build)
    for earlier in _mine.values():
        earlier.close()
    _mine.clear()
    _mine[build] = held
    _CURRENT.write_text(build.name, encoding="utf-8")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """While inside, no other start finds, puts aside or removes a build."""
    _SERVED.mkdir(exist_ok=True)
    with (_SERVED / "guard").open("w", encoding="utf-8") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def is_built(wanted: str) -> bool:
    """Whether the pages were built from exactly this."""
    return (_SERVED / _name(wanted) / _PAGES / "index.html").exists()


def web_dir() -> Path:
    """The build to be served, laid out as Reflex expects it: this process's own, else the last one that any start made or found."""
    for build in _mine:
        return build
    try:
        return _SERVED / _CURRENT.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _WEB


def pages_dir() -> Path:
    """The pages within ``web_dir``."""
    return web_dir() / _PAGES


def hold(build: Path) -> TextIOWrapper:
    """Keep a build from being removed, until the returned file is closed or the process ends."""
    file = build.with_suffix(".lock").open("w", encoding="utf-8")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _name(wanted: str) -> str:
    return wanted[:16]


def _put_aside(wanted: str) -> None:
    """Copy what was built to a place of its own; there all at once, or not at all."""
    _remove_unused()
    making = _SERVED / f"making-{os.getpid()}"
    for part in _NEEDED:
        source, target = _WEB / part, making / part
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy2(source, target)
    whole = _SERVED / _name(wanted)
    if is_built(wanted):  # by another start at the same time
        shutil.rmtree(making)
        return
    if whole.exists():  # parts of it were removed by hand
        shutil.rmtree(whole)
    making.rename(whole)


def _remove_unused() -> None:
    for build in _SERVED.iterdir():
        if not build.is_dir():
            continue
        with build.with_suffix(".lock").open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # somebody serves it
            shutil.rmtree(build)
            Path(lock.name).unlink()


def _lock_files() -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in _LOCKS.glob("*")}


@contextlib.contextmanager
def _same_locks(before: dict[Path, bytes]) -> Iterator[None]:
    """Reflex writes its lock files anew at each build, in another layout: what says the same keeps its bytes."""
    try:
        yield
    finally:
        for file, content in before.items():
            if not file.exists() or _says(file.read_bytes()) == _says(content):
                file.write_bytes(content)


def _says(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content.split()


def fingerprint() -> str:
    """A digest of everything that the pages are made of."""
    digest = hashlib.sha256(version("reflex").encode())
    for name in _SHAPING:
        digest.update(os.environ.get(name, "").encode())
    for file in _files():
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for source in _SOURCES:
        path = ROOT / source
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)


def _run(progress: Callable[[str], None]) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "xktcc_app.frontend_build"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said = _follow(process, progress)
    except BaseException:
        # interrupted: the bundler, which it started, must not go on behind our back
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        tail = "\n".join(said[-30:])
        raise BuildError(f"the pages could not be built:\n{tail}")


def _follow(process: subprocess.Popen[str], progress: Callable[[str], None]) -> list[str]:
    """Pass the steps on until the build ends; returns all that it said."""
    said = []
    for line in process.stdout or ():
        said.append(line.rstrip())
        if line.startswith("  "):
            progress(line.rstrip())
    process.wait()
    return said
