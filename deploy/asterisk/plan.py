"""What an Asterisk for this program looks like: every choice in one place, checked before a file is written."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_SOUND = re.compile(r"[A-Za-z0-9_./-]{1,200}")
_SECRET = re.compile(r"[\x21-\x3a\x3c-\x7e]{1,80}")  # no blank and no ";", which begins a comment

HTTP_PORT = 18088
SIP_PORT = 18060
RTP_FIRST = 18100
RTP_PORTS = 400
LOOPBACK = "127.0.0.1"


class PlanError(ValueError):
    """A choice that can't be written into a configuration; the message names it and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """The line to the public network. ``user`` and ``password`` only where the carrier asks for them.

    ``name``: the PJSIP endpoint through which outside numbers are dialled. ``matches``: the addresses from which the
    carrier calls us, when they differ from ``host``.
    """

    host: str
    port: int = 5060
    name: str = "trunk"
    user: str = ""
    password: str = field(default="", repr=False)
    register: bool = False
    matches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """An instance; HTTP, ARI and the media socket always stay on loopback.

    ``bind``: the address at which phones and trunk reach SIP and sound; ``public``: the address told to them instead when
    a router stands between.

    ``overflow``: where callers are put through while the program is away; ``greeting``: what they hear first, a sound's
    name without extension; ``rtp_timeout_s``: after so many seconds without sound a phone counts as gone.
    """

    trunk: Trunk
    app: str = "xktcc"
    ari_user: str = "xktcc"
    ari_password: str = field(default="", repr=False)
    bind: str = LOOPBACK
    public: str = ""
    http_port: int = HTTP_PORT
    sip_port: int = SIP_PORT
    rtp_first: int = RTP_FIRST
    rtp_ports: int = RTP_PORTS
    greeting: str = "please-try-call-later"
    overflow: str = ""
    rtp_timeout_s: int = 30

    def __post_init__(self) -> None:
        trunk = self.trunk
        for what, word in (("app", self.app), ("ARI user", self.ari_user), ("trunk name", trunk.name)):
            _require(_WORD, word, what, "letters, digits, - and _")
        _require(_SECRET, self.ari_password, "ARI password", "1 to 80 printable characters without blanks and ;")
        for what, host in (("trunk host", trunk.host), *(("trunk match", match) for match in trunk.matches)):
            _require_host(host, what)
        for what, word in (("trunk user", trunk.user), ("trunk password", trunk.password)):
            if word:
                _require(_SECRET, word, what, "1 to 80 printable characters without blanks and ;")
        if trunk.register and not (trunk.user and trunk.password):
            raise PlanError("a trunk that registers needs a user and a password")
        _require_address(self.bind, "bind")
        if self.public:
            _require_address(self.public, "public address")
        if self.overflow:
            _require(_NUMBER, self.overflow, "overflow number", "3 to 20 digits, with or without a leading +")
        _require(_SOUND, self.greeting, "greeting", "a sound's path without extension: letters, digits and . _ - /")
        for port in (self.http_port, self.sip_port, trunk.port, self.rtp_first, self.rtp_first + self.rtp_ports - 1):
            if not 1 <= port <= 65535:
                raise PlanError(f"port {port}: allowed are 1 to 65535")

    @property
    def local(self) -> bool:
        """Whether everything stays on this machine."""
        return ipaddress.ip_address(self.bind).is_loopback

    @property
    def ari_url(self) -> str:
        """The HTTP root that the program is given."""
        return f"http://{LOOPBACK}:{self.http_port}"


def _require(pattern: re.Pattern[str], word: str, what: str, allowed: str) -> None:
    if not pattern.fullmatch(word):
        raise PlanError(f"{what}: allowed are {allowed}")


def _require_address(word: str, what: str) -> None:
    try:
        ipaddress.ip_address(word)
    except ValueError as error:
        raise PlanError(f"{what}: {word!r} is no IP address") from error


def _require_host(word: str, what: str) -> None:
    if not _HOST.fullmatch(word.partition("/")[0]):
        raise PlanError(f"{what}: {word!r} is neither a host name nor an IP address")
