import asyncio

import pytest

from telephony.bus import MemoryBus
from telephony.errors import ApplicationReplacedError
from telephony.types import SeatState
from telephony.views import Patch
from tests.integration.api.conftest import DEMO_PASSWORD, QuietPbx, filled, settings  # noqa: F401 -- fixtures
from tests.integration.services.records import call, seat
from tests.unit.services.seats import seat as seat_view
from xktcc_app import bootstrap
from xktcc_app.config import ConfigError
from xktcc_app.data_dir import JOURNAL
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.record_writer import RecordWriter


async def test_a_restart_goes_on_where_the_killed_run_stopped(settings, locked_file):  # noqa: F811 -- the fixture is imported by its name
    # a run is killed while its records can't be written
    database = Database(settings.effective_database_url, busy_timeout_ms=50)
    with locked_file(settings.data_dir / "xktcc.db"):
        killed = RecordWriter(database, settings.data_dir / JOURNAL)
        killed.put(call("c1"))
        killed.put(seat("1001", state=SeatState.READY, requested="ready"))
    running = await bootstrap.start(settings, QuietPbx())
    assert running.services.bus.seats()["1001"].requested == "ready"
    assert [record.call for record in await running.services.history.open_calls()] in (["c1"], [])
    first = await running.services.sessions.login("supervisor", DEMO_PASSWORD, "10.0.0.1", "")
    await running.stop()
    await running.stop()
    again = await bootstrap.start(settings, QuietPbx())
    assert again.services.sessions.known(first.secret).account == "supervisor"
    assert again.services.organizations.name(again.services.bus.seats()["1001"].profile.org_id) == "临江市呼叫中心"
    assert again.services.organizations.name(None) == ""
    await again.stop()


async def test_a_failed_start_leaves_nothing_running(settings, monkeypatch):  # noqa: F811 -- the fixture is imported by its name
    async def broken(_self):
        raise DatabaseBusyError("test")

    monkeypatch.setattr(bootstrap, "_running", [])
    monkeypatch.setattr(bootstrap.OrganizationService, "load", broken)
    with pytest.raises(DatabaseBusyError):
        await bootstrap.start(settings, QuietPbx())
    with pytest.raises(bootstrap.NotRunningError):
        bootstrap.services()


async def test_a_data_directory_that_is_none_is_named(settings, tmp_path):  # noqa: F811 -- the fixture is imported by its name
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError):
        await bootstrap.start(settings.model_copy(update={"data_dir": tmp_path / "file"}), QuietPbx())


async def test_the_sweep_outlives_a_locked_database(settings, monkeypatch, caplog):  # noqa: F811 -- the fixture is imported by its name
    monkeypatch.setattr(bootstrap, "SWEEP_S", 0.01)
    running = await bootstrap.start(settings, QuietPbx())
    swept = asyncio.Event()
    outcomes = iter([DatabaseBusyError("test")])

    async def sweep():
        for error in outcomes:
            raise error
        swept.set()

    monkeypatch.setattr(running.services.sessions, "sweep", sweep)
    async with asyncio.timeout(3):
        await swept.wait()
    assert "not swept" in caplog.text
    await running.stop()


@pytest.mark.parametrize(
    ("state", "live"),
    [(SeatState.TALKING, True), (SeatState.HOLD, True), (SeatState.ALERTING, True), (SeatState.WRAP_UP, False)],
)
def test_which_seats_have_a_live_call(state, live):
    bus = MemoryBus()
    bus.publish(Patch(seats=(seat_view("1001", state),)))
    assert bootstrap._has_live_call(bus, "1001") is live
    assert not bootstrap._has_live_call(bus, "1002")


@pytest.mark.parametrize(
    ("failure", "ends"),
    [(RuntimeError("a fault of ours"), True), (ApplicationReplacedError("taken over"), False)],
    ids=["a fault", "taken over"],
)
async def test_a_call_control_that_ends_by_a_fault_ends_the_program(settings, failure, ends):  # noqa: F811 -- the fixture is imported by its name
    class Failing(QuietPbx):
        async def events(self):
            raise failure
            yield

    told = asyncio.Event()
    running = await bootstrap.start(settings, Failing(), on_fault=told.set)
    assert running._control_task
    await asyncio.wait({running._control_task}, timeout=3)
    assert not running.control_runs
    assert told.is_set() is ends
    await running.stop()
