"""Administration at size in a real browser: how long until each page can be used, and each of its searches and forms."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from sqlmodel import Session

from bench.admin_city import fill
from bench.measures import percentile, show
from tests.support.chromium import MISSING, chromium
from tests.support.program import ADMIN_PASSWORD, DEMO_PASSWORD, Program
from xktcc_app.config import Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.first_start import prepare_accounts
from xktcc_app.migrate import migrate
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.services.database import Database
from xktcc_app.services.passwords import PasswordHasher

LOADS = 5
PAGES = {
    "users": "tr[data-row]",
    "roles": ".rl button",
    "resources": "[data-kind-of]",
    "organizations": "[data-org]",
    "audit": "tr[data-row]",
    "sessions": "tr[data-row]",
}


def run(users: int, organizations: int) -> None:
    """Fill a database of its own, start the program on it, measure and print."""
    browser_program = chromium()
    if browser_program is None:
        sys.exit(MISSING)
    directory = Path(tempfile.mkdtemp(prefix="xktcc-admin-"))
    try:
        program = Program(_filled(directory, users, organizations), {"XKTCC_DEMO": "0"})
        program.start(300)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
                page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
                page.set_default_timeout(20_000)
                _measure(page, program.url)
                browser.close()
        finally:
            program.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _filled(directory: Path, users: int, organizations: int) -> Path:
    data = prepare_data_dir(directory / "data")
    settings = Settings(data_dir=data, demo=False, admin_password=ADMIN_PASSWORD)
    migrate(settings.effective_database_url)
    prepare_accounts(settings)
    database, hasher = Database(settings.effective_database_url), PasswordHasher()
    hashed = hasher.hash_now(DEMO_PASSWORD)

    def work(session: Session) -> None:
        fill(session, users, organizations)
        boss = accounts_repo.by_name(session, "admin")
        assert boss
        boss.must_change_password, boss.password_hash = False, hashed

    database.writing(work)
    database.close()
    hasher.close()
    return data


def _measure(page: Page, url: str) -> None:
    page.goto(f"{url}/login")
    page.fill("[name=account]", "admin")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".side nav")
    for name, shown in PAGES.items():
        _several(f"{name}_shown", lambda name=name, shown=shown: _open(page, f"{url}/{name}", shown))
    _several("users_searched", lambda: _search(page, url))
    _several("user_opened", lambda: _user(page, url))
    _several("organizations_searched", lambda: _find(page, url))


def _several(name: str, once: Callable[[], float]) -> None:
    taken = [once() for _ in range(LOADS)]
    show(f"admin_page_{name}_p50", percentile(taken, 50), "ms")
    show(f"admin_page_{name}_max", max(taken), "ms")


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


def _open(page: Page, address: str, shown: str) -> float:
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(shown)
    return _since(begun)


def _search(page: Page, url: str) -> float:
    """From Enter to the found row."""
    _open(page, f"{url}/users", PAGES["users"])
    page.fill("form[role=search] [name=text]", "u049123")
    begun = time.perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_selector("tr[data-row]:only-of-type >> text=u049123")
    return _since(begun)


def _user(page: Page, url: str) -> float:
    """From the click to a form that has every organization to choose from."""
    _open(page, f"{url}/users?text=u049123", "tr[data-row] >> text=u049123")
    begun = time.perf_counter()
    page.locator("tr[data-row]").first.get_by_role("button", name="编辑").click()
    expect(page.locator("#user-drawer [name=account]")).to_have_value("u049123", timeout=20_000)
    return _since(begun)


def _find(page: Page, url: str) -> float:
    """From the last key to the found branch."""
    _open(page, f"{url}/organizations", PAGES["organizations"])
    page.locator(".tbar input[type=search]").press_sequentially("组织499")
    begun = time.perf_counter()
    page.wait_for_selector("[data-org] >> text=组织4999")
    return _since(begun)
