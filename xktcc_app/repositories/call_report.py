"""What the report on calls is made from: counts and sums of a period, within a scope that can't be left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlmodel import Session

from telephony.types import CallOutcome, Direction
from xktcc_app.domain.call_report import BUCKET, Change, Queue
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.record_keys import SLOTS, key_at, moment_of
from xktcc_app.models.account import Account
from xktcc_app.models.call import Call, CallStep, SeatStateLog
from xktcc_app.repositories.organizations import branch_ids, narrower, served

_T = Call.metadata.tables["call"].c
_STEP = CallStep.metadata.tables["call_step"].c
_LOG = SeatStateLog.metadata.tables["seat_state_log"].c
_ACCOUNT = Account.metadata.tables["account"].c
_KEYS = int(BUCKET.total_seconds() * 1000) * SLOTS
_ANSWERED, _ABANDONED = CallOutcome.ANSWERED.value, CallOutcome.ABANDONED.value
_INBOUND, _OUTBOUND = Direction.INBOUND.value, Direction.OUTBOUND.value


class CallReport:
    """Figures of the calls that began in [``since``, ``until``), which ``scope`` and ``org_id`` (``None``: any) let see."""

    def __init__(self, session: Session, scope: Scope, org_id: int | None, period: tuple[datetime, datetime]) -> None:
        self._session = session
        self._since, self._until = period
        self._scope = replace(scope, node=served(session, scope.node))
        self._own_node = scope.node
        self._org_id = org_id
        self._conditions = list(self._within())

    def arrivals(self) -> dict[datetime, int]:
        """Inbound calls by the quarter of an hour (its begin, aware UTC) in which they came."""
        step = _T.seq // _KEYS
        rows = select(step, func.count()).where(*self._conditions, _T.direction == _INBOUND).group_by(step)
        return {moment_of(int(at) * _KEYS): n for at, n in self._session.execute(rows)}

    def queue(self, target_s: float) -> Queue:
        """What became of those who queued."""
        answered = _T.status == _ANSWERED
        rows = select(
            func.count(),
            func.sum(case((answered, 1), else_=0)),
            func.sum(case((answered & (_T.wait_ms <= target_s * 1000), 1), else_=0)),
            func.sum(case((_T.status == _ABANDONED, 1), else_=0)),
            func.sum(case((answered, _T.wait_ms), else_=0)),
        ).where(*self._conditions, _T.wait_ms.is_not(None))
        n, taken, in_time, abandoned, wait = (int(value or 0) for value in self._session.execute(rows).one())
        return Queue(n, taken, in_time, abandoned, wait)

    def spoken(self) -> dict[str, tuple[int, int, float]]:
        """Agent → calls answered, calls made and answered there, seconds of talk."""
        rows = (
            select(
                _T.agent,
                func.sum(case((_T.direction == _INBOUND, 1), else_=0)),
                func.sum(case((_T.direction == _OUTBOUND, 1), else_=0)),
                func.sum(func.coalesce(_T.talk_s, 0)),
            )
            .where(*self._conditions, _T.status == _ANSWERED, _T.agent.is_not(None))
            .group_by(_T.agent)
        )
        return {agent: (int(came), int(made), float(talk)) for agent, came, made, talk in self._session.execute(rows)}

    def missed(self) -> Counter[str]:
        """Agent → how often a call rang at the seat in vain."""
        rows = (
            select(_STEP.agent, func.count())
            .where(_STEP.kind == "missed", _STEP.at >= self._since, _STEP.at < self._until, _STEP.agent.is_not(None))
            .where(_STEP.agent.in_(list(self.names())))
            .group_by(_STEP.agent)
        )
        return Counter({agent: int(n) for agent, n in self._session.execute(rows)})

    def changes(self) -> Iterator[Change]:
        """Every state of the seats in the period and the last one before it, by seat and time."""
        agents = list(self.names())
        before = select(func.max(_LOG.id)).where(_LOG.at < self._since, _LOG.agent.in_(agents)).group_by(_LOG.agent)
        rows = (
            select(_LOG.agent, _LOG.at, _LOG.state)
            .where(_LOG.agent.in_(agents), _LOG.at < self._until, or_(_LOG.at >= self._since, _LOG.id.in_(before)))
            .order_by(_LOG.agent, _LOG.at, _LOG.id)
        )
        for agent, at, state in self._session.execute(rows).yield_per(5_000):
            yield Change(agent, at, state)

    def names(self) -> dict[str, str]:
        """Seat → name of its account, of those that may be seen, in order of the seats."""
        if self._scope.nothing:
            return {}
        rows = select(_ACCOUNT.agent_number, _ACCOUNT.name).where(_ACCOUNT.agent_number.is_not(None))
        if self._scope.agent is not None:
            rows = rows.where(_ACCOUNT.agent_number == self._scope.agent)
        try:
            node = narrower(self._session, self._own_node, self._org_id)
        except LookupError:
            return {}
        if node is not None:
            rows = rows.where(_ACCOUNT.org_id.in_(sorted(branch_ids(self._session, node))))
        found = self._session.execute(rows.order_by(_ACCOUNT.agent_number))
        return {agent: name for agent, name in found if agent is not None}

    def _within(self) -> Iterator[ColumnElement[bool]]:
        yield _T.seq >= key_at(self._since)
        yield _T.seq < key_at(self._until)
        if self._scope.nothing:
            yield _T.seq < 0
        own = self._scope.agent is not None
        if own:
            yield _T.agent == self._scope.agent
        try:
            node = narrower(self._session, None if own else self._scope.node, self._org_id)
        except LookupError:
            yield _T.seq < 0
            return
        if node is not None:
            yield _T.org_id.in_(sorted(branch_ids(self._session, node)))
