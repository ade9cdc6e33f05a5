"""What a supervisor who watches for hours relies on: groups, a still hand, sound, the banner, and the way back in time."""

import asyncio
import os
import signal
import time

import pytest
from playwright.async_api import Page, expect

from telephony.exchange.demo_numbers import demo_sos_number
from tests.e2e.centre import READY, Centre
from tests.e2e.screens import Wall
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import until

NOTE_TONES = """
window.tones = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones.push(this.frequency.value); return start.call(this, at); };
"""
BANNER_S = 3.0


@pytest.fixture
def wall(page: Page) -> Wall:
    return Wall(page)


async def test_a_group_closes_and_an_alert_opens_it_again(
    visitor: Visitor, wall: Wall, page: Page, centre: Centre
) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    gone = READY[7]
    org = await wall.seat(gone).get_attribute("data-org")
    fold = page.locator(f".grp-h[data-org='{org}'] .fold")
    await expect(fold).to_have_attribute("aria-expanded", "true")
    await fold.click()
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(wall.seat(gone)).to_be_hidden()
    facts = await wall.facts()
    assert {facts[agent]["org"] for agent in await wall.shown()}.isdisjoint({org})
    await page.reload()
    await wall.until_live()
    await expect(wall.seat(gone)).to_be_hidden()
    centre.lab("POST", f"/phones/{gone}/unregister")
    await wall.alerts.locator(f"[data-goto='{gone}']").click()
    await expect(wall.seat(gone)).to_be_focused()
    await expect(fold).to_have_attribute("aria-expanded", "true")


async def test_no_tile_slips_away_from_the_keyboard(visitor: Visitor, wall: Wall, page: Page, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats?group=none")
    await wall.until_live()
    await page.mouse.move(5, 5)
    before = await wall.shown()
    await wall.seat(before[0]).focus()
    gone = READY[8]
    centre.lab("POST", f"/phones/{gone}/unregister")
    await wall.until(gone, "busy")
    await asyncio.sleep(1.2)  # longer than the wall waits before it orders itself anew
    assert await wall.shown() == before
    await wall.seat(before[0]).blur()

    async def first() -> bool:
        return (await wall.shown())[0] == gone

    await until(first, "the lost phone comes first when the keyboard is elsewhere")


async def test_an_sos_call_is_heard_when_the_sound_is_on(
    visitor: Visitor, wall: Wall, page: Page, centre: Centre
) -> None:
    await visitor.context.add_init_script(NOTE_TONES)
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    await page.get_by_role("button", name="声音", exact=True).click()
    await page.wait_for_function("() => window.tones.length === 1")  # a sample of it
    call = centre.call(demo_sos_number(11), "96001")
    await page.wait_for_function("() => window.tones.length >= 5")
    assert len(await page.evaluate("window.tones")) == 5
    centre.lab("DELETE", f"/calls/{call}")


async def test_a_server_that_falls_silent_is_told(visitor: Visitor, wall: Wall, page: Page, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    process = centre.program.process
    assert process
    os.kill(process.pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        await page.wait_for_function("() => document.querySelector('[data-testid=seat-wall]').dataset.stale === 'true'")
        taken = time.monotonic() - begun
        await expect(page.get_by_test_id("stale-banner")).to_contain_text("与服务器的连接断开")
    finally:
        os.kill(process.pid, signal.SIGCONT)
    print(f"banner after {taken:.2f} s")
    assert taken <= BANNER_S
    await expect(wall.root).to_have_attribute("data-stale", "false")


async def test_back_in_time_and_to_now_again(visitor: Visitor, wall: Wall, page: Page, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    agent = READY[9]
    await wall.be_ready(agent)
    call = centre.call("13700000009", agent)
    await wall.until(agent, "alerting")
    centre.answer(agent)
    await wall.until(agent, "talking")
    await asyncio.sleep(
        2.5
    )  # the moment that is gone back to: within the call, and a whole second ago, where the bar ends
    moment = int(time.time()) - 1
    centre.lab("DELETE", f"/calls/{call}")
    await wall.until(agent, "wrap_up")

    await page.get_by_role("button", name="回放", exact=True).click()
    bar = page.get_by_test_id("rewind-bar")
    await expect(bar).to_be_visible()
    await expect(wall.root).to_have_attribute("data-rewind", "true")
    await expect(page.get_by_text("不是现在")).to_be_visible()
    await bar.locator("input[type=range]").fill(str(moment))
    await wall.until(agent, "talking")
    await expect(wall.root).to_have_attribute("data-rewind-ms", str(moment * 1000))
    stands = await wall.seat(agent).locator("time").inner_text()
    assert stands.startswith("00:0")
    await asyncio.sleep(1.5)  # a clock that ran would have ticked by now
    assert await wall.seat(agent).locator("time").inner_text() == stands, "a clock ran on in the past"
    await wall.seat(agent).hover()
    await expect(wall.seat(agent).get_by_role("button", name="强拆")).to_be_hidden()

    await page.get_by_role("button", name="回到实时").click()
    await expect(wall.root).to_have_attribute("data-rewind", "false")
    await expect(wall.seat(agent)).not_to_have_attribute("data-state", "talking")
    await expect(bar).to_have_count(0)


async def test_who_has_just_come_can_look_back_at_once(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    print(f"asked {await page.evaluate('performance.now()'):.0f} ms after the page began")
    await page.get_by_role("button", name="回放", exact=True).click()
    await expect(page.get_by_test_id("rewind-bar")).to_be_visible()
