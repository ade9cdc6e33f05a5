"""The program that the browser visits: nobody in it does anything by themselves, and its exchange is at hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from telephony.records import SeatStateRecord
from telephony.types import AgentId, AgentState, DeviceId, SeatState
from tests.support.program import ADMIN_PASSWORD, DEMO_PASSWORD, Program
from xktcc_app.config import Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.first_start import prepare_accounts
from xktcc_app.migrate import migrate
from xktcc_app.repositories.records import write_records
from xktcc_app.services.database import Database

SEATS = 16
PEOPLE = ("1001", "1002", "1003")
"""Agents whom an earlier run left logged off; the others are ready, and their phones wait for hands."""
READY = tuple(str(1001 + place) for place in range(len(PEOPLE), SEATS))
KEEPER = "keeper"
"""A supervisor as whom no test logs in: it puts the centre back between two of them."""
RING_TIMEOUT_S = 12
WRAP_UP_S = 20

_addresses = count(1)


def fresh_address() -> str:
    """An address of its own for each visitor, so that one who guesses passwords does not slow the others."""
    place = next(_addresses)
    return f"198.51.{100 + place // 250}.{place % 250 + 1}"


@dataclass
class Centre:
    """The running program. ``passwords`` are the ones that hold now."""

    program: Program
    passwords: dict[str, str] = field(default_factory=dict)

    @classmethod
    def opened(cls, folder: Path, **more: str) -> Centre:
        """Fill a data directory and start a program over it."""
        data_dir = prepare_data_dir(folder / "data")
        filled = Settings(
            data_dir=data_dir,
            demo=True,
            demo_seats=SEATS,
            demo_password=DEMO_PASSWORD,
            admin_password=ADMIN_PASSWORD,
        )
        migrate(filled.effective_database_url)
        prepare_accounts(filled)
        _settle_accounts(data_dir / "xktcc.db")
        _leave_ready(filled.effective_database_url)
        settings = {
            "XKTCC_DEMO": "0",
            "XKTCC_DEMO_SEATS": str(SEATS),
            "XKTCC_RING_TIMEOUT_S": str(RING_TIMEOUT_S),
            "XKTCC_WRAP_UP_S": str(WRAP_UP_S),
            "XKTCC_TRUST_PROXY": "1",
            "XKTCC_LOCK_AFTER": "6",
            **more,
        }
        program = Program(data_dir, settings)
        program.start(within_s=240)
        return cls(program, {"admin": ADMIN_PASSWORD})

    @property
    def url(self) -> str:
        return self.program.url

    def password_of(self, account: str) -> str:
        return self.passwords.get(account, DEMO_PASSWORD)

    def post(self, path: str, cookie: str = "", address: str = "", **form: str) -> httpx.Response:
        """Send a form as the program's own page would."""
        headers = {"Origin": self.url, "X-Forwarded-For": address or fresh_address()}
        if cookie:
            headers["Cookie"] = f"xktcc_session={cookie}"
        return httpx.post(f"{self.url}{path}", data=form, headers=headers, timeout=10)

    def log_in(self, account: str, address: str = "") -> str:
        """The cookie of a new session; it pushes the account's earlier one out."""
        answer = self.post("/login", address=address, account=account, password=self.password_of(account))
        assert answer.headers["location"] == "/", f"{account} could not log in"
        return answer.cookies["xktcc_session"]

    def change(self, sql: str, *values: object) -> None:
        """What no page can do yet, done in the database."""
        _change(self.program.data_dir / "xktcc.db", sql, *values)

    def demand_new_password(self, account: str) -> None:
        self.change("UPDATE account SET must_change_password = 1 WHERE account = ?", account)

    # -- the exchange

    def lab(self, method: str, path: str, **body: object) -> Any:
        answer = self.program.lab(method, path, **body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def call(self, number: str, to: str, **more: object) -> str:
        """Somebody outside dials; returns the call."""
        return self.lab("POST", "/calls", **{"from": number, "to": to, **more})["id"]

    def answer(self, phone: str) -> None:
        self.lab("POST", f"/phones/{phone}/answer")

    def truth(self) -> dict[str, Any]:
        return self.lab("GET", "/state")

    def calm_down(self) -> None:
        """Everybody outside hangs up, every phone is back."""
        state = self.truth()
        for ident, leg in state["channels"].items():
            if leg["kind"] == "trunk":
                self.program.lab("DELETE", f"/calls/{ident}")
        for ident, phone in state["phones"].items():
            if not phone["registered"]:
                self.lab("POST", f"/phones/{ident}/register")


def _change(database: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute(sql, values)


def _settle_accounts(database: Path) -> None:
    """The administrator has a password of their own already; the keeper is one more supervisor."""
    _change(database, "UPDATE account SET must_change_password = 0 WHERE account = 'admin'")
    _change(
        database,
        "INSERT INTO account (account, name, password_hash, must_change_password, active, org_id, created_at, version)"
        " SELECT ?, name, password_hash, 0, 1, org_id, created_at, 1 FROM account WHERE account = 'supervisor'",
        KEEPER,
    )
    _change(
        database,
        "INSERT INTO account_role (account_id, role_id) SELECT kept.id, role_id FROM account AS kept, account AS boss"
        " JOIN account_role ON account_id = boss.id WHERE kept.account = ? AND boss.account = 'supervisor'",
        KEEPER,
    )


def _leave_ready(url: str) -> None:
    now, ready = datetime.now(UTC), AgentState.READY.value
    records = [
        SeatStateRecord(AgentId(agent), now, SeatState.READY, None, ready, None, DeviceId(agent), None)
        for agent in READY
    ]
    database = Database(url)
    database.writing(lambda session: write_records(session, records))
    database.close()
