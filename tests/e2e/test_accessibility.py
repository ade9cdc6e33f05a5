"""Everybody can use it: checked by axe, and by what moves."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.e2e.conftest import Visit

PAGES = {
    "/login": ("", "#submit"),
    "/password": ("1012", "#submit"),
    "/desk": ("1012", ".desk"),
    "/elders": ("supervisor", "tr[data-row]"),
    "/service-items": ("supervisor", "tr[data-row]"),
    "/seats": ("supervisor", ".seat"),
    "/seats?view=table": ("supervisor", ".seat"),
}
GRAVE = {"serious", "critical"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing_grave(visit: Visit, path: str, theme: str) -> None:
    visitor = await visit(color_scheme=theme, reduced_motion="reduce")
    account, landmark = PAGES[path]
    await (visitor.enter(account, path) if account else visitor.go(path))
    await expect(visitor.page.locator(landmark).first).to_be_visible()
    results = await Axe().run(visitor.page)
    grave = [
        f"{found['id']}: {found['help']} · {node['html'][:200]} · {node.get('failureSummary', '')[:300]}"
        for found in results.response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"][:3]
    ]
    assert not grave, "\n".join(grave)


async def test_nothing_moves_for_those_who_do_not_want_it(visit: Visit) -> None:
    visitor = await visit(reduced_motion="reduce")
    await visitor.enter("supervisor", "/seats")
    await expect(visitor.page.locator(".seat").first).to_be_visible()
    visitor.centre.call("13600000088", "1011")
    await expect(visitor.page.get_by_test_id("seat-1011")).to_have_attribute("data-state", "alerting")
    moving = await visitor.page.evaluate(
        """() => document.getAnimations()
             .filter((one) => one.playState === "running" && one.effect.getComputedTiming().duration > 1)
             .map((one) => [one.animationName ?? one.transitionProperty, one.effect.target.className])"""
    )
    assert moving == []
