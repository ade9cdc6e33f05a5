"""An agent's day at the toolbar."""

import re

import pytest
from playwright.async_api import Page, expect

from telephony.exchange.demo_numbers import demo_number, demo_sos_number
from tests.e2e.centre import READY, RING_TIMEOUT_S, WRAP_UP_S, Centre
from tests.e2e.conftest import Visit
from tests.e2e.screens import Toolbar
from tests.e2e.visitor import Visitor

ME = "1001"


@pytest.fixture
def toolbar(page: Page) -> Toolbar:
    return Toolbar(page)


async def _ring(visitor: Visitor, toolbar: Toolbar, number: str = "13900000001") -> str:
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    call = visitor.centre.call(number, ME)
    await toolbar.until("alerting")
    return call


async def _talk(visitor: Visitor, toolbar: Toolbar, number: str = "13900000001") -> str:
    call = await _ring(visitor, toolbar, number)
    await toolbar.press("接听")
    await toolbar.until("talking")
    return call


async def test_signing_in_and_the_states_of_a_day(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await visitor.enter(ME, "/desk")
    await toolbar.sign_in()
    await toolbar.press("空闲")
    await toolbar.until("ready")
    await expect(toolbar.button("空闲")).to_have_attribute("aria-pressed", "true")
    await toolbar.press("示忙")
    await toolbar.until("busy")
    await toolbar.take_break("用餐")
    await toolbar.until("not_ready")
    await expect(toolbar.root).to_contain_text("小休 · 用餐")
    await expect(page.locator(".desk-now")).to_contain_text("用餐")
    await toolbar.press("离线")
    await toolbar.until("logged_off")
    await toolbar.press("签入")
    await toolbar.until("busy")
    await expect(toolbar.root).to_contain_text("刚签入")


async def test_a_call_from_ring_to_wrap_up(visitor: Visitor, toolbar: Toolbar, centre: Centre) -> None:
    call = await _ring(visitor, toolbar, demo_number(11))
    await expect(toolbar.root).to_contain_text(re.compile(r"\d{3}\*{4}\d{4}"))
    await expect(toolbar.root).to_contain_text("岁")
    await toolbar.press("接听")
    await toolbar.until("talking")
    await toolbar.press("保持")
    await toolbar.until("hold")
    await toolbar.press("取回")
    await toolbar.until("talking")
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")
    assert call not in centre.truth()["channels"]

    left = toolbar.root.locator(".bar-st time")
    await expect(left).to_have_text(re.compile(r"^00:\d\d$"))
    before = int((await left.inner_text())[-2:])
    assert before <= WRAP_UP_S
    await toolbar.press("延长 30 秒")
    await toolbar.page.wait_for_function(
        """(least) => {
          const [m, s] = document.querySelector(".bar-st time").textContent.split(":").map(Number);
          return m * 60 + s > least;
        }""",
        arg=before + 15,
    )
    await toolbar.press("结束话后")
    await toolbar.until("ready")


async def test_an_sos_call_reaches_the_only_free_agent(visitor: Visitor, toolbar: Toolbar, centre: Centre) -> None:
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    for phone in READY:
        centre.lab("POST", f"/phones/{phone}/unregister")
    call = centre.call(demo_sos_number(3), "96001")
    await toolbar.until("alerting")
    await expect(toolbar.root).to_have_class(re.compile(r"\bsos\b"))
    await expect(toolbar.root.get_by_text("SOS", exact=True)).to_be_visible()
    await toolbar.press("接听")
    await toolbar.until("talking")
    centre.lab("DELETE", f"/calls/{call}")
    await toolbar.until("wrap_up")


async def test_declining_sets_the_seat_busy_and_says_why(visitor: Visitor, toolbar: Toolbar) -> None:
    await _ring(visitor, toolbar)
    await toolbar.press("拒接")
    await toolbar.until("busy")
    await expect(toolbar.root).to_contain_text("拒接来电")
    await toolbar.press("恢复空闲")
    await expect(toolbar.root).not_to_contain_text("拒接来电")


async def test_a_call_that_nobody_takes_sets_the_seat_busy(visitor: Visitor, toolbar: Toolbar) -> None:
    await _ring(visitor, toolbar)
    await expect(toolbar.root).to_have_attribute("data-state", "busy", timeout=(RING_TIMEOUT_S + 12) * 1000)
    await expect(toolbar.root).to_contain_text("振铃未接")


async def test_a_state_is_booked_during_a_call(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _talk(visitor, toolbar)
    await page.get_by_role("button", name="话后转").click()
    await page.get_by_role("menuitemradio", name="示忙").click()
    await expect(page.get_by_role("button", name="话后转：示忙")).to_be_visible()
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")
    await toolbar.press("结束话后")
    await toolbar.until("busy")


async def test_dialling(visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre) -> None:
    number = "13900000044"
    centre.lab("PUT", f"/numbers/{number}", behaviour="answers", after_s=0.5)
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    field = toolbar.root.get_by_label("拨号", exact=True)
    for wrong, said in (
        ("12", "号码不正确"),
        ("139x00000044", "号码不正确"),
        ("1" * 60, "号码不正确"),
        ("0044207946", "不允许拨打"),
    ):
        await field.fill(wrong)
        await toolbar.root.get_by_role("button", name="拨号").click()
        await expect(page.locator(".toast[role=alert]")).to_contain_text(said)
        await expect(field).to_have_value(wrong)
        await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(toolbar.root).to_have_attribute("data-state", "ready")
    # what is being typed when a call comes is there again after it
    await field.fill(number)
    centre.call("13900000077", ME)
    await toolbar.until("alerting")
    await toolbar.press("拒接")
    await toolbar.until("busy")
    await expect(field).to_have_value(number)
    await field.press("Enter")
    await toolbar.until("talking")
    await expect(toolbar.root).to_contain_text("139****0044")
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")


async def test_a_number_in_a_list_and_in_a_record_is_dialled_unseen(
    visitor: Visitor, toolbar: Toolbar, page: Page
) -> None:
    await visitor.enter(ME, "/elders")
    await toolbar.become_ready()
    number = page.locator(".tbl").get_by_title("拨号").first
    shown = await number.inner_text()
    assert re.fullmatch(r"1\d{2}\*{4}\d{4}", shown)
    await number.click()
    await toolbar.until("talking")
    await expect(toolbar.root).to_contain_text(shown)
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")
    await toolbar.press("结束话后")
    await toolbar.until("ready")
    await page.locator(".tbl").get_by_role("button", name="查看").first.click()
    drawer = page.get_by_test_id("elder-drawer")
    await expect(drawer.get_by_title("拨号").first).to_have_text(shown)
    await drawer.get_by_title("拨号").first.click()
    await toolbar.until("talking")
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", await page.content()), "a number stands in the page"
    await page.keyboard.press("F4")
    await toolbar.until("wrap_up")


async def test_reloading_in_mid_call_keeps_it_at_hand(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    call = await _talk(visitor, toolbar)
    await page.reload()
    await toolbar.until("talking")
    assert call in centre.truth()["channels"]
    await toolbar.press("保持")
    await toolbar.until("hold")
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")


async def test_two_tabs_tell_the_same(visitor: Visitor, toolbar: Toolbar) -> None:
    await _ring(visitor, toolbar)
    other = Toolbar(await visitor.another_page("/desk"))
    await other.until("alerting")
    await toolbar.press("接听")
    await other.until("talking")
    await other.press("挂断")
    await toolbar.until("wrap_up")
    await toolbar.press("结束话后")
    await other.until("ready")


async def test_dialling_with_a_phone_that_is_not_registered(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    centre.lab("POST", f"/phones/{ME}/unregister")
    await toolbar.until("busy")
    await expect(toolbar.root).to_contain_text("话机离线，自动示忙")
    field = toolbar.root.get_by_label("拨号", exact=True)
    await field.fill("13900000044")
    await field.press("Enter")
    await expect(page.locator(".toast[role=alert]")).to_contain_text("话机不在线，请检查话机或耳机。")
    await expect(field).to_have_value("13900000044")


async def test_an_account_without_a_phone_is_told_why(visit: Visit) -> None:
    # the supervisor may use a toolbar, but nobody gave this account a phone
    visitor = await visit()
    await visitor.enter("supervisor", "/desk")
    await expect(visitor.page.get_by_text("缺少话机号或通话 token").first).to_be_visible()
