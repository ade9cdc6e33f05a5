"""The settings, read from the environment here and nowhere else.

Every setting has a default, so that the program starts with an empty environment. A wrong value is named with what is
allowed, all wrong ones at once, and nothing starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "XKTCC_"

DEFAULT_THRESHOLDS: Mapping[str, tuple[int, int]] = {
    "alerting": (10, 15),
    "talking": (480, 720),
    "hold": (60, 90),
    "wrap_up": (60, 90),
    "not_ready": (900, 1200),
    "busy": (900, 1200),
    "queue": (20, 30),
}
"""Seconds after which a state is near its limit and past it; ``queue`` is a caller's wait."""

_ALLOWED_TEXT = {
    "PORT": "a port number from 1 to 65535",
    "EXCHANGE_PORT": "a port number from 1 to 65535, other than XKTCC_PORT",
    "HOST": "an address or host name to listen at, for example 127.0.0.1",
    "DATA_DIR": "a directory",
    "DATABASE_URL": "sqlite:///<file> or postgresql://<user>:<password>@<host>/<database>",
    "ARI_URL": "http:// or https:// with a host, for example http://pbx:8088",
    "ARI_USER": "the user name of the PBX's ARI, not empty and without ':'",
    "ARI_PASSWORD": "the password of the PBX's ARI, not empty",
    "TIME_ZONE": "a name of the IANA time zone list, for example Asia/Shanghai",
    "ARI_TAKE_OVER": "1 or 0",
    "GREETING": "the PBX's names of sounds, comma between, for example sound:custom/welcome",
    "OVERFLOW_NUMBER": "3 to 20 digits, with or without a leading +",
    "EMERGENCY_NUMBERS": "whole numbers, comma between, for example 110,120; none: no number counts as one",
    "DIAL_EMERGENCY": "1 or 0",
    "BARRED_NUMBERS": "beginnings of numbers, comma between, for example 00,168; none: everything may be called",
    "DEMO": "1 or 0",
    "SECURE_COOKIE": "1 or 0",
    "TRUST_PROXY": "1 or 0",
    "PBX_KEEPS_RECORDINGS": "1 or 0",
    "THRESHOLDS": "state=near/past in whole seconds, comma between, near not above past; states: "
    + " ".join(DEFAULT_THRESHOLDS),
    "ALLOWED_ORIGINS": "origins such as https://xktcc.example.org, comma between",
    "SECRET_KEY": "32 random bytes in URL-safe base64 (44 characters)",
}


class ConfigError(Exception):
    """The environment holds wrong values; the text is one sentence a line and fit for people."""


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("unknown") from error
    return name


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", text):
        raise ValueError("not a host")
    return text


def _ari_url(text: str) -> str:
    if not text:
        return text
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or (parts.port is not None and parts.port < 1):
        raise ValueError("not an address")
    return text.rstrip("/").removesuffix("/ari")


def _database_url(text: str) -> str:
    scheme, found, rest = text.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return text
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and found and rest.strip("/"):
        return f"postgresql+psycopg://{rest}"
    raise ValueError("not a database address")


def _user(text: str) -> str:
    if not text or ":" in text:
        raise ValueError("not a user name")
    return text


def _secret_key(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", text):
        raise ValueError("not a key")
    return text


def _thresholds(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = dict(DEFAULT_THRESHOLDS)
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        match = re.fullmatch(r"(\w+)=(\d+)/(\d+)", part)
        if not match or match[1] not in found or int(match[2]) > int(match[3]):
            raise ValueError("not thresholds")
        found[match[1]] = (int(match[2]), int(match[3]))
    return found


def _media(value: object) -> object:
    if not isinstance(value, str):
        return value
    media = [piece.strip() for piece in value.split(",") if piece.strip()]
    if any(not re.fullmatch(r"(sound|recording|tone|number|digits):[A-Za-z0-9_./-]+", one) for one in media):
        raise ValueError("not media")
    return tuple(media)


def _numbers(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip() == "none":
        return ()
    numbers = value.replace(",", " ").split()
    if any(not re.fullmatch(r"\+?[0-9]{1,20}", number) for number in numbers):
        raise ValueError("not numbers")
    return tuple(numbers)


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    origins = [piece.strip().rstrip("/").lower() for piece in value.split(",") if piece.strip()]
    if any(not re.fullmatch(r"https?://[^/\s]+", origin) for origin in origins):
        raise ValueError("not origins")
    return tuple(origins)


Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """All settings; the variable is the field's name in capitals behind ``XKTCC_``. Seconds unless the name says else."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True, validate_default=False
    )

    port: Port = 8000
    host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    data_dir: Path = Path("data")
    database_url: Annotated[str, AfterValidator(_database_url)] = ""
    redis_url: str = ""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    ari_url: Annotated[str, AfterValidator(_ari_url)] = ""
    ari_user: Annotated[str, AfterValidator(_user)] = "xktcc"
    ari_password: str = ""
    ari_app: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "xktcc"
    ari_take_over: bool = False
    exchange_port: Port = 8088

    demo: bool | None = None
    demo_password: str = ""
    demo_seats: Annotated[int, Field(ge=1, le=999)] = 24
    demo_calls_per_minute: Annotated[float, Field(ge=0, le=600)] = 12
    demo_seed: int = 1

    admin_password: str = ""
    secret_key: Annotated[str, AfterValidator(_secret_key)] = ""
    secure_cookie: bool = False
    trust_proxy: bool = False
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = ()

    session_idle_minutes: Annotated[float, Field(gt=0, le=10080)] = 60
    session_hours: Annotated[float, Field(gt=0, le=720)] = 12
    lock_after: Annotated[int, Field(ge=3, le=1000)] = 10
    lock_minutes: Annotated[float, Field(gt=0, le=10080)] = 15

    wrap_up_s: Annotated[int, Field(ge=0, le=3600)] = 30
    ring_timeout_s: Annotated[int, Field(ge=3, le=120)] = 15
    service_level_s: Annotated[int, Field(ge=1, le=600)] = 15
    valid_after_s: Annotated[int, Field(ge=0, le=600)] = 10
    reconcile_s: Annotated[int, Field(ge=5, le=3600)] = 30
    recordings_dir: Path | None = None
    pbx_recordings_dir: Path | None = None
    pbx_keeps_recordings: bool = False
    recording_days: Annotated[int, Field(ge=0, le=36500)] = 730
    order_dispatch_minutes: Annotated[int, Field(ge=1, le=10080)] = 30
    order_accept_minutes: Annotated[int, Field(ge=1, le=10080)] = 60
    export_rows_all: Annotated[int, Field(ge=1, le=1_000_000)] = 200_000
    export_rows_branch: Annotated[int, Field(ge=1, le=1_000_000)] = 50_000
    export_rows_own: Annotated[int, Field(ge=1, le=1_000_000)] = 5_000
    greeting: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_media)] = ()
    announce_every_s: Annotated[int, Field(ge=0, le=3600)] = 30
    overflow_after_s: Annotated[int, Field(ge=0, le=3600)] = 0
    overflow_number: Annotated[str, Field(pattern=r"^(\+?[0-9]{3,20})?$")] = ""
    emergency_numbers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_numbers)] = (
        "110",
        "112",
        "119",
        "120",
        "122",
    )
    dial_emergency: bool = True
    barred_numbers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_numbers)] = ("00", "160", "168")
    max_listeners: Annotated[int, Field(ge=1, le=50)] = 3
    hotlines: str = "96000"
    sos_lines: str = "96001"
    thresholds: Annotated[dict[str, tuple[int, int]], NoDecode, BeforeValidator(_thresholds)] = dict(DEFAULT_THRESHOLDS)

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.redis_url:
            raise ValueError(
                "XKTCC_REDIS_URL is set, but scaling out by Redis is not available in this version: unset it."
            )
        if self.ari_url and not self.ari_password:
            raise ValueError(
                "XKTCC_ARI_URL is set, but XKTCC_ARI_PASSWORD is not: set it to the password of the PBX's ARI."
            )
        if self.embedded and self.exchange_port == self.port:
            raise ValueError(
                f"XKTCC_EXCHANGE_PORT is {self.port}, the same as XKTCC_PORT: allowed is another free port."
            )
        return self

    @property
    def embedded(self) -> bool:
        """Whether the embedded exchange serves instead of a PBX of one's own."""
        return not self.ari_url

    @property
    def demo_mode(self) -> bool:
        """Whether demo data and living traffic are wanted: by default with the embedded exchange only."""
        return self.embedded if self.demo is None else self.demo

    @property
    def effective_ari_url(self) -> str:
        """Where the PBX's ARI is: the configured one, or the embedded exchange on loopback."""
        return self.ari_url or f"http://127.0.0.1:{self.exchange_port}"

    @property
    def effective_database_url(self) -> str:
        """The database's address for SQLAlchemy: the configured one, or a file in the data directory."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'xktcc.db').resolve()}"

    @property
    def effective_recordings_dir(self) -> Path:
        """Where recordings are kept: the configured folder, or one in the data directory."""
        return (self.recordings_dir or self.data_dir / "recordings").resolve()

    @property
    def effective_pbx_recordings_dir(self) -> Path | None:
        """Where the PBX's own recordings can be seen from this machine, if anywhere."""
        if self.pbx_recordings_dir is None and self.embedded:
            return (self.data_dir / "exchange" / "recordings").resolve()
        return self.pbx_recordings_dir

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which people read dates."""
        return ZoneInfo(self.time_zone)

    @property
    def hotline_numbers(self) -> frozenset[str]:
        """The lines that lead into the queue, SOS lines included."""
        return frozenset(self.hotlines.split()) | self.sos_numbers

    @property
    def sos_numbers(self) -> frozenset[str]:
        """The lines on which SOS devices call."""
        return frozenset(self.sos_lines.split())


def load_settings() -> Settings:
    """Read the environment. Raises ``ConfigError`` with one sentence for each wrong value."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError("\n".join(_sentence(fault) for fault in error.errors())) from None


def _sentence(fault: Mapping[str, Any]) -> str:
    if not fault["loc"]:
        return str(fault["ctx"]["error"])
    field = str(fault["loc"][0]).upper().removeprefix(PREFIX)
    value = "(hidden)" if "PASSWORD" in field or field in {"SECRET_KEY", "DATABASE_URL"} else repr(fault["input"])
    return f"{PREFIX}{field} is {value}: allowed is {_allowed(field, fault)}."


def _allowed(field: str, fault: Mapping[str, Any]) -> str:
    if field in _ALLOWED_TEXT:
        return _ALLOWED_TEXT[field]
    info = Settings.model_fields[field.lower()]
    limits = {name: getattr(rule, name) for rule in info.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)}
    if limits:
        kind = "a whole number" if info.annotation is int else "a number"
        low = f"from {limits['ge']}" if "ge" in limits else f"above {limits['gt']}"
        return f"{kind} {low} to {limits['le']}"
    if info.annotation is int:
        return "a whole number"
    expected = fault.get("ctx", {}).get("expected") or fault.get("ctx", {}).get("pattern")
    return f"{expected}" if expected else str(fault["msg"])
