"""Filter, search, order and views of the wall: decided in the browser, kept in the address."""

import re

import pytest
from playwright.async_api import Page, expect

from telephony.exchange.demo_numbers import demo_sos_number
from tests.e2e.centre import READY, SEATS, Centre
from tests.e2e.screens import Wall
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import until

ORDER = ("alerting", "talking", "hold", "wrap_up", "ready", "not_ready", "busy", "logged_off")


@pytest.fixture
def wall(page: Page) -> Wall:
    return Wall(page)


async def test_filters_narrow_the_wall_and_survive_a_reload(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    count = page.locator("[data-count=shown]")
    await expect(count).to_have_text(str(SEATS))
    await wall.choose("状态", "空闲")
    ready = sorted(agent for agent, fact in (await wall.facts()).items() if fact["state"] == "ready")
    assert 0 < len(ready) < SEATS
    await expect(count).to_have_text(str(len(ready)))
    assert sorted(await wall.shown()) == ready
    await page.reload()
    await wall.until_live()
    await expect(count).to_have_text(str(len(ready)))
    assert "state=ready" in page.url

    await page.locator(".wall-wide").get_by_label("状态", exact=True).select_option("")

    await page.get_by_label("搜索坐席").fill("1002")
    await expect(count).to_have_text("1")
    await page.get_by_label("搜索坐席").fill("nobody like that")
    await expect(page.get_by_text("没有符合条件的坐席")).to_be_visible()
    await page.get_by_role("button", name="重置").first.click()
    await expect(count).to_have_text(str(SEATS))
    assert page.url.endswith("/seats")


async def test_one_organization_and_groups(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    headings = page.locator(".grp-h:visible h2")
    names = await headings.all_inner_texts()
    assert len(names) > 1
    await wall.choose("组织", names[1])
    await expect(headings).to_have_text([names[1]])
    facts = await wall.facts()
    assert len({facts[agent]["org"] for agent in await wall.shown()}) == 1
    await wall.choose("组织", "全部组织")
    await wall.choose("分组", "按状态分组")
    await expect(headings.filter(has_text="离线")).to_be_visible()
    await wall.choose("分组", "不分组")
    await expect(headings).to_have_count(0)


async def test_orders(visitor: Visitor, wall: Wall) -> None:
    await visitor.enter("supervisor", "/seats?group=none&sort=number")
    await wall.until_live()

    async def by_number() -> bool:
        return await wall.shown() == sorted(await wall.facts())

    await until(by_number, "seats by number")
    await wall.choose("排序", "按状态")

    async def by_state() -> bool:
        facts = await wall.facts()
        places = [ORDER.index(facts[agent]["state"]) for agent in await wall.shown()]
        return places == sorted(places) and len(set(places)) > 1

    await until(by_state, "seats by state")


async def test_only_exceptions(visitor: Visitor, wall: Wall, page: Page, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    gone = READY[5]
    centre.lab("POST", f"/phones/{gone}/unregister")
    await wall.until(gone, "busy")
    await page.locator(".wall-wide").get_by_label("只看异常").check()

    async def only_gone() -> bool:
        facts = await wall.facts()
        shown = await wall.shown()
        return gone in shown and all(facts[agent]["exception"] == "true" for agent in shown)

    await until(only_gone, "exceptions only")
    assert "only=1" in page.url


async def test_the_table_tells_the_same(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    tiles = await wall.facts()
    await page.locator(".wall-wide").get_by_role("button", name="表格").click()
    await expect(page.get_by_role("columnheader", name="今日外呼")).to_be_visible()
    table = await wall.facts()
    assert {agent: fact["state"] for agent, fact in table.items()} == {
        agent: fact["state"] for agent, fact in tiles.items()
    }
    await page.reload()
    await expect(page.get_by_role("columnheader", name="今日外呼")).to_be_visible()


async def test_no_tile_slips_from_under_the_pointer(visitor: Visitor, wall: Wall, page: Page, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats?group=none")
    await wall.until_live()
    await page.mouse.move(5, 5)
    before = await wall.shown()
    await wall.seat(before[0]).hover()
    call = centre.call(demo_sos_number(9), "96001")
    rung = page.locator(".seats .seat[data-state=alerting]").first
    await expect(rung).to_contain_text("SOS")
    assert await wall.shown() == before, "the wall moved under the pointer"
    agent = await rung.get_attribute("data-seat")
    await page.mouse.move(5, 5)

    async def first() -> bool:
        return (await wall.shown())[0] == agent

    await until(first, "the SOS call comes first when nobody points at the wall")
    centre.lab("DELETE", f"/calls/{call}")


async def test_by_keyboard_alone(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats?group=none&sort=number")
    await wall.until_live()
    agent = READY[6]
    await wall.seat(READY[5]).focus()
    await page.keyboard.press("Tab")
    await expect(wall.seat(agent)).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(wall.seat(READY[5])).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(wall.seat(agent).get_by_role("button", name="置忙")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(wall.seat(agent).get_by_role("button", name="签出")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(wall.seat(agent)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await wall.until(agent, "busy")
    await expect(wall.seat(agent)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(wall.seat(agent).get_by_role("button", name="置闲")).to_be_focused()
    await page.keyboard.press("Enter")
    await wall.until(agent, "ready")


async def test_on_the_television(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    await page.get_by_role("button", name="大屏").click()
    await expect(page.locator(".tv-wall")).to_be_visible()
    assert "tv=1" in page.url
    await page.reload()
    tiles = page.locator(".tv-wall .seat")
    await expect(tiles).to_have_count(SEATS)
    await expect(page.get_by_test_id("seat-1001")).to_have_attribute("data-state", re.compile("."))
    await expect(page.get_by_test_id("call-toolbar")).to_have_count(0)
    await page.get_by_role("button", name="退出大屏").click()
    await expect(page.locator(".tv-wall")).to_have_count(0)
    await wall.until_live()


async def test_the_sound_is_off_until_somebody_wants_it(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    switch = page.get_by_role("button", name="声音")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await switch.click()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    await page.reload()
    # whether the browser lets it sound before a touch is the browser's affair: the name says which
    await expect(page.get_by_role("button", name="声音")).to_have_attribute("aria-pressed", "true")
    await page.mouse.click(700, 85)
    await expect(page.get_by_role("button", name="声音", exact=True)).to_have_attribute("aria-pressed", "true")
