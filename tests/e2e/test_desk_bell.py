"""How a ringing call makes itself felt, at the keyboard alone, and over a lost line."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from telephony.exchange.demo_numbers import demo_number
from tests.e2e.centre import Centre
from tests.e2e.conftest import Visit
from tests.e2e.screens import Toolbar
from tests.e2e.visitor import Visitor

A_MINUTE_S = 60
ME = "1001"
# The desktop and the loudspeaker, noted instead of used. What one tab is allowed all are.
DESKTOP_AND_SPEAKER = """
window.asked = 0;
window.notes = [];
window.tones = 0;
window.Notification = class {
  static get permission() { return localStorage.getItem("allowed") ?? "default"; }
  static async requestPermission() { window.asked += 1; localStorage.setItem("allowed", "granted"); return "granted"; }
  constructor(title, options) { window.notes.push(Object.assign(this, { title, ...options, open: true })); }
  close() { this.open = false; }
};
document.hasFocus = () => false;
const plainStart = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { window.tones += 1; return plainStart.apply(this, given); };
"""

DEAF_FOR_A_WHILE = "() => { const until = performance.now() + 2000; while (performance.now() < until); }"
NOTES = "window.notes.map(({title, body, open}) => [title, body, open])"


@pytest.fixture
def toolbar(page: Page) -> Toolbar:
    return Toolbar(page)


async def test_a_ringing_call_is_heard_and_told_once(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await visitor.context.add_init_script(DESKTOP_AND_SPEAKER)
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    question = page.locator(".remind")
    await expect(question).to_contain_text("用桌面通知提醒您有来电")
    assert await page.evaluate("window.asked") == 0, "the browser was asked before the agent knew why"
    await question.get_by_role("button", name="开启提醒").click()
    await expect(question).to_have_count(0)
    assert await page.evaluate("window.asked") == 1
    other = await visitor.another_page("/desk")
    await other.mouse.click(700, 500)
    await expect(other.locator(".remind")).to_have_count(0)

    visitor.centre.call(demo_number(31), ME)
    await toolbar.until("alerting")
    ringing = await _twice_around(page, other)
    silent = other if ringing is page else page
    [(title, body, still_open)] = [*await page.evaluate(NOTES), *await other.evaluate(NOTES)]
    assert (title, still_open) == ("振铃", True)
    assert "岁" in body
    assert await silent.evaluate("window.tones") == 0, "two tabs ring"
    await toolbar.press("拒接")
    await toolbar.until("busy")
    for tab in (page, other):
        await tab.wait_for_function("() => !window.notes.some(({open}) => open)")
    await other.close()


async def test_a_tab_that_may_not_sound_does_not_silence_the_others(
    visitor: Visitor, toolbar: Toolbar, page: Page
) -> None:
    await visitor.context.add_init_script(DESKTOP_AND_SPEAKER)
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    untouched = await visitor.another_page("/desk")
    await expect(Toolbar(untouched).root).to_have_attribute("data-state", "ready")
    late = asyncio.create_task(page.evaluate(DEAF_FOR_A_WHILE))  # so that the untouched tab hears of the call first
    visitor.centre.call(demo_number(36), ME)
    await Toolbar(untouched).until("alerting")
    await late
    await toolbar.until("alerting")
    await page.wait_for_function("() => window.tones >= 8")
    assert await untouched.evaluate("window.tones") == 0
    await toolbar.press("拒接")
    await toolbar.until("busy")
    await untouched.close()


async def _twice_around(*tabs: Page) -> Page:
    """The tab whose tone was heard twice: one rings for all of them, whichever was quicker."""
    async with asyncio.timeout(30):
        while True:
            for tab in tabs:
                if await tab.evaluate("window.tones") >= 8:
                    return tab
            await asyncio.sleep(0.05)


async def test_a_call_by_the_keyboard_alone(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await visitor.enter(ME, "/desk")
    await expect(toolbar.root).to_have_attribute("data-stale", "false")
    if await toolbar.state() == "logged_off":
        await _go_to(page, "签入")
        await page.keyboard.press("Enter")
        await expect(toolbar.root).not_to_have_attribute("data-state", "logged_off")
    await toolbar.sign_in()
    await page.keyboard.press("Alt+1")
    await toolbar.until("ready")
    visitor.centre.call(demo_number(32), ME)
    await toolbar.until("alerting")
    await page.keyboard.press("F2")
    await toolbar.until("talking")
    await page.keyboard.press("Alt+N")
    await page.keyboard.type("键盘")
    await page.keyboard.press("F8")
    await toolbar.until("hold")
    await expect(toolbar.button("取回")).to_be_enabled()
    await page.keyboard.press("F8")
    await toolbar.until("talking")
    await expect(toolbar.button("键盘")).to_be_enabled()
    await page.keyboard.press("Alt+K")
    await expect(page.locator("#call-pad .key:focus")).to_have_text("1")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#call-pad .key:focus")).to_have_text("2")
    await page.keyboard.press("Escape")
    await expect(toolbar.button("转接")).to_be_enabled()
    await page.keyboard.press("Alt+T")
    picker = page.get_by_role("dialog", name="转接")
    await expect(picker.get_by_label("工号、姓名")).to_be_focused()
    await page.keyboard.type("1006")
    await expect(picker.locator('[data-peer="1006"]')).to_be_visible()
    await _go_to(page, "咨询转")
    await page.keyboard.press("Enter")
    await expect(toolbar.root).to_contain_text("咨询 · 振铃")
    await _go_to(page, "取消咨询")
    await page.keyboard.press("Enter")
    await toolbar.until("talking")
    await expect(toolbar.button("挂断")).to_be_enabled()
    await page.keyboard.press("F4")
    await toolbar.until("wrap_up")
    await _go_to(page, "结束话后")
    await page.keyboard.press("Enter")
    await toolbar.until("ready")


async def _go_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus."""
    for _ in range(80):
        if await page.evaluate("document.activeElement?.innerText.trim()") == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name}")


async def test_what_happens_without_a_line_is_there_after_it(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    call = centre.call(demo_number(33), ME)
    await toolbar.until("alerting")
    await toolbar.press("接听")
    await toolbar.until("talking")
    visitor.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
    await visitor.context.set_offline(True)
    await expect(toolbar.root).to_have_attribute("data-stale", "true")
    await expect(toolbar.root).to_contain_text("与服务器的连接断开")
    await asyncio.sleep(A_MINUTE_S)  # what is asked for: that a whole minute without a line loses nothing
    await expect(toolbar.root).to_have_attribute("data-state", "talking")
    centre.lab("DELETE", f"/calls/{call}")
    await visitor.context.set_offline(False)
    await expect(toolbar.root).to_have_attribute("data-stale", "false")
    await toolbar.until("wrap_up")
    await toolbar.press("结束话后")
    await toolbar.until("ready")


async def test_a_seat_that_went_away_is_not_transferred_to(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    centre.call(demo_number(34), ME)
    await toolbar.until("alerting")
    await toolbar.press("接听")
    await toolbar.until("talking")
    await page.keyboard.press("Alt+T")
    picker = page.get_by_role("dialog", name="转接")
    row = picker.locator('[data-peer="1007"]')
    await expect(row.get_by_role("button", name="盲转")).to_be_enabled()
    # the click and the seat's leaving cross on the way: the picker shows it free until it hears of it
    await page.evaluate(
        """() => { window.leaving = document.querySelector('[data-peer="1007"] button:last-of-type'); }"""
    )
    centre.lab("POST", "/phones/1007/unregister")
    await page.evaluate("window.leaving.click()")
    await expect(page.locator(".toast[role=alert]").or_(row.get_by_text("不可转")).first).to_be_visible()
    await expect(row.get_by_text("不可转")).to_be_visible()
    await toolbar.until("talking")
    await toolbar.press("挂断")


@pytest.mark.parametrize("width", [390])
async def test_a_call_on_a_narrow_screen(visit: Visit, width: int) -> None:
    visitor = await visit(viewport={"width": width, "height": 844}, has_touch=True)
    toolbar = Toolbar(visitor.page)
    await visitor.enter(ME, "/desk")
    await expect(toolbar.root).to_have_attribute("data-stale", "false")
    await toolbar.root.locator(".bar-more").click()
    await toolbar.become_ready()
    visitor.centre.call(demo_number(35), ME)
    await toolbar.until("alerting")
    for press, state in (("接听", "talking"), ("保持", "hold"), ("取回", "talking")):
        await toolbar.button(press).tap()
        await toolbar.until(state)
    await toolbar.button("转接").tap()
    picker = visitor.page.get_by_role("dialog", name="转接")
    await expect(picker.locator("[data-peer]").first).to_be_visible()
    box = await picker.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    await visitor.page.keyboard.press("Escape")
    await toolbar.button("挂断").tap()
    await toolbar.until("wrap_up")
    await toolbar.button("结束话后").tap()
    await toolbar.until("ready")
