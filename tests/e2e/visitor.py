"""A person at a browser of their own, who notices everything that goes wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Page, WebError

from tests.e2e.centre import Centre

LEFT_EARLY = "WebSocket is closed before the connection is established"
"""What Chromium says when a page is left before its socket stands: nobody's fault."""
NOTE_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts += shift.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Visitor:
    """``complaints`` is what the browser reported: errors of scripts, refused content, failed requests."""

    centre: Centre
    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    _forgiven: tuple[str, ...] = (LEFT_EARLY,)

    def listen(self) -> None:
        self.context.on("console", self._note_message)
        self.context.on("weberror", self._note_error)

    def forgive(self, *words: str) -> None:
        """Complaints with one of these words are part of the test."""
        self._forgiven += words

    def unforgiven(self) -> list[str]:
        return [text for text in self.complaints if not any(word in text for word in self._forgiven)]

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _note_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    async def go(self, path: str) -> None:
        """Open ``path`` and wait until its scripts listen: what is clicked before that is lost."""
        await self.page.goto(f"{self.centre.url}{path}")
        await self.page.locator("html.alive").wait_for(state="attached")

    async def wear(self, cookie: str) -> None:
        """Carry the cookie of a session."""
        await self.context.add_cookies([{"name": "xktcc_session", "value": cookie, "url": self.centre.url}])

    async def enter(self, account: str, path: str = "/") -> str:
        """Log in without the form, and open ``path``; returns the session's cookie."""
        cookie = self.centre.log_in(account, self.address)
        await self.wear(cookie)
        await self.go(path)
        return cookie

    async def cookie(self) -> str:
        return next((one["value"] for one in await self.context.cookies() if one["name"] == "xktcc_session"), "")

    async def another_page(self, path: str) -> Page:
        """A second tab."""
        page = await self.context.new_page()
        await page.goto(f"{self.centre.url}{path}")
        return page

    async def shifts(self) -> float:
        """Cumulative layout shift of the page up to now."""
        return await self.page.evaluate("window.shifts")
