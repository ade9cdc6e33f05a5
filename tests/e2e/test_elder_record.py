"""An elder's record: masked, made, changed by two at once, archived; files out and in."""

from __future__ import annotations

import io
import re
from itertools import count
from typing import Any

from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.elders_screen import EldersScreen
from tests.e2e.visitor import Visitor

_numbers = count(13_511_110_000)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def fresh_number() -> str:
    return str(next(_numbers))


def listening(page: Page) -> list[str]:
    """Everything that the sockets of ``page`` bring from now on."""
    frames: list[str] = []

    def on_socket(socket: Any) -> None:
        socket.on(
            "framereceived",
            lambda data: frames.append(data if isinstance(data, str) else data.decode("utf-8", "replace")),
        )

    page.on("websocket", on_socket)
    return frames


async def made(visitor: Visitor, name: str, phone: str = "") -> EldersScreen:
    """A new elder, whose record is open."""
    await visitor.enter("supervisor", "/elders")
    screen = EldersScreen(visitor.page)
    await screen.settled()
    await visitor.page.locator(".tbar").get_by_role("button", name="新增").click()
    await screen.fill(name=name, phone_0=phone or fresh_number())
    await screen.form.locator("[name=gender]").select_option("f")
    await screen.form.locator("[name=org_id]").select_option(index=2)
    await screen.save()
    await expect(screen.drawer.locator("h2")).to_have_text(name)
    return screen


async def test_a_masked_number_is_nowhere_in_the_browser_before_it_is_asked_for(visitor: Visitor) -> None:
    frames = listening(visitor.page)
    await visitor.enter("supervisor", "/elders")
    screen = EldersScreen(visitor.page)
    await screen.settled()
    await screen.open_first()
    await expect(screen.drawer).to_contain_text("****")
    assert frames
    assert not [MOBILE.findall(frame) for frame in frames if MOBILE.search(frame)]
    await screen.drawer.locator(".nums").get_by_role("button", name="显示").first.click()
    shown = screen.drawer.locator("[data-clear=phones]").first
    await expect(shown).to_have_text(MOBILE)
    number = await shown.inner_text()
    assert any(number in frame for frame in frames)
    await visitor.page.keyboard.press("Escape")
    await expect(screen.drawer).to_have_count(0)
    await screen.open_first()
    await expect(screen.drawer.locator("[data-clear]")).to_have_count(0)


async def test_what_is_wrong_is_told_at_the_field_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    await visitor.enter("supervisor", "/elders")
    screen = EldersScreen(visitor.page)
    await screen.settled()
    await visitor.page.locator(".tbar").get_by_role("button", name="新增").click()
    typed = {"name": "测试甲", "id_card": "110101", "phone_0": "12", "remarks": "写了很多"}
    await screen.fill(**typed)
    await screen.save()
    for field, words in (("gender", "请填写"), ("id_card", "18 位"), ("phones", "不正确")):
        await expect(visitor.page.locator(f"#fault-{field}")).to_contain_text(words)
    await expect(screen.form.locator("[name=gender]")).to_be_focused()
    for name, value in typed.items():
        await expect(screen.form.locator(f"[name={name}]")).to_have_value(value)
    await visitor.page.keyboard.press("Escape")
    question = visitor.page.locator("#ask-discard")
    await question.get_by_role("button", name="取消").click()
    await expect(screen.form.locator("[name=remarks]")).to_have_value("写了很多")
    await visitor.page.keyboard.press("Escape")
    await question.get_by_role("button", name="放弃").click()
    await expect(screen.drawer).to_have_count(0)


async def test_a_double_is_noticed_and_may_be_stored_on_purpose(visitor: Visitor) -> None:
    phone = fresh_number()
    screen = await made(visitor, "原有人", phone)
    await visitor.page.keyboard.press("Escape")
    await visitor.page.locator(".tbar").get_by_role("button", name="新增").click()
    await screen.fill(name="同号人", phone_0=f"{phone[:3]} {phone[3:7]}-{phone[7:]}")
    await screen.form.locator("[name=gender]").select_option("m")
    await screen.form.locator("[name=org_id]").select_option(index=2)
    await screen.save()
    await expect(screen.drawer.get_by_role("alert")).to_contain_text("原有人")
    await screen.drawer.get_by_role("button", name="照样保存").click()
    await expect(screen.drawer.locator("h2")).to_have_text("同号人")


async def test_two_people_change_one_record_and_nothing_is_silently_overwritten(visit: Visit) -> None:
    first = await visit()
    one = await made(first, "两人改")
    second = await visit()
    await second.enter("1012", "/elders?name=两人改")
    other = EldersScreen(second.page)
    await other.settled()
    await first.page.keyboard.press("Escape")
    await one.ask(name="两人改")
    await one.edit_first()
    await other.edit_first()
    await one.fill(address="甲路 1 号", carer="甲护理员")
    await one.save()
    await expect(one.drawer.get_by_text("甲护理员")).to_be_visible()
    await other.fill(address="乙路 2 号", remarks="乙的备注")
    await other.save()
    told = other.drawer.get_by_role("alert")
    await expect(told).to_contain_text("supervisor")
    table = other.drawer.locator(".compare")
    await expect(table).to_contain_text("甲路 1 号")
    await expect(table).to_contain_text("乙路 2 号")
    await expect(other.drawer.locator("[name=choice_remarks][value=mine]")).to_be_checked()
    await expect(other.drawer.locator("[name=choice_carer][value=theirs]")).to_be_checked()
    await other.drawer.locator("[name=choice_address][value=mine]").check()
    await other.drawer.get_by_role("button", name="按所选保存").click()
    for text in ("乙路 2 号", "甲护理员", "乙的备注"):
        await expect(other.drawer.get_by_text(text)).to_be_visible()
    await other.drawer.get_by_role("tab", name="变更历史").click()
    await expect(other.drawer.locator(".tl > li")).to_have_count(3)


async def test_an_archived_record_leaves_the_list_and_comes_back(visitor: Visitor) -> None:
    screen = await made(visitor, "要归档")
    await screen.drawer.get_by_role("button", name="归档").click()
    await visitor.page.locator("#ask-archive").get_by_role("button", name="归档").click()
    await expect(screen.drawer.get_by_text("已归档")).to_be_visible()
    await visitor.go("/elders?name=要归档")
    await expect(visitor.page.locator(".list .blank")).to_be_visible()
    await visitor.page.get_by_role("button", name="已归档").click()
    await screen.until_shown()
    await screen.open_first()
    await screen.drawer.get_by_role("button", name="恢复").click()
    await expect(screen.drawer.get_by_role("button", name="归档")).to_be_visible()


async def test_an_export_is_what_the_page_shows_and_masked(visitor: Visitor) -> None:
    await visitor.enter("supervisor", "/elders?gender=m&youngest=80")
    screen = EldersScreen(visitor.page)
    await screen.settled()
    total = await screen.total()
    await visitor.page.locator(".tbar").get_by_role("button", name="导出").click()
    async with visitor.page.expect_download() as download:
        await visitor.page.get_by_role("menuitem", name="XLSX").click()
    file = await (await download.value).path()
    await expect(visitor.page.get_by_test_id("jobs")).to_contain_text(f"{total} 条")
    rows = list(load_workbook(io.BytesIO(file.read_bytes())).active.iter_rows(values_only=True))
    assert len(rows) == total + 1
    assert {row[2] for row in rows[1:]} == {"男"}
    assert all("****" in row[4] and not MOBILE.search(str(row)) for row in rows[1:])


async def test_an_import_is_looked_at_row_by_row_before_it_is_stored(visit: Visit) -> None:
    visitor = await visit()
    visitor.centre.change("UPDATE account SET must_change_password = 0 WHERE account = 'admin'")
    await visitor.enter("admin", "/elders")
    screen = EldersScreen(visitor.page)
    await screen.settled()
    await visitor.page.locator(".tbar").get_by_role("button", name="导入").click()
    dialog = visitor.page.locator("#import")
    table = f"姓名,性别,电话,身份证号\n导入甲,女,{fresh_number()},\n导入乙,男,12,110101\n,女,,\n"
    file = {"name": "老人.csv", "mimeType": "text/csv", "buffer": table.encode()}
    await dialog.locator("input[type=file]").set_input_files(files=[file])
    await expect(dialog.get_by_role("status")).to_contain_text("可以导入 1 行，有问题 2 行")
    await expect(dialog.locator("tbody tr")).to_have_count(2)
    await expect(dialog.locator("tbody tr").first).to_contain_text("身份证号")
    await dialog.get_by_role("button", name="导入 1 行").click()
    await expect(dialog.get_by_role("status")).to_contain_text("已导入 1 行")
    await expect(screen.rows.first).to_contain_text("导入甲")
    await dialog.get_by_role("button", name="换一个文件").click()
    formula = {"name": "x.csv", "mimeType": "text/csv", "buffer": "姓名,性别\n=1+1,女\n".encode()}
    await dialog.locator("input[type=file]").set_input_files(files=[formula])
    await expect(dialog.get_by_role("alert")).to_contain_text("公式")
    picture = {"name": "x.xlsx", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n\x00\x00"}
    await dialog.locator("input[type=file]").set_input_files(files=[picture])
    await expect(dialog.get_by_role("alert")).to_contain_text("不是表格")
    wide = {"name": "x.csv", "mimeType": "text/csv", "buffer": b"name" + b",x" * 1_000_000}
    await dialog.locator("input[type=file]").set_input_files(files=[wide])
    await expect(dialog.get_by_role("alert")).to_contain_text("列太多")
