"""The command line of the generator. No secret is ever taken from it: process lists are public."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from deploy.asterisk import plan as defaults
from deploy.asterisk.plan import Plan, Trunk
from deploy.asterisk.process import blocked_folder

TRUNK_PASSWORD = "XKTCC_TRUNK_PASSWORD"  # noqa: S105 - the name of a variable
_TEST_CARRIER = "127.0.0.2"
_OF_ROOT = Path("/var/lib/xktcc-pbx")


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """The choices of a ``Plan``."""
    add = parser.add_argument
    add("--bind", default=defaults.LOOPBACK, help="address for phones and trunk (default: this machine only)")
    add("--public", default="", help="address told to phones and carrier when a router stands between")
    add("--http-port", type=int, default=defaults.HTTP_PORT, help="ARI, always on loopback (default %(default)s)")
    add("--sip-port", type=int, default=defaults.SIP_PORT, help="SIP over udp and tcp (default %(default)s)")
    add("--rtp-first", type=int, default=defaults.RTP_FIRST, help="first udp port for sound (default %(default)s)")
    add("--rtp-ports", type=int, default=defaults.RTP_PORTS, help="how many of them (default %(default)s)")
    add("--rtp-timeout", type=int, default=30, help="seconds without sound after which a phone counts as gone")
    add("--app", default="xktcc", help="the ARI application (XKTCC_ARI_APP)")
    add("--trunk-host", default="", help="the carrier (default: a test carrier on this machine, 127.0.0.2)")
    add("--trunk-port", type=int, default=0, help="its SIP port (default 5060; of the test carrier: SIP port + 1)")
    add("--trunk-name", default="trunk", help="name of the PJSIP endpoint (default %(default)s)")
    add("--trunk-user", default="", help=f"user at the carrier; the password comes in the variable {TRUNK_PASSWORD}")
    add("--trunk-register", action="store_true", help="register at the carrier")
    add("--trunk-match", action="append", default=[], help="address from which the carrier calls (may be repeated)")
    add("--greeting", default="please-try-call-later", help="sound that callers hear while the program is away")
    add("--overflow", default="", help="number to which they are put through then")


def plan_of(words: argparse.Namespace, ari_password: str) -> Plan:
    """The plan that the words ask for. Raises ``PlanError``."""
    here = not words.trunk_host
    trunk = Trunk(
        host=words.trunk_host or _TEST_CARRIER,
        port=words.trunk_port or (words.sip_port + 1 if here else 5060),
        name=words.trunk_name,
        user=words.trunk_user,
        password=os.environ.get(TRUNK_PASSWORD, ""),
        register=words.trunk_register,
        matches=tuple(words.trunk_match),
    )
    return Plan(
        trunk=trunk,
        app=words.app,
        ari_password=ari_password,
        bind=words.bind,
        public=words.public,
        http_port=words.http_port,
        sip_port=words.sip_port,
        rtp_first=words.rtp_first,
        rtp_ports=words.rtp_ports,
        greeting=words.greeting,
        overflow=words.overflow,
        rtp_timeout_s=words.rtp_timeout,
    )


def default_home() -> Path:
    """Where Asterisk is unpacked and runs: ``XKTCC_PBX_DIR``, else ``.pbx`` in the working directory.

    In a working directory that only root can enter, Asterisk (which never runs as root) could not reach that: then it is
    ``/var/lib/xktcc-pbx``.
    """
    chosen = os.environ.get("XKTCC_PBX_DIR")
    if chosen:
        return Path(chosen).resolve()
    here = Path(".pbx").resolve()
    return here if blocked_folder(here) is None else _OF_ROOT
