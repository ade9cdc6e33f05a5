"""How long ``make run`` takes until the login page is served: first with nothing there but the package caches, then again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from bench.measures import ROOT, show
from tests.support.program import Program

_NOT_COPIED = shutil.ignore_patterns(
    ".web", ".served", ".venv", ".git", "data", "__pycache__", ".pbx", ".*_cache", ".states"
)
WITHIN_S = 300.0


def run() -> None:
    """Measure in a copy of the tree, so that nothing of one's own is thrown away."""
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory) / "tree"
        shutil.copytree(ROOT, tree, ignore=_NOT_COPIED)
        program = Program(Path(directory) / "data")
        for name in ("start_cold", "start_warm"):
            show(name, _until_login_page(program, tree), "s")


def _until_login_page(program: Program, tree: Path) -> float:
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=tree,
        env=program.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not _is_served(program):
            assert process.poll() is None, f"it ended with {process.returncode}"
            assert time.monotonic() < begun + WITHIN_S, "it does not serve"
            time.sleep(0.05)
        return time.monotonic() - begun
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def _is_served(program: Program) -> bool:
    try:
        return httpx.get(f"{program.url}/login", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
