"""The whole program over a city's records: 20 people at the lists while the wall runs, and an import while both go on.

The wall is measured by itself first, in the same run: what the lists cost it shows as the ratio.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
from sqlmodel import Session

from bench.list_cases import NOW
from bench.measures import Child, await_port, child, memory_mb, percentile, show
from bench.wall import RATE, SEATS, Run, drive
from tests.support.program import ADMIN_PASSWORD, DEMO_PASSWORD, Program, free_port
from xktcc_app.config import Settings
from xktcc_app.domain.id_card import check_sign
from xktcc_app.first_start import prepare_accounts, token_cipher
from xktcc_app.generator.names import draw_names
from xktcc_app.models.account import Account
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories.organizations import all_organizations
from xktcc_app.services.database import Database
from xktcc_app.services.passwords import PasswordHasher

USERS = 20
WATCHERS = 10
SECONDS = 15.0
IMPORTED = 100_000
POLL_S = 0.5


def run_on(name: str, url: str, elders: int) -> None:
    """Measure over the city at ``url``."""
    source_port = free_port()
    with child("bench.source", source_port, SEATS), tempfile.TemporaryDirectory() as folder:
        await_port(source_port)
        program = _program(url, source_port, Path(folder) / "data")
        program.start(600)
        try:
            _measure(name, program, source_port, min(IMPORTED, elders // 10))
        finally:
            program.stop()


def _program(url: str, source_port: int, data_dir: Path) -> Program:
    data_dir.mkdir(parents=True, exist_ok=True)
    _staff(Settings(data_dir=data_dir, database_url=url, demo=False, admin_password=ADMIN_PASSWORD))
    return Program(
        data_dir,
        {
            "XKTCC_DATABASE_URL": url.replace("postgresql+psycopg", "postgresql"),
            "XKTCC_ARI_URL": f"http://127.0.0.1:{source_port}",
            "XKTCC_ARI_PASSWORD": "bench",
            "XKTCC_DEMO": "0",
        },
    )


def _staff(settings: Settings) -> None:
    """A supervisor, and an agent with a phone for each seat; the administrator has a password that holds."""
    prepare_accounts(settings)
    database, hasher, cipher = Database(settings.effective_database_url), PasswordHasher(), token_cipher(settings)
    hashed = hasher.hash_now(DEMO_PASSWORD)

    def fill(session: Session) -> None:
        admin = accounts_repo.by_name(session, "admin")
        assert admin
        admin.must_change_password, admin.password_hash = False, hashed
        if accounts_repo.by_name(session, "supervisor") is not None:
            return
        home = all_organizations(session)[0].id
        shared = {"password_hash": hashed, "org_id": home, "created_at": NOW}
        accounts_repo.add_account(session, Account(account="supervisor", name="周敏", **shared), "supervisor")
        for number in map(str, range(1001, 1001 + SEATS)):
            seat = {"agent_number": number, "phone_id": number, "phone_token": cipher.encrypt(number)}
            accounts_repo.add_account(session, Account(account=number, name=f"坐席{number}", **seat, **shared), "agent")

    database.writing(fill)
    database.close()
    hasher.close()


def _log_in(program: Program, account: str) -> str:
    form = {"account": account, "password": DEMO_PASSWORD}
    answer = httpx.post(f"{program.url}/login", data=form, timeout=20)
    return f"xktcc_session={answer.cookies['xktcc_session']}"


def _measure(name: str, program: Program, source_port: int, imported: int) -> None:
    assert program.process
    server, cookie, url = program.process.pid, _log_in(program, "supervisor"), program.url.replace("http", "ws")
    with child("bench.clients", "wall", url, WATCHERS, cookie) as wall:
        assert wall.line() == "ready"
        drive(source_port, wall, server, RATE, 3)  # warm
        alone = drive(source_port, wall, server, RATE, SECONDS)
        with child("bench.list_users", url, USERS, cookie) as users:
            assert users.line() == "ready"
            drive(source_port, wall, server, RATE, 3)  # warm
            users.ask()
            beside = drive(source_port, wall, server, RATE, SECONDS)
            _show_answers(f"{name}_{USERS}_people", users.ask())
            _show_wall(f"{name}_wall_beside_{USERS}_people", beside, alone)
            show(f"{name}_memory", memory_mb(server), "MB")
            _import(name, program, (source_port, wall, users), imported)


def _show_answers(name: str, taken: list[float]) -> None:
    show(f"{name}_answers", len(taken), "answers")
    for share in (50, 95, 99):
        show(f"{name}_p{share}", percentile(taken, share), "ms")


def _show_wall(name: str, beside: Run, alone: Run) -> None:
    for share in (50, 95):
        show(f"{name}_p{share}", *_both(beside, alone, share))
    show(f"{name}_cpu", beside.cpu, "% of a core", "nobody at the lists", alone.cpu)


def _both(beside: Run, alone: Run, share: int) -> tuple[float, str, str, float]:
    return (
        percentile(beside.latencies, share),
        "ms",
        "nobody at the lists",
        percentile(alone.latencies, share),
    )


def _import(name: str, program: Program, others: tuple[int, Child, Child], rows: int) -> None:
    """Check a file, then store it; people query and the wall runs meanwhile."""
    source_port, wall, users = others
    assert program.process
    client = httpx.Client(
        base_url=program.url, headers={"Cookie": _log_in(program, "admin"), "Origin": program.url}, timeout=60
    )
    sent = client.post("/api/imports", content=_table(rows).encode(), params={"lang": "zh"})
    job = sent.raise_for_status().json()["id"]
    show(f"{name}_import_checked", rows / _until(client, job, "checked", rows), f"rows/s of {rows}")
    users.ask()
    began = time.monotonic()
    client.post(f"/api/imports/{job}/store").raise_for_status()
    during = drive(source_port, wall, program.process.pid, RATE, SECONDS)
    _until(client, job, "stored", rows)
    show(f"{name}_import_stored", rows / (time.monotonic() - began), f"rows/s of {rows}")
    _show_answers(f"{name}_{USERS}_people_beside_import", users.ask())
    show(f"{name}_wall_beside_import_p95", percentile(during.latencies, 95), "ms")
    client.close()


def _until(client: httpx.Client, job: str, state: str, rows: int) -> float:
    """Seconds until the import stands there; every row must be good."""
    began = time.monotonic()
    while (told := client.get(f"/api/imports/{job}").raise_for_status().json())["state"] != state:
        if told["state"] == "failed":
            raise RuntimeError(f"the import failed: {told['code']} {told['reason']}")
        time.sleep(POLL_S)
    if told["good"] != rows:
        raise RuntimeError(f"{told['good']} of {rows} rows are good: {told['told'][:3]}")
    return time.monotonic() - began


def _table(rows: int) -> str:
    return "\n".join(("姓名,性别,出生日期,身份证号,电话,地址,老人类型", *_lines(rows)))


def _lines(rows: int) -> Iterator[str]:
    random = np.random.default_rng(5)
    women = random.random(rows) < 0.5
    begin = time.time_ns() % 1_000_000_000
    for at, name in enumerate(draw_names(random, women)):
        born = f"19{at % 40 + 20}{at % 12 + 1:02d}{at % 28 + 1:02d}"
        first = f"44{begin % 90 + 10:02d}{at // 500 % 90 + 10:02d}{born}{at % 499 * 2 + (not women[at]):03d}"
        phone = f"16{(begin + at) % 1_000_000_000:09d}"
        sign = check_sign(first)
        yield f"{name},{'女' if women[at] else '男'},{born[:4]}-{born[4:6]}-{born[6:]},{first}{sign},{phone},测试路{at}号,高龄"
