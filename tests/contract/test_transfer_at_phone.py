"""An agent presses transfer at the phone itself (SIP REFER): the program carries it out, or lets the phone know that it does not."""

from telephony import events as cti
from telephony.types import SECOND_EXTERNAL, SeatState
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx, until

CALLER = CALLERS[0]
NUMBER = "13700003333"


async def test_to_another_seat(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.transfer("1001", "1002")
    await centre.picks_up("1002")
    moved = await centre.told(cti.Transferred, call=call)
    assert (moved.from_device, moved.to_device) == ("1001", "1002")
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])
    assert centre.record(call).agent == "1002"


async def test_to_an_outside_number(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers")
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.transfer("1001", NUMBER)
    await centre.told(cti.Transferred, call=call, to_device=SECOND_EXTERNAL)
    await centre.shows("1001", SeatState.READY)
    await centre.agrees([call])


async def test_to_a_seat_that_is_not_free_changes_nothing(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.transfer("1001", "1002")
    await centre.told(cti.TransferRequested, call=call, device="1001", target="1002")
    await centre.shows("1001", SeatState.TALKING)
    await centre.agrees([call])
    assert not await pbx.rings("1002")


async def test_the_seat_that_was_asked_for_does_not_answer(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001", "1002")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.transfer("1001", "1002")
    await centre.told(cti.Diverted, call=call, device="1002", within_s=6)
    await centre.picks_up("1001")
    await centre.agrees([call])


async def test_the_phone_is_put_down_before_the_answer(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.transfer("1001", "1002")  # nobody has logged on there
    await centre.told(cti.TransferRequested, call=call, device="1001", target="1002")
    await pbx.put_down("1001")
    await centre.over(call)
    await centre.agrees()
    assert len(centre.events(cti.TransferRequested)) == 1, "the PBX tells of it twice, the phone has asked once"


async def test_a_refusal_does_not_keep_the_phone_from_asking_again(centre: Centre, pbx: Pbx) -> None:
    await centre.ready("1001")
    await centre.answered(CALLER, "1001")
    call = await centre.first_call()
    await pbx.transfer("1001", "1002")
    await centre.told(cti.TransferRequested, call=call, device="1001", target="1002")
    await until(lambda: centre.driver._book.calls[call].referred is None, what="the phone has its answer")
    await centre.ready("1002")
    await pbx.transfer("1001", "1002")
    await centre.picks_up("1002")
    await centre.told(cti.Transferred, call=call, to_device="1002")
    await centre.agrees([call])
