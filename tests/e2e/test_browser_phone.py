"""Agents with nothing but a browser and a headset, on a real Asterisk: who hears whom, by the tones in browser and recording."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Dialog, Page, async_playwright, expect

from telephony.ari.client import AriClient, path
from telephony.ari.names import recording_name
from telephony.errors import NoSuchCallError
from telephony.types import CallId
from tests.contract.pbx import CALLERS, AsteriskPbx, until_so
from tests.contract.sound import tones
from tests.e2e.centre import Centre
from tests.e2e.conftest import DESKTOP, _chromium
from tests.e2e.screens import Toolbar
from tests.support.sip_phones import write_tone

pytestmark = pytest.mark.asterisk
SETTINGS = {"XKTCC_PBX_KEEPS_RECORDINGS": "1"}  # they are looked at where they are made
HZ = {"1001": 1700, "1002": 1000}
CALLER_HZ = 440
SILENCE = 0
ARGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
LISTEN = """
const Plain = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("track", ({ track }) => {
      const context = new AudioContext();
      const look = context.createAnalyser();
      look.fftSize = 8192;
      look.smoothingTimeConstant = 0;
      context.createMediaStreamSource(new MediaStream([track])).connect(look);
      window.peak = () => {
        const data = new Float32Array(look.frequencyBinCount);
        look.getFloatFrequencyData(data);
        const at = data.reduce((best, value, place) => (value > data[best] ? place : best), 1);
        return data[at] < -60 ? 0 : Math.round((at * context.sampleRate) / look.fftSize);
      };
    });
  }
};
const plainMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
// A pure tone is noise to a headset's filters.
navigator.mediaDevices.getUserMedia = ({ audio }) =>
  plainMedia({ audio: { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
"""


@pytest.fixture(scope="module")
def pbx(real_pbx: AsteriskPbx) -> AsteriskPbx:
    return real_pbx


@pytest.fixture(scope="module")
def centre(real_centre: Centre) -> Centre:
    return real_centre


class Agent:
    """An agent at a Chromium whose microphone gives a tone."""

    def __init__(self, number: str, browser: Browser, context: BrowserContext, page: Page) -> None:
        self.number, self.browser, self.context, self.page = number, browser, context, page
        self.toolbar = Toolbar(page)

    async def hears(self, hz: int, within_s: float = 10) -> None:
        deadline = asyncio.get_running_loop().time() + within_s
        seen: list[int] = []
        while not (seen and abs(seen[-1] - hz) <= 12):
            assert asyncio.get_running_loop().time() < deadline, f"{self.number} hears {seen[-9:]}, not {hz}"
            seen.append(await self.page.evaluate("window.peak ? window.peak() : -1"))
            await asyncio.sleep(0.1)

    async def take_phone(self) -> None:
        await self.page.locator(".phone-b").first.click()
        await self.page.get_by_role("button", name="开启", exact=True).click()
        await expect(self.page.locator(".phone-s")).to_have_text("浏览器电话已就绪")
        await self.page.keyboard.press("Escape")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def agents(centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Agent]]:
    """Signed in, with the phone in their browsers."""
    tones_at = tmp_path_factory.mktemp("tones")
    async with async_playwright() as playwright:
        made: dict[str, Agent] = {}
        for number, hz in HZ.items():
            tone = write_tone(tones_at / f"{number}.wav", hz)
            browser = await playwright.chromium.launch(
                executable_path=_chromium(), args=[*ARGS, f"--use-file-for-fake-audio-capture={tone}"]
            )
            context = await browser.new_context(viewport=DESKTOP, locale="zh-CN", permissions=["microphone"])
            context.set_default_timeout(30_000)
            await context.add_init_script(LISTEN)
            await context.add_cookies([{"name": "xktcc_session", "value": centre.log_in(number), "url": centre.url}])
            made[number] = Agent(number, browser, context, await context.new_page())
            await made[number].page.goto(f"{centre.url}/desk")
            await made[number].toolbar.sign_in()
            await made[number].take_phone()
        yield made
        for agent in made.values():
            await agent.browser.close()


async def test_two_agents_and_a_caller(pbx: AsteriskPbx, centre: Centre, agents: dict[str, Agent]) -> None:
    one, two = agents["1001"], agents["1002"]
    await one.toolbar.become_ready()
    await two.toolbar.sign_in()
    await two.toolbar.press("示忙")
    await two.toolbar.until("busy")

    caller = await pbx.call(CALLERS[0], "1001")
    await one.toolbar.until("alerting")
    await one.toolbar.press("接听")
    await one.toolbar.until("talking")
    await one.hears(CALLER_HZ)
    call = await one.toolbar.root.get_attribute("data-call")

    await one.toolbar.press("保持")
    await one.toolbar.until("hold")
    await one.hears(SILENCE)
    await asyncio.sleep(2)  # long enough to be seen in the recording: nothing tells when
    await one.toolbar.press("取回")
    await one.toolbar.until("talking")
    await one.hears(CALLER_HZ)

    await two.toolbar.press("空闲")
    await two.toolbar.until("ready")
    await one.page.keyboard.press("Alt+T")
    await one.page.locator('[data-peer="1002"]').get_by_role("button", name="咨询转").click()
    await two.toolbar.until("alerting")
    await two.toolbar.press("接听")
    await two.hears(HZ["1001"])
    await one.hears(HZ["1002"])
    await one.toolbar.press("完成转接")
    await one.toolbar.until("wrap_up")
    await two.hears(CALLER_HZ)
    await two.toolbar.until("talking")
    await asyncio.sleep(2)  # as above
    await two.toolbar.press("挂断")
    await two.toolbar.until("wrap_up")
    await caller.hang_up()

    async with AriClient(pbx.url, pbx.user, pbx.password) as client:
        sound = await _recording(client, CallId(call or ""))
    heard = tones(sound, {"caller": {CALLER_HZ}, "1001": {HZ["1001"]}, "1002": {HZ["1002"]}})
    assert heard.share("caller") > 0.8
    assert heard.share("1001") > 0.1
    assert heard.longest_without("1001") >= 1.5, "the hold is not silent"
    assert heard.share("1002", heard.seconds - 2, heard.seconds - 0.25) > 0.7


async def test_a_reload_in_mid_call_leaves_it_at_hand_and_to_be_heard(
    pbx: AsteriskPbx, centre: Centre, agents: dict[str, Agent]
) -> None:
    one = agents["1001"]
    await one.toolbar.become_ready()
    caller = await pbx.call(CALLERS[0], "1001")
    await one.toolbar.until("alerting")
    await one.toolbar.press("接听")
    await one.toolbar.until("talking")
    await one.hears(CALLER_HZ)
    call = await one.toolbar.root.get_attribute("data-call")
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    one.page.on("dialog", leave)
    await one.page.reload()
    one.page.remove_listener("dialog", leave)
    assert asked == ["beforeunload"], "the sound goes with the page, and nobody was asked"
    await expect(one.toolbar.root).to_have_attribute("data-call", call or "")
    await one.toolbar.until("talking")
    await expect(one.page.locator(".phone-s")).to_have_attribute("data-phone", "on")
    await one.hears(CALLER_HZ)
    await asyncio.sleep(2)  # long enough to be heard in the recording
    await one.toolbar.press("保持")
    await one.toolbar.until("hold")
    await one.toolbar.press("取回")
    await one.toolbar.until("talking")
    await one.hears(CALLER_HZ)
    await one.toolbar.press("挂断")
    await one.toolbar.until("wrap_up")
    await caller.hang_up()
    async with AriClient(pbx.url, pbx.user, pbx.password) as client:
        sound = await _recording(client, CallId(call or ""))
    heard = tones(sound, {"caller": {CALLER_HZ}, "1001": {HZ["1001"]}})
    assert heard.share("1001", heard.seconds - 1.5, heard.seconds - 0.3) > 0.5, (
        "the caller does not hear the agent again"
    )
    # and the phone is as good as before
    await one.toolbar.become_ready()
    caller = await pbx.call(CALLERS[0], "1001")
    await one.toolbar.until("alerting")
    await one.toolbar.press("接听")
    await one.hears(CALLER_HZ)
    await one.toolbar.press("挂断")
    await one.toolbar.until("wrap_up")
    await caller.hang_up()


async def _recording(client: AriClient, call: CallId) -> bytes:
    await until_so(lambda: _is_over(client, call), what="the recording is over")
    url = f"{client._root}/ari/{path('recordings', 'stored', recording_name(call), 'file')}"
    answer = httpx.get(url, headers=client._headers, timeout=5)
    answer.raise_for_status()
    return answer.content


async def _is_over(client: AriClient, call: CallId) -> bool:
    try:
        await client.request("GET", path("recordings", "live", recording_name(call)))
    except NoSuchCallError:
        return True
    return False
