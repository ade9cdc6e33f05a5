"""A centre in which nobody does anything by themselves: the demo's accounts, with agents whom an earlier run left ready."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from telephony.records import SeatStateRecord
from telephony.types import AgentId, AgentState, DeviceId, SeatState
from tests.support.program import ADMIN_PASSWORD, DEMO_PASSWORD, Program
from xktcc_app.config import Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.first_start import prepare_accounts
from xktcc_app.migrate import migrate
from xktcc_app.repositories.records import write_records
from xktcc_app.services.database import Database

FIRST = 1001


def quiet_program(folder: Path, seats: int, **settings: str) -> Program:
    """A program over a filled data directory, not started: every phone waits for hands; all agents but 1001 and 1002 are ready."""
    data_dir = prepare_data_dir(folder / "data")
    filled = Settings(
        data_dir=data_dir, demo=True, demo_seats=seats, demo_password=DEMO_PASSWORD, admin_password=ADMIN_PASSWORD
    )
    migrate(filled.effective_database_url)
    prepare_accounts(filled)
    leave_ready(filled.effective_database_url, [str(FIRST + place) for place in range(2, seats)])
    quiet = {"XKTCC_DEMO": "0", "XKTCC_DEMO_SEATS": str(seats), "XKTCC_RING_TIMEOUT_S": "60", "XKTCC_WRAP_UP_S": "0"}
    quiet["XKTCC_PBX_KEEPS_RECORDINGS"] = "1"  # what the exchange recorded is compared with what the program says of it
    return Program(data_dir, {**quiet, **settings})


def leave_ready(url: str, agents: list[str]) -> None:
    """As if an earlier run had left these agents ready."""
    now, ready = datetime.now(UTC), AgentState.READY.value
    records = [
        SeatStateRecord(AgentId(agent), now, SeatState.READY, None, ready, None, DeviceId(agent), None)
        for agent in agents
    ]
    database = Database(url)
    database.writing(lambda session: write_records(session, records))
    database.close()
