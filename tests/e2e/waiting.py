"""Waiting for facts that no locator can see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from playwright.async_api import Page

T = TypeVar("T")


async def until(fact: Callable[[], Awaitable[T]], what: str, within_s: float = 20) -> T:
    """Return the first true value of ``fact``; fails when there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        value = await fact()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        await asyncio.sleep(0.05)


async def answered(page: Page) -> None:
    """The list shows what the address says; ``aria-busy`` alone may still be that of the address before."""
    await page.wait_for_function(
        """() => {
          const list = document.querySelector(".list");
          const plain = (query) => String(new URLSearchParams(query));
          return list?.getAttribute("aria-busy") === "false" && plain(list.dataset.answered) === plain(location.search);
        }"""
    )
