"""Sessions and the memory of wrong passwords."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from xktcc_app.domain.sessions import EndReason, Failures
from xktcc_app.models.account import Account, LoginSession, LoginThrottle


def by_secret(session: Session, secret_hash: str) -> LoginSession | None:
    """The session of this secret, live or ended."""
    return session.exec(select(LoginSession).where(LoginSession.secret_hash == secret_hash)).first()


def live_of(session: Session, account_id: int) -> LoginSession | None:
    """The account's live session."""
    return session.exec(
        select(LoginSession).where(LoginSession.account_id == account_id, col(LoginSession.ended_at).is_(None))
    ).first()


def with_account(session: Session, secret_hash: str) -> tuple[LoginSession, Account] | None:
    """The live session of this secret with its account."""
    return session.exec(
        select(LoginSession, Account)
        .join(Account, col(Account.id) == col(LoginSession.account_id))
        .where(LoginSession.secret_hash == secret_hash, col(LoginSession.ended_at).is_(None))
    ).first()


def all_live(session: Session) -> list[tuple[LoginSession, Account]]:
    """Every live session with its account."""
    return list(
        session.exec(
            select(LoginSession, Account)
            .join(Account, col(Account.id) == col(LoginSession.account_id))
            .where(col(LoginSession.ended_at).is_(None))
        ).all()
    )


def end(session: Session, session_id: str, reason: EndReason, at: datetime, other_address: str | None = None) -> bool:
    """End a live session; False when it was over already, and then its first reason stays."""
    done = session.connection().execute(
        update(LoginSession)
        .where(col(LoginSession.id) == session_id, col(LoginSession.ended_at).is_(None))
        .values(ended_at=at, end_reason=reason.value, other_address=other_address)
    )
    return done.rowcount == 1


def mark_seen(session: Session, seen: Mapping[str, datetime]) -> None:
    """Write when each session was last active; never backwards."""
    for session_id, at in seen.items():
        session.connection().execute(
            update(LoginSession)
            .where(col(LoginSession.id) == session_id, col(LoginSession.seen_at) < at)
            .values(seen_at=at)
        )


def failures_of(session: Session, key: str) -> Failures:
    """What is remembered under ``key``."""
    row = session.get(LoginThrottle, key)
    return Failures(row.failures, row.last_at, row.locked_until) if row else Failures()


def remember_failures(session: Session, key: str, failures: Failures) -> None:
    """Remember ``failures`` under ``key``; none at all forgets the key."""
    row = session.get(LoginThrottle, key)
    if failures.last_at is None or failures.count == 0:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = LoginThrottle(key=key, failures=0, last_at=failures.last_at)
    row.failures, row.last_at, row.locked_until = failures.count, failures.last_at, failures.locked_until
    session.add(row)


def forget_before(session: Session, sessions_before: datetime, failures_before: datetime) -> None:
    """Delete sessions that ended, and failures that were made, before these moments."""
    session.exec(delete(LoginSession).where(col(LoginSession.ended_at) < sessions_before))
    session.exec(delete(LoginThrottle).where(col(LoginThrottle.last_at) < failures_before))
