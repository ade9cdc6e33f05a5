"""Hang-up causes (ITU-T Q.850, as Asterisk numbers and names them) and what they mean for a dial."""

from enum import IntEnum


class Cause(IntEnum):
    """Why a channel ended."""

    UNALLOCATED = 1
    NO_ROUTE = 3
    NORMAL = 16
    BUSY = 17
    NO_USER_RESPONSE = 18
    NO_ANSWER = 19
    REJECTED = 21
    ANSWERED_ELSEWHERE = 26
    INVALID_NUMBER_FORMAT = 28
    NORMAL_UNSPECIFIED = 31
    CONGESTION = 34
    FAILURE = 38
    REQUESTED_CHANNEL_UNAVAILABLE = 44
    BEARER_CAPABILITY_UNAVAILABLE = 58
    INTERWORKING = 127


CAUSE_TEXT: dict[int, str] = {
    Cause.UNALLOCATED: "Unallocated (unassigned) number",
    Cause.NO_ROUTE: "No route to destination",
    Cause.NORMAL: "Normal Clearing",
    Cause.BUSY: "User busy",
    Cause.NO_USER_RESPONSE: "No user responding",
    Cause.NO_ANSWER: "User alerting, no answer",
    Cause.REJECTED: "Call Rejected",
    Cause.ANSWERED_ELSEWHERE: "Answered elsewhere",
    Cause.INVALID_NUMBER_FORMAT: "Invalid number format",
    Cause.NORMAL_UNSPECIFIED: "Normal, unspecified",
    Cause.CONGESTION: "Circuit/channel congestion",
    Cause.FAILURE: "Network out of order",
    Cause.REQUESTED_CHANNEL_UNAVAILABLE: "Requested channel not available",
    Cause.BEARER_CAPABILITY_UNAVAILABLE: "Bearer capability not available",
    Cause.INTERWORKING: "Interworking, unspecified",
}

REASONS: dict[str, Cause] = {
    "normal": Cause.NORMAL,
    "busy": Cause.BUSY,
    "congestion": Cause.CONGESTION,
    "no_answer": Cause.NO_ANSWER,
    "timeout": Cause.NO_USER_RESPONSE,
    "rejected": Cause.REJECTED,
    "unallocated": Cause.UNALLOCATED,
    "normal_unspecified": Cause.NORMAL_UNSPECIFIED,
    "number_incomplete": Cause.INVALID_NUMBER_FORMAT,
    "codec_mismatch": Cause.BEARER_CAPABILITY_UNAVAILABLE,
    "interworking": Cause.INTERWORKING,
    "failure": Cause.FAILURE,
    "answered_elsewhere": Cause.ANSWERED_ELSEWHERE,
}

SIP_TO_CAUSE: dict[int, Cause] = {
    404: Cause.UNALLOCATED,
    480: Cause.NO_ANSWER,
    486: Cause.BUSY,
    503: Cause.CONGESTION,
    603: Cause.REJECTED,
}


def cause_text(cause: int) -> str:
    """Return Asterisk's sentence for a cause; `Unknown` for a number that it has no sentence for."""
    return CAUSE_TEXT.get(cause, "Unknown")


def dial_status(cause: int) -> str:
    """Return the `dialstatus` with which Asterisk reports a dial that ended with this cause."""
    if cause == Cause.BUSY:
        return "BUSY"
    if cause == Cause.CONGESTION:
        return "CONGESTION"
    if cause in (Cause.NO_ROUTE, 20):
        return "CHANUNAVAIL"
    return "NOANSWER"
