"""The pictures of the documents, made anew: ``python -m tests.support.pictures DIRECTORY`` (``docs/screenshots``).

The administration's pages in both languages and themes, and the toolbar in each of its states, from a centre with the demo's data.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.e2e.centre import Centre
from tests.e2e.screens import Toolbar
from tests.support.chromium import MISSING, chromium

ADMIN_PAGES = {
    "users": "tr[data-row]",
    "roles": ".rl button",
    "resources": "[data-kind-of]",
    "organizations": "[data-org]",
    "audit": "tr[data-row]",
    "sessions": "tr[data-row]",
}
LOOKS = {
    "zh-light": ("zh", "light", 1440, 680),
    "en-light": ("en", "light", 1440, 680),
    "zh-dark": ("zh", "dark", 1440, 900),
    "zh-phone": ("zh", "light", 390, 844),
    "en-phone": ("en", "dark", 390, 844),
}
CALLER = "13000048271"
"""The demo's first elder."""


async def _visit(browser: Browser, centre: Centre, account: str, look: tuple[str, str, int, int]) -> Page:
    language, theme, width, height = look
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme="dark" if theme == "dark" else "light"
    )
    await context.add_init_script(f"localStorage.setItem('xktcc_lang', '{language}')")
    await context.add_cookies([{"name": "xktcc_session", "value": centre.log_in(account), "url": centre.url}])
    return await context.new_page()


async def administration(browser: Browser, centre: Centre, out: Path) -> None:
    """Each page in each look."""
    centre.change("UPDATE account SET must_change_password = 0 WHERE account = 'admin'")
    for name, look in LOOKS.items():
        page = await _visit(browser, centre, "admin", look)
        for path, shown in ADMIN_PAGES.items():
            await page.goto(f"{centre.url}/{path}")
            await page.locator(shown).first.wait_for()
            await page.evaluate("document.fonts.ready")
            await page.screenshot(path=out / f"{path}-{name}.png")
        await page.context.close()


async def toolbar(browser: Browser, centre: Centre, out: Path) -> None:
    """The bar in every state of an agent's day."""
    page = await _visit(browser, centre, "1001", LOOKS["zh-light"])
    await page.goto(f"{centre.url}/desk")
    bar = Toolbar(page)

    async def picture(name: str) -> None:
        await page.screenshot(path=out / f"toolbar-{name}.png", clip={"x": 0, "y": 0, "width": 1440, "height": 460})

    async def state(name: str, wanted: str, *steps: Callable[[], Awaitable[object]]) -> None:
        for step in steps:
            await step()
        await bar.until(wanted)
        await picture(name)

    await state("logged-off", "logged_off")
    await state("ready", "ready", bar.become_ready)
    await state("busy", "busy", lambda: bar.press("示忙"))
    await state("break", "not_ready", lambda: bar.take_break("用餐"))
    await bar.become_ready()
    centre.call(CALLER, "1001", patience_s=600, talk_s=600)
    await state("ringing", "alerting")
    await state("talking", "talking", lambda: bar.press("接听"))
    await state("hold", "hold", lambda: bar.press("保持"))
    await bar.press("取回")
    await bar.until("talking")
    await page.keyboard.press("Alt+T")
    await page.locator("[data-peer]").first.wait_for()
    await picture("transfer")
    await page.locator('[data-peer="1005"]').get_by_role("button", name="咨询转").click()
    await bar.button("完成转接").wait_for()
    await picture("consulting")
    centre.answer("1005")
    await page.wait_for_timeout(500)  # the other seat's word comes by itself; it is only a picture
    await picture("consulted")
    await bar.press("取消咨询")
    await bar.until("talking")
    await state("wrap-up", "wrap_up", lambda: bar.press("挂断"))
    await page.context.close()


async def main(out: Path) -> None:
    """Make all of them."""
    browser_program = chromium()
    if browser_program is None:
        sys.exit(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        centre = await asyncio.to_thread(Centre.opened, Path(folder))
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
                await toolbar(browser, centre, out)
                await administration(browser, centre, out)
                await browser.close()
        finally:
            centre.program.stop()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
