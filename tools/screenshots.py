"""Makes the README's pictures from a running demo: ``python tools/screenshots.py`` while ``make run`` runs.

Needs the development packages and a Chromium. It logs in as ``supervisor`` and ``1001``, which pushes people out who
use these accounts at the same time, and lets somebody call 1001.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
LARGEST = 300_000
CALLER = "13000048271"
"""The demo's first elder."""
WIDE, TELEVISION = (1440, 900), (1920, 1080)


@dataclass(frozen=True)
class Demo:
    """Where the running program is."""

    url: str
    lab: str
    password: str

    def cookie(self, account: str) -> str:
        """The session cookie of a new login."""
        form = {"account": account, "password": self.password}
        answer = httpx.post(f"{self.url}/login", data=form, headers={"Origin": self.url}, timeout=10)
        if "xktcc_session" not in answer.cookies:
            sys.exit(f"{account} can't log in: is this the demo's password?")
        return answer.cookies["xktcc_session"]


@contextmanager
def page_of(
    browser: Browser, demo: Demo, account: str = "", theme: str = "light", size: tuple[int, int] = WIDE
) -> Iterator[Page]:
    """A page of a fresh profile, logged in when ``account`` is given."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        color_scheme="dark" if theme == "dark" else "light",
    )
    if account:
        context.add_cookies([{"name": "xktcc_session", "value": demo.cookie(account), "url": demo.url}])
    yield context.new_page()
    context.close()


def keep(page: Page, name: str, clip_height: int = 0) -> None:
    """Write the picture; complain about one that is too heavy for a README."""
    file = OUT / f"{name}.png"
    size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
    clip = {"x": 0, "y": 0, "width": size["width"], "height": clip_height or size["height"]}
    page.mouse.move(size["width"] - 2, size["height"] - 2)
    page.screenshot(path=file, clip=clip, animations="disabled")  # type: ignore[arg-type]  # FloatRect takes whole numbers too
    weight = file.stat().st_size
    sys.stdout.write(f"{file.name} {weight / 1000:.0f} kB\n")
    if weight > LARGEST:
        sys.exit(f"{file.name} is heavier than {LARGEST / 1000:.0f} kB")


def take(browser: Browser, demo: Demo) -> None:
    """All pictures."""
    with page_of(browser, demo) as page:
        page.goto(f"{demo.url}/login")
        page.locator("html.alive").wait_for(state="attached")
        keep(page, "login")
    for name, theme, query, size in (
        ("wall", "light", "", WIDE),
        ("wall-dark", "dark", "", WIDE),
        ("wall-tv", "dark", "?tv=1", TELEVISION),
    ):
        with page_of(browser, demo, "supervisor", theme, size) as page:
            page.goto(f"{demo.url}/seats{query}")
            page.locator("[data-testid=seat-wall][data-stale=false] [data-state=talking]").first.wait_for()
            keep(page, name)
    _toolbar(browser, demo)


def _toolbar(browser: Browser, demo: Demo) -> None:
    with page_of(browser, demo, "1001") as page:
        page.goto(f"{demo.url}/desk")
        bar = page.get_by_test_id("call-toolbar")
        bar.locator("button:not([disabled]):visible").first.wait_for()
        if bar.get_attribute("data-state") == "logged_off":
            bar.get_by_role("button", name="签入").click()
        bar.get_by_role("button", name="空闲", exact=True).click()
        page.locator("[data-testid=call-toolbar][data-state=ready]").wait_for()
        call = httpx.post(f"{demo.lab}/calls", json={"from": CALLER, "to": "1001"}, timeout=5).json()["id"]
        page.locator("[data-testid=call-toolbar][data-state=alerting]").wait_for()
        keep(page, "toolbar", clip_height=260)
        httpx.delete(f"{demo.lab}/calls/{call}", timeout=5)
        page.locator("[data-testid=call-toolbar][data-state=ready]").wait_for()
        bar.get_by_role("button", name="离线", exact=True).click()
        page.locator("[data-testid=call-toolbar][data-state=logged_off]").wait_for()


def main() -> None:
    """Read the arguments and make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('XKTCC_PORT', '8000')}")
    parser.add_argument("--lab", default=f"http://127.0.0.1:{os.environ.get('XKTCC_EXCHANGE_PORT', '8088')}/lab")
    parser.add_argument(
        "--password", default=os.environ.get("XKTCC_DEMO_PASSWORD", ""), help="that of the demo's accounts"
    )
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
    if not chromium:
        sys.exit("no Chromium on this machine: tools/system-packages.sh chromium-headless-shell installs it")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take(browser, Demo(given.url, given.lab, given.password))
        browser.close()


if __name__ == "__main__":
    main()
