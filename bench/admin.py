"""Administration at size: 50,000 users and 5,000 organizations, on the server. ``python -m bench.admin`` (SQLite, a file of its own)."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from bench import admin_page
from bench.admin_city import fill
from bench.measures import percentile, show
from telephony.views import SeatProfile
from xktcc_app.domain.admin_forms import OrganizationForm
from xktcc_app.domain.admin_queries import BY_ACCOUNT, AccountQuery, AuditQuery
from xktcc_app.domain.audit import AuditAction, AuditEntry
from xktcc_app.domain.audit_chain import AuditSeal
from xktcc_app.domain.paging import Page
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.migrate import migrate
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import audit_log
from xktcc_app.repositories.records import write_records
from xktcc_app.services.audit import AuditService
from xktcc_app.services.audit_log import AuditLogService
from xktcc_app.services.database import Database
from xktcc_app.services.effects import Effects
from xktcc_app.services.organizations import OrganizationService
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.users import UserService
from xktcc_app.state.organizations import _visible

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SEAL = AuditSeal("bench")
DEEDS = 20_000


class _NoDesk:
    async def upsert_seat(self, profile: SeatProfile) -> None:
        """Nobody sits here."""

    async def remove_seat(self, agent: str) -> None:
        """Nobody sits here."""


class _NoSessions:
    async def reload(self) -> None:
        """Nobody is online."""


class _NoSink:
    def put(self, record: AuditEntry) -> None:
        """Nothing is kept."""


def _fill(session: Session, users: int, organizations: int) -> None:
    for code, definition in STARTING_ROLES.items():
        accounts_repo.add_role(session, code, definition)
    fill(session, users, organizations)


async def _timed(name: str, work: Callable[[], Awaitable[object]], times: int = 20) -> None:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - begun) * 1000)
    show(f"admin_{name}_p95", round(percentile(taken, 95), 1), "ms", peer="allowed", peer_value=200.0)


async def _measure(database: Database, url_users: int) -> None:
    audit = AuditService(_NoSink())
    effects = Effects(database, _NoSessions(), _NoDesk())  # type: ignore[arg-type]  # stand-ins that do nothing
    hasher = PasswordHasher(rounds=1, memory_kib=64)
    users = UserService(database, audit, hasher, effects)
    organizations = OrganizationService(database, audit, effects)
    await organizations.load()
    boss = Principal(
        1, "u000000", "Boss", ("admin",), frozenset(Permission), DataScope.ALL, None, None, "s", False, None
    )
    last = Page(url_users // 20, 20)
    for name, query, page in (
        ("users_first_page", AccountQuery(), Page()),
        ("users_last_page", AccountQuery(), last),
        ("users_by_one_sign", AccountQuery(text="7"), Page()),
        ("users_by_rare_text", AccountQuery(text="u049123"), Page()),
        ("users_of_a_district", AccountQuery(org_id=2), Page()),
        ("users_by_role", AccountQuery(role="agent"), Page()),
        ("users_without_phone", AccountQuery(phone="missing"), Page()),
    ):
        await _timed(name, lambda query=query, page=page: users.search(boss, query, BY_ACCOUNT, page))

    async def draw(wanted: str) -> None:
        _visible(organizations.tree(boss), {1}, wanted)

    await _timed("organizations_drawn", lambda: draw(""))
    await _timed("organizations_found", lambda: draw("组织49"))
    await _timed("organizations_read", organizations.load, 5)
    names = iter(range(1000))
    await _timed(
        "organization_created",
        lambda: organizations.create(boss, OrganizationForm(f"新{next(names)}", "street", 2)),
        5,
    )
    log = AuditLogService(database, audit, UTC)
    await _timed("audit_first_page", lambda: log.search(boss, AuditQuery()))
    await _timed("audit_of_an_account", lambda: log.search(boss, AuditQuery(account="u000007")))
    begun = time.perf_counter()
    _, broken = database.reading(lambda session: audit_log.verify(session, SEAL))
    show("audit_verified", round(DEEDS / (time.perf_counter() - begun)), "deeds/s")
    if broken is not None:
        raise RuntimeError(f"the chain does not hold: {broken}")
    hasher.close()


def run(users: int = 50_000, organizations: int = 5_000) -> None:
    """Fill a database of its own and measure; then the same in a browser."""
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'admin.db'}"
        migrate(url)
        database = Database(url)
        database.writing(lambda session: _fill(session, users, organizations))
        deeds = [
            AuditEntry(f"k{place}", NOW, AuditAction.LOGIN, f"u{place % 1000:06d}", place % 1000 + 1)
            for place in range(DEEDS)
        ]
        database.writing(lambda session: write_records(session, deeds, SEAL))
        asyncio.run(_measure(database, users))
        database.close()
    admin_page.run(users, organizations)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50_000)
    parser.add_argument("--organizations", type=int, default=5_000)
    chosen = parser.parse_args()
    run(chosen.users, chosen.organizations)
