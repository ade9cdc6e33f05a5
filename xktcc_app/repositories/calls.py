"""Reads calls and seat states back, as ``telephony`` needs them at its start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, select

from telephony.history import TodayCounts
from telephony.records import CallRecord, RecordingRecord, SeatStateRecord
from telephony.types import AgentId, CallId, CallOutcome, Cause, DeviceId, Direction, SeatState, Side
from xktcc_app.models.account import Account
from xktcc_app.models.call import Call, CallStep, Recording, SeatStateLog


def last_seat_states(session: Session) -> dict[AgentId, SeatStateRecord]:
    """The newest state of every agent who still has an account: one index look-up each, however long the log is."""
    newest = (
        select(func.max(SeatStateLog.id))
        .where(SeatStateLog.agent == col(Account.agent_number))
        .correlate(Account)
        .scalar_subquery()
    )
    rows = session.exec(select(SeatStateLog).join(Account, col(SeatStateLog.id) == newest)).all()
    return {AgentId(row.agent): seat_state_of(row) for row in rows}


def seat_state_of(row: SeatStateLog) -> SeatStateRecord:
    """A row of the log as it was handed over."""
    return SeatStateRecord(
        agent=AgentId(row.agent),
        at=row.at,
        state=SeatState(row.state),
        reason=row.reason,
        requested=row.requested,
        requested_reason=row.requested_reason,
        device=DeviceId(row.device) if row.device is not None else None,
        call=CallId(row.call_id) if row.call_id is not None else None,
        wrap_up_until=row.wrap_up_until,
        by=row.by,
        booked=row.booked,
        booked_reason=row.booked_reason,
        since=row.since,
    )


def day_counts(session: Session, start: datetime, end: datetime, service_level_s: int) -> TodayCounts:
    """The counts of ``telephony.history.History.day_counts``, each by its own index."""
    in_time = case((col(Call.wait_ms) <= service_level_s * 1000, 1), else_=0)
    answered_total, answered_in_time = session.exec(
        select(func.count(), func.coalesce(func.sum(in_time), 0)).where(
            _within(Call.answered_at, start, end), Call.direction == Direction.INBOUND.value
        )
    ).one()
    return TodayCounts(
        answered=_taken_by_agent(session, start, end),
        outbound=_dialled_by_agent(session, start, end),
        answered_total=answered_total,
        answered_in_time=int(answered_in_time),
        abandoned=session.exec(
            select(func.count()).where(_within(Call.ended_at, start, end), Call.outcome == CallOutcome.ABANDONED.value)
        ).one(),
        queued=session.exec(select(func.count()).where(_within(Call.queued_at, start, end))).one(),
    )


def _within(column: datetime | None, start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(col(column) >= start, col(column) < end)


def _taken_by_agent(session: Session, start: datetime, end: datetime) -> dict[AgentId, int]:
    """Inbound calls by each agent who took one up, once each: a transferred call counts for both, as on the live wall."""
    told = col(CallStep.kind).in_(("answered", "transferred"))
    found = and_(col(CallStep.kind) == "resynchronised", _within(Call.answered_at, start, end))
    rows = session.exec(
        select(CallStep.agent, func.count(func.distinct(CallStep.call_id)))
        .join(Call, col(Call.id) == col(CallStep.call_id))
        .where(_within(CallStep.at, start, end), or_(told, found), col(CallStep.agent).is_not(None))
        .where(Call.direction == Direction.INBOUND.value)
        .group_by(col(CallStep.agent))
    ).all()
    return {AgentId(agent): count for agent, count in rows if agent is not None}


def _dialled_by_agent(session: Session, start: datetime, end: datetime) -> dict[AgentId, int]:
    rows = session.exec(
        select(Call.agent, func.count())
        .where(
            _within(Call.started_at, start, end),
            Call.direction == Direction.OUTBOUND.value,
            col(Call.agent).is_not(None),
        )
        .group_by(col(Call.agent))
    ).all()
    return {AgentId(agent): count for agent, count in rows if agent is not None}


def open_calls(session: Session) -> list[CallRecord]:
    """Calls without an end, oldest first."""
    rows = session.exec(select(Call).where(col(Call.ended_at).is_(None)).order_by(col(Call.started_at))).all()
    return [call_of(row) for row in rows]


def open_recordings(session: Session) -> list[RecordingRecord]:
    """Recordings without an end, oldest first."""
    query = select(Recording).where(col(Recording.finished_at).is_(None)).order_by(col(Recording.started_at))
    return [RecordingRecord(CallId(row.call_id), row.name, row.started_at) for row in session.exec(query).all()]


def call_of(row: Call) -> CallRecord:
    """A row as ``telephony`` knows it."""
    return CallRecord(
        call=CallId(row.id),
        direction=Direction(row.direction),
        caller=row.caller,
        called=row.called,
        started_at=row.started_at,
        queued_at=row.queued_at,
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        agent=AgentId(row.agent) if row.agent is not None else None,
        device=DeviceId(row.device) if row.device is not None else None,
        elder_id=row.elder_id,
        sos=row.sos,
        outcome=CallOutcome(row.outcome) if row.outcome else None,
        cause=Cause(row.cause) if row.cause else None,
        cleared_by=Side(row.cleared_by) if row.cleared_by else None,
        talk_s=row.talk_s,
        valid=row.valid,
    )
