"""Those who wait: greeting, their place, and the number that is called when nobody takes them."""

import asyncio
from dataclasses import replace

from telephony import events as cti
from telephony.control.control import Control
from telephony.control.rules import Rules
from telephony.types import SECOND_EXTERNAL, SeatState
from tests.contract.centre import RULES, Centre
from tests.contract.pbx import CALLERS, Pbx, until

CALLER, OTHER = CALLERS
NUMBER = "13700003333"


def by(centre: Centre, rules: Rules) -> Control:
    """The centre follows other rules from now on."""
    centre.desk.world.rules = rules
    return centre.desk


async def test_a_caller_is_greeted_and_answered_amid_the_greeting_at_once(centre: Centre, pbx: Pbx) -> None:
    by(centre, replace(RULES, greeting=("sound:tt-monkeys",)))
    await pbx.call(CALLER, "96000")
    call = await centre.first_call()
    entry = centre.driver._book.calls[call]
    await until(lambda: entry.announcements == 1, what="the greeting")
    await asyncio.sleep(0.5)  # amid the greeting, not at its beginning
    await centre.ready("1001")
    await centre.shows("1001", SeatState.ALERTING)
    await centre.phone_rings("1001")
    started = asyncio.get_running_loop().time()
    await pbx.pick_up("1001")
    await centre.told(cti.Established, call=call, device="1001")
    assert asyncio.get_running_loop().time() - started < 2, "the sound lasts 16 s and must not keep them apart"
    await centre.agrees([call])


async def test_callers_are_told_their_place(centre: Centre, pbx: Pbx) -> None:
    by(centre, replace(RULES, announce_every_s=0.5))
    await pbx.call(CALLER, "96000")
    first = await centre.first_call()
    await pbx.call(OTHER, "96000")
    second = (await centre.told(cti.Queued, caller=OTHER)).call
    for call in (first, second):
        entry = centre.driver._book.calls[call]
        await until(lambda entry=entry: entry.announcements >= 1, what="an announcement")
    await centre.agrees([first, second])


async def test_nobody_takes_the_call_and_it_overflows(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers")
    by(centre, replace(RULES, overflow_after_s=0.5, overflow_number=NUMBER))
    await pbx.call(CALLER, "96000")
    call = await centre.first_call()
    await centre.told(cti.Established, call=call, device=SECOND_EXTERNAL)
    assert not centre.bus.centre().waiting
    await centre.agrees([call])


async def test_an_overflow_that_is_busy_leaves_the_caller_waiting(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "busy")
    by(centre, replace(RULES, overflow_after_s=0.5, overflow_number=NUMBER))
    await pbx.call(CALLER, "96000")
    call = await centre.first_call()
    await centre.told(cti.Diverted, call=call, device=SECOND_EXTERNAL)
    await centre.ready("1001")
    await centre.picks_up("1001")
    await centre.agrees([call])
