"""Orders and call records: asked by address, moved on step by step, two people on one order, notes by those who may."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import answered, until

LAST = "the last choice there is"
GRAVE = {"serious", "critical"}
ORDER_FILTERS = {
    "service": "助浴",
    "elder": "王",
    "category": "助餐",
    "status": "已取消",
    "payment": "现金",
    "provider": LAST,
    "community": LAST,
    "amount_from": "100",
    "amount_to": "２０",
    "since": "2026-06-01",
    "until": "2026-06-01",
}
CALL_FILTERS = {
    "name": "李",
    "number": "138",
    "status": "排队放弃",
    "valid": "无效",
    "direction": "呼出",
    "agent": "1005",
    "community": LAST,
    "talk_from": "300",
    "talk_to": "20",
    "cleared_by": "坐席",
    "since": "2026-06-01",
    "until": "2026-06-01",
}


def rows(page: Page) -> Locator:
    return page.locator("tr[data-row]")


async def total(page: Page) -> int:
    await answered(page)
    return int("".join(re.findall(r"\d", await page.locator(".pager .total").inner_text())))


async def listed(visitor: Visitor, path: str) -> Page:
    await visitor.go(path)
    await expect(rows(visitor.page).first).to_be_visible()
    return visitor.page


async def ask(page: Page, name: str, value: str) -> None:
    """Set one condition and search."""
    field = page.locator(f'#query [name="{name}"]')
    if value == LAST:
        await expect(field.locator("option").nth(1)).to_be_attached()
        await field.select_option(index=await field.locator("option").count() - 1)
    elif await field.evaluate("(field) => field.nodeName") == "SELECT":
        await field.select_option(label=value)
    else:
        await field.fill(value)
    await page.get_by_role("button", name="查询", exact=True).click()
    await page.wait_for_url(re.compile(f"[?&]{name}="))


async def new_order(page: Page, elder: str = "王") -> Locator:
    """Place an order of two baths; the drawer that then shows it."""
    await page.get_by_role("button", name="派单", exact=True).click()
    form = page.get_by_test_id("order-form")
    await form.locator("[data-seek-elder]").press_sequentially(elder)
    await form.locator("[data-found] button").first.click()
    await expect(page.get_by_test_id("chosen-elder")).to_be_visible()
    await form.get_by_label("服务项目").fill("助浴（上门）")
    await form.get_by_label("数量").fill("2")
    await form.get_by_label("补贴").fill("40.05")
    await expect(form.locator('[data-sum="self_paid"]')).to_have_text("¥ 199.95")
    await form.get_by_role("button", name="下单", exact=True).click()
    drawer = page.get_by_test_id("order-drawer")
    await expect(drawer.locator('[data-action="create"]')).to_be_visible()
    return drawer


async def step(drawer: Locator, action: str, **fields: str) -> None:
    """Take a step and see it in the timeline."""
    seen = await drawer.locator(f'li[data-action="{action}"]').count()
    await drawer.locator(f'button[data-step="{action}"]').click()
    form = drawer.locator(f'form[data-step="{action}"]')
    for name, value in fields.items():
        field = form.locator(f'[name="{name}"]')
        if name == "provider_id":
            await field.select_option(index=1)
        elif name == "stars":
            await form.locator(f'[name="stars"][value="{value}"]').check()
        else:
            await field.fill(value)
    await form.locator("button[type=submit]").click()
    await expect(drawer.locator(f'li[data-action="{action}"]')).to_have_count(seen + 1)


async def test_each_condition_of_the_orders_narrows_and_stays_after_reload(visit: Visit) -> None:
    visitor = await visit()
    await visitor.enter("supervisor", "/orders")
    page = visitor.page
    await expect(rows(page).first).to_be_visible()
    everything = await total(page)
    for name, value in ORDER_FILTERS.items():
        await listed(visitor, "/orders")
        await ask(page, name, value)
        await until(lambda: _fewer(page, everything), f"{name} narrows")
    found = await total(page)
    await page.reload()
    await expect(rows(page).first).to_be_visible()
    assert await total(page) == found
    await page.go_back()
    await until(lambda: _is(page, everything), "all of them again")


async def _fewer(page: Page, than: int) -> bool:
    return 0 < await total(page) < than


async def _is(page: Page, count: int) -> bool:
    return await total(page) == count


async def test_each_condition_of_the_calls_narrows(visit: Visit) -> None:
    visitor = await visit()
    await visitor.enter("supervisor", "/calls")
    page = visitor.page
    await expect(rows(page).first).to_be_visible()
    everything = await total(page)
    for name, value in CALL_FILTERS.items():
        await listed(visitor, "/calls")
        await ask(page, name, value)
        await until(lambda: _fewer(page, everything), f"{name} narrows")


async def test_an_amount_that_can_not_be_is_told_at_its_field(visit: Visit) -> None:
    visitor = await visit()
    await visitor.enter("supervisor", "/orders")
    page = visitor.page
    await expect(rows(page).first).to_be_visible()
    field = page.locator('#query [name="amount_from"]')
    await field.fill("12.345")
    await page.get_by_role("button", name="查询", exact=True).click()
    assert await field.evaluate("(field) => field.validationMessage") == "应为金额，最多两位小数"
    await expect(field).to_have_value("12.345")
    assert "amount_from" not in page.url
    await field.fill("12.3")
    await page.get_by_role("button", name="查询", exact=True).click()
    await page.wait_for_url(re.compile("amount_from=12.3"))


async def test_a_list_that_fails_says_so_and_can_be_asked_again(visit: Visit) -> None:
    visitor = await visit()
    visitor.centre.change("ALTER TABLE order_rollup RENAME TO order_rollup_away")
    try:
        await visitor.enter("supervisor", "/orders")
        failed = visitor.page.get_by_test_id("list-failed")
        await expect(failed).to_be_visible()
    finally:
        visitor.centre.change("ALTER TABLE order_rollup_away RENAME TO order_rollup")
    await failed.get_by_role("button", name="重试").click()
    await expect(rows(visitor.page).first).to_be_visible()


async def test_service_items_and_providers_are_kept_on_pages_of_their_own(visit: Visit) -> None:
    visitor = await visit()
    page = visitor.page
    await visitor.enter("supervisor", "/service-items")
    await page.locator(".tbar").get_by_role("button", name="新增").click()
    drawer = page.locator("#catalogue-drawer")
    for name, value in (("name", "陪同散步"), ("unit_price", "三十"), ("unit", "次")):
        await drawer.locator(f'[name="{name}"]').fill(value)
    await drawer.locator('[name="category"]').select_option(label="精神慰藉")
    await drawer.get_by_role("button", name="保存").click()
    await expect(page.locator("#fault-unit_price")).to_contain_text("金额")
    await expect(drawer.locator('[name="name"]')).to_have_value("陪同散步")
    await drawer.locator('[name="unit_price"]').fill("３０.5")
    await drawer.get_by_role("button", name="保存").click()
    await listed(visitor, "/service-items?name=陪同散步")
    await expect(rows(page).first).to_contain_text("¥ 30.50")
    await rows(page).first.get_by_role("button", name="停用").click()
    await expect(rows(page).first.get_by_role("button", name="启用")).to_be_visible()
    await listed(visitor, "/providers")
    await page.locator(".tbar").get_by_role("button", name="新增").click()
    await drawer.locator('[name="name"]').fill("安心助老")
    await drawer.locator('[name="phone"]').fill("12")
    await drawer.get_by_role("button", name="保存").click()
    await expect(page.locator("#fault-phone")).to_contain_text("不正确")


async def test_orders_are_sorted_and_paged(visit: Visit) -> None:
    visitor = await visit()
    await visitor.enter("supervisor", "/orders?order=-amount")
    page = visitor.page
    await expect(rows(page).first).to_be_visible()
    amounts = [float(re.sub(r"[^\d.]", "", text)) for text in await page.locator("td.r").all_inner_texts()]
    assert amounts == sorted(amounts, reverse=True)
    first = await rows(page).first.get_attribute("data-row")
    await page.locator("[data-next]").click()
    await page.wait_for_url(re.compile("page=2"))
    await until(lambda: _another(page, first), "the second page")
    await page.go_back()
    await expect(rows(page).first).to_have_attribute("data-row", first or "")


async def _another(page: Page, first: str | None) -> bool:
    return await rows(page).first.get_attribute("data-row") != first


async def test_an_order_goes_its_whole_way(visit: Visit) -> None:
    visitor = await visit()
    await visitor.enter("supervisor", "/orders")
    await expect(rows(visitor.page).first).to_be_visible()
    drawer = await new_order(visitor.page)
    await drawer.locator('button[data-step="dispatch"]').click()
    await drawer.locator('form[data-step="dispatch"] button[type=submit]').click()
    await expect(drawer.locator("#fault-provider_id")).to_be_visible()
    await drawer.get_by_role("button", name="返回", exact=True).click()
    await step(drawer, "dispatch", provider_id="1")
    await step(drawer, "refuse", remark="没有人手")
    await step(drawer, "dispatch", provider_id="1", worker="张工")
    await step(drawer, "accept", remark="明早到")
    await step(drawer, "start")
    await step(drawer, "finish")
    await step(drawer, "rate", stars="5", follow_up="很满意")
    await step(drawer, "settle")
    await expect(drawer.locator("button[data-step]")).to_have_count(0)
    await expect(rows(visitor.page).first).to_contain_text("已结算")


async def test_the_second_of_two_people_is_told(visit: Visit) -> None:
    first, second = await visit(), await visit()
    await first.enter("supervisor", "/orders")
    await expect(rows(first.page).first).to_be_visible()
    drawer = await new_order(first.page)
    await second.enter("admin", "/orders")
    await expect(rows(second.page).first).to_be_visible()
    await rows(second.page).first.get_by_role("button", name="查看").click()
    late = second.page.get_by_test_id("order-drawer")
    await late.locator('button[data-step="cancel"]').click()
    await late.locator('form[data-step="cancel"] [name="remark"]').fill("老人改期")
    await step(drawer, "dispatch", provider_id="1")
    await late.locator('form[data-step="cancel"] button[type=submit]').click()
    await expect(late.get_by_role("alert")).to_contain_text("别人刚刚办理过")
    await expect(late.locator('li[data-action="dispatch"]')).to_have_count(1)
    await expect(late.locator('li[data-action="cancel"]')).to_have_count(0)
    await expect(late.locator('form[data-step="cancel"] [name="remark"]')).to_have_value("老人改期")


async def test_a_number_comes_in_clear_only_when_it_is_asked_for(visit: Visit) -> None:
    visitor = await visit()
    frames: list[str] = []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    await visitor.enter("supervisor", "/orders")
    await expect(rows(visitor.page).first).to_be_visible()
    await rows(visitor.page).first.get_by_role("button", name="查看").click()
    drawer = visitor.page.get_by_test_id("order-drawer")
    await expect(drawer.locator("li[data-action]").first).to_be_visible()
    before = list(frames)
    await drawer.get_by_role("button", name="显示").click()
    clear = await drawer.locator('[data-clear="phone"]').inner_text()
    assert re.fullmatch(r"\d{7,}", clear)
    assert not any(clear in frame for frame in before)


async def test_a_note_is_its_agents_own(visit: Visit) -> None:
    own, other = await visit(), await visit()
    await own.enter("1005", "/calls")
    await expect(rows(own.page).first).to_be_visible()
    await rows(own.page).first.get_by_role("button", name="编辑").click()
    drawer = own.page.get_by_test_id("call-drawer")
    await drawer.locator('[name="note"]').fill("老人要改送餐时间")
    await drawer.locator('[name="valid"][value="0"]').check()
    await drawer.get_by_role("button", name="保存", exact=True).click()
    await expect(drawer.get_by_text("已保存")).to_be_visible()
    await own.page.reload()
    await rows(own.page).first.get_by_role("button", name="查看").click()
    await expect(own.page.get_by_test_id("call-drawer").locator('[name="note"]')).to_have_value("老人要改送餐时间")
    await other.enter("1006", "/calls")
    await expect(rows(other.page).first).to_be_visible()
    mine = {await row.get_attribute("data-row") for row in await rows(own.page).all()}
    theirs = {await row.get_attribute("data-row") for row in await rows(other.page).all()}
    assert not mine & theirs


@pytest.mark.parametrize("path", ["/orders", "/calls"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_grave_in_lists_and_drawers(visit: Visit, path: str, theme: str) -> None:
    visitor = await visit(color_scheme=theme, reduced_motion="reduce")
    await visitor.enter("supervisor", path)
    await expect(rows(visitor.page).first).to_be_visible()
    await rows(visitor.page).first.get_by_role("button", name="查看").click()
    await expect(visitor.page.locator(".side-drawer .tl li").first).to_be_visible()
    results = await Axe().run(visitor.page)
    grave = [
        f"{found['id']}: {node['html'][:200]} · {node.get('failureSummary', '')[:300]}"
        for found in results.response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"][:3]
    ]
    assert not grave, "\n".join(grave)


@pytest.mark.parametrize("path", ["/orders", "/calls"])
async def test_a_phone_shows_cards_and_nothing_beside_the_screen(visit: Visit, path: str) -> None:
    visitor = await visit(viewport={"width": 390, "height": 844})
    await visitor.enter("supervisor", path)
    await expect(rows(visitor.page).first).to_be_visible()
    assert await visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
