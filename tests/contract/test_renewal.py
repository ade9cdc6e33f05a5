"""A phone that was begun anew in mid-call, as a browser's is by a reload: its new channel takes the old one's place, and nobody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from telephony import events as cti
from telephony.errors import IllegalTransitionError
from telephony.types import AgentId, CallId, DeviceId, SeatState
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, PITCH_HZ, AsteriskPbx, until
from tests.contract.sound import tones

pytestmark = pytest.mark.asterisk
CALLER = CALLERS[0]
ONE, PHONE = AgentId("1001"), DeviceId("1001")
TONES = {CALLER: {PITCH_HZ[CALLER]}, "1001": {PITCH_HZ["1001"]}}


@pytest.fixture
async def at_asterisk(real: AsteriskPbx) -> AsyncIterator[Centre]:
    """The program at Asterisk, and a phone that goes off hook by itself when it is asked to."""
    await real.phones.do("obey", user="1001", on=True)
    running = Centre(real)
    await running.open()
    yield running
    for call in [*running.desk.world.calls]:
        await running.driver.clear_call(call)
    await running.agrees()
    await running.close()
    await real.phones.do("obey", user="1001", on=False)


async def _renewed(centre: Centre, call: CallId) -> None:
    """Renew the phone's leg and wait until its old channel is gone."""
    before = centre.driver._book.calls[call].seats[PHONE].channel
    await centre.driver.renew_leg(call, PHONE)
    await until(lambda: centre.driver._book.calls[call].seats[PHONE].channel != before, 5, "the new channel took over")
    await centre.agrees([call])


async def test_who_spoke_goes_on_speaking(at_asterisk: Centre) -> None:
    centre = at_asterisk
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await asyncio.sleep(2)  # sound takes its time
    await _renewed(centre, call)
    assert not centre.events(cti.ConnectionCleared), "somebody was told that the phone had gone"
    assert centre.bus.seats()[ONE].state is SeatState.TALKING
    await asyncio.sleep(3)  # as above
    await caller.hang_up()
    await centre.over(call)
    heard = tones(await centre.recording(call), TONES)
    for who in TONES:
        assert heard.share(who, heard.seconds - 2, heard.seconds - 0.3) > 0.7, f"{who} is not heard after it"


async def test_a_hold_and_a_mute_stay(at_asterisk: Centre) -> None:
    centre = at_asterisk
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.mute(ONE)
    await centre.desk.hold(ONE)
    await centre.shows("1001", SeatState.HOLD)
    await _renewed(centre, call)
    assert centre.bus.seats()[ONE].state is SeatState.HOLD
    await centre.desk.retrieve(ONE)
    await centre.shows("1001", SeatState.TALKING)
    await asyncio.sleep(2)  # sound takes its time
    await centre.driver.clear_call(call)
    await centre.over(call)
    heard = tones(await centre.recording(call), TONES)
    assert heard.share("1001", heard.seconds - 1.5, heard.seconds - 0.3) < 0.1
    assert heard.share(CALLER, heard.seconds - 1.5, heard.seconds - 0.3) > 0.7


async def test_a_phone_that_does_not_take_it_keeps_its_call(at_asterisk: Centre, real: AsteriskPbx) -> None:
    centre = at_asterisk
    await real.phones.do("obey", user="1001", on=False)
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.driver.renew_leg(call, PHONE)
    with pytest.raises(IllegalTransitionError):
        await centre.driver.renew_leg(call, PHONE)
    await until(lambda: not centre.driver._book.renewals, 12, "the phone is no longer rung")
    await centre.agrees([call])
    assert centre.bus.seats()[ONE].state is SeatState.TALKING


async def test_the_caller_leaves_meanwhile(at_asterisk: Centre, real: AsteriskPbx) -> None:
    centre = at_asterisk
    await real.phones.do("obey", user="1001", on=False)
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.driver.renew_leg(call, PHONE)
    await caller.hang_up()
    await centre.over(call)
    await centre.agrees()
