"""Commands that bring in a third party, as ``control`` judges them before the PBX is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telephony import events as ev
from telephony.errors import (
    BadNumberError,
    BarredNumberError,
    EmergencyNumberError,
    IllegalTransitionError,
    NoConsultationError,
    NotSupportedError,
    PbxRefusedError,
    PeerNotFreeError,
    SeatNotReadyError,
)
from telephony.numbers import DialRules
from telephony.port import Capability
from telephony.types import SECOND_EXTERNAL, Cause, SeatState
from tests.unit.telephony.control.fakes import Centre, settled
from tests.unit.telephony.control.test_commands import talking
from tests.unit.telephony.control.worlds import A1, A2, C1, P1, P2, answers, at, rings

NUMBER = "13700003333"


async def consulting() -> Centre:
    centre = await talking()
    await centre.control.consult(A1, A2)
    centre.take(ev.Held(at(7), C1, P1), ev.ConsultationStarted(at(7), C1, P1, P2), rings(phone=P2, seconds=7))
    return centre


async def test_a_consultation_keeps_the_other_seat_and_asks_the_pbx() -> None:
    centre = await talking()
    await centre.control.consult(A1, A2)
    assert centre.told("consult") == [(C1, P1, P2, 20)]
    with pytest.raises(SeatNotReadyError):
        await centre.control.transfer(A1, A2)  # kept for the consultation


async def test_a_seat_that_went_away_gets_nothing() -> None:
    centre = await talking()
    centre.take(ev.DeviceOutOfService(at(9), P2))
    for command in (centre.control.transfer, centre.control.consult):
        with pytest.raises(PeerNotFreeError):
            await command(A1, A2)
    assert not centre.told("transfer")
    assert not centre.told("consult")
    assert centre.bus.seats()[A1].state is SeatState.TALKING


async def test_a_consultation_that_the_pbx_refuses_frees_the_other_seat() -> None:
    centre = await talking()
    centre.fail("consult", PbxRefusedError("no", 500))
    with pytest.raises(PbxRefusedError):
        await centre.control.consult(A1, A2)
    await centre.control.transfer(A1, A2)
    assert centre.told("transfer") == [(C1, P1, P2, 20)]


async def test_outside_numbers_are_judged_and_carried() -> None:
    centre = await talking()
    for command in (centre.control.transfer_out, centre.control.consult_out):
        with pytest.raises(BadNumberError):
            await command(A1, "no number")
    await centre.control.consult_out(A1, NUMBER)
    await centre.control.transfer_out(A1, NUMBER)
    assert centre.told("consult") == centre.told("transfer") == [(C1, P1, SECOND_EXTERNAL, 45, NUMBER)]


@pytest.mark.parametrize(("number", "refusal"), [("0085212345", BarredNumberError), ("120", EmergencyNumberError)])
async def test_numbers_that_are_closed_reach_the_pbx_by_no_way(number: str, refusal: type[Exception]) -> None:
    centre = await talking()
    dialling = DialRules(frozenset({"120"}), emergency_allowed=False, barred=("00",))
    centre.control.world.rules = replace(centre.control.world.rules, dialling=dialling)
    for command in (centre.control.dial, centre.control.transfer_out, centre.control.consult_out):
        with pytest.raises(refusal):
            await command(A1, number)
    centre.take(ev.TransferRequested(at(7), C1, P1, number))
    await settled()
    assert centre.told("refuse_transfer") == [(C1, P1)]
    assert not centre.told("consult") + centre.told("transfer") + centre.told("make")


async def test_what_needs_an_answer_waits_for_it() -> None:
    centre = await consulting()
    for command in (centre.control.complete_transfer, centre.control.conference):
        with pytest.raises(NoConsultationError):
            await command(A1)
    centre.take(answers(phone=P2, seconds=9))
    with pytest.raises(NoConsultationError):
        await centre.control.complete_transfer(A2)
    centre.follow("complete", ev.Transferred(at(10), C1, P1, P2))
    await centre.control.complete_transfer(A1)
    assert centre.told("complete") == [(C1, P1)]


async def test_to_take_the_call_back_is_to_let_the_other_go() -> None:
    centre = await consulting()
    gone = ev.Diverted(at(8), C1, P2, Cause.ANSWERED_ELSEWHERE)
    centre.follow("cancel_consultation", gone, ev.Retrieved(at(8), C1, P1))
    await centre.control.retrieve(A1)
    assert centre.told("retrieve") == []


async def test_a_transfer_asked_for_at_the_phone_is_carried_out_or_refused() -> None:
    centre = await talking()
    centre.take(ev.TransferRequested(at(7), C1, P1, "nonsense"))
    await settled()
    assert centre.told("refuse_transfer") == [(C1, P1)]
    centre.fail("complete", IllegalTransitionError("nobody is consulted"))
    centre.take(ev.TransferRequested(at(8), C1, P1, ""))
    await settled()
    assert len(centre.told("refuse_transfer")) == 2
    centre.take(ev.TransferRequested(at(9), C1, P1, str(A2)))
    await settled()
    assert centre.told("transfer") == [(C1, P1, P2, 20)]


async def test_what_a_phone_dials_amid_a_call_is_a_consultation_by_the_same_rules() -> None:
    centre = await talking()
    for target in ("nonsense", str(A1)):
        centre.take(ev.ConsultationRequested(at(7), C1, P1, target))
    await settled()
    assert centre.told("refuse_consultation") == [(C1, P1, Cause.REJECTED), (C1, P1, Cause.BUSY)]
    centre.take(ev.ConsultationRequested(at(8), C1, P1, NUMBER), ev.ConsultationRequested(at(8), C1, P1, str(A2)))
    await settled()
    assert centre.told("consult_at_phone") == [(C1, P1, SECOND_EXTERNAL, 45, NUMBER), (C1, P1, P2, 20)]


async def test_a_second_call_that_the_pbx_refuses_frees_the_other_seat() -> None:
    centre = await talking()
    centre.fail("consult_at_phone", PbxRefusedError("no", 500))
    centre.take(ev.ConsultationRequested(at(7), C1, P1, str(A2)))
    await settled()
    assert centre.told("refuse_consultation") == [(C1, P1, Cause.REJECTED)]
    await centre.control.transfer(A1, A2)
    assert centre.told("transfer") == [(C1, P1, P2, 20)]


async def test_two_calls_of_a_phone_are_joined_or_left_at_the_phone() -> None:
    centre = await talking()
    centre.take(
        ev.Held(at(7), C1, P1),
        ev.ConsultationStarted(at(7), C1, P1, P2, at_phone=True),
        rings(phone=P2, seconds=7),
        answers(phone=P2, seconds=9),
    )
    with pytest.raises(NotSupportedError):
        await centre.control.conference(A1)
    centre.follow("cancel_consultation", ev.ConnectionCleared(at(10), C1, P2, Cause.NORMAL))
    await centre.control.cancel_consultation(A1)
    assert centre.bus.seats()[A1].state is SeatState.HOLD, "only the phone takes its first call back"


async def test_a_pbx_that_can_not_transfer_is_not_asked() -> None:
    centre = await talking()
    centre.port.capabilities = Capability.DELIVER
    with pytest.raises(NotSupportedError):
        await centre.control.consult_out(A1, NUMBER)
    assert centre.told("consult") == []
