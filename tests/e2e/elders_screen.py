"""The list of elders and the record in the drawer, as a person sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Locator, Page, expect

from tests.e2e.waiting import answered


@dataclass
class EldersScreen:
    """``/elders``."""

    page: Page

    @property
    def rows(self) -> Locator:
        return self.page.locator("tr[data-row]")

    @property
    def query(self) -> Locator:
        return self.page.locator("#query")

    @property
    def drawer(self) -> Locator:
        return self.page.get_by_test_id("elder-drawer")

    @property
    def form(self) -> Locator:
        return self.page.locator("#elder-form")

    async def until_shown(self) -> None:
        await answered(self.page)
        await expect(self.rows.first).to_be_visible()

    async def ask(self, **fields: str) -> None:
        """Fill in conditions and search; waits for the answer."""
        for name, value in fields.items():
            field = self.query.locator(f"[name={name}]")
            is_select = await field.evaluate("(field) => field.nodeName === 'SELECT'")
            await (field.select_option(value) if is_select else field.fill(value))
        await self.query.get_by_role("button", name="查询").click()
        for name, value in fields.items():
            await self.page.wait_for_url(lambda url, name=name, value=value: self.asked(url).get(name, "") == value)
        await self.settled()

    async def settled(self) -> None:
        """Whatever was asked last is answered: rows, or that there are none."""
        await answered(self.page)
        await expect(self.rows.or_(self.page.locator(".list .blank")).first).to_be_visible()

    @staticmethod
    def asked(url: str) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    async def total(self) -> int:
        text = await self.page.locator(".pager .total").inner_text()
        return int(re.sub(r"\D", "", text))

    async def column(self, at: int) -> list[str]:
        return [text.strip() for text in await self.rows.locator(f"td:nth-child({at})").all_inner_texts()]

    async def page_number(self) -> int:
        return int(await self.page.locator(".pg[aria-current=page]").inner_text())

    async def open_first(self) -> None:
        await self.rows.first.get_by_role("button", name="查看").click()
        await expect(self.drawer.locator("h2")).to_be_visible()

    async def edit_first(self) -> None:
        await self.rows.first.get_by_role("button", name="编辑").click()
        await expect(self.form).to_be_visible()

    async def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            await self.form.locator(f"[name={name}]").fill(value)

    async def save(self) -> None:
        await self.drawer.get_by_role("button", name="保存").click()
