"""A supervisor listens to a call on a real Asterisk: who hears whom, by the tones in the page and at the phones, and what is left."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from telephony.ari.client import AriClient
from tests.contract.pbx import CALLERS, PITCH_HZ, AsteriskPbx, Caller, until, until_so
from tests.contract.sound import tones
from tests.e2e.centre import Centre
from tests.e2e.conftest import DESKTOP, _chromium
from tests.e2e.screens import Wall
from tests.support.seat_phones import follow_the_program
from tests.support.sip_phones import write_tone
from tests.support.wall_client import TOOLBAR, ToolbarClient

pytestmark = pytest.mark.asterisk
SETTINGS = {"XKTCC_WRAP_UP_S": "1"}
AGENT, NEXT, CALLER = "1004", "1003", CALLERS[0]
BOSS_HZ = 2300
HEARD_S = 2.25
UNDER_WAY_S = 0.5  # what was said before still lies in the buffers of line and phone
ARGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
# A pure tone is noise to a headset's filters. The peaks are those of the page's own analysers.
HELP = """
const plainMedia = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (plainMedia) navigator.mediaDevices.getUserMedia = ({ audio }) =>
  plainMedia({ audio: { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
window.peaks = () => (globalThis.xktccListening?.sound.analysers ?? []).map((look) => {
  const data = new Float32Array(look.frequencyBinCount);
  look.getFloatFrequencyData(data);
  const at = data.reduce((best, value, place) => (value > data[best] ? place : best), 1);
  return data[at] < -70 ? 0 : Math.round((at * look.context.sampleRate) / look.fftSize);
});
"""


@pytest.fixture(scope="module")
def pbx(real_pbx: AsteriskPbx) -> AsteriskPbx:
    return real_pbx


@pytest.fixture(scope="module")
def centre(real_centre: Centre) -> Centre:
    return real_centre


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def phones(pbx: AsteriskPbx, centre: Centre) -> None:
    await follow_the_program(pbx, centre.program.data_dir)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chrome(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone gives a tone."""
    tone = write_tone(tmp_path_factory.mktemp("boss") / "tone.wav", BOSS_HZ)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_chromium(), args=[*ARGS, f"--use-file-for-fake-audio-capture={tone}"]
        )
        yield browser
        await browser.close()


class Panel:
    """The supervisor's page with the panel."""

    def __init__(self, page: Page) -> None:
        self.page, self.wall = page, Wall(page)
        self.root = page.get_by_test_id("listen-panel")

    async def listen(self, agent: str = AGENT) -> None:
        await self.wall.until(agent, "talking")
        await self.wall.act(agent, "监听")
        await self.is_on()

    async def is_on(self) -> None:
        await expect(self.root).to_have_attribute("data-listening", "on")

    async def switch(self, name: str, mode: str, sign: str) -> None:
        await self.root.get_by_role("button", name=name, exact=True).click()
        await expect(self.root).to_have_attribute("data-mode", mode)
        await expect(self.root.get_by_role("status")).to_have_text(sign)

    async def hears(self, customer: int, agent: int) -> None:
        seen: list[list[int]] = []

        async def right() -> bool:
            seen.append(await self.page.evaluate("window.peaks()"))
            return [abs(one - wanted) < 12 for one, wanted in zip(seen[-1], (customer, agent), strict=False)] == [
                True
            ] * 2

        with contextlib.suppress(AssertionError):
            await until_so(right, 8)
        assert await right(), f"heard {seen[-9:]}, not {customer} and {agent}"

    async def levels_move(self) -> bool:
        levels = await self.root.locator("[data-listen-level]").evaluate_all(
            "(bars) => bars.map((bar) => new DOMMatrix(getComputedStyle(bar).transform).a)"
        )
        return len(levels) == 2 and min(levels) > 0.3

    async def frames(self) -> int:
        return await self.page.evaluate("globalThis.xktccListening.frames")


Sit = Callable[..., Awaitable[Panel]]


@pytest_asyncio.fixture(loop_scope="session")
async def sit(chrome: Browser, centre: Centre, phones: None) -> AsyncIterator[Sit]:
    contexts = []

    async def sit_down(url: str = "") -> Panel:
        context = await chrome.new_context(viewport=DESKTOP, locale="zh-CN", permissions=["microphone"])
        contexts.append(context)
        context.set_default_timeout(30_000)
        await context.add_init_script(HELP)
        root = url or centre.url
        await context.add_cookies([{"name": "xktcc_session", "value": centre.log_in("supervisor"), "url": root}])
        page = await context.new_page()
        await page.goto(f"{root}/seats")
        panel = Panel(page)
        await panel.wall.until_live()
        return panel

    yield sit_down
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def caller(pbx: AsteriskPbx, centre: Centre, sit: Sit) -> AsyncIterator[Caller]:
    """Somebody outside, in a call with the agent."""
    await _make_ready(centre)
    speaking = await _talk(pbx)
    yield speaking
    await pbx.quiet()


async def _make_ready(centre: Centre) -> None:
    """The agent takes calls, whatever the test before left: a phone that was away for a moment sets its seat busy."""
    toolbar = await ToolbarClient(centre.url, f"xktcc_session={centre.log_in(AGENT)}").open()
    await until(lambda: toolbar.seat["state"] in {"ready", "busy", "not_ready"}, 10, lambda: f"{toolbar.seat}")
    if toolbar.seat["state"] != "ready":
        await toolbar.do("set_state", "ready", state="ready")
    await toolbar.close()


async def _talk(pbx: AsteriskPbx) -> Caller:
    made = await pbx.call(CALLER, AGENT)

    async def rings() -> bool:
        return await pbx.rings(AGENT)

    await until_so(rings, 25, "the agent's phone rings")  # it may be in wrap-up after the call before
    await pbx.pick_up(AGENT)
    return made


async def _nothing_left(pbx: AsteriskPbx, within_s: float = 5) -> None:
    async def clean() -> bool:
        async with AriClient(pbx.url, pbx.user, pbx.password) as client:
            held = [*await client.request("GET", "channels"), *await client.request("GET", "bridges")]
        return not [one["id"] for one in held if one["id"].startswith("xkl-")]

    await until_so(clean, within_s, "no channel or bridge of an ear at the PBX")


async def _talks_on(pbx: AsteriskPbx, phone: str = AGENT) -> None:
    state = await pbx.state()
    for one in (phone, CALLER):
        assert state[one]["calls"][-1]["state"] == "CONFIRMED", f"{one} is not in a call any more"


@dataclass
class Received:
    """Whose tones a phone got within a while."""

    agent: set[str]
    customer: set[str]


def _whole(file: Path) -> bytes:
    """A phone's recording; nothing before its header tells its length, which a phone writes last and in its own time."""
    found = file.read_bytes()
    return found if int.from_bytes(found[4:8], "little") == len(found) - 8 > 0 else b""


async def _received(pbx: AsteriskPbx, folder: Path) -> Received:
    files = {who: folder / f"{who}-{time.monotonic_ns()}.wav" for who in (AGENT, CALLER)}
    for who, file in files.items():
        await pbx.phones.do("call", user=who, call=-1, what="record", path=str(file))
    await asyncio.sleep(HEARD_S)  # what is to be heard
    for who in files:
        await pbx.phones.do("call", user=who, call=-1, what="stop_recording")
    pitches = {"agent": {PITCH_HZ[AGENT]}, "customer": {PITCH_HZ[CALLER]}, "boss": {BOSS_HZ}}
    heard = {}
    for who, file in files.items():
        sound = tones(await until(lambda file=file: _whole(file), 5, f"the file of {who} is finished"), pitches)
        heard[who] = {name for name in pitches if sound.share(name, UNDER_WAY_S) > 0.5}
        assert all(sound.share(name, UNDER_WAY_S) < 0.1 for name in pitches if name not in heard[who]), (
            f"{who}: in between"
        )
    return Received(heard[AGENT], heard[CALLER])


def _deeds(centre: Centre) -> list[tuple[str, str, dict[str, Any]]]:
    with closing(sqlite3.connect(centre.program.data_dir / "xktcc.db", timeout=10)) as connection:
        rows = connection.execute(
            "SELECT action, target, detail FROM audit_log WHERE action LIKE 'listen.%' ORDER BY id"
        )
        return [(action, target, json.loads(detail)) for action, target, detail in rows]


async def test_who_hears_whom(  # noqa: PLR0917 -- each is a fixture
    pbx: AsteriskPbx, centre: Centre, sit: Sit, caller: Caller, tmp_path: Path, record_property
) -> None:
    before = len(_deeds(centre))
    boss = await sit()
    await boss.listen()
    await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])
    record_property("first_sound_ms", await boss.page.evaluate("globalThis.xktccListening.firstSoundMs"))
    await expect(boss.wall.seat(AGENT).locator("[data-ear]")).to_have_text("1")
    await until_so(boss.levels_move, 5, "both level bars")

    plain = Received({"customer"}, {"agent"})
    assert await _received(pbx, tmp_path) == plain, "neither party hears who listens"
    await boss.switch("耳语", "whisper", "耳语中：只有坐席听到您说话")
    assert await _received(pbx, tmp_path) == Received({"customer", "boss"}, {"agent"})
    await boss.switch("强插", "barge", "强插中：双方都听到您说话")
    assert await _received(pbx, tmp_path) == Received({"customer", "boss"}, {"agent", "boss"})
    await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])  # without an echo of oneself
    await boss.switch("监听", "listen", "只听：双方都听不到您")
    assert await _received(pbx, tmp_path) == plain

    await boss.page.evaluate("document.querySelector('[data-listen-volume=\"0\"]').focus()")
    await boss.page.keyboard.press("Home")
    assert await boss.page.evaluate("globalThis.xktccListening.sound.gains.map((one) => one.gain.value)") == [0, 1]

    await caller.hang_up()
    await expect(boss.root.get_by_role("status")).to_have_text("通话已结束。")
    await _nothing_left(pbx)
    deeds = await until(lambda: found if len(found := _deeds(centre)[before:]) == 5 else None, 5, "every deed is kept")
    assert [(action, detail.get("mode", detail.get("reason", ""))) for action, _, detail in deeds] == [
        ("listen.started", ""),
        ("listen.switched", "whisper"),
        ("listen.switched", "barge"),
        ("listen.switched", "listen"),
        ("listen.ended", "call_over"),
    ]
    assert {target for _, target, _ in deeds} == {AGENT}
    assert len({detail["call"] for _, _, detail in deeds}) == 1


async def test_it_follows_hold_and_a_transfer(pbx: AsteriskPbx, centre: Centre, sit: Sit, caller: Caller) -> None:
    boss = await sit()
    await boss.listen()
    one, two = [
        await ToolbarClient(centre.url, f"xktcc_session={centre.log_in(agent)}").open() for agent in (AGENT, NEXT)
    ]
    if two.seat["state"] == "logged_off":
        await two.do("log_on", "busy")
    if two.seat["state"] != "ready":
        await two.do("set_state", "ready", state="ready")
    await one.do("hold", "hold")
    await one.do("retrieve", "talking")
    await one.socket.call(f"{TOOLBAR}.transfer", seat=NEXT, number="")

    async def rings() -> bool:
        return await pbx.rings(NEXT)

    await until_so(rings, 8, "the second phone rings")
    await pbx.pick_up(NEXT)
    await boss.wall.until(NEXT, "talking")
    await expect(boss.root.locator(".listen-h")).to_contain_text(NEXT)
    await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[NEXT])
    await _talks_on(pbx, NEXT)
    await boss.page.keyboard.press("Escape")
    await expect(boss.root).to_be_hidden()
    await _nothing_left(pbx)
    await _talks_on(pbx, NEXT)
    for page in (one, two):
        await page.close()


async def test_the_call_is_ended_from_the_panel(pbx: AsteriskPbx, sit: Sit, caller: Caller) -> None:
    boss = await sit()
    await boss.listen()
    await boss.root.get_by_role("button", name="强拆").click()
    await boss.page.get_by_role("alertdialog").get_by_role("button", name="强拆").click()
    await expect(boss.root.get_by_role("status")).to_have_text("通话已结束。")
    await until_so(caller.is_gone, 5, "the caller is out")
    await _nothing_left(pbx)


@pytest.mark.parametrize("how", ["closed", "left"])
async def test_a_tab_that_is_gone_leaves_nothing(pbx: AsteriskPbx, sit: Sit, caller: Caller, how: str) -> None:
    boss = await sit()
    await boss.listen()
    await boss.switch("耳语", "whisper", "耳语中：只有坐席听到您说话")
    if how == "closed":
        await boss.page.close()
    else:  # the menu changes the page without loading it anew: the sound must not go on without its panel
        await boss.page.locator('a[href="/calls"]:visible').first.click()
        await expect(boss.root).to_be_hidden()
    await _nothing_left(pbx)
    await _talks_on(pbx)


async def test_a_cut_of_five_seconds(pbx: AsteriskPbx, centre: Centre, sit: Sit, caller: Caller) -> None:
    async with _Cable(centre.program.port) as cable:
        boss = await sit(cable.url)
        await boss.listen()
        await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])
        cable.cut()
        await asyncio.sleep(5)  # the cut itself
        frames = await boss.frames()
        cable.mend()

        async def comes() -> bool:
            return await boss.frames() > frames + 100

        await until_so(comes, 8, "sound comes again")
        await boss.is_on()
        await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])
        await boss.page.keyboard.press("Escape")
        await _nothing_left(pbx)
        await _talks_on(pbx)
        await boss.page.context.close()


async def test_the_program_is_killed(pbx: AsteriskPbx, centre: Centre, sit: Sit, caller: Caller) -> None:
    boss = await sit()
    await boss.listen()
    await boss.switch("强插", "barge", "强插中：双方都听到您说话")
    centre.program.kill()
    await expect(boss.root.get_by_role("status")).to_have_text("语音连接中断，请重新监听。")
    await asyncio.to_thread(centre.program.start)
    await _nothing_left(pbx)
    await _talks_on(pbx)
    again = await sit()
    await again.listen()
    await again.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])


async def test_asterisk_is_restarted(pbx: AsteriskPbx, sit: Sit, caller: Caller) -> None:
    boss = await sit()
    await boss.listen()
    await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])
    await pbx.restart()
    await expect(boss.root).to_have_attribute("data-listening", "ended")
    await _nothing_left(pbx)
    await pbx.quiet()
    await boss.wall.until_live()
    await _talk(pbx)
    await boss.listen()
    await boss.hears(PITCH_HZ[CALLER], PITCH_HZ[AGENT])


class _Cable:
    """A way to the program that can be cut: then it carries nothing, and nobody is told."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pour(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pour(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                await self._whole.wait()
                target.write(data)
                await target.drain()
        target.close()
