"""The audit log: written in a chain, found, and verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.audit_chain import FIELDS, AuditSeal, Break, Link
from xktcc_app.models.audit import AuditHead, AuditLog

BATCH = 1000


def append(session: Session, rows: Sequence[dict[str, Any]], seal: AuditSeal) -> None:
    """Add deeds at the chain's end. Those whose key is there already were written before: nothing happens to them."""
    known = set(session.exec(select(AuditLog.key).where(col(AuditLog.key).in_([row["key"] for row in rows]))).all())
    fresh = list({row["key"]: row for row in rows if row["key"] not in known}.values())
    if not fresh:
        return
    head = _locked_head(session)
    link = Link(head.seq, head.mac)
    chained = []
    for row in fresh:
        link = seal.next(link, row)
        chained.append({**row, "seq": link.seq, "mac": link.mac})
    session.connection().execute(insert(AuditLog), chained)
    head.seq, head.mac = link.seq, link.mac
    session.add(head)
    session.flush()


def _locked_head(session: Session) -> AuditHead:
    """The chain's end; who has it waits for nobody, and everybody else for them."""
    head = session.get(AuditHead, 1, with_for_update=True)
    if head is None:
        head = AuditHead(seq=0, mac="")
        session.add(head)
        session.flush()
    return head


def chain_old(session: Session, seal: AuditSeal) -> int:
    """Take up the deeds of a version that had no chain; returns how many. Only into a chain that is still empty."""
    if session.get(AuditHead, 1) is not None:
        return 0
    head = _locked_head(session)
    link, count = Link(), 0
    for row in session.exec(select(AuditLog).where(col(AuditLog.seq).is_(None)).order_by(col(AuditLog.id))).all():
        link = seal.next(link, {name: getattr(row, name) for name in FIELDS})
        statement = update(AuditLog).where(col(AuditLog.id) == row.id).values(seq=link.seq, mac=link.mac)
        session.connection().execute(statement)
        count += 1
    head.seq, head.mac = link.seq, link.mac
    session.add(head)
    return count


def unfinished_listens(session: Session, since: datetime, until: datetime) -> list[AuditLog]:
    """The beginnings of listening between ``since`` and ``until`` (UTC) that no end belongs to, the oldest first."""

    def deeds(action: AuditAction) -> SelectOfScalar[AuditLog]:
        asked = select(AuditLog).where(col(AuditLog.action) == action, col(AuditLog.outcome) == "ok")
        return asked.where(col(AuditLog.at) >= since).order_by(col(AuditLog.id))

    def listen_of(row: AuditLog) -> str:
        return json.loads(row.detail).get("listen", "")

    ended = {listen_of(row) for row in session.exec(deeds(AuditAction.LISTEN_ENDED)).all()}
    begun = session.exec(deeds(AuditAction.LISTEN_STARTED).where(col(AuditLog.at) < until)).all()
    return [row for row in begun if listen_of(row) and listen_of(row) not in ended]


def head_of(session: Session) -> Link:
    """The chain's end as it is kept."""
    head = session.get(AuditHead, 1)
    return Link(head.seq, head.mac) if head else Link()


def verify(session: Session, seal: AuditSeal, anchor: Link | None = None) -> tuple[Link, Break | None]:
    """Walk the whole chain. ``anchor``: an end noted elsewhere, which must lie in it. Where the chain ends, and the first break."""
    link, broken = Link(), None
    for rows in _batches(session):
        link, broken = seal.first_break(rows, link)
        if broken is not None:
            return link, broken
    loose = session.exec(select(func.count(col(AuditLog.id))).where(col(AuditLog.seq).is_(None))).one()
    if loose:
        return link, Break(link.seq, "unchained")
    if head_of(session) != link:
        return link, Break(link.seq, "end")
    if anchor is not None and anchor.seq and not _holds(session, anchor):
        return link, Break(anchor.seq, "anchor")
    return link, None


def _holds(session: Session, anchor: Link) -> bool:
    return session.exec(select(AuditLog.mac).where(AuditLog.seq == anchor.seq)).first() == anchor.mac


def _batches(session: Session) -> Iterator[list[dict[str, Any]]]:
    last = 0
    names = (*FIELDS, "seq", "mac")
    while True:
        rows = session.exec(
            select(AuditLog).where(col(AuditLog.seq) > last).order_by(col(AuditLog.seq)).limit(BATCH)
        ).all()
        if not rows:
            return
        yield [{name: getattr(row, name) for name in names} for row in rows]
        last = rows[-1].seq or 0
        session.expunge_all()
