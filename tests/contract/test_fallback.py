"""What a caller meets while the program is away, on a real Asterisk."""

import pytest

from tests.contract.pbx import CALLERS, ENDED, AsteriskPbx, until_so

pytestmark = pytest.mark.asterisk
CALLER, OVERFLOW = CALLERS


async def test_a_caller_hears_the_greeting_and_reaches_the_overflow_number(real: AsteriskPbx) -> None:
    await real.set_number(real.plan.overflow, "answers")
    caller = await real.call(CALLER, "96000")

    async def put_through() -> bool:
        calls = [call for user in CALLERS for call in (await real.state())[user]["calls"]]
        return any(call["headers"] and call["state"] == "CONFIRMED" for call in calls)

    await until_so(put_through, 12, "the overflow number is reached after the greeting")
    assert not await caller.is_gone()
    await caller.hang_up()


async def test_without_an_answer_there_the_call_ends(real: AsteriskPbx) -> None:
    await real.set_number(real.plan.overflow, "busy")
    caller = await real.call(CALLER, "96000")
    await until_so(caller.is_gone, 12, "the call ends")
    ended = (await real.state())[CALLER]["calls"][caller.number]
    assert ended["state"] == ENDED


async def test_a_seat_can_not_dial_past_the_program(real: AsteriskPbx) -> None:
    number = await real.phones.do("dial", user="1001", to="13700003333")

    async def refused() -> bool:
        call = (await real.state())["1001"]["calls"][number]
        return call["state"] == ENDED and call["code"] >= 400

    await until_so(refused, 5, "refused")


async def test_the_echo_test_answers(real: AsteriskPbx) -> None:
    number = await real.phones.do("dial", user="1001", to="*43")

    async def answered() -> bool:
        return (await real.state())["1001"]["calls"][number]["state"] == "CONFIRMED"

    await until_so(answered, 5, "the echo test answers")
