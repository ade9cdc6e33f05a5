"""Our own names at the PBX: channel and bridge ids, application arguments, and what its cause numbers mean. Pure.

We choose every id ourselves, because an event often arrives before the HTTP reply that would tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telephony.types import CallId, Cause, DeviceId

PREFIX = "xk-"
_MOVED = "-moved"
_ASIDE = "-aside"


class Role(StrEnum):
    """What a channel is in its call.

    ``SEAT_OUT``: the seat leg that begins an outbound call. ``OUTSIDE``: a second party outside, whom a seat called in.
    ``SECOND``: another call of a seat's phone, which that began itself; the PBX names it.
    """

    CUSTOMER = "customer"
    SEAT = "agent"
    SEAT_OUT = "agent-out"
    OUTSIDE = "outside"
    SNOOP = "snoop"
    SECOND = "second"


_ID_ROLES = {
    Role.CUSTOMER: "customer",
    Role.SEAT: "seat",
    Role.SEAT_OUT: "out",
    Role.OUTSIDE: "outside",
    Role.SNOOP: "snoop",
}
_ROLES_BY_ID = {word: role for role, word in _ID_ROLES.items()}


@dataclass(frozen=True, slots=True)
class ChannelName:
    """The parts of a channel id of ours."""

    call: CallId
    role: Role
    number: int


def channel_id(call: CallId, role: Role, number: int) -> str:
    """``xk-<call>-<role>-<n>``; ``number`` is never used twice in a call."""
    return f"{PREFIX}{call}-{_ID_ROLES[role]}-{number}"


def parse_channel_id(channel: str) -> ChannelName | None:
    """The parts of one of our ids, ``None`` for a channel that somebody else named."""
    if not channel.startswith(PREFIX):
        return None
    parts = channel.removeprefix(PREFIX).rsplit("-", 2)
    if len(parts) != 3 or not parts[0] or parts[1] not in _ROLES_BY_ID or not parts[2].isdecimal():
        return None
    return ChannelName(CallId(parts[0]), _ROLES_BY_ID[parts[1]], int(parts[2]))


def mixing_bridge(call: CallId, *, moved: bool = False) -> str:
    """The bridge in which the parties of ``call`` talk; another one once the call has ``moved`` to another seat."""
    return f"{PREFIX}{call}{_MOVED if moved else ''}"


def aside_bridge(call: CallId) -> str:
    """The bridge in which a seat's phone asks somebody by a second call of its own."""
    return f"{PREFIX}{call}{_ASIDE}"


def bridged_call(bridge: str) -> CallId:
    """The call of a mixing bridge of ours."""
    return CallId(bridge.removeprefix(PREFIX).removesuffix(_MOVED).removesuffix(_ASIDE))


def queue_bridge(app: str) -> str:
    """The holding bridge, with music, of everybody who waits or is on hold."""
    return f"{PREFIX}queue-{app}"


def recording_name(call: CallId) -> str:
    """The PBX's name of the recording of ``call``, without extension."""
    return f"{PREFIX}{call}"


def announcement(call: CallId, number: int) -> str:
    """Our id of the ``number``-th announcement to a caller."""
    return f"{PREFIX}{call}-says-{number}"


def recorded_call(name: str) -> CallId | None:
    """The call of a recording, ``None`` when it is not ours."""
    return CallId(name.removeprefix(PREFIX)) if name.startswith(PREFIX) and name != PREFIX else None


@dataclass(frozen=True, slots=True)
class Inbound:
    """Arguments of a caller whom the dialplan sends to us: ``inbound,<did>``."""

    did: str


@dataclass(frozen=True, slots=True)
class SecondCall:
    """Arguments of a seat's phone that dials by itself: ``second,<target>``."""

    target: str


@dataclass(frozen=True, slots=True)
class OurLeg:
    """Arguments that we gave a channel of ours: ``<role>,<call>[,<device>[,<called>]]``."""

    role: Role
    call: CallId
    device: DeviceId | None = None
    called: str = ""


AppArgs = Inbound | SecondCall | OurLeg


def encode_args(leg: OurLeg) -> str:
    """The ``appArgs`` of a new channel."""
    words = [leg.role.value, leg.call]
    if leg.device is not None:
        words.append(leg.device)
        if leg.called:
            words.append(leg.called)
    return ",".join(words)


def decode_args(args: list[str]) -> AppArgs | None:
    """What a channel is in our application; ``None`` for arguments that are not of our making."""
    if len(args) < 2 or not args[1]:
        return None
    word, rest = args[0], args[1:]
    if word == "inbound":
        return Inbound(rest[0])
    if word == Role.SECOND:
        return SecondCall(rest[0])
    if word not in set(Role):
        return None
    device = DeviceId(rest[1]) if len(rest) > 1 and rest[1] else None
    return OurLeg(Role(word), CallId(rest[0]), device, rest[2] if len(rest) > 2 else "")


def device_of(channel_name: str) -> DeviceId:
    """The phone of a channel called like ``PJSIP/1001-0000002a``."""
    return DeviceId(channel_name.partition("/")[2].rpartition("-")[0])


_CAUSES = {
    1: Cause.UNKNOWN_NUMBER,  # unallocated number
    3: Cause.UNKNOWN_NUMBER,  # no route to destination
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,  # no user responding
    19: Cause.NO_ANSWER,  # alerted, not answered
    20: Cause.UNAVAILABLE,  # subscriber absent
    21: Cause.REJECTED,
    22: Cause.UNKNOWN_NUMBER,  # number changed
    26: Cause.ANSWERED_ELSEWHERE,
    27: Cause.UNAVAILABLE,  # destination out of order
    28: Cause.UNKNOWN_NUMBER,  # invalid number format
    31: Cause.NORMAL,  # normal, unspecified
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    44: Cause.MEDIA_LOST,
}


def cause_of(q850: int) -> Cause:
    """The meaning of a Q.850 cause number (ITU-T Q.850, table 1; 26 and 44 as Asterisk uses them)."""
    return _CAUSES.get(q850, Cause.OTHER)
