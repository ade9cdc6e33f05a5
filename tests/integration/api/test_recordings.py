"""Recordings over HTTP, asked as a browser asks and as an attacker does."""

from __future__ import annotations

import asyncio
import hashlib
import re
from urllib.parse import quote

import pytest
from sqlmodel import select

from telephony.types import AgentId
from tests.integration.api.conftest import DEMO_PASSWORD
from tests.integration.services.records import T0, call, recording
from tests.unit.domain.test_recordings import wav
from xktcc_app.api.byte_range import Part
from xktcc_app.api.guarded_file import PIECE_BYTES, GuardedFile, HandingOutStoppedError
from xktcc_app.api.recordings import _SessionGuard
from xktcc_app.models.account import Role, RolePermission
from xktcc_app.models.audit import AuditLog
from xktcc_app.models.call import Recording
from xktcc_app.repositories.records import write_records

SOUND = wav(60)
URL = "/api/recordings/c1"


@pytest.fixture
def kept(running):
    """A call of agent 1001 with a recording, in the archive."""
    files = running._archive.files
    place = files.at("2026/11/23/xk-c1.wav")
    place.parent.mkdir(parents=True)
    place.write_bytes(SOUND)

    def fill(session):
        write_records(session, [call("c1", agent=AgentId("1001")), recording("xk-c1", finished_at=T0, duration_s=60)])
        row = session.get(Recording, "xk-c1")
        row.state, row.path, row.size = "good", "2026/11/23/xk-c1.wav", len(SOUND)
        row.sha256 = hashlib.sha256(SOUND).hexdigest()
        session.add(row)

    running.services.database.writing(fill)
    return place


@pytest.fixture
async def log_in(browser):
    async def enter(account):
        browser.cookies.clear()
        answer = await browser.post("/login", data={"account": account, "password": DEMO_PASSWORD})
        assert answer.headers["location"] == "/"

    return enter


async def deeds(running):
    await running.services.records.drained()
    rows = running.services.database.reading(lambda session: session.exec(select(AuditLog)).all())
    return [(row.action, row.account, row.target) for row in rows if row.action.startswith("recording.")]


async def test_the_whole_file_and_its_head(browser, kept, log_in):
    await log_in("1001")
    answer = await browser.get(URL)
    assert (answer.status_code, answer.content) == (200, SOUND)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"] == 'inline; filename="20261123-010203Z-1001.wav"'
    head = await browser.head(URL)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(SOUND))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=500000-", 500_000, len(SOUND)), ("bytes=-10", len(SOUND) - 10, len(SOUND))],
)
@pytest.mark.usefixtures("kept")
async def test_a_part(browser, log_in, asked, start, end):
    await log_in("1001")
    answer = await browser.get(URL, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, SOUND[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(SOUND)}"
    assert answer.headers["content-length"] == str(end - start)


async def test_behind_the_end_and_another_version(browser, kept, log_in):
    await log_in("1001")
    answer = await browser.get(URL, headers={"Range": f"bytes={len(SOUND)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(SOUND)}")
    tag = (await browser.head(URL)).headers["etag"]
    for condition, status in ((tag, 206), ('"other"', 200), (f"W/{tag}", 200)):
        answer = await browser.get(URL, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status


async def test_a_listening_is_audited_once_and_looking_is_not(browser, running, kept, log_in):
    await log_in("1001")
    await browser.head(URL)
    assert await deeds(running) == []
    for asked in ("bytes=0-", "bytes=300000-", "bytes=0-"):
        await browser.get(URL, headers={"Range": asked})
    assert await deeds(running) == [("recording.played", "1001", "call:c1")]


async def test_download_needs_its_own_permission(browser, running, kept, log_in):
    await log_in("1001")
    answer = await browser.get(URL, params={"download": "1"})
    assert (answer.status_code, answer.json()) == (403, {"error": "permission_denied"})

    def allow(session):
        agent = session.exec(select(Role).where(Role.code == "agent")).one()
        session.add(RolePermission(role_id=agent.id, permission="calls.download"))

    running.services.database.writing(allow)
    await running.services.sessions.reload()
    answer = await browser.get(URL, params={"download": "1"})
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert await deeds(running) == [("recording.downloaded", "1001", "call:c1")]


async def test_nobody_else_hears_it(browser, running, kept, log_in):
    assert (await browser.get(URL)).status_code == 401
    browser.cookies.set("xktcc_session", "guessed")
    assert (await browser.get(URL)).status_code == 401
    await log_in("1002")
    other, nobody = await browser.get(URL), await browser.get("/api/recordings/nobody")
    assert (other.status_code, other.json()) == (nobody.status_code, nobody.json()) == (404, {"error": "not_found"})
    await log_in("1001")
    for headers in ({"Origin": "http://evil.test"}, {"Origin": "null"}):
        assert (await browser.get(URL, headers=headers)).status_code == 403
    del browser.headers["Origin"]
    for site in ("cross-site", "same-site"):
        assert (await browser.get(URL, headers={"Sec-Fetch-Site": site})).status_code == 403
    assert await deeds(running) == []


async def test_an_ended_session_and_a_lost_permission(browser, running, kept, log_in):
    await log_in("1001")

    def forbid(session):
        for row in session.exec(select(RolePermission).where(RolePermission.permission == "calls.play")).all():
            session.delete(row)

    running.services.database.writing(forbid)
    await running.services.sessions.reload()
    assert (await browser.get(URL)).status_code == 403
    secret = browser.cookies["xktcc_session"]
    await running.services.sessions.logout(secret)
    assert (await browser.get(URL)).status_code == 401


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/passwd",
        "..",
        "c1/../c1",
        "%2e%2e",
        "c1\x00",
        "xk-c1.wav",
        "x" * 5000,
        "中",
        "c1%00.wav",
        "' OR 1=1--",
    ],
)
async def test_no_name_leads_anywhere_else(browser, kept, log_in, name):
    await log_in("1001")
    answer = await browser.get("/api/recordings/" + quote(name, safe=""))
    assert answer.status_code == 404
    assert b"root:" not in answer.content


async def test_a_path_in_the_database_that_leads_elsewhere_is_not_followed(browser, running, kept, log_in):
    secret = running.services.settings.data_dir / "secret.key"

    def point(session):
        row = session.get(Recording, "xk-c1")
        row.path, row.size = "../secret.key", secret.stat().st_size
        session.add(row)

    running.services.database.writing(point)
    await log_in("1001")
    answer = await browser.get(URL)
    assert (answer.status_code, answer.json()["state"]) == (410, "missing")


@pytest.mark.parametrize(("state", "status"), [("pending", 404), ("broken", 410), ("missing", 410), ("expired", 410)])
@pytest.mark.usefixtures("kept")
async def test_what_can_not_be_heard_says_why(browser, running, log_in, state, status):
    def change(session):
        row = session.get(Recording, "xk-c1")
        row.state = state
        session.add(row)

    running.services.database.writing(change)
    await log_in("1001")
    answer = await browser.get(URL)
    assert (answer.status_code, answer.json()) == (status, {"error": "recording_not_playable", "state": state})


async def test_a_file_that_was_altered_or_removed_is_not_handed_out(browser, kept, log_in):
    await log_in("1001")
    kept.write_bytes(SOUND + b"more")
    assert (await browser.get(URL)).status_code == 410
    kept.unlink()
    assert (await browser.get(URL)).status_code == 410


class Guard:
    def __init__(self):
        self.right, self.tellers = True, []

    def allowed(self):
        return self.right

    def on_change(self, tell):
        self.tellers.append(tell)
        return lambda: self.tellers.remove(tell)


async def test_the_end_of_the_session_stops_a_reader_who_does_not_read(tmp_path):
    path = tmp_path / "long.wav"
    path.write_bytes(bytes(8 * PIECE_BYTES))
    guard, sent, stuck = Guard(), [], asyncio.Event()

    async def send(message):
        sent.append(message)
        if len(sent) == 3:
            stuck.set()
            await asyncio.Event().wait()

    async def receive():
        await asyncio.Event().wait()

    response = GuardedFile(path, Part(0, 8 * PIECE_BYTES), 200, {}, guard)
    reading = asyncio.create_task(response({"type": "http", "method": "GET"}, receive, send))
    await asyncio.wait_for(stuck.wait(), 5)
    guard.right = False
    for tell in tuple(guard.tellers):
        tell()
    with pytest.raises(HandingOutStoppedError):
        await asyncio.wait_for(reading, 5)
    assert guard.tellers == []
    assert len(sent) == 3


async def test_a_reader_who_goes_ends_it_quietly(tmp_path):
    path = tmp_path / "long.wav"
    path.write_bytes(bytes(PIECE_BYTES))

    async def send(_message):
        await asyncio.Event().wait()

    async def receive():
        return {"type": "http.disconnect"}

    guard = Guard()
    response = GuardedFile(path, Part(0, PIECE_BYTES), 200, {}, guard)
    await asyncio.wait_for(response({"type": "http", "method": "GET"}, receive, send), 5)
    assert guard.tellers == []


async def test_the_route_stops_when_the_session_does(running, browser, kept, log_in):
    await log_in("1001")
    secret = browser.cookies["xktcc_session"]
    principal = await running.services.sessions.resolve(secret)
    guard, told = _SessionGuard(running.services.sessions, principal.session_id, secret), []
    forget = guard.on_change(lambda: told.append(1))
    assert guard.allowed()
    await running.services.sessions.logout(secret)
    assert (guard.allowed(), told) == (False, [1])
    forget()


async def test_the_figures_tell_of_orphans(browser, running, kept):
    await running.services.recording_check.check()
    text = (await browser.get("/metrics")).text
    assert re.search(r'xktcc_recordings\{state="good"\} 1\.0', text)
    assert re.search(r'xktcc_recording_orphans\{kind="missing"\} 0\.0', text)
