"""The wall shows what is, at once."""

import asyncio
import re
import time
from datetime import datetime

import pytest
from playwright.async_api import Page, expect

from telephony.exchange.demo_numbers import demo_number, demo_sos_number
from tests.e2e.centre import READY, SEATS, Centre
from tests.e2e.screens import Wall
from tests.e2e.visitor import Visitor
from tests.e2e.waiting import until

RINGS_S = 1.0
CALM = 0.05


@pytest.fixture
def wall(page: Page) -> Wall:
    return Wall(page)


def _untrue(facts: dict[str, dict[str, str]], truth: dict) -> list[str]:
    found = []
    for agent, phone in truth["phones"].items():
        state = facts[agent]["state"]
        line = {"ringing": "alerting"}.get(next((k for k in ("talking", "ringing") if phone[k]), ""), "")
        if phone["talking"]:
            line = "talking"
        shown = state if state in {"alerting", "talking"} else ""
        if shown != line:
            found.append(f"{agent} shows {state}, its phone {line or 'rests'}")
        if (facts[agent]["network"] == "offline") is phone["registered"]:
            found.append(f"{agent} shows {facts[agent]['network']}, registered: {phone['registered']}")
    return found


async def test_every_tile_agrees_with_the_exchange(visitor: Visitor, wall: Wall, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    ringing, talking, gone = READY[0], READY[1], READY[2]
    centre.call("13700000001", ringing)
    centre.call(demo_number(3), talking)
    centre.lab("POST", f"/phones/{gone}/unregister")
    await wall.until(talking, "alerting")
    centre.answer(talking)

    async def true() -> bool:
        return not _untrue(await wall.facts(), centre.truth())

    try:
        await until(true, "a true wall", within_s=5)
    except AssertionError:
        pytest.fail("; ".join(_untrue(await wall.facts(), centre.truth())))
    await wall.until(gone, "busy")
    await expect(wall.seat(gone)).to_have_attribute("data-network", "offline")
    await expect(wall.seat(gone)).to_contain_text("话机离线")
    await expect(wall.seat(talking)).to_contain_text(re.compile(r"\d{3}\*{4}\d{4}"))
    await expect(wall.alerts).to_contain_text("话机离线")


async def test_a_call_rings_on_its_tile_within_a_second_and_the_time_ticks(
    visitor: Visitor, wall: Wall, centre: Centre
) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    agent = READY[3]
    await wall.be_ready(agent)
    begun = time.monotonic()
    await asyncio.to_thread(centre.call, "13700000002", agent)
    taken = await wall.seen_within(agent, "alerting", begun)
    print(f"rang on the tile after {taken * 1000:.0f} ms")
    assert taken <= RINGS_S
    digits = wall.seat(agent).locator("time")
    since = await wall.seat(agent).get_attribute("data-since")
    assert since is not None
    assert abs(time.time() - datetime.fromisoformat(since).timestamp()) < 15
    first = await digits.inner_text()
    await expect(digits).not_to_have_text(first)
    await expect(digits).to_have_text(re.compile(r"^00:\d\d$"))
    await expect(wall.page.get_by_test_id("kpi-alerting")).to_contain_text("1")


async def test_an_sos_call_is_told_first(visitor: Visitor, wall: Wall, centre: Centre, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    centre.call(demo_sos_number(5), "96001")
    await expect(wall.alerts.locator("[data-kind=sos]")).to_be_visible()
    rung = page.locator(".seats .seat[data-state=alerting]").first
    await expect(rung).to_contain_text("SOS")
    agent = await rung.get_attribute("data-seat")
    assert agent
    await page.mouse.move(5, 5)

    async def first_of_its_group() -> bool:
        org = await rung.get_attribute("data-org")
        facts = await wall.facts()
        return next(one for one in await wall.shown() if facts[one]["org"] == org) == agent

    await until(first_of_its_group, "the SOS call at the head of its group")
    await wall.alerts.locator("[data-kind=sos] button").click()
    await expect(wall.seat(agent)).to_be_focused()


async def test_the_figures_above_the_seats_add_up(visitor: Visitor, wall: Wall, page: Page) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    states = [fact["state"] for fact in (await wall.facts()).values()]
    for state in ("ready", "logged_off"):
        await expect(page.get_by_test_id(f"kpi-{state}").locator("b")).to_have_text(str(states.count(state)))
    await expect(page.get_by_test_id("kpi-seats")).to_contain_text(f"/ {len(states)}")


async def test_a_caller_waits_in_the_queue_and_gives_up(
    visitor: Visitor, wall: Wall, page: Page, centre: Centre
) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    for phone in READY:
        centre.lab("POST", f"/phones/{phone}/unregister")
    for phone in READY:
        await wall.until(phone, "busy")
    waiting, abandoned = (
        page.get_by_test_id(f"kpi-{name}").locator(".kpi-v span").first for name in ("waiting", "abandoned")
    )
    before = int(await abandoned.inner_text())
    call = centre.call(demo_number(7), "96000")
    await expect(waiting).to_have_text("1")
    await expect(page.get_by_test_id("kpi-longest").locator("time")).to_have_text(re.compile(r"00:0\d"))
    centre.lab("DELETE", f"/calls/{call}")
    await expect(waiting).to_have_text("0")
    await expect(abandoned).to_have_text(str(before + 1))


async def test_nothing_jumps_while_the_wall_fills(visitor: Visitor, wall: Wall) -> None:
    # by number: what happens to a seat must not move it, that would count as a jump
    await visitor.enter("supervisor", "/seats?sort=number")
    await wall.until_live()
    await expect(wall.page.locator(".page .sk")).to_have_count(0)
    await expect(wall.page.locator("[data-count=shown]")).to_have_text(str(SEATS))
    moved = await visitor.shifts()
    print(f"layout shift {moved:.4f}")
    assert moved < CALM


async def test_a_lost_exchange_is_told_and_the_wall_is_true_again(visitor: Visitor, wall: Wall, centre: Centre) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    centre.lab("POST", "/restart")
    begun = time.monotonic()
    await expect(wall.root).to_have_attribute("data-stale", "true")
    taken = time.monotonic() - begun
    print(f"stale after {taken:.2f} s")
    assert taken <= 3
    await expect(wall.page.get_by_test_id("stale-banner")).to_be_visible()
    await expect(wall.page.get_by_role("button", name="立即重连")).to_be_visible()
    await expect(wall.root).to_have_attribute("data-stale", "false")
    await expect(wall.page.get_by_test_id("stale-banner")).to_have_count(0)
    # phones come back within 6 s of a restart
    await wall.page.wait_for_function(
        "() => ![...document.querySelectorAll('.seats .seat')].some((seat) => seat.dataset.network === 'offline')"
    )


async def test_a_lost_server_is_told_too(visitor: Visitor, wall: Wall, page: Page) -> None:
    visitor.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket")
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    await visitor.context.set_offline(True)
    await expect(wall.root).to_have_attribute("data-stale", "true")
    await expect(page.get_by_test_id("stale-banner")).to_contain_text("与服务器的连接断开")
    await visitor.context.set_offline(False)
    await expect(wall.root).to_have_attribute("data-stale", "false")
