"""Callers whom nobody reached: taking one, dialling, the result, and a call that clears the entry by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.centre import Centre
from tests.e2e.screens import Toolbar
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import answered

ME = "1002"
ENGAGED, AT_HOME, OTHER = "13955550061", "13955550062", "13955550063"
TRIES = 20


@pytest.fixture
def toolbar(page: Page) -> Toolbar:
    return Toolbar(page)


async def _miss(visitor: Visitor, toolbar: Toolbar, number: str) -> None:
    """Somebody calls and gives up before it is answered."""
    await toolbar.become_ready()
    call = visitor.centre.call(number, ME)
    await toolbar.until("alerting")
    visitor.centre.lab("DELETE", f"/calls/{call}")
    await toolbar.until("ready")


async def _entry(page: Page, number: str, said: str, state: str = "") -> Locator:
    """The row of ``number`` once it says so: calls are written down a moment after they end."""
    query = page.locator("#query")
    await query.locator("[name=phone]").fill(number)
    await query.locator("[name=state]").select_option(state)
    row = page.locator("tr[data-row]").filter(has_text=f"{number[:3]}****{number[-4:]}").filter(has_text=said)
    for _ in range(TRIES):
        await query.get_by_role("button", name="查询").click()
        await answered(page)
        if await row.count() == 1:
            return row
        await page.wait_for_timeout(250)
    raise AssertionError(f"no entry of {number} says {said}: {await page.get_by_test_id('list').inner_text()}")


async def test_taken_dialled_in_vain_and_closed_with_a_result(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    centre.lab("PUT", f"/numbers/{ENGAGED}", behaviour="busy", after_s=0.2)
    await visitor.enter(ME, "/callbacks")
    await _miss(visitor, toolbar, ENGAGED)
    row = await _entry(page, ENGAGED, "待处理")
    await row.get_by_role("button", name="认领").click()
    row = await _entry(page, ENGAGED, "处理中")
    await row.get_by_role("button", name="回拨").click()
    row = await _entry(page, ENGAGED, "对方忙")
    await toolbar.sign_in()

    await row.get_by_role("button", name="登记结果").click()
    form = page.get_by_role("dialog", name="处理结果")
    await form.get_by_label("备注").fill("一直占线")
    await form.get_by_role("button", name="登记结果").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await expect(form.get_by_label("备注")).to_have_value("一直占线")
    await form.locator("[name=result]").select_option("unreachable")
    await form.get_by_role("button", name="登记结果").click()
    await expect(form).to_be_hidden()
    await _entry(page, ENGAGED, "联系不上", "done")


async def test_a_call_that_reaches_the_caller_clears_the_entry(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    centre.lab("PUT", f"/numbers/{AT_HOME}", behaviour="answers", after_s=0.2)
    await visitor.enter(ME, "/callbacks")
    await _miss(visitor, toolbar, AT_HOME)
    row = await _entry(page, AT_HOME, "待处理")

    # dialling while the own phone rings: a sentence, the call unharmed, and the entry left to the others
    ringing = centre.call(OTHER, ME)
    await toolbar.until("alerting")
    await page.locator("aside.pop").get_by_role("button", name="收起来电资料").click()
    await row.get_by_role("button", name="回拨").click()
    await expect(page.locator(".toast[role=alert]")).to_contain_text("坐席当前的状态下不能这样做。")
    assert ringing in centre.truth()["channels"]
    await toolbar.until("alerting")
    row = await _entry(page, AT_HOME, "待处理")
    await toolbar.press("拒接")
    await toolbar.until("busy")

    await row.get_by_role("button", name="回拨").click()
    await toolbar.until("talking")
    await expect(toolbar.root).to_contain_text(f"{AT_HOME[:3]}****{AT_HOME[-4:]}")
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")
    await _entry(page, AT_HOME, "已联系上", "done")
    await page.locator("#query [name=state]").select_option("")
    await page.locator("#query").get_by_role("button", name="查询").click()
    await expect(page.locator("tr[data-row]")).to_have_count(0)
