import hashlib
import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.errors import NoSuchCallError, PbxRefusedError, PbxUnreachableError
from telephony.types import CallOutcome
from tests.integration.services.records import T0, call, recording
from tests.unit.domain.test_recordings import wav
from xktcc_app.domain.audit import AuditAction
from xktcc_app.models.call import LegalHold, Recording
from xktcc_app.repositories.records import write_records
from xktcc_app.services.audit import AuditService
from xktcc_app.services.recording_check import RecordingCheck
from xktcc_app.services.recording_files import OutsideError, RecordingFiles
from xktcc_app.services.recording_keeper import KeepingRules, KeepingSurroundings, RecordingKeeper

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Pbx:
    """What a PBX has stored, in memory."""

    def __init__(self):
        self.files, self.failure, self.deleted = {}, None, []

    async def names(self):
        if self.failure:
            raise self.failure
        return sorted(self.files)

    async def fetch(self, name, into):
        if self.failure:
            raise self.failure
        if name not in self.files:
            raise NoSuchCallError("not there")
        into.write_bytes(self.files[name])

    async def delete(self, name):
        self.deleted.append(name)
        self.files.pop(name, None)

    def call_of(self, name):
        return name.removeprefix("xk-")


class House:
    def __init__(self, database, folder):
        self.database, self.pbx, self.entries, self.now = database, Pbx(), [], T0 + 10 * MINUTE
        self.files = RecordingFiles(folder)
        sink = type("Sink", (), {"put": lambda _, entry: self.entries.append(entry)})()
        clock = lambda: self.now  # noqa: E731 -- a clock is a function without a name
        around = KeepingSurroundings(database, self.files, self.pbx, AuditService(sink), clock)
        self.keeper = RecordingKeeper(around, KeepingRules(ZONE, days=30))
        self.check = RecordingCheck(database, self.files, self.pbx, clock)

    def recorded(self, name="xk-c1", data=None, **changes):
        values = {"finished_at": T0 + MINUTE, "duration_s": 2.0, "complete": True, "call": name.removeprefix("xk-")}
        record = recording(name, **(values | changes))
        self.database.writing(lambda session: write_records(session, [record]))
        if data is not None:
            self.pbx.files[name] = data

    def row(self, name="xk-c1"):
        return self.database.reading(lambda session: session.get(Recording, name))


@pytest.fixture
def house(any_database, tmp_path):
    return House(any_database, tmp_path / "kept")


async def test_a_recording_is_fetched_checked_and_put_in_its_place(house):
    house.recorded(data=wav(2))
    assert await house.keeper.keep_pending() == 1
    row = house.row()
    assert (row.state, row.fault, row.path, row.length_s) == ("good", "", "2026/11/23/xk-c1.wav", 2)
    assert (row.size, row.sha256) == (len(wav(2)), hashlib.sha256(wav(2)).hexdigest())
    assert house.files.at(row.path).read_bytes() == wav(2)
    assert house.pbx.files == {}
    assert await house.keeper.keep_pending() == 0


async def test_one_that_runs_is_left_alone(house):
    house.recorded(finished_at=None, data=wav(0))
    assert await house.keeper.keep_pending() == 0
    assert house.row().state == "pending"


@pytest.mark.parametrize(
    ("data", "changes", "state", "fault"),
    [
        (wav(0), {}, "broken", "empty"),
        (b"", {}, "broken", "empty"),
        (b"<html>" + bytes(9000), {}, "broken", "not_sound"),
        (wav(2, declared=0), {}, "good", "header"),
        (wav(9)[:40_000], {"duration_s": 9.0}, "cut", "short"),
        (wav(2), {"complete": False}, "cut", "interrupted"),
    ],
)
async def test_a_broken_file_is_mended_or_marked(house, data, changes, state, fault):
    house.recorded(data=data, **changes)
    await house.keeper.keep_pending()
    row = house.row()
    assert (row.state, row.fault) == (state, fault)
    if row.path:
        assert house.files.checksum_of(row.path) == row.sha256
    assert (await house.check.check(deep=True)).sound


async def test_a_name_that_leads_elsewhere_is_no_file(house):
    house.recorded("../../xk-c1", data=wav(2))
    await house.keeper.keep_pending()
    assert (house.row("../../xk-c1").state, house.row("../../xk-c1").fault) == ("broken", "bad_name")
    for path in ("../x", "/etc/passwd", "", "2026/../../x"):
        with pytest.raises(OutsideError):
            house.files.at(path)


async def test_what_the_pbx_has_not_yet_is_asked_for_again_and_then_missing(house):
    house.now = T0 + MINUTE
    house.recorded()
    assert await house.keeper.keep_pending() == 0
    assert (house.row().state, house.row().tries) == ("pending", 1)
    house.pbx.files["xk-c1"] = wav(2)
    assert await house.keeper.keep_pending() == 0  # its time has not come
    house.now += 11 * MINUTE
    assert await house.keeper.keep_pending() == 1
    house.recorded("xk-c2")
    house.now += DAY
    while house.row("xk-c2").state == "pending":
        await house.keeper.keep_pending()
    assert house.row("xk-c2").state == "missing"
    assert (await house.check.check()).orphans["lost"] == 1


async def test_a_pbx_that_is_away_costs_no_try_and_a_refusal_holds_up_nobody(house):
    house.recorded(data=wav(2))
    house.pbx.failure = PbxUnreachableError("away")
    with pytest.raises(PbxUnreachableError):
        await house.keeper.keep_pending()
    house.pbx.failure = PbxRefusedError("no", 500)
    assert await house.keeper.keep_pending() == 0
    house.pbx.failure = None
    assert await house.keeper.keep_pending() == 1


async def test_a_record_written_again_leaves_the_file_known(house):
    house.recorded(data=wav(2))
    await house.keeper.keep_pending()
    house.recorded()
    assert house.row().state == "good"
    assert house.row().path


async def test_retention_spares_what_is_held(house):
    for name in ("xk-c1", "xk-c2"):
        house.recorded(name, data=wav(2))
    await house.keeper.keep_pending()
    hold = LegalHold(call_id="c2", placed_at=T0, placed_by="boss", reason="投诉")
    house.database.writing(lambda session: session.add(hold))
    assert await house.keeper.expire() == 0
    path = house.row().path
    house.now = T0 + 31 * DAY
    assert await house.keeper.expire() == 1
    assert (house.row().state, house.row().path) == ("expired", "")
    assert house.files.size_of(path) is None
    assert house.files.size_of(house.row("xk-c2").path) == len(wav(2))
    assert [(entry.action, entry.account, entry.detail["count"]) for entry in house.entries] == [
        (AuditAction.RECORDINGS_EXPIRED, "system", "1")
    ]
    assert (await house.check.check(deep=True)).sound


async def test_pairing_finds_what_does_not_fit_both_ways(house):
    for name in ("xk-c1", "xk-c2", "xk-c3", "xk-c4"):
        house.recorded(name, data=wav(2))
    await house.keeper.keep_pending()
    house.files.remove(house.row("xk-c1").path)
    house.files.at(house.row("xk-c2").path).write_bytes(wav(1))
    turned = bytearray(wav(2))
    turned[100] ^= 1
    house.files.at(house.row("xk-c3").path).write_bytes(turned)
    stray = house.files.folder / "2026/11/23/xk-nobody.wav"
    stray.write_bytes(wav(1))
    old = (T0 - DAY).timestamp()
    os.utime(stray, (old, old))
    report = await house.check.check()
    assert (report.missing, report.altered, report.strays) == (["xk-c1"], ["xk-c2"], ["2026/11/23/xk-nobody.wav"])
    assert (report.checked, report.sound) == (4, False)
    assert (await house.check.check(deep=True)).altered == ["xk-c2", "xk-c3"]


async def test_recordings_that_nobody_noted_are_taken_up_or_told(house):
    records = [
        call("c1", answered_at=T0, ended_at=T0 + MINUTE, outcome=CallOutcome.ANSWERED),
        call("c2", answered_at=T0),
        call("c3", answered_at=T0, ended_at=T0 + MINUTE, outcome=CallOutcome.ANSWERED),
    ]
    house.database.writing(lambda session: write_records(session, records))
    house.pbx.files = {"xk-c1": wav(2), "xk-c2": wav(0), "xk-c9": wav(2)}
    house.now = T0 + 60 * MINUTE
    report = await house.check.check()
    assert (report.adopted, report.foreign, report.unrecorded) == (["xk-c1"], ["xk-c9"], ["c3"])
    assert await house.keeper.keep_pending() == 1
    assert house.row().state == "good"
    house.pbx.failure = PbxUnreachableError("away")
    assert (await house.check.check()).pbx_seen is False


def test_what_was_not_finished_goes(house):
    draft = house.files.unfinished("xk-c1")
    draft.write_bytes(b"half")
    house.files.tidy()
    assert not draft.exists()
    assert list(house.files.paths()) == []
