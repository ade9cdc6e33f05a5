from datetime import UTC, datetime

import pytest

from telephony.types import CallOutcome, Cause, SeatState, Side
from tests.integration.services.records import T0, call, recording, seat, step
from xktcc_app.domain.audit import AuditAction, AuditEntry
from xktcc_app.services import journal as module
from xktcc_app.services.journal import Journal, from_line, to_line

EVERY_KIND = [
    call(outcome=CallOutcome.ANSWERED, cause=Cause.NORMAL, cleared_by=Side.AGENT, talk_s=1.5, valid=True, ended_at=T0),
    step(kind="rang", device="1001"),
    recording(duration_s=2.25, finished_at=T0, complete=False),
    seat(state=SeatState.WRAP_UP, wrap_up_until=T0, by="supervisor", reason="forced"),
    AuditEntry("k", datetime(2026, 1, 1, tzinfo=UTC), AuditAction.LOGIN, "管理员\n", 1, detail={"a": "b"}),
]


@pytest.mark.parametrize("record", EVERY_KIND, ids=lambda record: type(record).__name__)
def test_a_line_gives_its_record_back(record):
    line = to_line(record)
    assert line.count(b"\n") == 1
    assert from_line(line) == record


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"Robot {}\n", b"CallRecord {}\n", to_line(call())[:-1], to_line(call())[:20]]
)
def test_half_a_line_is_no_record(line):
    with pytest.raises(ValueError, match=r".*"):
        from_line(line)


def test_what_was_appended_is_there_for_the_next_run(tmp_path):
    Journal(tmp_path)  # killed: never closed
    second = Journal(tmp_path)
    for record in EVERY_KIND:
        second.append(record)
    third = Journal(tmp_path)
    assert list(third.left_over()) == EVERY_KIND
    third.append(call("c2"))
    assert list(Journal(tmp_path).left_over()) == [*EVERY_KIND, call("c2")]


def test_the_torn_end_of_a_killed_run_is_passed_over(tmp_path, caplog):
    first = Journal(tmp_path)
    first.append(call("c1"))
    first.append(call("c2"))
    path = next(tmp_path.glob("records-*"))
    path.write_bytes(path.read_bytes()[:-5])
    assert list(Journal(tmp_path).left_over()) == [call("c1")]
    assert "not whole" in caplog.text
    assert "13800001111" not in caplog.text


def test_written_segments_go(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SEGMENT_BYTES", 400)
    journal = Journal(tmp_path)
    first = journal.segment
    for number in range(6):
        journal.append(call(f"c{number}"))
    assert journal.segment > first
    journal.written_before(journal.segment)
    left = len(list(tmp_path.iterdir()))
    journal.all_written()
    journal.close()
    assert (left, list(tmp_path.iterdir())) == (1, [])
