import os
import signal
import subprocess
import sys
import time

import pytest
from sqlmodel import select

from telephony.types import CallOutcome, SeatState
from tests.integration.services.records import T0, call, recording, seat, step
from xktcc_app.domain.audit import AuditAction
from xktcc_app.models.audit import AuditLog
from xktcc_app.models.call import Call, CallStep, Recording, SeatStateLog
from xktcc_app.services.audit import AuditService
from xktcc_app.services.record_writer import RecordWriter


def until(condition, limit_s=8):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


@pytest.fixture
def writer(database, tmp_path):
    made = RecordWriter(database, tmp_path)
    made.start()
    yield made
    made.close()


def rows(database, table):
    return database.reading(lambda session: list(session.exec(select(table)).all()))


def test_records_are_written_once_and_the_newest_wins(any_database, tmp_path):
    writer = RecordWriter(any_database, tmp_path)
    writer.start()
    for record in (
        call(),
        step(kind="queued"),
        seat(),
        recording(),
        call(agent="1001", answered_at=T0, outcome=CallOutcome.ANSWERED),
        step(kind="queued"),
        step(kind="rang", device="1001"),
        seat(),
        seat(after=1, state=SeatState.TALKING),
        recording(finished_at=T0, complete=True),
    ):
        writer.put(record)
    AuditService(writer).record(AuditAction.SEAT_FORCED, "supervisor", target="1001", forced="busy")
    assert writer.close() == 0
    (stored,) = rows(any_database, Call)
    assert (stored.agent, stored.outcome, stored.started_at, stored.wait_ms) == ("1001", "answered", T0, 0)
    assert [row.kind for row in rows(any_database, CallStep)] == ["queued", "rang"]
    assert [row.state for row in rows(any_database, SeatStateLog)] == ["ready", "talking"]
    assert rows(any_database, Recording)[0].complete
    assert (rows(any_database, AuditLog)[0].target, rows(any_database, AuditLog)[0].detail) == (
        "1001",
        '{"forced": "busy"}',
    )
    assert [path.name for path in tmp_path.glob("records-*")] == []


async def test_a_locked_database_only_delays(writer, database, locked_database):
    with locked_database():
        for number in range(300):
            writer.put(call(f"c{number}"))
            writer.put(seat(after=number))
        until(lambda: writer.depth == 600)
        time.sleep(0.5)  # noqa: ASYNC251 -- longer than the busy timeout, so that a try has failed
        assert writer.depth == 600
        assert writer.held_up_s > 0.3
    await writer.drained()
    assert {row.id for row in rows(database, Call)} == {f"c{number}" for number in range(300)}
    states = rows(database, SeatStateLog)
    assert [row.at for row in sorted(states, key=lambda row: row.id)] == sorted(row.at for row in states)
    assert len(states) == 300


def test_putting_is_quick_while_the_database_is_locked(writer, locked_database):
    with locked_database():
        began = time.perf_counter()
        for number in range(1000):
            writer.put(call(f"c{number}"))
        assert time.perf_counter() - began < 1


def test_a_record_that_the_database_refuses_does_not_hold_up_the_others(writer, database, tmp_path, caplog):
    naive = call("bad", started_at=T0.replace(tzinfo=None))
    for record in (call("c1"), naive, call("c2")):
        writer.put(record)
    until(lambda: writer.depth == 0)
    assert {row.id for row in rows(database, Call)} == {"c1", "c2"}
    assert writer.rejected == 1
    assert (tmp_path / "rejected.jsonl").read_bytes().count(b"\n") == 1
    assert "refuses a record" in caplog.text


def test_what_is_left_at_the_end_is_written_by_the_next_start(database, tmp_path, locked_database):
    first = RecordWriter(database, tmp_path)
    first.start()
    with locked_database():
        first.put(call("c1"))
        first.put(call("c1", answered_at=T0))
        assert first.close(deadline_s=1) == 2
    second = RecordWriter(database, tmp_path)
    assert second.depth == 2
    second.put(call("c1", answered_at=T0, ended_at=T0))
    second.start()
    assert second.close() == 0
    assert rows(database, Call)[0].ended_at == T0
    assert RecordWriter(database, tmp_path).depth == 0


def test_a_full_disk_is_logged_once_and_loses_nothing(writer, database, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer._journal, "append", full)
    for number in range(3):
        writer.put(call(f"c{number}"))
    until(lambda: writer.depth == 0)
    assert len(rows(database, Call)) == 3
    assert caplog.text.count("takes no records") == 1


_KILLED = """
import sys, time
from pathlib import Path
from tests.integration.services.records import call
from xktcc_app.services.database import Database
from xktcc_app.services.record_writer import RecordWriter
writer = RecordWriter(Database(sys.argv[1], busy_timeout_ms=100), Path(sys.argv[2]))
writer.start()
for number in range(50):
    writer.put(call(f"c{number}"))
print("put", flush=True)
time.sleep(60)
"""


def test_a_kill_amid_a_locked_database_loses_no_record(database, sqlite_url, tmp_path, locked_database):
    with locked_database():
        child = subprocess.Popen([sys.executable, "-c", _KILLED, sqlite_url, tmp_path], stdout=subprocess.PIPE)
        assert child.stdout.readline() == b"put\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    assert rows(database, Call) == []
    after = RecordWriter(database, tmp_path)
    after.start()
    assert after.close() == 0
    assert len(rows(database, Call)) == 50
