"""Accounts in a database, a clock that stands still until it is moved, and the services around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.integration.services.admin_centre import AdminCentre
from xktcc_app.domain.permissions import STARTING_ROLES
from xktcc_app.domain.sessions import Lifetime, ThrottlePolicy
from xktcc_app.models.account import Account
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import accounts, organizations
from xktcc_app.services.audit import AuditService
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.sessions import LoginRules, SessionService, SessionSurroundings

PASSWORD = "four warm cups"
MINUTE = timedelta(minutes=1)
RULES = LoginRules(
    lifetime=Lifetime(idle=30 * MINUTE, absolute=600 * MINUTE),
    account=ThrottlePolicy(free=2, longest=MINUTE, forget=15 * MINUTE, lock_after=5, lock=15 * MINUTE),
    address=ThrottlePolicy(free=8, longest=MINUTE, forget=15 * MINUTE, lock_after=0, lock=15 * MINUTE),
)


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 23, 2, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_by(self, **span):
        self.now += timedelta(**span)


class Entries(list):
    def put(self, record):
        self.append(record)

    def actions(self):
        return [(entry.action, entry.outcome) for entry in self]


@pytest.fixture(scope="session")
def hasher():
    made = PasswordHasher(rounds=1, memory_kib=64)
    yield made
    made.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def audit_entries():
    return Entries()


@pytest.fixture
def audit(audit_entries, clock):
    return AuditService(audit_entries, clock)


@pytest.fixture
def people(database, hasher, clock):
    """The starting roles; admin, supervisor, 1001 and 1002 in a small tree."""

    def fill(session):
        city = Organization(name="临江市呼叫中心", kind="call_centre")
        session.add(city)
        session.flush()
        north, south = (
            Organization(name=name, kind="call_centre", parent_id=city.id, sort=place)
            for place, name in enumerate(("城北区服务中心", "城南区服务中心"))
        )
        session.add_all([north, south])
        organizations.renumber(session)
        for code, definition in STARTING_ROLES.items():
            accounts.add_role(session, code, definition)
        hashed = hasher.hash_now(PASSWORD)
        for name, role, org, number in (
            ("admin", "admin", None, None),
            ("supervisor", "supervisor", north.id, None),
            ("1001", "agent", north.id, "1001"),
            ("1002", "agent", south.id, "1002"),
        ):
            account = Account(
                account=name,
                name=f"Name {name}",
                password_hash=hashed,
                org_id=org,
                agent_number=number,
                phone_id=number,
                phone_token="x" if number else None,
                created_at=clock(),
            )
            accounts.add_account(session, account, role)

    database.writing(fill)
    return database


@pytest.fixture
def calling():
    """The agents who have a live call."""
    return set()


@pytest.fixture
def make_sessions(people, hasher, audit, clock, calling):
    return lambda: SessionService(SessionSurroundings(people, audit, hasher, calling.__contains__, clock), RULES)


@pytest.fixture
def sessions(make_sessions):
    return make_sessions()


@pytest_asyncio.fixture
async def admin_centre(people, sessions, audit, hasher):
    """The administrators' services over ``people``."""
    return await AdminCentre(people, sessions, audit, hasher, UTC).load()
