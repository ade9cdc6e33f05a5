"""Many organizations and users, for the benchmarks of the administration."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert
from sqlmodel import Session, col, select

from xktcc_app.models.account import Account, AccountRole
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories.organizations import renumber

NOW = datetime(2026, 11, 24, tzinfo=UTC)
_KINDS = ("city", "district", "street", "community")


def fill(session: Session, users: int, organizations: int) -> None:
    """Add organizations, and agents in them; the roles must be there."""
    ids: list[list[int]] = [[], [], [], []]
    for place in range(organizations):
        level = 0 if place == 0 else 1 if place <= 12 else 2 if place <= 300 else 3
        above = ids[level - 1][place % len(ids[level - 1])] if level else None
        node = Organization(name=f"组织{place}", kind=_KINDS[level], parent_id=above, sort=place % 100)
        session.add(node)
        session.flush()
        ids[level].append(node.id or 0)
    renumber(session)
    rows = [
        {
            "account": f"u{place:06d}",
            "name": f"张{place}",
            "password_hash": "x",
            "must_change_password": False,
            "active": place % 50 != 0,
            "org_id": ids[3][place % len(ids[3])] if ids[3] else ids[0][0],
            "agent_number": str(100_000 + place) if place % 2 else None,
            "phone_id": None,
            "phone_token": None,
            "created_at": NOW,
            "version": 1,
        }
        for place in range(users)
    ]
    session.connection().execute(insert(Account), rows)
    agent = accounts_repo.role_by_code(session, "agent")
    made = session.exec(select(Account.id).where(col(Account.password_hash) == "x")).all()
    session.connection().execute(
        insert(AccountRole), [{"account_id": account, "role_id": agent.id if agent else 0} for account in made]
    )
