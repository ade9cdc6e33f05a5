"""What a supervisor does to other seats."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.centre import READY, Centre
from tests.e2e.screens import Wall
from tests.e2e.visitor import Visitor

AGENT = READY[8]


@pytest.fixture
def wall(page: Page) -> Wall:
    return Wall(page)


async def test_states_are_forced(visitor: Visitor, wall: Wall) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    await wall.be_ready(AGENT)
    await wall.act(AGENT, "置忙")
    await wall.until(AGENT, "busy")
    await expect(wall.seat(AGENT)).to_contain_text("由班长设置")
    await wall.act(AGENT, "签出")
    await wall.until(AGENT, "logged_off")
    # who is not there can't be set ready
    await expect(wall.seat(AGENT).get_by_role("button", name="置闲")).to_be_hidden()


async def test_ending_a_call_asks_first(visitor: Visitor, wall: Wall, page: Page, centre: Centre) -> None:
    agent = READY[9]
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    await wall.be_ready(agent)
    call = centre.call("13800000003", agent)
    await wall.until(agent, "alerting")
    centre.answer(agent)
    await wall.until(agent, "talking")
    await wall.act(agent, "强拆")
    ask = page.get_by_role("alertdialog")
    await expect(ask).to_contain_text(agent)
    await ask.get_by_role("button", name="取消").click()
    await expect(ask).to_be_hidden()
    assert call in centre.truth()["channels"]
    await wall.act(agent, "强拆")
    await ask.get_by_role("button", name="强拆").click()
    await wall.until(agent, "wrap_up")
    assert call not in centre.truth()["channels"]
    await wall.act(agent, "置闲")
    await wall.until(agent, "ready")


async def test_what_makes_no_sense_now_is_not_offered(visitor: Visitor, wall: Wall) -> None:
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    seat = wall.seat(READY[7])
    await seat.hover()
    await expect(seat.get_by_role("button", name="强拆")).to_be_hidden()


async def test_no_actions_while_the_wall_is_stale(visitor: Visitor, wall: Wall, centre: Centre) -> None:
    agent = READY[10]
    await visitor.enter("supervisor", "/seats")
    await wall.until_live()
    centre.lab("POST", "/restart")
    await expect(wall.root).to_have_attribute("data-stale", "true")
    await wall.seat(agent).hover()
    if await wall.root.get_attribute("data-stale") == "true":
        await expect(wall.seat(agent).get_by_role("button").first).to_be_hidden()
    await expect(wall.root).to_have_attribute("data-stale", "false")
