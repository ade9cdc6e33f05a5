"""The data directory: the database's file, the journals, and the secrets that are made once and kept."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from xktcc_app.config import ConfigError

DATABASE = "xktcc.db"
JOURNAL = "journal"
SECRET_KEY = "secret.key"  # noqa: S105 -- a file's name
ARI_PASSWORD = "ari-password"  # noqa: S105 -- a file's name
AUDIT_KEY = "audit.key"
EXPORTS = "exports"
IMPORTS = "imports"
DEMO_PASSWORD = "demo-password"  # noqa: S105 -- a file's name


def prepare_data_dir(path: Path) -> Path:
    """Make the directory when it is missing; return it whole. ``ConfigError`` when it can't be made, read or written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / JOURNAL).mkdir(exist_ok=True)
        probe = path / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
        next(path.iterdir(), None)
    except OSError as error:
        fault = error.strerror or type(error).__name__
        raise ConfigError(
            f"XKTCC_DATA_DIR is '{path}': allowed is a directory that can be read and written ({fault})."
        ) from None
    return path.resolve()


def make_password() -> str:
    """A new random password."""
    return secrets.token_urlsafe(12)


def kept_secret(path: Path, make: Callable[[], str] = make_password) -> str:
    """The secret in this file, made and kept (mode 0600) when there is none yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    secret = make()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
    return secret


def replace_secret(path: Path, secret: str) -> None:
    """Keep another secret in this file, never half of it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    kept_secret(fresh, lambda: secret)
    fresh.replace(path)
