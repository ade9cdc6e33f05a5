"""The program's screens as a person sees them: what stands where, and what can be done there."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

ON_CALL = {"alerting", "talking", "hold"}


@dataclass
class LoginScreen:
    """``/login``."""

    page: Page

    @property
    def notice(self) -> Locator:
        return self.page.get_by_test_id("login-notice")

    async def log_in(self, account: str, password: str) -> None:
        await self.page.get_by_label("账号", exact=True).fill(account)
        await self.page.locator("#password").fill(password)
        await self.page.locator("#submit").click()

    async def fail(self, account: str, password: str) -> str:
        """Log in in vain; what the page says."""
        async with self.page.expect_navigation():
            await self.log_in(account, password)
        await expect(self.notice).not_to_be_empty()
        return await self.notice.inner_text()


@dataclass
class Wall:
    """``/seats``."""

    page: Page

    @property
    def root(self) -> Locator:
        return self.page.get_by_test_id("seat-wall")

    def seat(self, agent: str) -> Locator:
        return self.page.get_by_test_id(f"seat-{agent}")

    @property
    def seats(self) -> Locator:
        return self.page.locator(".seats .seat")

    @property
    def alerts(self) -> Locator:
        return self.page.get_by_test_id("alerts")

    async def until_live(self) -> None:
        await expect(self.root).to_have_attribute("data-stale", "false")
        await expect(self.seats.first).to_be_attached()

    async def until(self, agent: str, state: str) -> None:
        await expect(self.seat(agent)).to_have_attribute("data-state", state)

    async def seen_within(self, agent: str, state: str, begun: float) -> float:
        """Seconds from ``begun`` (``time.monotonic``) until the tile shows ``state``, to one picture of the browser."""
        await self.page.wait_for_function(
            "([id, state]) => document.querySelector(`[data-testid='seat-${id}']`)?.dataset.state === state",
            arg=[agent, state],
            polling="raf",
        )
        return time.monotonic() - begun

    async def shown(self) -> list[str]:
        """The agents whose tiles can be seen, in the order of the screen."""
        return await self.page.evaluate(
            """() => [...document.querySelectorAll(".seats .seat")].filter((seat) => seat.checkVisibility())
                 .map((seat) => [seat.getBoundingClientRect(), seat.dataset.seat])
                 .sort(([a], [b]) => a.top - b.top || a.left - b.left).map(([, id]) => id)"""
        )

    async def facts(self) -> dict[str, dict[str, str]]:
        """Every tile's attributes by agent."""
        return await self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll(".seats .seat")]
                 .map((seat) => [seat.dataset.seat, {...seat.dataset}]))"""
        )

    async def be_ready(self, agent: str) -> None:
        """The agent can be rung, whatever an earlier test's calls have left."""
        await expect(self.seat(agent)).not_to_have_attribute("data-state", re.compile("alerting|talking|hold"))
        if await self.seat(agent).get_attribute("data-state") != "ready":
            await self.act(agent, "置闲")
        await self.until(agent, "ready")

    async def act(self, agent: str, action: str) -> None:
        """Point at the tile and click one of its actions."""
        await self.seat(agent).hover()
        await self.seat(agent).get_by_role("button", name=action).click()

    async def choose(self, label: str, option: str) -> None:
        await self.page.locator(".wall-wide").get_by_label(label, exact=True).select_option(label=option)


@dataclass
class Toolbar:
    """The call toolbar on top of every page."""

    page: Page

    @property
    def root(self) -> Locator:
        return self.page.get_by_test_id("call-toolbar")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    async def until(self, state: str) -> None:
        await expect(self.root).to_have_attribute("data-state", state)

    async def state(self) -> str:
        await expect(self.root).to_have_attribute("data-stale", "false")
        return await self.root.get_attribute("data-state") or ""

    async def press(self, name: str) -> None:
        await self.button(name).click()

    async def take_break(self, reason: str) -> None:
        await self.root.get_by_role("button", name="小休").click()
        await self.root.get_by_role("menuitemradio", name=reason).first.click()

    async def sign_in(self) -> None:
        """Whatever was before: signed in, and not on a call."""
        await expect(self.root).to_have_attribute("data-stale", "false")
        await expect(self.root).not_to_have_attribute("data-state", re.compile("alerting|talking|hold"))
        state = await self.state()
        if state == "logged_off":
            await self.press("签入")
        elif state == "wrap_up":
            await self.press("结束话后")
        await expect(self.root).to_have_attribute("data-state", re.compile("^(ready|busy|not_ready)$"))

    async def become_ready(self) -> None:
        await self.sign_in()
        await self.press("空闲")
        await self.until("ready")

    async def be_rung(self, call: str = "alerting") -> None:
        await self.until(call)
