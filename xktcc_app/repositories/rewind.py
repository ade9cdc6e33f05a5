"""The centre at an earlier moment, from the appended states of seats and the records of calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from xktcc_app.models.account import Account
from xktcc_app.models.call import Call, SeatStateLog

LONGEST_CALL = timedelta(hours=12)
"""A call without an end that began earlier than this is a record that was never closed."""


def seat_states_at(session: Session, at: datetime) -> list[SeatStateLog]:
    """The state that each agent's seat had at ``at`` (UTC): one index look-up each. Agents without any yet are missing."""
    newest = (
        select(SeatStateLog.id)
        .where(SeatStateLog.agent == col(Account.agent_number), col(SeatStateLog.at) <= at)
        .order_by(col(SeatStateLog.at).desc(), col(SeatStateLog.id).desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )
    return list(session.exec(select(SeatStateLog).join(Account, col(SeatStateLog.id) == newest)).all())


def calls_at(session: Session, at: datetime, also: Collection[str] = ()) -> list[Call]:
    """The calls that were under way at ``at`` (UTC) and those with an id in ``also``, oldest first."""
    begun = and_(col(Call.started_at) <= at, col(Call.started_at) > at - LONGEST_CALL)
    not_over = or_(col(Call.ended_at).is_(None), col(Call.ended_at) > at)
    return list(
        session.exec(
            select(Call).where(or_(and_(begun, not_over), col(Call.id).in_(also))).order_by(col(Call.started_at))
        ).all()
    )
