"""The reports: charts with their tables, the orders behind a figure, another year, nonsense in the address, files."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import answered, until

GRAVE = {"serious", "critical"}
MONTHS = "#chart-n .trace.bars:last-child .point path"
PNG = b"\x89PNG\r\n\x1a\n"


async def drawn(page: Page) -> None:
    """All three charts show their bars."""
    for chart in ("n", "amount", "quarters"):
        await expect(page.locator(f"#chart-{chart} .bars .point path").last).to_be_attached()


async def row(page: Page, chart: str, name: str) -> list[int]:
    """The figures of a table's row under a chart, its total last."""
    line = page.locator(".panel", has=page.locator(f"#chart-{chart}")).locator(
        "tbody tr", has=page.get_by_role("rowheader", name=name, exact=True)
    )
    return [int(text.replace(",", "")) for text in await line.locator("td").all_inner_texts()]


async def listed(page: Page) -> int:
    """How many orders the list has that was opened."""
    await page.wait_for_url(re.compile("/orders"))
    await expect(page.locator("tr[data-row]").first).to_be_visible()
    await answered(page)
    return int("".join(re.findall(r"\d", await page.locator(".pager .total").inner_text())))


async def opened(visit: Visit, path: str = "/reports", **options: object) -> Visitor:
    visitor = await visit(**options)
    await visitor.enter("supervisor", path)
    return visitor


async def test_a_bar_and_a_figure_lead_to_the_orders_they_count(visit: Visit) -> None:
    visitor = await opened(visit, "/reports?year=2025")
    page = visitor.page
    await drawn(page)
    months = await row(page, "n", "订单数")
    assert len(months) == 13
    assert months[-1] == sum(months[:-1]) > 0
    # Plotly takes clicks by a surface above its bars, so each is clicked through it
    bars = page.locator(MONTHS)
    assert await bars.count() == 12
    await bars.nth(2).click(force=True)
    assert await listed(page) == months[2]
    await page.go_back()
    await drawn(page)
    link = page.locator(".panel", has=page.locator("#chart-n")).get_by_role("link", name=str(months[6]), exact=True)
    await link.first.click()
    assert await listed(page) in months
    await page.go_back()
    await drawn(page)
    # the year's first quarter is the last trace but one: this year's is the last
    await page.locator("#chart-quarters .trace.bars").nth(-2).locator(".point path").first.click(force=True)
    assert await listed(page) == sum(months[:3])


async def test_a_year_an_organization_and_back(visit: Visit) -> None:
    visitor = await opened(visit)
    page = visitor.page
    await drawn(page)
    everything = await row(page, "n", "订单数")
    await page.get_by_label("年度").select_option("2025")
    await page.wait_for_url(re.compile("year=2025"))
    await until(lambda: _is_another(page, everything), "another year's figures")
    year, before = await row(page, "n", "订单数"), await row(page, "n", "上年")
    assert year != everything
    assert before != year
    names = await page.get_by_label("组织").locator("option").all_inner_texts()
    district = next(name for name in names if name.endswith("区"))
    await page.get_by_label("组织").select_option(label=district)
    await until(lambda: _is_another(page, year), f"the figures of {district}")
    assert 0 < (await row(page, "n", "订单数"))[-1] < year[-1]
    await page.go_back()
    await until(lambda: _is(page, year), "all organizations again")


async def _is(page: Page, wanted: list[int]) -> bool:
    return await row(page, "n", "订单数") == wanted


async def _is_another(page: Page, than: list[int]) -> bool:
    return await row(page, "n", "订单数") != than


@pytest.mark.parametrize(
    ("asked", "words", "quarters"),
    [
        ("year=abc", "地址中的年度不正确", 0),
        ("year=1999", "地址中的年度不正确", 0),
        ("year=2019", "2019 年没有订单", 1),
        ("year=2077", "2077 年还没有到", 1),
        ("org=999999", "所选组织（含下级）没有订单", 0),
        ("org=nonsense", "所选组织（含下级）没有订单", 0),
        ("tab=calls&since=never", "日期不正确", 0),
    ],
)
async def test_where_there_is_nothing_to_draw_stands_a_sentence(
    visit: Visit, asked: str, words: str, quarters: int
) -> None:
    page = (await opened(visit, f"/reports?{asked}")).page
    await expect(page.locator(".blank")).to_contain_text(words)
    await expect(page.locator(".chart")).to_have_count(quarters)
    if asked.startswith("year"):
        await page.get_by_role("button", name="看今年").click()
        await drawn(page)


async def test_the_sheet_says_what_the_page_says(visit: Visit) -> None:
    page = (await opened(visit)).page
    await drawn(page)
    n = await row(page, "n", "订单数")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出 XLSX").click()
    content = (await (await download.value).path()).read_bytes()
    book = load_workbook(io.BytesIO(content))
    rows: list[Any] = list(book.worksheets[0].iter_rows(values_only=True))
    assert "已取消的订单不计入" in rows[2][0]
    assert [line[1] for line in rows[4:17]] == n
    assert sum(line[2] for line in rows[4:16]) == pytest.approx(rows[16][2])
    assert len(book.worksheets) == 2


async def test_each_chart_is_saved_as_a_picture(visit: Visit) -> None:
    page = (await opened(visit)).page
    await drawn(page)
    names = []
    for button in await page.get_by_role("button", name="导出 PNG").all():
        async with page.expect_download() as download:
            await button.click()
        file = await download.value
        names.append(file.suggested_filename)
        content = (await file.path()).read_bytes()
        assert content.startswith(PNG)
        assert len(content) > 5_000
    assert len(set(names)) == len(names) == 3


async def test_calls_have_their_figures_with_formulas(visit: Visit) -> None:
    page = (await opened(visit, "/reports?tab=calls")).page
    figures = page.locator(".fig")
    await expect(figures).to_have_count(8)
    for formula in await figures.locator("small").all_inner_texts():
        assert formula
    total = int(re.sub(r"\D", "", await page.locator("td.r.b").last.inner_text() or "0") or 0)
    assert total >= 0
    hours = page.locator(".panel", has=page.locator(".heat")).locator("tbody tr")
    await expect(hours).to_have_count(8)
    sums = [int(text.replace(",", "")) for text in await hours.locator("td:last-child").all_inner_texts()]
    assert sums[-1] == sum(sums[:-1]) > 0
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出 XLSX").click()
    content = (await (await download.value).path()).read_bytes()
    assert len(load_workbook(io.BytesIO(content)).worksheets) == 3
    await page.get_by_role("button", name="订单报表").click()
    await drawn(page)


async def test_only_the_reports_carry_the_charts_weight(visit: Visit) -> None:
    visitor = await visit()
    fetched: list[str] = []
    visitor.page.on("request", lambda request: fetched.append(request.url))
    await visitor.enter("supervisor", "/orders")
    await expect(visitor.page.locator("tr[data-row]").first).to_be_visible()
    assert not [url for url in fetched if "plotly" in url.lower()]
    await visitor.go("/reports")
    await drawn(visitor.page)
    assert [url for url in fetched if "plotly" in url.lower()]


async def test_who_may_not_see_reports_is_not_shown_them(visit: Visit) -> None:
    visitor = await visit()
    await visitor.enter("1012", "/reports")
    await expect(visitor.page.locator(".page-denied, .blank").first).to_be_visible()
    await expect(visitor.page.locator(".chart")).to_have_count(0)
    answer = await visitor.context.request.get(f"{visitor.centre.url}/api/reports/orders.xlsx")
    assert answer.status == 403


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/reports", "/reports?tab=calls", "/reports?year=2077"])
async def test_axe_finds_nothing_grave(visit: Visit, path: str, theme: str) -> None:
    visitor = await opened(visit, path, color_scheme=theme, reduced_motion="reduce")
    await expect(visitor.page.locator(".rp .panel").first).to_be_visible()
    results = await Axe().run(visitor.page)
    grave = [
        f"{found['id']}: {node['html'][:200]} · {node.get('failureSummary', '')[:300]}"
        for found in results.response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"][:3]
    ]
    assert not grave, "\n".join(grave)


@pytest.mark.parametrize("path", ["/reports", "/reports?tab=calls"])
async def test_a_phone_shows_nothing_beside_the_screen(visit: Visit, path: str) -> None:
    page = (await opened(visit, path, viewport={"width": 390, "height": 844})).page
    await expect(page.locator(".rp .panel").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
