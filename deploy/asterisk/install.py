"""Unpacks Asterisk 22 and all it needs from a Debian mirror into a folder of its own: no root, nothing of the machine changes.

The machine's own package manager fetches and verifies (Debian's signatures), but with a state of its own, and nothing is
installed: the packages are only unpacked, and the program is started with the unpacked loader and libraries.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SUITE = "forky"  # the newest Debian suite with Asterisk 22; Debian 12 has none
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm")
MAJOR = 22
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = Path("/etc/apt")
_UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/perl", "usr/share/icons")
_FETCH_S = 600


class InstallError(RuntimeError):
    """Asterisk can't be had; the message says why and what to do."""


def install(prefix: Path, suite: str = SUITE) -> Path:
    """Make sure that ``prefix`` holds a working Asterisk 22; returns the program. Raises ``InstallError``."""
    program = prefix / "bin" / "asterisk"
    prefix.parent.mkdir(parents=True, exist_ok=True)
    with (prefix.parent / f".{prefix.name}.lock").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        _make_sure(prefix, program, suite)
    version = _run([str(program), "-V"]).strip()
    if not version.startswith(f"Asterisk {MAJOR}."):
        raise InstallError(
            f"suite {suite} has {version!r}, but Asterisk {MAJOR} is needed: remove {prefix} and choose another suite"
        )
    return program


def _make_sure(prefix: Path, program: Path, suite: str) -> None:
    if not program.exists():
        for tool in ("apt-get", "dpkg", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise InstallError(
                    f"{tool} is missing: this needs a Debian-like machine (or use an Asterisk of your own)"
                )
        if not _KEYRING.exists():
            raise InstallError(f"{_KEYRING} is missing (package debian-archive-keyring): nothing could be verified")
        _say(f"fetching Asterisk {MAJOR} (once, about 60 MB)")
        _unpack(prefix, suite)
        _write_starter(prefix, program)


def _unpack(prefix: Path, suite: str) -> None:
    with tempfile.TemporaryDirectory(prefix="xktcc-apt-") as work:
        home = Path(work)
        home.chmod(0o755)
        command = _apt(home, suite)
        _say("  reading the package lists")
        _run([*command, "update"])
        _say("  downloading")
        _run([*command, "--download-only", "-y", "install", *PACKAGES])
        packages = sorted((home / "cache" / "archives").glob("*.deb"))
        if not packages:
            raise InstallError("the mirror gave no packages")
        _say(f"  unpacking {len(packages)} packages")
        fresh = prefix.with_name(f"{prefix.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        (fresh / "root").mkdir(parents=True)
        for package in packages:
            _run(["dpkg", "-x", str(package), str(fresh / "root")])
        for unused in _UNUSED:
            shutil.rmtree(fresh / "root" / unused, ignore_errors=True)
        shutil.rmtree(prefix, ignore_errors=True)
        fresh.rename(prefix)


def _apt(home: Path, suite: str) -> list[str]:
    for folder in ("etc/preferences.d", "etc/sources.list.d", "etc/trusted.gpg.d", "state/lists/partial"):
        (home / folder).mkdir(parents=True)
    (home / "cache" / "archives" / "partial").mkdir(parents=True)
    (home / "status").touch()
    source = f"deb [signed-by={_KEYRING}] {mirror()} {suite} main\n"
    (home / "etc" / "sources.list").write_text(source, encoding="utf-8")
    architecture = _run(["dpkg", "--print-architecture"]).strip()
    options = {
        "Dir::Etc": home / "etc",
        "Dir::Etc::parts": "/etc/apt/apt.conf.d",  # proxies and the like are this machine's own
        "Dir::State": home / "state",
        "Dir::State::status": home / "status",
        "Dir::Cache": home / "cache",
        "APT::Architecture": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "APT::Get::AllowUnauthenticated": "false",  # whatever this machine allows itself
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::AllowWeakRepositories": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    return ["apt-get", "-qq", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]


def mirror() -> str:
    """The Debian mirror that this machine's own apt is configured with. Raises ``InstallError``."""
    listed = _run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"])
    for line in listed.splitlines():
        origin, label, uri = line.split("|", 2)
        if origin == label == "Debian":
            return uri
    for address in _addresses_in_sources():
        if re.search(r"/debian/?$", address):
            return address
    raise InstallError("apt on this machine knows no Debian mirror")


def _addresses_in_sources() -> list[str]:
    """The addresses in apt's own lists, for a machine on which ``apt-get update`` never ran."""
    files = [_SOURCES / "sources.list", *sorted((_SOURCES / "sources.list.d").glob("*"))]
    texts = [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    return [word for text in texts for word in re.findall(r"^(?:deb\s|URIs:).*?(\w+:/\S+)", text, re.MULTILINE)]


def _write_starter(prefix: Path, program: Path) -> None:
    loaders = sorted((prefix / "root" / "usr/lib").glob("*/ld-linux*.so.*"))
    if not loaders:
        raise InstallError("the unpacked packages hold no loader for this machine")
    libraries = loaders[0].parent
    program.parent.mkdir(parents=True, exist_ok=True)
    # The folder may be moved as long as it stays whole.
    program.write_text(
        '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")/../root\n'
        f'lib="$here/{libraries.relative_to(prefix / "root")}"\n'
        f'exec "$lib/{loaders[0].name}" --library-path "$lib" "$here/usr/sbin/asterisk" "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_FETCH_S)  # noqa: S603 - our own words
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"{Path(command[0]).name} took longer than {_FETCH_S} s") from error
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.startswith("E:")] or [
            done.stderr[-300:]
        ]
        raise InstallError(f"{Path(command[0]).name} failed: {' '.join(lines[:3])}")
    return done.stdout


def _say(words: str) -> None:
    sys.stdout.write(f"· {words}\n")
    sys.stdout.flush()
