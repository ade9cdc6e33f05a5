"""The browser phone with the embedded exchange: what is heard, which device, which tab, and what is said when it does not work."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, async_playwright, expect

from telephony.exchange.demo_numbers import demo_number
from tests.e2e.centre import Centre, fresh_address
from tests.e2e.conftest import DESKTOP, Visit, _chromium
from tests.e2e.screens import Toolbar
from tests.e2e.visitor import Visitor

ME = "1003"
FAKE_DEVICES = (
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
# What leaves the echo's delay, and what is heard of the call, as their loudest sample.
LISTEN = """
const plainConnect = DelayNode.prototype.connect;
DelayNode.prototype.connect = function (...given) {
  window.echo = this.context.createAnalyser();
  plainConnect.call(this, window.echo);
  return plainConnect.apply(this, given);
};
window.loudest = (look) => {
  if (!look) return 0;
  const data = new Float32Array(look.fftSize);
  look.getFloatTimeDomainData(data);
  return Math.max(...data.map(Math.abs));
};
"""
NOTE_ASKED = """() => {
  const plain = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => plain((window.asked = wanted.audio, wanted));
}"""
REFUSE = 'navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "{error}"));'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def headset() -> AsyncIterator[Browser]:
    """A Chromium with microphones that beep."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=list(FAKE_DEVICES))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def agent(headset: Browser, centre: Centre) -> AsyncIterator[Visitor]:
    """An agent with a headset, at the desk."""
    address = fresh_address()
    context = await headset.new_context(
        viewport=DESKTOP, locale="zh-CN", permissions=["microphone"], extra_http_headers={"X-Forwarded-For": address}
    )
    context.set_default_timeout(30_000)
    await context.add_init_script(LISTEN)
    visitor = Visitor(centre, context, await context.new_page(), address)
    visitor.listen()
    yield visitor
    await context.close()
    assert not visitor.unforgiven(), visitor.unforgiven()


async def _open(page: Page) -> Locator:
    dialog = page.get_by_role("dialog", name="浏览器电话")
    if not await dialog.is_visible():
        await page.locator(".phone-b").first.click()
    return dialog


async def _switch_on(page: Page, button: str = "开启") -> Locator:
    dialog = await _open(page)
    await dialog.get_by_role("button", name=button, exact=True).click()
    return dialog


async def _seat(visitor: Visitor) -> Toolbar:
    toolbar = Toolbar(visitor.page)
    await visitor.enter(ME, "/desk")
    await toolbar.sign_in()
    return toolbar


async def test_the_caller_is_heard_and_a_reload_brings_the_phone_back(agent: Visitor) -> None:
    toolbar = await _seat(agent)
    dialog = await _switch_on(agent.page)
    await expect(dialog.locator(".phone-s")).to_have_text("浏览器电话已就绪")
    await agent.page.keyboard.press("Escape")
    await toolbar.press("空闲")
    await toolbar.until("ready")
    agent.centre.call(demo_number(21), ME)
    await toolbar.until("alerting")
    await toolbar.press("接听")
    await toolbar.until("talking")
    await agent.page.wait_for_function("() => window.loudest(window.xktccHeard) > 0.02")

    await agent.page.reload()
    await toolbar.until("talking")
    await expect(agent.page.locator(".phone-s")).to_have_attribute("data-phone", "on")
    await agent.page.mouse.click(700, 500)  # a page sounds only after it was touched
    await agent.page.wait_for_function("() => window.loudest(window.xktccHeard) > 0.02")
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")


async def test_devices_level_and_echo(agent: Visitor) -> None:
    await _seat(agent)
    dialog = await _open(agent.page)
    await dialog.get_by_role("button", name="试音", exact=True).click()
    await agent.page.wait_for_function("() => +document.querySelector('[data-level]').dataset.level > 0.3")
    await agent.page.wait_for_function("() => window.loudest(window.echo) > 0.02")
    microphones = dialog.get_by_label("麦克风").locator("option")
    assert await microphones.count() >= 3, "the system's own, and two more"
    await dialog.get_by_role("button", name="停止试音").click()
    microphone = dialog.get_by_label("麦克风")
    await microphone.select_option(label="Fake Audio Input 2")
    await dialog.get_by_role("button", name="试音", exact=True).click()
    await expect(dialog.get_by_role("button", name="停止试音")).to_be_visible()
    await agent.page.keyboard.press("Escape")

    # the choice outlives a reload, though this Chromium gives its devices other ids then
    await agent.page.reload()
    await agent.page.locator("html.alive").wait_for(state="attached")
    await _open(agent.page)
    await expect(microphone.locator("option:checked")).to_have_text("Fake Audio Input 2")
    await agent.page.evaluate(NOTE_ASKED)
    await dialog.get_by_role("button", name="试音", exact=True).click()
    await expect(dialog.get_by_role("button", name="停止试音")).to_be_visible()
    assert await agent.page.evaluate("window.asked.deviceId.exact") == await microphone.input_value()
    await expect(microphone.locator("option:checked")).to_have_text("Fake Audio Input 2")
    await agent.page.keyboard.press("Escape")


async def test_one_tab_has_it_and_another_takes_it(agent: Visitor) -> None:
    await _seat(agent)
    first = await _switch_on(agent.page)
    await expect(first.locator(".phone-s")).to_have_text("浏览器电话已就绪")
    other = await agent.another_page("/desk")
    second = await _open(other)
    await expect(second.locator(".phone-s")).to_have_text("电话在另一个标签页")
    await _switch_on(other, "转到这个标签页")
    await expect(second.locator(".phone-s")).to_have_text("浏览器电话已就绪")
    await expect(first.locator(".phone-s")).to_have_text("电话在另一个标签页")
    await second.get_by_role("button", name="关闭电话").click()
    await expect(first.locator(".phone-s")).to_have_text("浏览器电话未开启")
    await other.close()


async def test_a_lost_line_is_told_and_taken_up_again(agent: Visitor) -> None:
    refused: list[WebSocketRoute] = []

    async def line(route: WebSocketRoute) -> None:
        if len(refused) < 3:
            refused.append(route)
            await route.close(code=1011, reason="gone")
        else:
            route.connect_to_server()

    await agent.context.route_web_socket("**/api/phone/live", line)
    await _seat(agent)
    dialog = await _switch_on(agent.page)
    await expect(dialog.get_by_role("alert")).to_contain_text("与服务器的连接断开，正在重连")
    await expect(dialog.locator(".phone-s")).to_have_text("浏览器电话已就绪")
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    assert len(refused) == 3
    await dialog.get_by_role("button", name="关闭电话").click()


@pytest.mark.parametrize(
    ("options", "script", "said"),
    [
        ({"permissions": ["microphone"]}, "", "没有找到麦克风"),
        ({}, REFUSE.format(error="NotAllowedError"), "没有得到使用麦克风的许可"),
        ({}, REFUSE.format(error="NotReadableError"), "麦克风被别的程序占用"),
        ({}, "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });", "这个地址不是 https"),
    ],
)
async def test_why_there_is_no_microphone(visit: Visit, options: dict[str, object], script: str, said: str) -> None:
    visitor = await visit(**options)
    if script:
        await visitor.context.add_init_script(script)
    await _seat(visitor)
    dialog = await _switch_on(visitor.page)
    await expect(dialog.get_by_role("alert")).to_contain_text(said)
    await expect(dialog.locator(".phone-s")).to_have_text("浏览器电话未连上")
    await dialog.get_by_role("button", name="关闭电话").click()


def _sip_answer(request: str, status: str) -> str:
    """What a PBX says to ``request``."""
    kept = [line for line in request.splitlines() if line.split(":")[0] in {"Via", "From", "Call-ID", "CSeq"}]
    to = next(line for line in request.splitlines() if line.startswith("To:"))
    return "\r\n".join([f"SIP/2.0 {status}", *kept, f"{to};tag=pbx", "Content-Length: 0", "", ""])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("403 Forbidden", "交换机不接受本坐席的话机号或 token，请联系管理员。"),
        ("404 Not Found", "交换机不认识这个话机号，请联系管理员。"),
        ("503 Service Unavailable", "交换机暂时连接不上，正在重连。"),
        ("500 Server Error", "没有在交换机上注册成功，正在重试。"),
    ],
)
async def test_why_a_phone_is_not_registered(agent: Visitor, status: str, said: str) -> None:
    """The PBX is the test's, so that it refuses as wanted; what the page makes of it is real."""
    agent.forgive("JsSIP", "WebSocket")

    def pbx(route: WebSocketRoute) -> None:
        def hear(message: str | bytes) -> None:
            text = message if isinstance(message, str) else message.decode()
            if text.startswith("REGISTER "):
                route.send(_sip_answer(text, status))

        route.on_message(hear)

    session = {"mode": "sip", "device": ME, "password": "of-this-page"}
    await agent.context.route("**/api/phone/session", lambda route: route.fulfill(json=session))
    await agent.context.route_web_socket("**/api/phone/sip", pbx)
    await _seat(agent)
    dialog = await _switch_on(agent.page)
    await expect(dialog.get_by_role("alert")).to_have_text(said)
    await expect(dialog.locator(".phone-s")).to_have_text("浏览器电话未连上")
    await dialog.get_by_role("button", name="关闭电话").click()


async def test_a_phone_that_is_not_provisioned(agent: Visitor) -> None:
    agent.forgive("409")
    refusal = {"code": "not_provisioned"}
    await agent.context.route("**/api/phone/session", lambda route: route.fulfill(status=409, json=refusal))
    await _seat(agent)
    dialog = await _switch_on(agent.page)
    await expect(dialog.get_by_role("alert")).to_have_text("本账号还没有话机号和 token。")
    await dialog.get_by_role("button", name="关闭电话").click()
