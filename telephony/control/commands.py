"""The commands of agents and supervisors (``telephony.desk.Desk``): check against the models, then ask the PBX, then wait for the proof."""

from __future__ import annotations

import contextlib
import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime

from telephony.agent_model import Happening, Input, Reason, Seat
from telephony.call_model import Call
from telephony.control.dispatch import Dispatch
from telephony.control.surroundings import Surroundings
from telephony.control.watch import Watch
from telephony.control.world import World
from telephony.errors import (
    BadDigitsError,
    BadReasonError,
    DeviceInUseError,
    DeviceOfflineError,
    IllegalTransitionError,
    NoSuchCallError,
    NotProvisionedError,
    NotSupportedError,
    SeatNotReadyError,
)
from telephony.port import Capability
from telephony.types import AgentId, AgentState, CallId, Cause, ConnectionState, DeviceId, SeatState
from telephony.views import SeatProfile

PROOF_LIMIT_S = 5.0
DIGITS = re.compile(r"[0-9A-D*#]{1,32}")
REASON = re.compile(r"[a-z_]{1,40}")
LONGEST_EXTENSION_S = 600
ASKED_FOR = frozenset({AgentState.READY, AgentState.BUSY, AgentState.NOT_READY})


class Commands(ABC):
    """The desk's half of ``Control``; the fields are set there."""

    _around: Surroundings
    _world: World
    _dispatch: Dispatch
    _watch: Watch
    _now: Callable[[], datetime]

    @abstractmethod
    def _after_change(self) -> None:
        """Publish what changed and decide what follows."""

    # ---- the agent's state ----------------------------------------------------------------------------------------------

    async def log_on(self, agent: AgentId) -> None:
        """See ``Desk``."""
        self._world.seat(agent)
        device = self._world.profiles[agent].device
        if device is None:
            raise NotProvisionedError("no phone id and token")
        if self._world.agent_at(device) != agent:
            raise DeviceInUseError("the phone belongs to another seat")
        self._happen(agent, Input.LOG_ON)

    async def log_off(self, agent: AgentId) -> None:
        """See ``Desk``."""
        self._happen(agent, Input.LOG_OFF)

    async def request_state(self, agent: AgentId, state: AgentState, reason: str | None = None) -> None:
        """See ``Desk``."""
        if state not in ASKED_FOR:
            raise SeatNotReadyError(f"{state} can't be asked for")
        if reason is not None and not REASON.fullmatch(reason):
            raise BadReasonError("1 to 40 small letters and underscores")
        kept = reason if state is AgentState.NOT_READY else None
        self._world.happen(agent, Happening(Input.SET_STATE, self._now(), state=state, reason=kept))
        self._after_change()

    async def force_state(self, agent: AgentId, state: AgentState, by: str) -> None:
        """See ``Desk``."""
        if state is AgentState.LOGGED_OFF:
            self._world.happen(agent, Happening(Input.LOG_OFF, self._now(), reason=Reason.FORCED), by)
        elif state in {AgentState.READY, AgentState.BUSY}:
            self._force(agent, state, by)
        else:
            raise SeatNotReadyError(f"{state} can't be forced")
        self._after_change()

    def _force(self, agent: AgentId, state: AgentState, by: str) -> None:
        """In wrap-up the state is booked first, so that the seat is at no moment free for a call that it must not get."""
        now = self._now()
        reason = Reason.FORCED if state is AgentState.BUSY else None
        self._world.happen(agent, Happening(Input.SET_STATE, now, state=state, reason=reason), by)
        if self._world.seat(agent).state is SeatState.WRAP_UP:
            self._world.happen(agent, Happening(Input.WRAP_UP_DONE, now), by)

    async def end_wrap_up(self, agent: AgentId) -> None:
        """See ``Desk``."""
        self._happen(agent, Input.WRAP_UP_DONE)

    async def extend_wrap_up(self, agent: AgentId, seconds: int) -> None:
        """See ``Desk``. Raises ``IllegalTransitionError`` outside wrap-up, and for less than 1 s or more than 10 minutes."""
        if not 1 <= seconds <= LONGEST_EXTENSION_S:
            raise IllegalTransitionError(f"wrap-up can be extended by 1 to {LONGEST_EXTENSION_S} s at a time")
        self._world.extend_wrap_up(agent, seconds, self._now())
        self._after_change()

    def _happen(self, agent: AgentId, kind: Input) -> None:
        self._world.happen(agent, Happening(kind, self._now()))
        self._after_change()

    # ---- the agent's call -----------------------------------------------------------------------------------------------

    async def answer(self, agent: AgentId) -> None:
        """See ``Desk``."""
        call, device = self._call_of(agent, SeatState.ALERTING)
        if self._world.calls[call].state_of(device) is ConnectionState.CONNECTED:
            raise NoSuchCallError("the other side is being dialled; there is nothing to answer")
        if Capability.ANSWER not in self._around.port.capabilities:
            raise NotSupportedError("the phone is to be lifted by hand")
        await self._around.port.answer_call(call, device)
        await self._prove(agent, lambda seat: seat.state is not SeatState.ALERTING)

    async def decline(self, agent: AgentId) -> None:
        """See ``Desk``. A call that the agent began is given up by it."""
        call, device = self._call_of(agent, SeatState.ALERTING)
        if self._world.calls[call].state_of(device) is ConnectionState.ALERTING:
            await self._around.port.cancel_delivery(call, device, Cause.REJECTED)
        else:
            await self._around.port.clear_connection(call, device)
        await self._prove(agent, lambda seat: seat.call != call or seat.state is not SeatState.ALERTING)

    async def hang_up(self, agent: AgentId) -> None:
        """See ``Desk``. A caller whose call only rings here is not hung up on: to hang up then is to decline."""
        call, device = self._call_of(agent, SeatState.ALERTING, SeatState.TALKING, SeatState.HOLD)
        if self._world.seat(agent).state is SeatState.ALERTING:
            await self.decline(agent)
            return
        await self._around.port.clear_connection(call, device)
        await self._prove(agent, lambda seat: seat.call != call or seat.state is SeatState.WRAP_UP)

    async def force_clear(self, agent: AgentId, by: str) -> None:  # noqa: ARG002 - who did it is kept by the audit above
        """See ``Desk``."""
        call, _ = self._call_of(agent, SeatState.ALERTING, SeatState.TALKING, SeatState.HOLD)
        await self._around.port.clear_call(call)
        await self._prove(agent, lambda seat: seat.call != call or seat.state is SeatState.WRAP_UP)

    async def hold(self, agent: AgentId) -> None:
        """See ``Desk``."""
        call, device = self._call_of(agent, SeatState.TALKING)
        await self._around.port.hold_call(call, device)
        await self._prove(agent, lambda seat: seat.state is not SeatState.TALKING)

    async def retrieve(self, agent: AgentId) -> None:
        """See ``Desk``."""
        call, device = self._call_of(agent, SeatState.HOLD)
        await self._around.port.retrieve_call(call, device)
        await self._prove(agent, lambda seat: seat.state is not SeatState.HOLD)

    async def dial(self, agent: AgentId, number: str, *, pick_up: bool = False) -> None:
        """See ``Desk``. Raises as ``DialRules.require``, ``SeatNotReadyError``, ``DeviceOfflineError``."""
        self._world.rules.dialling.require(number)
        seat = self._world.seat(agent)
        if seat.state not in {SeatState.READY, SeatState.BUSY} or self._dispatch.promised(agent):
            raise SeatNotReadyError(f"can't dial in {seat.state}")
        device = self._phone_of(seat)
        call = CallId(f"out-{uuid.uuid4().hex}")
        self._dispatch.promise(agent, call, self._now())
        try:
            await self._around.port.make_call(call, device, number)
        except BaseException:
            self._dispatch.release(agent)
            raise
        if pick_up and Capability.ANSWER in self._around.port.capabilities:
            await self._pick_up(agent, call, device)

    async def _pick_up(self, agent: AgentId, call: CallId, device: DeviceId) -> None:
        """Whoever was quicker at the phone itself, or has hung up meanwhile, is right."""
        await self._prove(agent, lambda seat: seat.call == call)
        with contextlib.suppress(NoSuchCallError, IllegalTransitionError):
            await self._around.port.answer_call(call, device)

    async def mute(self, agent: AgentId) -> None:
        """See ``Desk``."""
        await self._mute(agent, on=True)

    async def unmute(self, agent: AgentId) -> None:
        """See ``Desk``."""
        await self._mute(agent, on=False)

    async def _mute(self, agent: AgentId, *, on: bool) -> None:
        call, device = self._call_of(agent, SeatState.TALKING, SeatState.HOLD)
        await (self._around.port.mute if on else self._around.port.unmute)(call, device)
        await self._prove_call(call, lambda now: (device in now.muted) == on)

    async def send_digits(self, agent: AgentId, digits: str) -> None:
        """See ``Desk``."""
        if not DIGITS.fullmatch(digits):
            raise BadDigitsError("1 to 32 keys of a telephone")
        call, device = self._call_of(agent, SeatState.TALKING, SeatState.HOLD)
        await self._around.port.send_digits(call, device, digits)

    def _call_of(self, agent: AgentId, *states: SeatState) -> tuple[CallId, DeviceId]:
        seat = self._world.seat(agent)
        if seat.state not in states or seat.call is None or seat.call not in self._world.calls or seat.device is None:
            raise NoSuchCallError(f"no call to act upon in {seat.state}")
        return seat.call, seat.device

    @staticmethod
    def _phone_of(seat: Seat) -> DeviceId:
        if seat.device is None:
            raise NotProvisionedError("no phone id and token")
        if not seat.in_service:
            raise DeviceOfflineError("the phone is not registered")
        return seat.device

    async def _prove(self, agent: AgentId, condition: Callable[[Seat], bool]) -> None:
        """Wait for the event that shows the command's effect; a seat removed meanwhile has nothing left to show."""

        def holds(world: World) -> bool:
            seat = world.seats.get(agent)
            return seat is None or condition(seat)

        await self._watch.until(self._world, holds, PROOF_LIMIT_S)

    async def _prove_call(self, call: CallId, condition: Callable[[Call], bool]) -> None:
        """As ``_prove``, for what a call shows; one that is over meanwhile has nothing left to show."""

        def holds(world: World) -> bool:
            now = world.calls.get(call)
            return now is None or condition(now)

        await self._watch.until(self._world, holds, PROOF_LIMIT_S)

    # ---- who there is ---------------------------------------------------------------------------------------------------

    async def upsert_seat(self, profile: SeatProfile) -> None:
        """See ``Desk``."""
        self._world.add_seat(profile, self._now())
        self._after_change()

    async def remove_seat(self, agent: AgentId) -> None:
        """See ``Desk``."""
        self._world.remove_seat(agent, self._now())
        if agent not in self._world.seats:
            self._dispatch.release(agent)
        self._after_change()
