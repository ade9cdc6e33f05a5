"""An administrator at work: users, roles, resources, organizations, audit, sessions; and what open pages see of it within two seconds."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.centre import Centre
from tests.e2e.conftest import Visit
from tests.e2e.visitor import Visitor

EFFECT_S = 2.0


def row(page: Page, text: str) -> Locator:
    return page.locator("tr[data-row]").filter(has=page.get_by_role("cell", name=text, exact=True)).first


async def administrator(visit: Visit, path: str) -> Visitor:
    visitor = await visit()
    await visitor.enter("admin", path)
    return visitor


async def open_user(page: Page, account: str) -> Locator:
    await row(page, account).get_by_role("button", name="编辑").click()
    drawer = page.locator("#user-drawer")
    await expect(drawer.locator('[name="account"]')).to_have_value(account)
    return drawer


async def tick(page: Page, code: str, *, on: bool) -> None:
    """Click a function's box; the server says how it stands then."""
    box = page.locator(f'[data-code="{code}"] input')
    await box.click()
    await expect(box).to_be_checked(checked=on)


async def surely(where: Locator, name: str) -> None:
    """Click a button that asks first, and say yes."""
    await where.get_by_role("button", name=name, exact=True).click()
    await where.page.locator("dialog[open] [data-sure]").click()


async def after(fact: Locator, begun: float, what: str) -> None:
    """The page shows it, and not later than allowed."""
    await fact.wait_for()
    taken = time.monotonic() - begun
    print(f"{what} after {taken:.2f} s")
    assert taken <= EFFECT_S


async def choose_org(drawer: Locator) -> None:
    """One that is not there is told at the field; some of its letters offer the right one."""
    org = drawer.locator('[name="org_id"]')
    await org.fill("没有这个组织")
    await drawer.get_by_role("button", name="保存", exact=True).click()
    await expect(drawer.locator("#fault-org_id")).to_have_text("找不到")
    await org.fill("")
    await org.press_sequentially("呼叫中心")
    offered = drawer.locator('#org-choices option[value$="呼叫中心"]')
    await expect(offered).to_have_count(1)
    await org.fill(await offered.get_attribute("value") or "")


async def test_a_user_is_made_given_a_phone_tried_and_disabled(visit: Visit, centre: Centre) -> None:
    visitor = await administrator(visit, "/users")
    page = visitor.page
    await page.get_by_role("button", name="新增用户").click()
    drawer = page.locator("#user-drawer")
    account, name, agent = (drawer.locator(f'[name="{field}"]') for field in ("account", "name", "agent_number"))
    await account.fill("1005")
    await name.fill("郑晓兰")
    await agent.fill("1006")
    await drawer.locator('[name="role:agent"]').check()
    await drawer.get_by_role("button", name="保存", exact=True).click()
    await expect(drawer.locator("#fault-account")).to_have_text("已被使用")
    await expect(drawer.locator("#fault-agent_number")).to_have_text("已被使用")
    await expect(name).to_have_value("郑晓兰")
    await account.fill("zheng")
    await agent.fill("1099")
    await choose_org(drawer)
    await drawer.get_by_role("button", name="保存", exact=True).click()
    password = await drawer.get_by_test_id("temporary-password").inner_text()
    assert len(password) >= 12

    await expect(drawer.locator('[name="org_id"]')).to_have_value(re.compile("呼叫中心$"))
    await surely(drawer, "重置密码")
    await expect(drawer.get_by_test_id("temporary-password")).not_to_have_text(password)
    password = await drawer.get_by_test_id("temporary-password").inner_text()

    phone = drawer.locator('[name="phone_id"]')
    await phone.fill("1005")
    await drawer.locator('[name="token"]').fill("Own-token-20261127")
    await drawer.get_by_role("button", name="保存话机").click()
    await expect(drawer.locator("#fault-phone_id")).to_have_text("已被使用")
    await phone.fill("zheng-desk")
    await drawer.locator('[name="token"]').fill("Own-token-20261127")
    await drawer.get_by_role("button", name="保存话机").click()
    await expect(drawer.get_by_text("话机已保存")).to_be_visible()
    await expect(drawer.locator('[name="token"]')).to_have_value("")
    assert "Own-token-20261127" not in await page.content()
    await drawer.get_by_role("button", name="测试话机").click()
    await expect(drawer.locator("p.notice[role=status]").last).not_to_be_empty()
    print("the PBX says of a new phone:", await drawer.locator("p.notice[role=status]").last.inner_text())

    await surely(drawer, "停用")
    await expect(drawer.get_by_text("账号已停用")).to_be_visible()
    await visitor.go("/users?text=zheng")
    await expect(row(page, "zheng")).to_contain_text("已停用")
    assert centre.post("/login", account="zheng", password=password).headers["location"] == "/login"


async def test_the_test_button_asks_the_pbx(visit: Visit, centre: Centre) -> None:
    visitor = await administrator(visit, "/users?text=1007")
    drawer = await open_user(visitor.page, "1007")
    verdict = drawer.locator("p.notice[role=status]").last
    await drawer.get_by_role("button", name="测试话机").click()
    await expect(verdict).to_have_text("交换机接受这部话机。")
    centre.lab("POST", "/phones/1007/unregister")
    await drawer.get_by_role("button", name="测试话机").click()
    await expect(verdict).not_to_have_text("交换机接受这部话机。")


async def test_disabling_forcing_out_and_lost_rights_reach_open_pages_at_once(visit: Visit, centre: Centre) -> None:
    boss = await administrator(visit, "/users?text=1008")
    agent = await visit()
    await agent.enter("1008", "/orders")
    await agent.page.get_by_role("heading", name="订单数据").wait_for()
    drawer = await open_user(boss.page, "1008")
    await boss.page.reload()
    drawer = await open_user(boss.page, "1008")
    login = agent.page.get_by_test_id("login-notice")

    begun = time.monotonic()
    await surely(drawer, "强制下线")
    await after(login, begun, "forced out")

    await agent.enter("1008", "/orders")
    await agent.page.get_by_role("heading", name="订单数据").wait_for()
    begun = time.monotonic()
    await surely(drawer, "停用")
    await after(login, begun, "disabled")
    await drawer.get_by_role("button", name="启用", exact=True).click()
    await expect(drawer.get_by_text("账号已启用")).to_be_visible()

    await agent.enter("1008", "/orders")
    await agent.page.get_by_role("heading", name="订单数据").wait_for()
    await boss.go("/roles")
    page = boss.page
    await page.locator(".rl button").filter(has_text="agent").click()
    await tick(page, "orders.dispatch", on=False)  # it would bring its page along
    await tick(page, "orders.view", on=False)
    begun = time.monotonic()
    await page.get_by_role("button", name="保存", exact=True).click()
    await after(agent.page.get_by_role("heading", name="您没有权限打开此页面"), begun, "page closed")
    await expect(agent.page.locator('.side nav a[href="/orders"]')).to_have_count(0)
    await tick(page, "orders.view", on=True)
    await tick(page, "orders.dispatch", on=True)
    begun = time.monotonic()
    await page.get_by_role("button", name="保存", exact=True).click()
    await after(agent.page.get_by_role("heading", name="订单数据"), begun, "page open again")


async def test_a_role_is_copied_searched_counted_and_told_apart_when_two_edit_it(visit: Visit, centre: Centre) -> None:
    first = await administrator(visit, "/roles")
    page = first.page
    await page.locator(".rl button").filter(has_text="supervisor").click()
    await page.get_by_role("button", name="复制为新角色").click()
    await expect(page.locator('[name="code"]')).to_have_value("")  # the copy, no longer the role that was open
    await page.locator('[name="name"]').fill("夜班班长")
    await page.locator('[name="code"]').fill("agent")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.locator("#fault-code")).to_have_text("已被使用")
    await expect(page.locator('[name="name"]')).to_have_value("夜班班长")
    await page.locator('[name="code"]').fill("night")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存")).to_be_visible()
    await expect(page.locator(".rl [aria-current=true]")).to_contain_text("night")

    search = page.get_by_label("功能名称、路由")
    await search.fill("/calls")
    await expect(page.locator(".rt-m")).to_have_count(1)
    await search.fill("")
    await tick(page, "calls.download", on=False)
    await expect(page.locator(".rsum")).to_contain_text("本次改动 1 项")
    box = page.locator(".rt-m").filter(has=page.locator("code", has_text=re.compile("^/calls$"))).locator(".mm input")
    assert await box.evaluate("(box) => box.indeterminate") is True
    await tick(page, "calls.hold", on=False)
    await expect(page.locator(".rsum")).to_contain_text("本次改动 2 项")

    centre.change("UPDATE role SET version = version + 1, description = 'by another' WHERE code = 'night'")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("别人刚刚改过这条记录")
    await expect(page.locator(".rsum")).to_contain_text("本次改动 2 项")


async def test_the_last_administrator_is_safe(visit: Visit, centre: Centre) -> None:
    visitor = await administrator(visit, "/roles")
    page = visitor.page
    await page.locator(".rl button").filter(has_text="admin").first.click()
    await tick(page, "roles.manage", on=False)
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.reload()
    await page.locator(".rl button").filter(has_text="admin").first.click()
    await expect(page.locator('[data-code="roles.manage"] input')).to_be_checked()
    await visitor.go("/users?text=admin")
    drawer = await open_user(page, "admin")
    await expect(drawer.get_by_role("button", name="停用", exact=True)).to_have_count(0)
    await drawer.locator('[name="role:admin"]').uncheck()
    await drawer.get_by_role("button", name="保存", exact=True).click()
    await expect(drawer.get_by_text("这样就没有管理员了")).to_be_visible()


async def test_the_menu_follows_the_resources(visit: Visit, centre: Centre) -> None:
    watcher = await visit()
    await watcher.enter("1009", "/orders")
    visitor = await administrator(visit, "/resources")
    page = visitor.page
    line = page.locator("tr").filter(has=page.locator("code", has_text=re.compile(r"^page\.orders$")))
    drawer = page.locator("#resource-drawer")
    await line.get_by_role("button", name="编辑").click()
    await drawer.locator('[name="name"]').fill("服务工单")
    usual = await drawer.locator('[name="sort"]').input_value()
    await drawer.locator('[name="sort"]').fill("x")
    await drawer.get_by_role("button", name="保存").click()
    await expect(drawer.locator("#fault-sort")).to_be_visible()
    await drawer.locator('[name="sort"]').fill("9999")
    begun = time.monotonic()
    await drawer.get_by_role("button", name="保存").click()
    await after(watcher.page.locator(".side nav a", has_text="服务工单"), begun, "menu renamed")
    names = await watcher.page.locator(".side nav a").all_inner_texts()
    assert [name.strip() for name in names].index("服务工单") > [name.strip() for name in names].index("呼叫记录")
    await expect(drawer.locator("form")).to_have_count(0)
    await line.get_by_role("button", name="编辑").click()
    await drawer.locator('[name="name"]').fill("")
    await drawer.locator('[name="shown"]').uncheck()
    await drawer.get_by_role("button", name="保存").click()
    await expect(watcher.page.locator('.side nav a[href="/orders"]')).to_have_count(0)
    await expect(drawer.locator("form")).to_have_count(0)
    await line.get_by_role("button", name="编辑").click()
    await drawer.locator('[name="shown"]').check()
    await drawer.locator('[name="sort"]').fill(usual)
    await drawer.get_by_role("button", name="保存").click()
    await expect(watcher.page.locator('.side nav a[href="/orders"]')).to_have_count(1)


async def test_a_branch_moves_but_not_into_itself_and_one_in_use_stays(visit: Visit, centre: Centre) -> None:
    visitor = await administrator(visit, "/organizations")
    page = visitor.page
    drawer = page.locator("#org-drawer")

    async def make(name: str, kind: str, below: str = "") -> Locator:
        if below:
            await line(below).get_by_role("button", name="新增下级").click()
        else:
            await page.locator(".tbar").get_by_role("button", name="新增", exact=True).click()
        await drawer.locator('[name="name"]').fill(name)
        await drawer.locator('[name="kind"]').select_option(label=kind)
        await drawer.get_by_role("button", name="保存").click()
        await expect(drawer.locator("form")).to_have_count(0)
        await expect(line(name)).to_be_visible()
        return line(name)

    def line(name: str) -> Locator:
        return page.locator("li[data-org]").filter(has=page.locator("b", has_text=re.compile(f"^{name}$")))

    await make("望江市", "市")
    await make("河东区", "区", "望江市")
    await make("河西区", "区", "望江市")
    await make("柳荫街道", "街道", "河东区")
    await line("河东区").get_by_role("button", name="移动").click()
    parent = drawer.locator('[name="parent"]')
    await expect(parent).to_have_value("望江市")
    await parent.fill("柳荫")
    await drawer.get_by_role("button", name="移动").click()
    await expect(drawer.get_by_text("找不到")).to_be_visible()
    await parent.fill("")
    await parent.press_sequentially("柳荫")
    offered = drawer.locator("#parent-choices option")
    await expect(offered).to_have_count(1)
    await parent.fill(await offered.get_attribute("value") or "")
    await drawer.get_by_role("button", name="移动").click()
    await expect(drawer.get_by_text("不能移到自己或自己的下级")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer.locator("form")).to_have_count(0)
    await line("柳荫街道").get_by_role("button", name="移动").click()
    await drawer.locator('[name="parent"]').fill("望江市 / 河西区")
    await drawer.get_by_role("button", name="移动").click()
    west = await line("河西区").get_attribute("data-org")
    await expect(page.locator(f'li[data-org="{west}"] + li')).to_contain_text("柳荫街道")
    await line("河西区").get_by_role("button", name="编辑").click()
    await surely(drawer, "删除")
    await expect(drawer.get_by_role("alert").first).to_contain_text("下级 1")
    await page.keyboard.press("Escape")
    await expect(drawer.locator("form")).to_have_count(0)
    await line("柳荫街道").get_by_role("button", name="编辑").click()
    await surely(drawer, "删除")
    await expect(line("柳荫街道")).to_have_count(0)


async def test_the_log_is_searched_and_taken_away(visit: Visit, centre: Centre, tmp_path: Path) -> None:
    visitor = await administrator(visit, "/audit?action=session.&result=ok")
    page = visitor.page
    await page.locator("tr[data-row]").first.wait_for()
    async with page.expect_download() as fetched:
        await page.get_by_role("button", name="导出").click()
    file = tmp_path / "audit.csv"
    await (await fetched.value).save_as(file)
    with file.open(encoding="utf-8-sig") as lines:
        deeds = list(csv.DictReader(lines))
    assert deeds
    assert all(deed["action"].startswith("session.") and deed["outcome"] == "ok" for deed in deeds)
    await visitor.go("/audit?action=record.exported")
    await page.locator("tr[data-row]").first.get_by_role("button", name="查看").click()
    await expect(page.locator("#deed-drawer")).to_contain_text("admin")


async def test_who_is_online_can_be_forced_out_from_the_list(visit: Visit, centre: Centre) -> None:
    agent = await visit()
    await agent.enter("1010", "/orders")
    boss = await administrator(visit, "/sessions")
    begun = time.monotonic()
    await surely(row(boss.page, "1010"), "强制下线")
    await after(agent.page.get_by_test_id("login-notice"), begun, "forced out from the list")
    await expect(row(boss.page, "1010")).to_have_count(0)
