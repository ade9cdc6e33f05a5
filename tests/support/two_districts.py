"""Two branches of one centre. The western one has one of everything; the eastern one has somebody who may do everything there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from telephony.records import CallRecord
from telephony.types import CallId, CallOutcome, Direction
from tests.support.program import DEMO_PASSWORD
from xktcc_app.domain.elder_form import ElderForm
from xktcc_app.domain.permissions import DataScope, Permission, RoleDefinition
from xktcc_app.domain.principal import Principal
from xktcc_app.models.account import Account
from xktcc_app.models.callback import Callback
from xktcc_app.models.order import ServiceItem
from xktcc_app.models.organization import Organization
from xktcc_app.models.tables import metadata
from xktcc_app.repositories import accounts, organizations
from xktcc_app.repositories.records import write_records
from xktcc_app.services.audit import AuditService
from xktcc_app.services.database import Database
from xktcc_app.services.elders import ElderService
from xktcc_app.services.orders import OrderForm, OrderService, OrderSurroundings
from xktcc_app.services.passwords import PasswordHasher

EAST, WEST = "easterner", "westerner"
WEST_SEAT, EAST_SEAT = "1077", "1078"
PHONE, MISSED_PHONE = "13877771001", "13877771002"
MARKS = ("西岸", "7777100", WEST)
"""What only western records have in them."""
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class West:
    """The keys of the western records."""

    branch: int
    home: int
    account: int
    elder: int
    order: int
    callback: int
    call: str = "west-call"


def fill(url: str) -> West:
    """Add both branches to a filled database that nobody uses yet."""
    database = Database(url)
    try:
        return asyncio.run(_fill(database))
    finally:
        database.close()


async def _fill(database: Database) -> West:
    hashed = PasswordHasher(rounds=1, memory_kib=64).hash_now(DEMO_PASSWORD)
    branch, home, account = database.writing(lambda session: _people(session, hashed))
    audit = AuditService(_Nowhere(), lambda: NOW)
    admin = database.reading(_admin)
    elders = ElderService(database, audit, ZoneInfo("Asia/Shanghai"), lambda: NOW)
    orders = OrderService(OrderSurroundings(database, audit, lambda: NOW))
    typed = ElderForm(texts={"name": "西岸桂兰", "gender": "f", "address": "西岸路 1 号"}, org_id=home, phones=[PHONE])
    elder = await elders.create(admin, typed)
    item = database.reading(lambda session: session.exec(select(ServiceItem.id).limit(1)).one())
    order = await orders.create(admin, OrderForm(elder, item or 0, remarks="西岸"))
    return West(branch, home, account, elder, order, database.writing(lambda session: _calls(session, home, elder)))


def _people(session: Session, hashed: str) -> tuple[int, int, int]:
    city = session.exec(select(Organization.id).where(col(Organization.parent_id).is_(None))).first()
    east, west = (Organization(name=name, kind="district", parent_id=city) for name in ("东岸区", "西岸区"))
    session.add_all([east, west])
    session.flush()
    home = Organization(name="西岸社区", kind="community", parent_id=west.id)
    session.add(home)
    session.flush()
    organizations.renumber(session)
    everything = RoleDefinition("All of a branch", frozenset(Permission), DataScope.BRANCH)
    accounts.add_role(session, "branch-head", everything)
    made = [
        accounts.add_account(
            session,
            Account(account=account, name=name, password_hash=hashed, org_id=org, agent_number=seat, created_at=NOW),
            "branch-head",
        )
        for account, name, org, seat in ((WEST, "西区坐席", home.id, WEST_SEAT), (EAST, "东岸主管", east.id, EAST_SEAT))
    ]
    return west.id or 0, home.id or 0, made[0].id or 0


def _calls(session: Session, home: int, elder: int) -> int:
    call = CallId("west-call")
    ended = {"answered_at": NOW, "ended_at": NOW, "outcome": CallOutcome.ANSWERED, "talk_s": 0.0, "valid": False}
    record = CallRecord(call, Direction.INBOUND, PHONE, "96000", NOW, queued_at=NOW, elder_id=elder, **ended)
    write_records(session, [record])
    missed = Callback(
        number=MISSED_PHONE, party_name="西岸家属", org_id=home, elder_id=elder, reason="abandoned", first_at=NOW, last_at=NOW
    )  # fmt: skip
    session.add(missed)
    session.flush()
    return missed.id or 0


def _admin(session: Session) -> Principal:
    account = accounts.by_name(session, "admin")
    assert account is not None
    return replace(accounts.principal_of(session, account, "filling"), must_change_password=False)


class _Nowhere:
    def put(self, record: object) -> None:
        """What is done here is nobody's deed."""


def western_rows(url: str, west: West) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that is of the western branch, or points at something of it, by table.

    Without the moment in which a session was last heard of: that is written by and by.
    """
    keys = {
        "organization": {west.branch, west.home}, "account": {west.account}, "elder": {west.elder},
        "service_order": {west.order}, "callback": {west.callback}, "call": {west.call},
    }  # fmt: skip
    by_name = {"org_id": "organization", "elder_id": "elder", "order_id": "service_order", "call": "call",
               "call_id": "call", "account_id": "account", "callback_id": "callback"}  # fmt: skip
    found = {}
    database = Database(url)
    try:
        for table in metadata.sorted_tables:
            theirs = [table.c.id.in_(keys[table.name])] if table.name in keys else []
            theirs += [table.c[name].in_(keys[of]) for name, of in by_name.items() if name in table.c]
            if theirs and not table.name.startswith("audit"):
                columns = [column for column in table.c if column.name != "seen_at"]
                wanted = rows(*columns).where(or_(*theirs))
                found[table.name] = database.reading(
                    lambda session, wanted=wanted: sorted(session.execute(wanted), key=str)
                )
    finally:
        database.close()
    return {name: [tuple(row) for row in rows] for name, rows in found.items() if rows}
