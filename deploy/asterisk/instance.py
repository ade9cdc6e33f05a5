"""Writes a private instance, or the files for an Asterisk that is there already. Files are for their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from deploy.asterisk import render
from deploy.asterisk.music import write_tune
from deploy.asterisk.plan import Plan

_FOLDERS = (
    "etc/xktcc",
    "lib/keys",
    "run",
    "log",
    "spool/recording",
    "spool/tmp",
    "spool/system",
    "spool/outgoing",
    "cache",
)
ENVIRONMENT = "xktcc.env"


def write_instance(plan: Plan, home: Path, root: Path) -> None:
    """Write all of an instance into ``home``; recordings, registrations and logs of an earlier one stay."""
    for folder in (*_FOLDERS, "moh", "data"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    for name, text in render.private_files(plan, home, root).items():
        write_private(home / "etc" / name, text)
    write_private(home / ENVIRONMENT, render.environment(plan))
    if not any((home / "moh").iterdir()):
        write_tune(home / "moh" / "waiting.wav")
    _link_data(home / "data", root / "usr/share/asterisk")


def write_for_existing(plan: Plan, out: Path) -> None:
    """Write what an Asterisk that is there already needs, with a notice of what to do with it."""
    (out / "xktcc" / "moh").mkdir(parents=True, exist_ok=True)
    write_tune(out / "xktcc" / "moh" / "waiting.wav")
    music = Path("/etc/asterisk/xktcc/moh")
    for name, text in render.shared_files(plan, "xktcc", music).items():
        write_private(out / name, text)
    write_private(out / ENVIRONMENT, render.environment(plan))
    write_private(out / "INSTALL.txt", render.notice(plan))


def kept_password(home: Path) -> str:
    """The ARI password of an earlier run in ``home``, else a new one of 192 bits."""
    for line in _lines(home / ENVIRONMENT):
        name, _, value = line.partition("=")
        if name == "XKTCC_ARI_PASSWORD":
            return value.strip("'")
    return secrets.token_urlsafe(24)


def write_private(path: Path, text: str) -> None:
    """Write ``text`` so that nobody but the owner can ever read it, not even for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    temporary.replace(path)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _link_data(data: Path, installed: Path) -> None:
    """Asterisk's data folder: the sounds in English under the name that it looks for, the rest as it was unpacked."""
    for entry in installed.iterdir():
        if entry.name != "sounds":
            _link(data / entry.name, entry)
    (data / "sounds").mkdir(exist_ok=True)
    english = sorted((installed / "sounds").glob("en*"))
    if english:
        _link(data / "sounds" / "en", english[0])


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
