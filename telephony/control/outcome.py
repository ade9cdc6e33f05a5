"""What is written of a call: answer status, validity, and the record itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.call_model import Call
from telephony.records import CallRecord
from telephony.types import AgentId, CallOutcome, Cause, Direction, Side

REMOTE = {
    Cause.BUSY: CallOutcome.REMOTE_BUSY,
    Cause.REJECTED: CallOutcome.REMOTE_REJECTED,
    Cause.NO_ANSWER: CallOutcome.REMOTE_NO_ANSWER,
}


def outcome(call: Call, *, to_seat: bool) -> CallOutcome | None:
    """The answer status of a call; ``None`` while it runs. ``to_seat``: a seat's own number was dialled."""
    if not call.ended:
        return None
    if call.answered_at is not None:
        return CallOutcome.ANSWERED
    if call.direction is Direction.OUTBOUND:
        return _unanswered_outbound(call)
    if call.cleared_by is not Side.EXTERNAL:
        return CallOutcome.SYSTEM_FAILURE
    return CallOutcome.AGENT_MISSED if to_seat else CallOutcome.ABANDONED


def _unanswered_outbound(call: Call) -> CallOutcome:
    """BUSY or NO_ANSWER is the other side's only if it was called at all: else it is the agent's own phone's."""
    reached = call.dialled_at is not None or call.cleared_by is Side.EXTERNAL
    theirs = REMOTE.get(call.cause) if call.cause is not None else None
    if reached and theirs is not None:
        return theirs
    cancelled = call.cleared_by is Side.AGENT or theirs is not None
    return CallOutcome.CANCELLED if cancelled else CallOutcome.SYSTEM_FAILURE


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the call itself does not know: whose it is, the elder found by number, and that a seat's own number was dialled."""

    agent: AgentId | None
    elder_id: int | None
    sos: bool
    to_seat: bool


def record(call: Call, known: Circumstances, valid_after_s: float) -> CallRecord:
    """The call's record as of now; talk time and validity (``valid_after_s`` of talk) are told at its end."""
    talk_s = None
    if call.ended_at is not None and call.answered_at is not None:
        talk_s = max(0.0, (call.ended_at - call.answered_at).total_seconds())
    return CallRecord(
        call=call.id,
        direction=call.direction,
        caller=call.caller,
        called=call.called,
        started_at=call.started_at,
        queued_at=call.queued_at,
        rang_at=call.rang_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        agent=known.agent,
        device=call.handled_by,
        elder_id=known.elder_id,
        sos=known.sos,
        outcome=outcome(call, to_seat=known.to_seat),
        cause=call.cause,
        cleared_by=call.cleared_by,
        talk_s=talk_s,
        valid=None if not call.ended else (talk_s or 0) >= valid_after_s,
    )


def revive(kept: CallRecord) -> Call:
    """The call of an unfinished record, its parties unknown until a snapshot tells."""
    return Call(
        id=kept.call,
        direction=kept.direction,
        caller=kept.caller,
        called=kept.called,
        started_at=kept.started_at,
        queued_at=kept.queued_at,
        rang_at=kept.rang_at,
        answered_at=kept.answered_at,
        handled_by=kept.device,
        cause=kept.cause,
    )
