"""Fills a database with a city: ``python -m xktcc_app.generator.populate`` (see ``--help``). Seeded: the same seed, the same city."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import func
from sqlmodel import Session, col, select

from xktcc_app.config import load_settings
from xktcc_app.generator.calls import CallPlan, make_calls
from xktcc_app.generator.elders import ElderPlan, Population, make_elders
from xktcc_app.generator.orders import OrderPlan, make_orders, make_services
from xktcc_app.generator.tree import communities
from xktcc_app.migrate import migrate
from xktcc_app.models.account import Account
from xktcc_app.models.elder import Elder
from xktcc_app.repositories.bulk import analyze, without_indexes
from xktcc_app.repositories.rebuild import rebuild_calls, rebuild_elders, rebuild_orders
from xktcc_app.services.database import Database

_HEAVY = 100_000
"""From so many rows on indexes are dropped first and built afterwards."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much to make. ``elders`` 0: orders and calls of those that are there."""

    elders: int
    orders: int
    calls: int
    communities: int = 500
    agents: int = 60


def populate(database: Database, sizes: Sizes, seed: int, now: datetime, tell: Tell = lambda _: None) -> None:
    """Add elders, orders and calls up to ``now`` (aware UTC) and everything by which they are found."""
    random = np.random.default_rng(seed)
    began = time.monotonic()

    heavy = sizes.elders + sizes.orders + sizes.calls > _HEAVY

    def step(name: str, work: Callable[[Session], None], *tables: str) -> None:
        def whole(session: Session) -> None:
            with without_indexes(session, *tables) if heavy else nullcontext():
                work(session)

        database.writing(whole)
        tell(f"{name}: {time.monotonic() - began:.0f} s")

    held: list[Population] = []

    def people(session: Session) -> None:
        make_services(session)
        if sizes.elders:
            first = (session.exec(select(func.max(Elder.id))).one() or 0) + 1
            plan = ElderPlan(sizes.elders, first, communities(session, sizes.communities), now)
            held.append(make_elders(session, random, plan))
        else:
            held.append(_present(session, random))

    def calls(session: Session) -> None:
        make_calls(session, random, held[0], CallPlan(sizes.calls, now, _agents(session, sizes)))

    step("elders", people, "elder", "elder_phone", "elder_type_row")
    step("orders", lambda session: make_orders(session, random, held[0], OrderPlan(sizes.orders, now)), "service_order")
    step("calls", calls, "call")
    step("elder index", lambda session: rebuild_elders(session, lambda _: None))
    step("order index", lambda session: rebuild_orders(session, lambda _: None))
    step("call index", lambda session: rebuild_calls(session, lambda _: None))
    step("analyze", analyze)


def populate_orders(database: Database, elders: int, plan: OrderPlan, seed: int = 1) -> None:
    """Orders alone, with elders for them: nothing by which they are found, and no totals."""
    random = np.random.default_rng(seed)

    def work(session: Session) -> None:
        make_services(session)
        first = (session.exec(select(func.max(Elder.id))).one() or 0) + 1
        people = make_elders(session, random, ElderPlan(elders, first, communities(session, elders // 40), plan.now))
        with without_indexes(session, "service_order"):
            make_orders(session, random, people, plan)
        analyze(session)

    database.writing(work)


def _present(session: Session, random: np.random.Generator) -> Population:
    rows = session.exec(select(Elder).where(col(Elder.archived_at).is_(None)).order_by(col(Elder.id))).all()
    return Population(
        ids=[row.id or 0 for row in rows],
        names=[row.name for row in rows],
        phones=[row.numbers.split(" ", 1)[0] for row in rows],
        addresses=[row.address for row in rows],
        org_ids=[row.org_id for row in rows],
        weights=random.gamma(0.8, 1.0, len(rows)),
    )


def _agents(session: Session, sizes: Sizes) -> list[str]:
    known = session.exec(select(Account.agent_number).where(col(Account.agent_number).is_not(None))).all()
    return sorted(filter(None, known)) or [str(1001 + at) for at in range(sizes.agents)]


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


def main() -> None:
    """Fill the configured database."""
    parser = argparse.ArgumentParser(description="Fill the database with made-up elders, orders and calls.")
    parser.add_argument("--elders", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--calls", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    url = load_settings().effective_database_url
    migrate(url)
    database = Database(url)
    try:
        sizes = Sizes(chosen.elders, chosen.orders, chosen.calls)
        populate(database, sizes, chosen.seed, datetime.now(UTC), _to_stderr)
    finally:
        database.close()


if __name__ == "__main__":
    main()
