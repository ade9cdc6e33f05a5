"""The list of elders: every condition, the address as the only truth, keys, and the phone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.elders_screen import EldersScreen
from tests.e2e.visitor import Visitor

NAME, GENDER, AGE, PHONE, COMMUNITY, TYPES, LEVEL = 2, 3, 4, 5, 6, 7, 9


async def opened(visitor: Visitor, address: str = "/elders") -> EldersScreen:
    await visitor.enter("supervisor", address)
    screen = EldersScreen(visitor.page)
    await screen.settled()
    return screen


async def test_each_condition_narrows_the_list_to_what_it_says(visitor: Visitor) -> None:
    screen = await opened(visitor)
    everyone = await screen.total()
    assert everyone > 20
    # the first rows may be other tests' own elders, who live anywhere
    name = (await screen.column(NAME))[-1]
    community = (await screen.column(COMMUNITY))[-1]
    option = screen.query.locator("[name=community] option", has_text=community)
    place = str(await option.get_attribute("value"))
    for field, value, column, holds in (
        ("name", name[0], NAME, lambda text: name[0] in text),
        ("gender", "m", GENDER, lambda text: text == "男"),
        ("types", "lives_alone", TYPES, lambda text: "独居" in text),
        ("community", place, COMMUNITY, lambda text: text == community),
        ("care_level", "mild", LEVEL, lambda text: text == "轻度"),
        ("youngest", "85", AGE, lambda text: int(text) >= 85),
        ("oldest", "70", AGE, lambda text: int(text) <= 70),
    ):
        await screen.query.get_by_role("button", name="重置").click()
        await visitor.page.wait_for_url(lambda url: not EldersScreen.asked(url))
        await screen.settled()
        await screen.ask(**{field: value})
        shown = await screen.column(column)
        assert shown, field
        assert all(map(holds, shown)), (field, shown)
        assert 0 < await screen.total() < everyone, field


async def test_a_name_is_found_by_its_initials_and_all_conditions_go_together(visitor: Visitor) -> None:
    screen = await opened(visitor)
    await screen.ask(name="w", gender="f", youngest="70")
    assert await screen.total()
    assert set(await screen.column(GENDER)) == {"女"}
    assert all(int(age) >= 70 for age in await screen.column(AGE))


async def test_the_last_digits_of_a_phone_find_its_elder(visitor: Visitor) -> None:
    screen = await opened(visitor)
    phone = (await screen.column(PHONE))[0]
    await screen.ask(phone=phone[-4:])
    assert phone in await screen.column(PHONE)


async def test_reload_and_back_show_what_the_address_says(visitor: Visitor) -> None:
    screen = await opened(visitor)
    page = visitor.page
    await screen.ask(gender="f")
    women = await screen.total()
    await page.locator("th", has_text="年龄").get_by_role("link").click()
    await page.wait_for_url(lambda url: "order" in EldersScreen.asked(url))
    await screen.settled()
    await page.locator("[data-next]").click()
    await expect(page.locator(".pg[aria-current=page]")).to_have_text("2")
    await screen.settled()
    second = await screen.column(NAME)
    await page.reload()
    await screen.settled()
    assert (await screen.column(NAME), await screen.total(), await screen.page_number()) == (second, women, 2)
    assert await screen.query.locator("[name=gender]").input_value() == "f"
    await page.go_back()
    await expect(page.locator(".pg[aria-current=page]")).to_have_text("1")
    await page.go_back()
    await page.wait_for_url(lambda url: "order" not in EldersScreen.asked(url))
    await page.go_back()
    await page.wait_for_url(lambda url: not EldersScreen.asked(url))
    await expect(screen.query.locator("[name=gender]")).to_have_value("")


async def test_the_list_is_sorted_by_age_both_ways(visitor: Visitor) -> None:
    screen = await opened(visitor, "/elders?youngest=50")
    head = visitor.page.locator("th", has_text="年龄")
    await head.get_by_role("link").click()
    await expect(head).to_have_attribute("aria-sort", "descending")
    await screen.settled()
    youngest = list(map(int, await screen.column(AGE)))
    assert youngest == sorted(youngest)
    await head.get_by_role("link").click()
    await expect(head).to_have_attribute("aria-sort", "ascending")
    await screen.settled()
    oldest = list(map(int, await screen.column(AGE)))
    assert oldest == sorted(oldest, reverse=True)
    assert oldest[0] > youngest[0]


async def test_pages_are_turned_jumped_to_and_sized(visitor: Visitor) -> None:
    screen = await opened(visitor)
    page = visitor.page
    last = -(-await screen.total() // 20)
    await page.get_by_label("跳至页", exact=True).fill("2")
    await page.keyboard.press("Enter")
    await expect(page.locator(".pg[aria-current=page]")).to_have_text("2")
    await page.get_by_label("每页条数").select_option("50")
    await expect(screen.rows).to_have_count(50)
    await expect(page.locator(".pg[aria-current=page]")).to_have_text("1")
    await visitor.go(f"/elders?page={last + 1000}")
    await expect(page.locator(".pg[aria-current=page]")).to_have_text(str(last))


@pytest.mark.parametrize(
    "nonsense", ["page=-1&size=7&order=drop", "community=x&youngest=%27&types=%F0%9F%92%A5", "name=%25%25&phone=_"]
)
async def test_nonsense_in_the_address_does_no_harm(visitor: Visitor, nonsense: str) -> None:
    screen = await opened(visitor, f"/elders?{nonsense}")
    await expect(visitor.page.get_by_test_id("list-failed")).to_have_count(0)
    await expect(screen.query).to_be_visible()


async def test_an_age_that_is_no_number_is_told_at_its_field(visitor: Visitor) -> None:
    screen = await opened(visitor)
    field = screen.query.locator("[name=youngest]")
    await field.fill("八十")
    await screen.query.get_by_role("button", name="查询").click()
    assert await field.evaluate("(field) => field.validationMessage") == "应为整数"
    await expect(field).to_have_value("八十")
    await screen.ask(youngest="８０")
    assert all(int(age) >= 80 for age in await screen.column(AGE))


async def test_nothing_found_says_so_and_offers_to_begin_anew(visitor: Visitor) -> None:
    screen = await opened(visitor, "/elders?name=没有这个人")
    empty = visitor.page.locator(".list .blank")
    await expect(empty).to_contain_text("没有符合条件的记录")
    await empty.get_by_role("button", name="重置").click()
    await screen.until_shown()
    assert not EldersScreen.asked(visitor.page.url)


async def test_the_keyboard_alone_is_enough(visitor: Visitor) -> None:
    screen = await opened(visitor)
    page = visitor.page
    await screen.rows.first.focus()
    await page.keyboard.press("ArrowDown")
    second = screen.rows.nth(1)
    await expect(second).to_be_focused()
    name = await second.locator("td").nth(NAME - 1).inner_text()
    await page.keyboard.press("Enter")
    await expect(screen.drawer.locator("h2")).to_have_text(name)
    await page.keyboard.press("Escape")
    await expect(screen.drawer).to_have_count(0)
    await expect(second).to_be_focused()
    await page.keyboard.press("/")
    await expect(screen.query.locator("[name=name]")).to_be_focused()


async def test_on_a_phone_rows_are_cards_and_nothing_is_wider_than_the_screen(visit: Visit) -> None:
    visitor = await visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    screen = await opened(visitor)
    page = visitor.page
    await expect(screen.query.locator("[name=gender]")).to_be_hidden()
    await page.get_by_role("button", name="更多条件").click()
    await expect(screen.query.locator("[name=gender]")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await screen.open_first()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_who_may_only_read_is_offered_nothing_else(visitor: Visitor) -> None:
    await visitor.enter("1004", "/elders")
    screen = EldersScreen(visitor.page)
    await screen.settled()
    await expect(visitor.page.locator(".tbar").get_by_role("button", name="导出")).to_have_count(0)
    await expect(visitor.page.locator(".tbar").get_by_role("button", name="导入")).to_have_count(0)
