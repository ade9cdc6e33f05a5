"""The program is killed with -9 while people talk: nobody notices at the phones, and nothing is missing afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.support.lab import Lab
from tests.support.program import DEMO_PASSWORD, Program
from tests.support.quiet_centre import quiet_program
from tests.support.truth import Records, until_true
from tests.support.wall_client import ToolbarClient, WallClient, log_in

pytestmark = pytest.mark.fault

CALLS = 20
KEPT = ("state", "since_ms", "reason", "booked", "answered", "outbound")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = quiet_program(tmp_path_factory.mktemp("killed"), seats=28, XKTCC_WRAP_UP_S="180")
    with program.running():
        yield program


async def test_killed_while_twenty_calls_are_on(
    program: Program, wall: WallClient, lab: Lab, records: Records, record_property
) -> None:
    wrapping = await _finish_a_call(wall, lab)
    after_call = await _toolbar(program, wrapping)
    on_break = await _toolbar(program, "1001")
    await on_break.do("log_on", "busy")
    await on_break.do("set_state", "not_ready", state="not_ready", reason="meal")
    calls = [(await lab.talk())[0] for _ in range(CALLS)]
    booking = await _toolbar(program, lab.placed[calls[0]])
    await booking.do("set_state", "talking", state="not_ready", reason="rest")
    await lab.ask("POST", f"/phones/{lab.placed[calls[1]]}/hold")
    await until_true(wall, lab, 3)
    await wall.wait_for(lambda: wall.seats[lab.placed[calls[0]]]["booked"] == "not_ready", 3, "the booking is shown")
    before, centre, deadline = _facts(wall), _counts(wall), after_call.seat["wrap_up_until_ms"]
    assert deadline > 0

    program.kill()
    await wall.wait_for(lambda: wall.stale, 3, "the page knows")
    unheard, going_on = calls[2:5], [*calls[:2], *calls[5:]]
    for call in unheard:
        await lab.end(call)
    begun = time.monotonic()
    await asyncio.to_thread(program.launch)
    while not await asyncio.to_thread(program.is_ready, "/healthz"):
        assert time.monotonic() - begun < 90, program.log_file.read_text()[-3000:]
    serves = time.monotonic()
    record_property("serves_after_s", serves - begun)
    await wall.reopen(3)
    await until_true(wall, lab, 3)
    record_property("true_after_s", time.monotonic() - serves)
    assert time.monotonic() - serves < 3

    channels = (await lab.state())["channels"]
    assert set(going_on) <= channels.keys(), "a call was dropped"
    gone = {lab.placed[call] for call in unheard}
    after = _facts(wall)
    assert {agent: facts for agent, facts in after.items() if agent not in gone} == {
        agent: facts for agent, facts in before.items() if agent not in gone
    }
    assert {after[agent]["state"] for agent in gone} == {"wrap_up"}
    assert _counts(wall) == centre
    await after_call.reopen(3)
    assert after_call.seat["wrap_up_until_ms"] == deadline

    for call in going_on:
        await lab.end(call)
    await records.until_ended(set(lab.placed), 20)
    assert not records.faults(lab.placed)
    assert {records.steps(call)[-1] for call in unheard} == {"found_ended"}
    assert {records.steps(call)[-1] for call in going_on} == {"ended"}
    await until_true(wall, lab, 3)
    for page in (after_call, on_break, booking):
        await page.close()


async def _finish_a_call(wall: WallClient, lab: Lab) -> str:
    """Returns whose wrap-up runs now."""
    call, phone = await lab.talk()
    await wall.wait_for(lambda: wall.state(phone) == "talking", 3, "they talk")
    await lab.end(call)
    await wall.wait_for(lambda: wall.state(phone) == "wrap_up", 3, "wrap-up")
    return phone


async def _toolbar(program: Program, agent: str) -> ToolbarClient:
    return await ToolbarClient(program.url, await log_in(program.url, agent, DEMO_PASSWORD)).open()


def _facts(wall: WallClient) -> dict[str, dict[str, object]]:
    """What is to be kept of every seat; 1002 never logged on, so that nothing was."""
    return {agent: {name: seat[name] for name in KEPT} for agent, seat in wall.seats.items() if agent != "1002"}


def _counts(wall: WallClient) -> dict[str, object]:
    return {name: wall.centre[name] for name in ("answered", "abandoned", "service_level", "online", "total")}
