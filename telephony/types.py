"""The vocabulary of the telephony package (ECMA-269 CSTA terms; see the README's glossary).

Identifiers are plain strings under their own names, so that a device can't be passed where a call is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

DeviceId = NewType("DeviceId", str)
"""A phone: the PJSIP endpoint's name, for example ``1001``."""

CallId = NewType("CallId", str)
"""One call from its first leg to its last; survives transfers. The id of the channel that began it."""

AgentId = NewType("AgentId", str)
"""The agent's number as the wall shows it, for example ``1001``. Not the database's account id."""

EXTERNAL = DeviceId("external")
"""The party outside our phones: the elder who calls, or the number that was dialled."""


SECOND_EXTERNAL = DeviceId("external-2")
"""A second party outside our phones, whom an agent called in: consulted, joined in a conference, or transferred to."""


class AgentState(StrEnum):
    """State of an agent at a phone (CSTA), apart from what the phone's line does."""

    LOGGED_OFF = "logged_off"
    READY = "ready"
    NOT_READY = "not_ready"
    BUSY = "busy"
    WORKING_AFTER_CALL = "wrap_up"


class ConnectionState(StrEnum):
    """State of one party in one call (CSTA)."""

    NULL = "null"
    INITIATED = "initiated"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLD = "hold"
    QUEUED = "queued"
    FAIL = "fail"


class SeatState(StrEnum):
    """What a seat shows: the agent's state, or what the line does while there is a call. Stable outside contract."""

    LOGGED_OFF = "logged_off"
    READY = "ready"
    BUSY = "busy"
    NOT_READY = "not_ready"
    ALERTING = "alerting"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"


class Direction(StrEnum):
    """Who began the call, seen from the call centre."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Network(StrEnum):
    """A phone's network condition as shown to people. ``OFFLINE``: not registered. Stable outside contract."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a connection or call ended; from the Q.850 number that the PBX gives."""

    NORMAL = "normal"  # 16
    BUSY = "busy"  # 17
    NO_ANSWER = "no_answer"  # 18, 19
    REJECTED = "rejected"  # 21
    UNKNOWN_NUMBER = "unknown_number"  # 1
    CONGESTION = "congestion"  # 34, 38, 42
    MEDIA_LOST = "media_lost"  # 44: the phone stopped sending sound
    ANSWERED_ELSEWHERE = "answered_elsewhere"  # 26
    UNAVAILABLE = "unavailable"  # 20, or the phone is not registered
    LOST = "lost"  # gone from the PBX while nobody was listening to it
    OTHER = "other"


class Side(StrEnum):
    """Who ended a call."""

    EXTERNAL = "external"
    AGENT = "agent"
    SYSTEM = "system"


class CallOutcome(StrEnum):
    """Answer status of a finished call, as the call records name it."""

    ANSWERED = "answered"  # 已接听
    AGENT_MISSED = "agent_missed"  # 坐席未接: rang at a seat called by its own number, not answered
    ABANDONED = "abandoned"  # 排队放弃
    REMOTE_BUSY = "remote_busy"  # 对方忙
    REMOTE_REJECTED = "remote_rejected"  # 对方拒接
    REMOTE_NO_ANSWER = "remote_no_answer"  # 对方无应答
    CANCELLED = "cancelled"  # the agent hung up before the other side answered
    SYSTEM_FAILURE = "system_failure"  # 系统失败


@dataclass(frozen=True, slots=True)
class Quality:
    """Transport figures of a phone: round trip and jitter in milliseconds, loss as a share from 0 to 1."""

    rtt_ms: float | None = None
    jitter_ms: float | None = None
    loss: float | None = None
