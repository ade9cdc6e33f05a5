import asyncio

import pytest

from telephony.events import DriverDown
from xktcc_app import bootstrap
from xktcc_app.bootstrap import NotRunningError, services
from xktcc_app.services.clock import utc_now
from xktcc_app.services.errors import DatabaseBusyError


async def until(fact, limit_s=5):
    async with asyncio.timeout(limit_s):
        while not await fact():  # noqa: ASYNC110 -- looked at from outside, like a monitor
            await asyncio.sleep(0.01)


async def test_alive_and_ready(browser):
    assert (await browser.get("/healthz")).status_code == 200

    async def ready():
        return (await browser.get("/readyz")).status_code == 200

    await until(ready)
    body = (await browser.get("/readyz")).json()
    assert body["ready"] is True
    assert body["parts"] == {name: {"ready": True, "remedy": ""} for name in ("database", "bus", "pbx")}


async def test_a_lost_pbx_is_named_with_a_remedy(browser, pbx):
    pbx.inbox.put_nowait(DriverDown(utc_now(), "test"))

    async def unready():
        return (await browser.get("/readyz")).status_code == 503

    await until(unready)
    parts = (await browser.get("/readyz")).json()["parts"]
    assert parts["database"]["ready"] is True
    assert parts["pbx"]["ready"] is False
    assert "restart" in parts["pbx"]["remedy"]


async def test_a_stopped_control_and_a_lost_database_are_named(browser, running, monkeypatch):
    running._control_task.cancel()
    await asyncio.gather(running._control_task, return_exceptions=True)

    def broken(work):
        raise DatabaseBusyError("test")

    monkeypatch.setattr(running.services.database, "reading", broken)
    answer = await browser.get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert not parts["bus"]["ready"]
    assert "XKTCC_DATABASE_URL" in parts["database"]["remedy"]


async def test_the_figures_name_nobody(browser):
    await browser.post("/login", data={"account": "1001", "password": "wrong"})
    answer = await browser.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'xktcc_seats{state="logged_off"} 4.0' in answer.text
    assert 'xktcc_logins_total{outcome="wrong_credentials"} 1.0' in answer.text
    assert "xktcc_queue 0.0" in answer.text
    assert "1001" not in answer.text


async def test_services_are_there_while_the_program_runs(settings, pbx, monkeypatch):
    monkeypatch.setattr(bootstrap, "_running", [])  # other tests' servers may live in this process
    running = await bootstrap.start(settings, pbx)
    assert services() is running.services
    await running.stop()
    with pytest.raises(NotRunningError):
        services()
