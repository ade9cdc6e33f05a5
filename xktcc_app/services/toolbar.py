"""What an agent does at their own seat, and at no other."""

from __future__ import annotations

from telephony.desk import Desk
from telephony.errors import BadNumberError
from telephony.types import AgentId, AgentState
from xktcc_app.domain.masking import number_to_dial
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import BadValueError, NoSeatError, PermissionDeniedError

BREAK_REASONS = ("meal", "rest", "training", "meeting", "paperwork", "other")
"""用餐 休息 培训 会议 整理资料 其他."""
_ASKED_FOR = {state.value: state for state in (AgentState.READY, AgentState.BUSY, AgentState.NOT_READY)}
EXTENSION_S = 30


class ToolbarService:
    """Every method raises ``PermissionDeniedError``, ``NoSeatError`` and what ``telephony.desk.Desk`` raises."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def log_on(self, principal: Principal) -> None:
        """Take up the own phone."""
        await self._desk.log_on(_own_seat(principal))

    async def log_off(self, principal: Principal) -> None:
        """Leave the phone; on a call, after it."""
        await self._desk.log_off(_own_seat(principal))

    async def set_state(self, principal: Principal, state: str, reason: str | None = None) -> None:
        """``ready``, ``busy`` or ``not_ready`` with one of ``BREAK_REASONS``; ``BadValueError`` for anything else."""
        agent = _own_seat(principal)
        wanted = _ASKED_FOR.get(state)
        if wanted is None:
            raise BadValueError("state")
        if wanted is AgentState.NOT_READY and reason not in BREAK_REASONS:
            raise BadValueError("reason")
        await self._desk.request_state(agent, wanted, reason if wanted is AgentState.NOT_READY else None)

    async def answer(self, principal: Principal) -> None:
        """Take the ringing call."""
        await self._desk.answer(_own_seat(principal))

    async def decline(self, principal: Principal) -> None:
        """Let the ringing call go to another seat."""
        await self._desk.decline(_own_seat(principal))

    async def hang_up(self, principal: Principal) -> None:
        """End the own call."""
        await self._desk.hang_up(_own_seat(principal))

    async def hold(self, principal: Principal) -> None:
        """Put the other side on hold."""
        await self._desk.hold(_own_seat(principal))

    async def retrieve(self, principal: Principal) -> None:
        """Take the other side back."""
        await self._desk.retrieve(_own_seat(principal))

    async def dial(self, principal: Principal, number: str) -> None:
        """Call an outside number, written in any usual way; ``BadNumberError`` for what is none.

        Whoever clicks has the receiver in the hand: the own phone is taken off hook where that is possible.
        """
        agent = _own_seat(principal)
        await self._desk.dial(agent, _dialled(number), pick_up=True)

    async def mute(self, principal: Principal) -> None:
        """Nobody hears the agent any more."""
        await self._desk.mute(_own_seat(principal))

    async def unmute(self, principal: Principal) -> None:
        """The agent is heard again."""
        await self._desk.unmute(_own_seat(principal))

    async def send_digits(self, principal: Principal, digits: str) -> None:
        """Press keys (0-9 * # A-D) for the other side."""
        await self._desk.send_digits(_own_seat(principal), digits)

    async def transfer_blind(self, principal: Principal, *, seat: str = "", number: str = "") -> None:
        """Leave the call to another ready ``seat`` (its agent number) or an outside ``number``; exactly one is given."""
        agent = _own_seat(principal)
        outside = _outside(seat, number)
        if outside is None:
            await self._desk.transfer(agent, AgentId(seat))
        else:
            await self._desk.transfer_out(agent, outside)

    async def consult(self, principal: Principal, *, seat: str = "", number: str = "") -> None:
        """Hold the call and speak with another ready ``seat`` or an outside ``number`` first; exactly one is given."""
        agent = _own_seat(principal)
        outside = _outside(seat, number)
        if outside is None:
            await self._desk.consult(agent, AgentId(seat))
        else:
            await self._desk.consult_out(agent, outside)

    async def complete_transfer(self, principal: Principal) -> None:
        """Leave the call to the one who was consulted."""
        await self._desk.complete_transfer(_own_seat(principal))

    async def cancel_consultation(self, principal: Principal) -> None:
        """Let the consulted one go, and take the call back."""
        await self._desk.cancel_consultation(_own_seat(principal))

    async def conference(self, principal: Principal) -> None:
        """Join all three."""
        await self._desk.conference(_own_seat(principal))

    async def end_wrap_up(self, principal: Principal) -> None:
        """Wrap-up is done."""
        await self._desk.end_wrap_up(_own_seat(principal))

    async def extend_wrap_up(self, principal: Principal, seconds: int = EXTENSION_S) -> None:
        """Wrap-up lasts ``seconds`` longer (1 to 600, else ``BadValueError``)."""
        agent = _own_seat(principal)
        if not 1 <= seconds <= 600:
            raise BadValueError("seconds")
        await self._desk.extend_wrap_up(agent, seconds)


def _outside(seat: str, number: str) -> str | None:
    """The outside number as it is dialled, ``None`` for a seat. ``BadNumberError``; ``BadValueError`` when neither or both are given."""
    if bool(seat) == bool(number):
        raise BadValueError("target")
    return None if seat else _dialled(number)


def _dialled(number: str) -> str:
    digits = number_to_dial(number)
    if not digits:
        raise BadNumberError("no number that can be dialled")
    return digits


def _own_seat(principal: Principal) -> AgentId:
    if not principal.may(Permission.TOOLBAR_USE):
        raise PermissionDeniedError(Permission.TOOLBAR_USE)
    if principal.agent is None:
        raise NoSeatError("the account has no agent number")
    return principal.agent
