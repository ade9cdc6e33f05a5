"""`python -m telephony.exchange`: run the embedded exchange."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from telephony.exchange.exchange import FIRST_SEAT, Settings
from telephony.exchange.server import PortInUseError, serve

PASSWORD_VARIABLE = "XKTCC_ARI_PASSWORD"  # noqa: S105 - the name of the variable, not a password
WRONG_USE = 2


def main() -> int:
    """Parse the command line and run; 2 when it cannot start, with one sentence why."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    parser = _parser()
    options = parser.parse_args()
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        return _fail(f"{PASSWORD_VARIABLE} is not set: the exchange needs the password of its ARI user")
    settings = Settings(
        data_dir=options.data_dir,
        port=options.port,
        user=options.user,
        password=password,
        seats=options.seats,
        calls_per_minute=options.calls_per_minute,
        traffic=not options.no_traffic,
        people=tuple(filter(None, options.people.split(","))),
        seed=options.seed,
        zone=options.time_zone,
        app=options.app,
        quirks=options.quirks,
        recordings_bytes=options.recordings_mb * 1_000_000,
    )
    try:
        asyncio.run(serve(settings))
    except PortInUseError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"The data directory {options.data_dir} cannot be used: {error.strerror or error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telephony.exchange", description="The embedded exchange.")
    parser.add_argument("--port", type=_port, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--user", required=True, help=f"the ARI user; its password comes from {PASSWORD_VARIABLE}")
    parser.add_argument("--seats", type=_seats, default=24, help=f"phones from {FIRST_SEAT} on")
    parser.add_argument("--calls-per-minute", type=_rate, default=12.0, help="in the busiest hour")
    parser.add_argument("--no-traffic", action="store_true", help="no callers, and every phone is left to hands")
    parser.add_argument("--people", default="1001,1002,1003", help="the phones left to hands")
    parser.add_argument("--seed", type=int, help="make the traffic repeatable")
    parser.add_argument("--time-zone", type=_zone, default=ZoneInfo("Asia/Shanghai"))
    parser.add_argument("--app", default="xktcc", help="the Stasis application of inbound calls")
    parser.add_argument("--quirks", type=_share, default=0.05, help="probability of duplicates and the like")
    parser.add_argument(
        "--recordings-mb", type=int, default=4000, help="the oldest recordings go beyond this; 0: no limit"
    )
    return parser


def _port(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 65535:
        raise argparse.ArgumentTypeError("must be from 1 to 65535")
    return value


def _seats(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 8999:
        raise argparse.ArgumentTypeError("must be from 1 to 8999")
    return value


def _rate(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 6000:
        raise argparse.ArgumentTypeError("must be from 0 to 6000")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return value


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone") from None


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - this is what the user is to read
    return WRONG_USE


if __name__ == "__main__":
    sys.exit(main())
