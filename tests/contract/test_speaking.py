"""Who is heard by whom: mute, keys, consultation and conference, proved by the recording's sound."""

import asyncio

import pytest

from telephony import events as cti
from telephony.errors import BadDigitsError, NoSuchCallError, TelephonyError
from telephony.types import AgentId, SeatState
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx, until_so

CALLER, OTHER = CALLERS
ONE, TWO = AgentId("1001"), AgentId("1002")
NUMBER = "13700003333"


async def spoken(seconds: float) -> None:
    """Let people talk: sound takes its time."""
    await asyncio.sleep(seconds)


async def test_a_muted_agent_is_not_heard_and_hears_on(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    started = await centre.told(cti.RecordingStarted, call=call)
    await spoken(3)
    await centre.desk.mute(ONE)
    muted = await centre.told(cti.Muted, call=call, device="1001")
    assert centre.bus.seats()[ONE].muted
    assert centre.bus.seats()[ONE].state is SeatState.TALKING
    await spoken(3)
    await centre.desk.unmute(ONE)
    unmuted = await centre.told(cti.Unmuted, call=call, device="1001")
    assert not centre.bus.seats()[ONE].muted
    await spoken(3)
    await caller.hang_up()
    await centre.over(call)
    sound = pbx.listen(await centre.recording(call), (CALLER, "1001"))

    def at(event: cti.Event) -> float:
        return (event.at - started.at).total_seconds()

    assert sound.share("1001", 0.5, at(muted) - 0.25) > 0
    assert sound.share("1001", at(muted) + 0.5, at(unmuted) - 0.25) == 0
    assert sound.share(CALLER, at(muted) + 0.5, at(unmuted) - 0.25) > 0
    assert sound.share("1001", at(unmuted) + 0.5) > 0


async def test_mute_survives_hold_and_a_lost_socket_and_ends_with_the_call(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await centre.desk.mute(ONE)
    await centre.desk.mute(ONE)  # again changes nothing
    assert len(centre.events(cti.Muted)) == 1
    await centre.desk.hold(ONE)
    await centre.desk.retrieve(ONE)
    assert centre.bus.seats()[ONE].muted
    before = len(centre.events(cti.Snapshot))
    await pbx.drop_sockets(centre.driver)
    await until_so(lambda: _more(centre, before), what="a snapshot after the reconnect")
    assert centre.bus.seats()[ONE].muted
    await caller.hang_up()
    await centre.over(call)
    assert not centre.bus.seats()[ONE].muted


async def _more(centre: Centre, before: int) -> bool:
    return len(centre.events(cti.Snapshot)) > before


async def test_keys_reach_the_other_side(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await centre.desk.send_digits(ONE, "12*#")

    async def arrived() -> bool:
        return await pbx.digits() == "12*#"

    await until_so(arrived, 5, "the keys at the other side")
    await centre.agrees([await centre.first_call()])


async def test_keys_reach_a_consulted_number_and_not_the_caller(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers")
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    await centre.desk.consult_out(ONE, NUMBER)
    await centre.told(cti.Established, device="external-2")
    await centre.desk.send_digits(ONE, "9")

    async def arrived() -> bool:
        return await pbx.digits() == "9"

    await until_so(arrived, 5, "the key at the consulted side")


@pytest.mark.parametrize("digits", ["", "x", "1 2", "1" * 33])
async def test_what_is_no_key_is_refused(centre: Centre, digits: str) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    with pytest.raises(BadDigitsError):
        await centre.desk.send_digits(ONE, digits)


async def test_without_a_talk_there_is_nothing_to_mute_or_press(centre: Centre) -> None:
    await centre.ready("1001")
    with pytest.raises(NoSuchCallError):
        await centre.desk.mute(ONE)
    with pytest.raises(NoSuchCallError):
        await centre.desk.send_digits(ONE, "1")
    await centre.answered(CALLER, "1001")
    await centre.desk.hold(ONE)
    with pytest.raises(TelephonyError):  # the caller hears music
        await centre.desk.send_digits(ONE, "1")


async def test_the_caller_hears_neither_during_a_consultation_and_both_in_a_conference(
    centre: Centre, pbx: Pbx
) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    started = await centre.told(cti.RecordingStarted, call=call)
    await spoken(1.5)
    await centre.ready("1002")
    await centre.desk.consult(ONE, TWO)
    await centre.picks_up("1002")
    consulted = await centre.told(cti.Established, call=call, device="1002")
    await spoken(3)
    await centre.desk.conference(ONE)
    joined = await centre.told(cti.Conferenced, call=call)
    await spoken(6)  # both seats have their turn, wherever in it the exchange's voices begin
    await centre.desk.hang_up(ONE)
    left = await centre.told(cti.ConnectionCleared, call=call, device="1001")
    await spoken(3)
    await caller.hang_up()
    await centre.over(call)
    sound = pbx.listen(await centre.recording(call), (CALLER, "1001", "1002"))

    def at(event: cti.Event) -> float:
        return (event.at - started.at).total_seconds()

    assert sound.share("1001", at(consulted) + 0.5, at(joined) - 0.25) == 0
    assert sound.share("1002", at(consulted) + 0.5, at(joined) - 0.25) == 0
    assert sound.share("1001", at(joined) + 0.5, at(left) - 0.25) > 0
    assert sound.share("1002", at(joined) + 0.5, at(left) - 0.25) > 0
    assert sound.share("1002", at(left) + 0.75) > 0, "after the asker left, the consulted seat is heard and recorded"
    assert sound.share("1001", at(left) + 0.75) == 0
    assert sound.share(CALLER, at(left) + 0.75) > 0
