"""A PostgreSQL server of the benchmark's own, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def server(home: Path) -> Iterator[str]:
    """Start it below ``home``; the address of an empty database in it. It ends with the block."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    as_user: list[str] = []
    if os.geteuid() == 0:
        # the server refuses to run as root
        home.chmod(0o755)
        shutil.chown(home, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = home / "data"

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    made = data.exists()
    if not made:
        run("initdb", "-A", "trust", "-U", "xktcc", "-E", "UTF8", "--locale=C.UTF-8")
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} "
        "-c shared_buffers=1GB -c work_mem=64MB -c max_wal_size=8GB"
    )
    run("pg_ctl", "-w", "-o", options, "-l", str(home / "log"), "start")
    try:
        if not made:
            with psycopg.connect(f"postgresql://xktcc@127.0.0.1:{port}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE lists")
        yield f"postgresql+psycopg://xktcc@127.0.0.1:{port}/lists"
    finally:
        run("pg_ctl", "-m", "fast", "-t", "600", "stop")
