"""Recordings: which wait for their file, which have one, which may go, and what does not fit together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from telephony.types import CallOutcome
from xktcc_app.domain.recordings import PLAYABLE, FileState
from xktcc_app.models.call import Call, LegalHold, Recording

_CHUNK = 500


def pending(session: Session, limit: int) -> list[Recording]:
    """Those that have ended and whose files are still to be fetched, longest ended first."""
    query = select(Recording).where(Recording.state == FileState.PENDING.value, col(Recording.finished_at).is_not(None))
    return list(session.exec(query.order_by(col(Recording.finished_at)).limit(limit)).all())


def best_of(session: Session, call_id: str) -> Recording | None:
    """The recording of a call: one that can be heard before others, then the newest."""
    found = session.exec(
        select(Recording).where(Recording.call_id == call_id).order_by(col(Recording.started_at).desc())
    ).all()
    playable = [one for one in found if one.state in PLAYABLE]
    return next(iter([*playable, *found]), None)


def of_calls(session: Session, call_ids: Collection[str]) -> dict[str, Recording]:
    """The recording of each of these calls that has one; as ``best_of``."""
    rows = session.exec(
        select(Recording).where(col(Recording.call_id).in_(call_ids)).order_by(col(Recording.started_at))
    ).all()
    best: dict[str, Recording] = {}
    for row in rows:
        if row.call_id not in best or row.state in PLAYABLE or best[row.call_id].state not in PLAYABLE:
            best[row.call_id] = row
    return best


def held(session: Session, call_ids: Collection[str]) -> set[str]:
    """Which of these calls are under legal hold."""
    return set(session.exec(select(LegalHold.call_id).where(col(LegalHold.call_id).in_(call_ids))).all())


def expired(session: Session, before: datetime, limit: int) -> list[Recording]:
    """Recordings with a file that began before this moment, no legal hold on their calls; oldest first."""
    under_hold = select(LegalHold.call_id).where(LegalHold.call_id == col(Recording.call_id)).exists()
    query = select(Recording).where(
        col(Recording.state).in_([FileState.GOOD.value, FileState.CUT.value, FileState.BROKEN.value]),
        col(Recording.started_at) < before,
        ~under_hold,
    )
    return list(session.exec(query.order_by(col(Recording.started_at)).limit(limit)).all())


def counts_by_state(session: Session) -> dict[str, int]:
    """How many recordings there are in each state; those that still run are not counted."""
    rows = session.exec(
        select(Recording.state, func.count(col(Recording.name)))
        .where(col(Recording.finished_at).is_not(None))
        .group_by(Recording.state)
    ).all()
    return dict(rows)


def with_files(session: Session, after: str) -> list[Recording]:
    """Recordings that have a file, a part of them at a time: those behind the name ``after``."""
    query = select(Recording).where(col(Recording.name) > after, Recording.path != "").order_by(col(Recording.name))
    return list(session.exec(query.limit(_CHUNK)).all())


def known_paths(session: Session, paths: Sequence[str]) -> set[str]:
    """Which of these paths a recording names. A file is called like its recording."""
    names = [path.rpartition("/")[2].removesuffix(".wav") for path in paths]
    found: set[str] = set()
    for part in _parts(names):
        found |= set(session.exec(select(Recording.path).where(col(Recording.name).in_(part))).all())
    return found


def unknown_names(session: Session, names: Sequence[str]) -> list[str]:
    """Which of these names no recording has."""
    known: set[str] = set()
    for part in _parts(names):
        known |= set(session.exec(select(Recording.name).where(col(Recording.name).in_(part))).all())
    return [name for name in names if name not in known]


def ended_calls(session: Session, call_ids: Sequence[str], before: datetime) -> dict[str, Call]:
    """Of these calls those that ended before this moment."""
    found: dict[str, Call] = {}
    for part in _parts(call_ids):
        rows = session.exec(select(Call).where(col(Call.id).in_(part), col(Call.ended_at) < before)).all()
        found |= {call.id: call for call in rows}
    return found


def without_recording(session: Session, since: datetime, until: datetime, limit: int) -> list[str]:
    """Calls that were answered in this period, ended before its end, and of which no recording is known.

    Not those from before the first recording of all: calls may have been taken over from elsewhere.
    """
    first = session.exec(select(func.min(Recording.started_at))).one()
    if first is None:
        return []
    recorded = select(Recording.name).where(Recording.call_id == col(Call.id)).exists()
    query = (
        select(Call.id)
        .where(col(Call.started_at) >= max(since, first), col(Call.ended_at) < until)
        .where(Call.outcome == CallOutcome.ANSWERED.value, ~recorded)
    )
    return list(session.exec(query.order_by(col(Call.started_at).desc()).limit(limit)).all())


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(names), _CHUNK):
        yield names[at : at + _CHUNK]
