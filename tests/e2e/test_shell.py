"""Language, theme, menu, phone width, weight: what every page has in common."""

import time

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.centre import Centre
from tests.e2e.conftest import Visit
from tests.e2e.screens import Toolbar, Wall
from tests.e2e.visitor import Visitor

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LOGIN_BYTES = 300_000
CALM = 0.05


async def test_the_language_changes_at_once_and_is_remembered(visitor: Visitor, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await Wall(page).until_live()
    await page.evaluate("window.sameDocument = true")
    await page.get_by_role("button", name="EN", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("heading", name="Seat")).to_be_visible()
    await expect(Wall(page).seat("1003")).not_to_contain_text("离线")
    assert await page.evaluate("window.sameDocument")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await visitor.go("/login")
    second = await visitor.another_page("/nowhere-at-all")
    await expect(second.locator("html")).to_have_attribute("lang", "en")
    visitor.forgive("404")


async def test_the_theme_follows_the_system_until_it_is_chosen(visitor: Visitor, page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    await visitor.go("/login")
    background = "getComputedStyle(document.body).backgroundColor"
    await expect(page.locator("#submit")).to_be_enabled()
    dark = await page.evaluate(background)
    await page.get_by_role("button", name="切换明暗主题").click()
    await page.wait_for_function(f"(dark) => {background} !== dark", arg=dark)
    light = await page.evaluate(background)
    await page.reload()
    await page.wait_for_function(f"(light) => {background} === light", arg=light)


async def test_an_unknown_address_leads_home(visitor: Visitor, page: Page) -> None:
    visitor.forgive("404")
    await visitor.go("/no-such-page")
    await expect(page.get_by_text("没有这个页面")).to_be_visible()
    await page.get_by_role("link", name="回到首页").click()
    await page.wait_for_url("**/login")


async def test_the_login_page_is_light(visitor: Visitor, page: Page) -> None:
    session = await visitor.context.new_cdp_session(page)
    await session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    begun = time.monotonic()
    await visitor.go("/login")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("html.alive").wait_for(state="attached")
    taken = time.monotonic() - begun
    weight = sum(received)
    print(f"login page: {weight / 1000:.0f} kB, usable after {taken:.2f} s")
    assert 10_000 < weight <= LOGIN_BYTES
    assert await visitor.shifts() < CALM


async def test_answers_carry_the_headers_that_keep_strangers_out(centre: Centre) -> None:
    headers = httpx.get(f"{centre.url}/login").headers
    assert "'unsafe-eval'" not in headers["content-security-policy"]
    assert "'unsafe-inline'" not in headers["content-security-policy"].split("script-src")[1].split(";")[0]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/seats", "/seats?view=table", "/desk", "/password", "/login"])
async def test_nothing_is_wider_than_a_phone(visit: Visit, path: str) -> None:
    visitor = await visit(**PHONE)
    if path == "/login":
        await visitor.go(path)
    else:
        await visitor.enter("supervisor", path)
    await visitor.page.locator("main").wait_for()
    await expect(visitor.page.locator("main .sk")).to_have_count(0)
    wide = await visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


async def test_the_menu_opens_on_a_phone(visit: Visit) -> None:
    visitor = await visit(**PHONE)
    page = visitor.page
    await visitor.enter("supervisor", "/desk")
    await page.get_by_role("button", name="菜单", exact=True).tap()
    drawer = page.get_by_role("dialog", name="主菜单")
    await expect(drawer).to_be_visible()
    await drawer.get_by_role("link", name="坐席监控").tap()
    await page.wait_for_url("**/seats")
    await expect(drawer).to_be_hidden()


async def test_a_tile_opens_a_sheet_under_the_thumb(visit: Visit) -> None:
    visitor = await visit(**PHONE)
    page = visitor.page
    await visitor.enter("supervisor", "/seats?sort=number&group=none")
    await Wall(page).until_live()
    await Wall(page).seat("1002").tap()
    sheet = page.get_by_role("dialog", name="坐席操作")
    await expect(sheet).to_be_visible()
    await expect(sheet).to_contain_text("1002")
    box = await sheet.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(844, abs=2)
    await sheet.get_by_role("button", name="关闭").tap()
    await expect(sheet).to_be_hidden()


async def test_a_live_call_stands_at_the_bottom_of_a_phone(visit: Visit) -> None:
    visitor = await visit(**PHONE)
    toolbar = Toolbar(visitor.page)
    await visitor.enter("1003", "/desk")
    await visitor.page.locator(".desk-now").get_by_role("button", name="签入").tap()
    await toolbar.until("busy")
    await visitor.page.get_by_role("button", name="坐席状态").tap()
    await toolbar.button("空闲").tap()
    await toolbar.until("ready")
    visitor.centre.call("13700000077", "1003")
    await toolbar.until("alerting")
    await toolbar.press("接听")
    await toolbar.until("talking")
    for name in ("保持", "挂断"):
        box = await toolbar.button(name).bounding_box()
        assert box is not None
        assert box["y"] > 844 / 2, name
        assert box["height"] >= 40, name
    await toolbar.press("挂断")
    await toolbar.until("wrap_up")
    await toolbar.press("结束话后")
    await toolbar.until("ready")
    await toolbar.button("离线").tap()
    await toolbar.until("logged_off")
