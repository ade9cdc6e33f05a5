"""An agent's work during a call: the caller's record, the notes that are never lost, an order, and handing over."""

from __future__ import annotations

import contextlib
import random
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from telephony.exchange.demo_numbers import demo_number
from tests.e2e.centre import Centre
from tests.e2e.conftest import Visit
from tests.e2e.screens import Toolbar
from tests.e2e.visitor import Visitor
from xktcc_app.services.demo_elders import OWN_PHONES

ME, OTHER = "1002", "1005"
SHARED = 24
"""The demo's person whose number is the one of a couple, and one whose number is an elder's contact's alone."""
CONTACT = OWN_PHONES + 5
GRAVE = {"serious", "critical"}
BARS = {"ready", "busy", "not_ready", "logged_off", "alerting", "talking", "hold", "wrap_up"}


@pytest.fixture
def toolbar(page: Page) -> Toolbar:
    return Toolbar(page)


async def _ring(visitor: Visitor, toolbar: Toolbar, number: str, path: str = "/desk") -> str:
    await visitor.enter(ME, path)
    await toolbar.become_ready()
    call = visitor.centre.call(number, ME)
    await toolbar.until("alerting")
    return call


async def _talk(visitor: Visitor, toolbar: Toolbar, number: str, path: str = "/desk") -> str:
    call = await _ring(visitor, toolbar, number, path)
    await toolbar.press("接听")
    await toolbar.until("talking")
    return call


async def test_the_record_comes_up_while_it_rings(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _ring(visitor, toolbar, demo_number(7))
    record = page.get_by_label("来电资料")
    await expect(record.get_by_role("heading", name="最近订单")).to_be_visible()
    name = await record.get_by_role("heading").first.inner_text()
    await expect(toolbar.root).to_contain_text(name)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", await page.content()), "a number stands in the page"
    await toolbar.press("拒接")
    await toolbar.until("busy")
    await expect(record).to_have_count(0)


async def test_it_comes_up_beside_the_list_and_leaves_what_is_typed(
    visitor: Visitor, toolbar: Toolbar, page: Page
) -> None:
    await visitor.enter(ME, "/callbacks")
    await toolbar.become_ready()
    field = page.locator(".query [name=name]")
    await field.fill("王")
    visitor.centre.call(demo_number(8), ME)
    await toolbar.until("alerting")
    panel = page.locator("aside.pop")
    await expect(panel.get_by_role("heading", name="最近通话")).to_be_visible()
    await expect(field).to_have_value("王")
    await expect(field).to_be_focused()
    await panel.get_by_role("button", name="收起来电资料").click()
    await expect(panel).to_be_hidden()
    await toolbar.press("拒接")


async def test_a_note_outlives_reload_tab_and_lost_line(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _talk(visitor, toolbar, demo_number(9))
    note = page.get_by_label("备注").first
    await page.keyboard.press("Alt+N")
    await expect(note).to_be_focused()
    await page.keyboard.type("午餐没送到")
    await expect(page.get_by_text("已自动保存")).to_be_visible()
    await page.reload()
    await expect(note).to_have_value("午餐没送到")

    second = await visitor.another_page("/desk")
    await expect(second.get_by_label("备注").first).to_have_value("午餐没送到")
    await second.close()

    visitor.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
    await visitor.context.set_offline(True)
    await note.fill("午餐没送到，已联系")
    await expect(page.get_by_text("已存在本机")).to_be_visible()
    await visitor.context.set_offline(False)
    await expect(page.get_by_text("已自动保存")).to_be_visible()
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")
    await expect(note).to_have_value("午餐没送到，已联系")


async def test_too_long_a_note_is_told_and_kept(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _talk(visitor, toolbar, demo_number(10))
    note = page.get_by_label("备注").first
    await note.fill("长" * 100_000)
    await expect(page.get_by_text("备注超过 2000 字")).to_be_visible()
    assert len(await note.input_value()) == 100_000
    await note.fill("长" * 2000)
    await expect(page.get_by_text("已自动保存")).to_be_visible()
    await toolbar.until("talking")


async def test_a_number_of_several_offers_the_choice(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _ring(visitor, toolbar, demo_number(SHARED))
    record = page.get_by_label("来电资料")
    await expect(record.get_by_text("此号码登记了 2 位老人")).to_be_visible()
    choice = record.get_by_role("group", name="选择老人").get_by_role("button")
    await expect(choice).to_have_count(2)
    shown = record.get_by_role("heading", level=2).first
    names = [text.split("·")[0].strip() for text in await choice.all_inner_texts()]
    for place in (1, 0):
        await choice.nth(place).click()
        await expect(choice.nth(place)).to_have_attribute("aria-pressed", "true")
        await expect(shown).to_have_text(names[place])
    await toolbar.press("拒接")


async def test_a_contacts_number_says_whose_it_is(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _ring(visitor, toolbar, demo_number(CONTACT))
    record = page.get_by_label("来电资料")
    whose = record.get_by_text("此号码是：")
    await expect(whose).to_contain_text("（子女）")
    contact = (await whose.inner_text()).removeprefix("此号码是：").removesuffix("（子女）")
    await expect(record.get_by_role("heading", name="最近订单")).to_be_visible()
    await expect(record.get_by_role("heading", level=2).first).not_to_have_text(contact)
    await toolbar.press("拒接")


async def test_an_order_in_a_few_keys(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _talk(visitor, toolbar, demo_number(11))
    await expect(page.locator("#service-items option").first).to_be_attached()
    await page.keyboard.press("Alt+S")
    await page.keyboard.type("没有这个")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("没有唯一对应的项目")).to_be_visible()
    await page.keyboard.press("Alt+S")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("修脚")
    await expect(page.locator("[data-order-sum]")).to_contain_text("金额")
    await page.keyboard.press("Enter")
    await expect(page.locator(".made li")).to_contain_text("修脚")
    # the same again only on purpose
    await page.keyboard.press("Alt+S")
    await page.keyboard.type("修脚")
    await page.keyboard.press("Enter")
    await page.get_by_label("本次通话已派过这个项目").check()
    await page.get_by_role("button", name="提交派单").click()
    await expect(page.locator(".made li")).to_have_count(2)


async def test_an_unknown_caller_gets_a_record(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await _talk(visitor, toolbar, "13912340001")
    form = page.get_by_label("新增老人")
    await form.get_by_role("button", name="新增").click()
    await expect(form.get_by_text("请填写").first).to_be_visible()
    await form.get_by_label("姓名").fill("赵小兰")
    await form.get_by_label("性别").select_option("女")
    await form.get_by_role("button", name="新增").click()
    await expect(page.get_by_label("来电资料").get_by_role("heading", name="赵小兰")).to_be_visible()
    await expect(page.get_by_label("派单", exact=True)).to_be_visible()


async def test_mute_keys_and_a_consultation(visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre) -> None:
    await _talk(visitor, toolbar, demo_number(12))
    await page.keyboard.press("F9")
    await expect(toolbar.root).to_have_attribute("data-muted", "true")
    await expect(toolbar.button("取消静音")).to_be_enabled()
    await page.keyboard.press("F9")
    await expect(toolbar.root).to_have_attribute("data-muted", "false")
    await page.keyboard.press("Alt+T")
    picker = page.get_by_role("dialog", name="转接")
    await picker.get_by_label("工号、姓名").fill(OTHER)
    row = picker.locator(f'[data-peer="{OTHER}"]')
    await expect(row.get_by_text("空闲")).to_be_visible()
    await row.get_by_role("button", name="咨询转").click()
    await expect(toolbar.root).to_contain_text("咨询 · 振铃")
    centre.answer(OTHER)
    await expect(toolbar.root).to_contain_text("咨询中")
    await toolbar.press("三方")
    await expect(toolbar.root).to_contain_text("三方通话")
    await toolbar.press("完成转接")
    await toolbar.until("wrap_up")


async def test_the_list_of_shortcuts(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    await visitor.enter(ME, "/desk")
    await toolbar.sign_in()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    await page.keyboard.press("Escape")
    field = toolbar.root.get_by_label("拨号", exact=True)
    await page.keyboard.press("Alt+P")
    await expect(field).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="快捷键")).to_be_hidden()
    await page.keyboard.press("Alt+1")
    await toolbar.until("ready")


# What the button says is the answer. Busy for 0 ms: until it says something else.
PRESS_WHILE_BUSY = """([key, busyMs]) => {
    const button = [...document.querySelectorAll(`[aria-keyshortcuts="${key}"]`)].find((el) => el.checkVisibility());
    const said = button.textContent;
    const freeLater = () => {
        if (button.isConnected && button.textContent === said) requestAnimationFrame(freeLater);
        else button.disabled = false;
    };
    button.disabled = true;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    if (!busyMs) {
        freeLater();
        return said;
    }
    return new Promise((done) => setTimeout(() => {
        const says = button.textContent;
        button.disabled = false;
        done(says);
    }, busyMs));
}"""


async def test_a_key_pressed_while_a_command_is_under_way_is_obeyed_after_it(
    visitor: Visitor, toolbar: Toolbar, page: Page
) -> None:
    await _talk(visitor, toolbar, demo_number(12))
    await expect(toolbar.button("静音")).to_be_enabled()
    assert await page.evaluate(PRESS_WHILE_BUSY, ["F9", 300]) == "静音", "it was pressed while it could not be"
    await expect(toolbar.root).to_have_attribute("data-muted", "true")
    await expect(toolbar.button("取消静音")).to_be_enabled()
    # too old by now: it would surprise whoever pressed it
    assert await page.evaluate(PRESS_WHILE_BUSY, ["F9", 2000]) == "取消静音"
    await page.keyboard.press("F8")
    await toolbar.until("hold")
    await expect(toolbar.root).to_have_attribute("data-muted", "true")


async def test_a_key_never_does_what_its_button_did_not_say(visitor: Visitor, toolbar: Toolbar, page: Page) -> None:
    call = await _ring(visitor, toolbar, demo_number(13))
    await expect(toolbar.button("拒接")).to_be_enabled()
    # the call is answered at the phone while "decline" waits: the same key would now hang up
    assert await page.evaluate(PRESS_WHILE_BUSY, ["F4", 0]) == "拒接"
    visitor.centre.answer(ME)
    await expect(toolbar.button("静音")).to_be_enabled()
    await page.keyboard.press("F9")
    await expect(toolbar.root).to_have_attribute("data-muted", "true")
    await expect(toolbar.root).to_have_attribute("data-call", call)
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")


@pytest.mark.parametrize("width", [1440, 390])
async def test_axe_finds_nothing_grave_during_a_call(visit: Visit, width: int) -> None:
    visitor = await visit(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    toolbar = Toolbar(visitor.page)
    await visitor.enter(ME, "/desk")
    await expect(toolbar.root).to_have_attribute("data-stale", "false")
    if await toolbar.state() == "wrap_up":
        await toolbar.press("结束话后")
        await expect(toolbar.root).not_to_have_attribute("data-state", "wrap_up")
    if width < 760:
        await toolbar.root.locator(".bar-more").click()
    await toolbar.become_ready()
    visitor.centre.call(demo_number(13), ME)
    await toolbar.until("alerting")
    await toolbar.press("接听")
    await toolbar.until("talking")
    await expect(visitor.page.get_by_role("heading", name="最近订单")).to_be_visible()
    results = await Axe().run(visitor.page)
    grave = [
        f"{found['id']}: {node['html'][:200]} · {node.get('failureSummary', '')[:200]}"
        for found in results.response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"][:3]
    ]
    assert not grave, "\n".join(grave)
    over = await visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert over <= 0, f"{over} px stand out at the right"
    await toolbar.press("挂断")


async def test_whatever_is_pressed_toolbar_and_pbx_agree(
    visitor: Visitor, toolbar: Toolbar, page: Page, centre: Centre
) -> None:
    chosen = random.Random(7)
    await visitor.enter(ME, "/desk")
    await toolbar.become_ready()
    visitor.forgive("a command of nobody's")
    for _step in range(40):
        await expect(toolbar.root).to_have_attribute("data-stale", "false")
        buttons = toolbar.root.locator("button:visible:enabled")
        names = [name for name in ("空闲", "示忙", "接听", "拒接", "保持", "取回", "静音", "取消静音", "挂断", "结束话后", "恢复空闲")
                 if await buttons.get_by_text(name, exact=True).count()]  # fmt: skip
        if "示忙" in names and chosen.random() < 0.5:
            centre.call(f"1391111{chosen.randrange(1000, 9999)}", ME)
        elif names:
            with_text = buttons.filter(has_text=re.compile(f"^{chosen.choice(names)}$")).first
            with contextlib.suppress(
                PlaywrightTimeoutError
            ):  # the state has changed by itself meanwhile, and the button is gone
                await with_text.click(timeout=500, force=True)
    state = await _settled(toolbar, centre)
    assert state in BARS


async def _settled(toolbar: Toolbar, centre: Centre) -> str:
    """The toolbar's state once it and the exchange's phone say the same."""
    for _ in range(100):
        state = await toolbar.root.get_attribute("data-state") or ""
        phone = centre.truth()["phones"][ME]
        talks, rings = bool(phone["talking"]), bool(phone["ringing"])
        if (state in {"talking", "hold"}) == talks and (state == "alerting") == rings:
            return state
        await toolbar.page.wait_for_timeout(100)
    raise AssertionError(f"the toolbar says {state}, the phone talks: {talks}, rings: {rings}")
