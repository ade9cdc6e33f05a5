"""The three record lists at a city's scale, on SQLite and on PostgreSQL; the peer is LIKE and count(*) over the same tables.

``python -m bench.lists --elders 20000`` makes a smaller city (two orders and five calls an elder); ``BENCH_ELDERS`` does so for
``make bench``. With ``--keep DIRECTORY`` the cities stay there, and a later run measures them again without making them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlmodel import Session, col, select

from bench import list_cases, lists_live, postgres
from bench.list_cases import NOW, Case, Places, Query
from bench.lists_plain import plain
from bench.measures import percentile, show
from xktcc_app.domain.data_scope import EVERYTHING
from xktcc_app.domain.list_queries import (
    NEWEST_CALLS,
    NEWEST_ELDERS,
    NEWEST_ORDERS,
    CallQuery,
    ElderQuery,
    OrderQuery,
)
from xktcc_app.domain.paging import Page
from xktcc_app.generator.populate import Sizes, populate
from xktcc_app.migrate import migrate
from xktcc_app.models.elder import Elder
from xktcc_app.models.order import ServiceOrder
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.call_list import CallList
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.finder import Found
from xktcc_app.repositories.order_list import OrderList
from xktcc_app.services.database import Database

ELDERS = int(os.environ.get("BENCH_ELDERS", "1000000"))
ROUNDS = 3
PLAIN_S = 2.5
"""So long the plain way is given for each case: it takes seconds a query, and some of its queries tell enough."""
TOO_LONG_MS = 50
PEER = "LIKE and count(*)"
PARTS = ("alone", "live")
TOKENS = ("elder_token", "order_token", "call_token")
RECORDS = ("elder", "service_order", "call")
ROLLUPS = ("call_rollup", "order_rollup", "facet_count")


def look_up(session: Session, query: Query, page: Page) -> Found:
    """A page as the services fetch it: keys, total and rows."""
    match query:
        case ElderQuery():
            found = ElderList(session, EVERYTHING, NOW.date()).find(query, NEWEST_ELDERS, page)
            session.exec(select(Elder).where(col(Elder.id).in_(found.keys))).all()
        case OrderQuery():
            found = OrderList(session, EVERYTHING).find(query, NEWEST_ORDERS, page)
            session.exec(select(ServiceOrder).where(col(ServiceOrder.id).in_(found.keys))).all()
        case CallQuery():
            listed = CallList(session, EVERYTHING)
            found = listed.find(query, NEWEST_CALLS, page)
            listed.by_keys(found.keys)
    return found


def last_page(database: Database, query: Query) -> int:
    """The number of the last page that can be turned to."""
    found = database.reading(lambda session: look_up(session, query, Page()))
    return max(-(-found.total // Page().size), 1)


def took_ms(database: Database, work: Callable[[Session], Any]) -> float:
    """How long ``work`` takes in a session of its own."""
    began = time.perf_counter()
    database.reading(work)
    return (time.perf_counter() - began) * 1000


def measure(database: Database, name: str, case: Case) -> tuple[list[float], list[float]]:
    """Show a case beside the plain way: every page in ``ROUNDS``; the plain way once, and not all of it when it takes long."""
    ours: list[float] = []
    theirs: list[float] = []
    for query in case.queries:
        last = last_page(database, query)
        for number in dict.fromkeys(min(page, last) for page in case.pages):
            page = Page(number)
            taken = [took_ms(database, lambda s, q=query, p=page: look_up(s, q, p)) for _ in range(ROUNDS)]
            if min(taken) > TOO_LONG_MS:
                sys.stderr.write(f"{name}: {min(taken):.0f} ms for page {number} of {_told(query)}\n")
            ours += taken
            if sum(theirs) < PLAIN_S * 1000:
                theirs.append(took_ms(database, lambda s, q=query, p=page: plain(s, q, p)))
    for share in (50, 95):
        show(f"{name}_p{share}: {case.name}", percentile(ours, share), "ms", PEER, percentile(theirs, share))
    return ours, theirs


def _told(query: Query) -> dict[str, object]:
    return {name: value for name, value in asdict(query).items() if value not in ("", None, (), False)}


def measure_all(name: str, database: Database) -> None:
    """Every case, and all of them as one."""
    ours: list[float] = []
    theirs: list[float] = []
    for case in list_cases.cases(database.reading(_places)):
        mine, plainly = measure(database, name, case)
        ours += mine
        theirs += plainly
    for share in (50, 95, 99):
        show(f"{name}_p{share}", percentile(ours, share), "ms", PEER, percentile(theirs, share))


def _places(session: Session) -> Places:
    first = {
        kind: session.exec(select(Organization.id).where(Organization.kind == kind).limit(1)).one() or 0
        for kind in ("community", "district")
    }
    return Places(**first)


def show_sizes(name: str, database: Database) -> None:
    """What tables, their indexes, tokens and rollups take on disk, in MB."""
    read = _sqlite_sizes if database.is_sqlite else _postgres_sizes
    sizes = database.reading(read)
    for part, size in sizes.items():
        show(f"{name}_disk_{part}", size / 1e6, "MB")


def _sqlite_sizes(session: Session) -> dict[str, int]:
    rows = session.execute(text("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE")).all()
    sizes = {"whole_database": sum(size for _, size in rows)}
    # a token index is several tables; "…_data" is nearly all of it
    sizes |= {index: sum(size for name, size in rows if name.startswith(index)) for index in TOKENS}
    sizes |= {name: size for name, size in rows if name in ROLLUPS}
    for table in RECORDS:
        sizes[f"{table}_indexes"] = sum(size for name, size in rows if name.startswith(f"ix_{table}_"))
    return sizes


def _postgres_sizes(session: Session) -> dict[str, int]:
    def size(what: str, name: str) -> int:
        return session.execute(text(f"SELECT {what}('\"{name}\"')")).scalar_one()

    sizes = {"whole_database": session.execute(text("SELECT pg_database_size(current_database())")).scalar_one()}
    sizes |= {name: size("pg_total_relation_size", name) for name in (*TOKENS, *ROLLUPS)}
    return sizes | {f"{name}_indexes": size("pg_indexes_size", name) for name in RECORDS}


@contextmanager
def sqlite_address(home: Path) -> Iterator[str]:
    """A file."""
    yield f"sqlite:///{home / 'lists.db'}"


def run_on(name: str, url: str, elders: int) -> None:
    """Make the city if it is not there, then measure it."""
    migrate(url)
    database = Database(url)
    sizes = Sizes(elders, elders * 2, elders * 5, communities=min(max(elders // 2000, 20), 500))
    try:
        if database.reading(lambda session: session.exec(select(Elder.id).limit(1)).first()) is None:
            began = time.monotonic()
            populate(database, sizes, 1, NOW)
            made = sizes.elders + sizes.orders + sizes.calls
            show(f"{name}_made", time.monotonic() - began, f"s for {made} records")
            database = _settled(database, url)
        show_sizes(name, database)
        measure_all(name, database)
    finally:
        database.close()


def _settled(database: Database, url: str) -> Database:
    """As a database is some time after it was filled: its log written back, or its pages known to be visible to all."""
    database.close()
    if not database.is_sqlite:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    return Database(url)


def _open_folder() -> str:
    """A folder that the database's own user can enter."""
    folder = tempfile.mkdtemp(prefix="xktcc-lists-")
    Path(folder).chmod(0o755)
    return folder


ADDRESSES: Mapping[str, Callable[[Path], AbstractContextManager[str]]] = {
    "sqlite": sqlite_address,
    "postgres": postgres.server,
}


def run(
    elders: int = ELDERS, only: Sequence[str] = tuple(ADDRESSES), parts: Sequence[str] = PARTS, keep: str = ""
) -> None:
    """On each database: the lists by themselves (``alone``), then the whole program with people at lists and wall (``live``)."""
    for kind in only:
        home = Path(keep or _open_folder()) / kind
        home.mkdir(parents=True, exist_ok=True)
        name = f"lists_{kind}"
        try:
            with ADDRESSES[kind](home) as url:
                if "alone" in parts:
                    run_on(name, url, elders)
                if "live" in parts:
                    lists_live.run_on(name, url, elders)
        finally:
            if not keep:
                shutil.rmtree(home.parent, ignore_errors=True)


def main() -> None:
    """As told by the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=ELDERS)
    parser.add_argument("--only", choices=ADDRESSES, nargs="*", default=list(ADDRESSES))
    parser.add_argument("--parts", choices=PARTS, nargs="*", default=list(PARTS))
    parser.add_argument("--keep", default="", help="a directory where the cities stay, and are found again")
    told = parser.parse_args()
    run(told.elders, told.only, told.parts, told.keep)


if __name__ == "__main__":
    main()
