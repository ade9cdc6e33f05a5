"""Coming in: the form, its failures, and where each account lands."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.centre import Centre
from tests.e2e.conftest import Visit
from tests.e2e.screens import LoginScreen, Wall
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import until
from tests.support.program import DEMO_PASSWORD

WRONG = "Not-the-password-1"


async def test_each_account_lands_on_its_first_page(visit: Visit) -> None:
    for account, path in (("supervisor", "/elders"), ("1002", "/elders")):
        visitor = await visit()
        await visitor.go("/")
        await visitor.page.wait_for_url("**/login")
        await LoginScreen(visitor.page).log_in(account, DEMO_PASSWORD)
        await visitor.page.wait_for_url(f"**{path}")
        cookie = next(one for one in await visitor.context.cookies() if one["name"] == "xktcc_session")
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"


async def test_the_bookmark_of_the_old_system_leads_to_the_form(visitor: Visitor, page: Page) -> None:
    await visitor.go("/XktCC/login.jsp")
    await page.wait_for_url("**/login")
    await expect(page.locator("#submit")).to_be_enabled()


async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(visitor: Visitor, page: Page) -> None:
    screen = LoginScreen(page)
    await visitor.go("/login")
    known = await screen.fail("1005", WRONG)
    assert "账号或密码不正确" in known
    await expect(page.get_by_label("账号", exact=True)).to_have_value("1005")
    await expect(page.locator("#password")).to_have_value("")
    await expect(page.locator("#password")).to_be_focused()
    assert page.url == f"{visitor.centre.url}/login", "nothing of what was typed may be in the address"
    assert await screen.fail("nobody-here", WRONG) == known


async def test_guessing_grows_slow_and_then_locks(visitor: Visitor, page: Page, centre: Centre) -> None:
    screen = LoginScreen(page)
    await visitor.go("/login")
    for _ in range(4):
        await asyncio.to_thread(centre.post, "/login", account="1016", password=WRONG)
    waits = []
    for _ in range(6):
        told = await screen.fail("1016", WRONG)
        waits.append(int(await page.locator("[data-wait-s]").get_attribute("data-wait-s") or 0))
        await expect(page.locator("#submit")).to_be_disabled()
        if "账号已锁定" in told:
            break
        await expect(page.locator("#submit")).to_be_enabled()
    assert waits[-1] > max(waits[:-1]) >= 1, waits
    # not even the right password opens it now, from wherever
    answer = await asyncio.to_thread(centre.post, "/login", account="1016", password=DEMO_PASSWORD)
    assert answer.headers["location"] == "/login"
    await expect(page.locator("[data-wait-s]")).to_have_text(re.compile(r"^\d{3}$"))


async def test_the_eye_shows_the_password(visitor: Visitor, page: Page) -> None:
    await visitor.go("/login")
    await page.locator("#password").fill("secret thing")
    await page.get_by_role("button", name="显示密码").click()
    await expect(page.locator("#password")).to_have_attribute("type", "text")


async def test_the_form_works_by_keyboard_alone(visitor: Visitor, page: Page) -> None:
    await visitor.go("/login")
    await expect(page.get_by_label("账号", exact=True)).to_be_focused()
    await page.keyboard.type("1014")
    await page.keyboard.press("Tab")
    await page.keyboard.type(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/elders")


@pytest.mark.parametrize(("item", "told"), [("退出登录", "您已退出登录"), ("在所有地方退出", "您已退出登录")])
async def test_leaving(visitor: Visitor, page: Page, centre: Centre, item: str, told: str) -> None:
    cookie = await visitor.enter("1015", "/desk")
    await page.get_by_role("button", name="账号菜单").click()
    await page.get_by_role("menuitem", name=item).click()
    await page.wait_for_url("**/login")
    await expect(LoginScreen(page).notice).to_contain_text(told)
    assert centre.post("/password", cookie=cookie).headers["location"] == "/login"
    await visitor.go("/desk")
    await page.wait_for_url("**/login")


async def test_an_agent_is_refused_the_wall(visitor: Visitor, page: Page) -> None:
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    await visitor.enter("1013", "/seats")
    await expect(page.get_by_text("您没有权限打开此页面")).to_be_visible()
    await expect(page.get_by_role("link", name="坐席监控")).to_have_count(0)
    await expect(Wall(page).root).to_have_count(0)
    visitor.centre.call("13500000001", "1012")
    seen = len(frames)

    async def two_beats() -> bool:
        return sum("now_ms" in frame for frame in frames[seen:]) >= 2

    # the server's clock comes every second: two beats later a change of a seat would have been here
    await until(two_beats, "the server's clock")
    assert not [frame for frame in frames if "seat_1012" in frame or '"1012"' in frame]


async def test_the_form_stands_beside_the_calm_half(visitor: Visitor, page: Page) -> None:
    await visitor.go("/login")
    calm, form = await page.locator("aside").bounding_box(), await page.locator("main").bounding_box()
    assert calm
    assert form
    assert (calm["x"], calm["height"], form["height"]) == (0, 900, 900)
    assert (form["x"], form["x"] + form["width"]) == (calm["width"], 1440)
    await page.set_viewport_size({"width": 390, "height": 844})
    calm, form = await page.locator("aside").bounding_box(), await page.locator("main").bounding_box()
    assert calm
    assert form
    assert (calm["width"], form["width"], form["y"]) == (390, 390, calm["height"])
