"""The change of one's own password: demanded after the first login, told what is wrong at the form."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.centre import Centre
from tests.e2e.screens import LoginScreen
from tests.e2e.visitor import Visitor

NEW = "A-quiet-morning-27"


async def _send(page: Page, old: str, new: str, again: str) -> None:
    for name, value in (("old", old), ("new", new), ("again", again)):
        await page.locator(f"input[name={name}]").fill(value)
    async with page.expect_navigation():
        await page.locator("#submit").click()


async def test_the_administrators_first_password_must_be_changed(visitor: Visitor, page: Page, centre: Centre) -> None:
    first = centre.password_of("admin")
    centre.demand_new_password("admin")
    await visitor.go("/login")
    await LoginScreen(page).log_in("admin", first)
    await page.wait_for_url("**/password")
    notice = page.get_by_test_id("password-notice")
    await expect(notice).to_contain_text("须先修改密码")
    # no way round it
    await visitor.go("/seats")
    await page.wait_for_url("**/password")

    for old, new, again, field, told in (
        ("not the old one", NEW, NEW, "old", "原密码不正确"),
        (first, "1234567890", "1234567890", "new", "过于常见"),
        (first, first, first, "new", "与原密码相同"),
    ):
        await _send(page, old, new, again)
        await expect(page.locator(f"#{field}-error")).to_contain_text(told)
        await expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
        await expect(page.locator(f"#{field}")).to_be_focused()
        assert page.url == f"{centre.url}/password"

    # what differs is not even sent, so nothing typed is lost
    for name, value in (("old", first), ("new", NEW), ("again", f"{NEW}!")):
        await page.locator(f"input[name={name}]").fill(value)
    await page.locator("#submit").click()
    assert await page.locator("#again").evaluate("(field) => field.validationMessage") == "两次输入的新密码不一致。"
    assert await page.locator("#new").input_value() == NEW

    wanted = f"{NEW}-{len(first)}"
    await _send(page, first, wanted, wanted)
    centre.passwords["admin"] = wanted
    await page.wait_for_url("**/elders")
    await expect(page.locator("tr[data-row]").first).to_be_visible()


async def test_too_short_a_password_does_not_leave_the_page(visitor: Visitor, page: Page) -> None:
    await visitor.enter("1014", "/password")
    field = page.locator("input[name=new]")
    await page.locator("input[name=old]").fill("anything at all")
    await field.fill("short")
    await page.locator("input[name=again]").fill("short")
    await page.locator("#submit").click()
    assert await field.evaluate("(input) => input.validity.tooShort")
    assert page.url.endswith("/password")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_one_may_change_ones_mind(visitor: Visitor, page: Page, theme: str) -> None:
    await page.emulate_media(color_scheme=theme)
    await visitor.enter("1014", "/password")
    await page.get_by_role("link", name="取消").click()
    await page.wait_for_url("**/elders")
