"""The commands that bring a third party into a call (``telephony.desk.Desk``): transfers, consultation, conference."""

from __future__ import annotations

import contextlib
import logging

from typing_extensions import override

from telephony import events as ev
from telephony.call_model import LIVE_PARTY, Call
from telephony.control.commands import Commands
from telephony.errors import (
    DeviceOfflineError,
    NoConsultationError,
    NoSuchCallError,
    NotProvisionedError,
    NotSupportedError,
    PeerNotFreeError,
    SeatNotReadyError,
    TelephonyError,
)
from telephony.events import Consultation
from telephony.port import Capability
from telephony.types import SECOND_EXTERNAL, AgentId, CallId, Cause, DeviceId, SeatState

log = logging.getLogger(__name__)


class JointCommands(Commands):
    """See the module."""

    async def transfer(self, agent: AgentId, to: AgentId) -> None:
        """See ``Desk``. Raises ``SeatNotReadyError`` when the other seat can't take it."""
        call, device = self._transferable(agent)
        to_device = self._promise(to, call)
        try:
            await self._around.port.single_step_transfer(call, device, to_device, self._world.rules.ring_timeout_s)
        except BaseException:
            self._dispatch.release(to)
            raise

    async def transfer_out(self, agent: AgentId, number: str) -> None:
        """See ``Desk``."""
        self._world.rules.dialling.require(number)
        call, device = self._transferable(agent)
        limit_s = self._world.rules.outside_ring_s
        await self._around.port.single_step_transfer(call, device, SECOND_EXTERNAL, limit_s, number)

    async def transfer_at_phone(self, request: ev.TransferRequested) -> None:
        """Carry out the transfer that an agent asked for at the phone, or let the phone know that it is refused."""
        try:
            await self._transfer_to(request)
        except TelephonyError as refusal:
            log.info("transfer at the phone refused", extra={"code": refusal.code})
            with contextlib.suppress(TelephonyError):  # the phone may be gone with its request
                await self._around.port.refuse_transfer(request.call, request.device)

    async def _transfer_to(self, request: ev.TransferRequested) -> None:
        agent = self._world.agent_at(request.device)
        if agent is None:
            raise NotSupportedError("not an agent's phone")
        if not request.target:
            await self._around.port.transfer_call(request.call, request.device)
            return
        to = self._world.seat_called(request.target)
        if to is None:
            await self.transfer_out(agent, request.target)
        else:
            await self.transfer(agent, to)

    async def consult_at_phone(self, request: ev.ConsultationRequested) -> None:
        """Ring whom an agent dials at the phone amid a call, by the rules of the toolbar, or end what the phone began."""
        try:
            await self._consult_at_phone(request)
        except TelephonyError as refusal:
            log.info("consultation at the phone refused", extra={"code": refusal.code})
            cause = Cause.BUSY if isinstance(refusal, PeerNotFreeError) else Cause.REJECTED
            with contextlib.suppress(TelephonyError):  # the phone may be gone with its request
                await self._around.port.refuse_consultation(request.call, request.device, cause)

    async def _consult_at_phone(self, request: ev.ConsultationRequested) -> None:
        agent = self._world.agent_at(request.device)
        if agent is None:
            raise NotSupportedError("not an agent's phone")
        call, device = self._transferable(agent)
        to, rules = self._world.seat_called(request.target), self._world.rules
        if to is None:
            rules.dialling.require(request.target)
            limit_s = rules.outside_ring_s
            await self._around.port.consult_at_phone(call, device, SECOND_EXTERNAL, limit_s, request.target)
            return
        to_device = self._promise(to, call)
        try:
            await self._around.port.consult_at_phone(call, device, to_device, rules.ring_timeout_s)
        except BaseException:
            self._dispatch.release(to)
            raise

    async def consult(self, agent: AgentId, to: AgentId) -> None:
        """See ``Desk``. Raises ``SeatNotReadyError`` when the other seat can't take it."""
        call, device = self._transferable(agent)
        to_device = self._promise(to, call)
        try:
            await self._around.port.consultation_call(call, device, to_device, self._world.rules.ring_timeout_s)
        except BaseException:
            self._dispatch.release(to)
            raise

    async def consult_out(self, agent: AgentId, number: str) -> None:
        """See ``Desk``."""
        self._world.rules.dialling.require(number)
        call, device = self._transferable(agent)
        limit_s = self._world.rules.outside_ring_s
        await self._around.port.consultation_call(call, device, SECOND_EXTERNAL, limit_s, number)

    async def complete_transfer(self, agent: AgentId) -> None:
        """See ``Desk``."""
        call, device, consultation = self._consulting(agent)
        if self._world.calls[call].state_of(consultation.to) not in LIVE_PARTY:
            raise NoConsultationError("nobody has answered yet")
        if consultation.joined:
            await self._around.port.clear_connection(call, device)
        else:
            await self._around.port.transfer_call(call, device)
        await self._prove(agent, lambda seat: seat.call != call or seat.state is SeatState.WRAP_UP)

    async def cancel_consultation(self, agent: AgentId) -> None:
        """See ``Desk``."""
        call, device, consultation = self._consulting(agent)
        await self._around.port.cancel_consultation(call, device)
        await self._prove_call(call, lambda now: now.consultation is None)
        if consultation.at_phone:
            return  # the phone itself takes its first call back
        await self._prove(agent, lambda seat: seat.call != call or seat.state is not SeatState.HOLD)

    async def conference(self, agent: AgentId) -> None:
        """See ``Desk``."""
        call, device, consultation = self._consulting(agent)
        if consultation.at_phone:
            raise NotSupportedError("calls that were begun at the phone are joined there")
        if self._world.calls[call].state_of(consultation.to) not in LIVE_PARTY or consultation.joined:
            raise NoConsultationError("nobody to be joined")
        await self._around.port.conference_call(call, device)
        await self._prove_call(call, _joined_or_over)

    @override
    async def retrieve(self, agent: AgentId) -> None:
        """See ``Desk``. Out of a consultation: by letting the consulted party go."""
        call, device = self._call_of(agent, SeatState.HOLD)
        consultation = self._world.calls[call].consultation
        if consultation is not None and consultation.asker == device:
            await self.cancel_consultation(agent)
        else:
            await super().retrieve(agent)

    def _transferable(self, agent: AgentId) -> tuple[CallId, DeviceId]:
        """The agent's call, with nobody third in it."""
        if Capability.TRANSFER not in self._around.port.capabilities:
            raise NotSupportedError("this PBX can't transfer")
        call, device = self._call_of(agent, SeatState.TALKING, SeatState.HOLD)
        if self._world.calls[call].consultation is not None:
            raise SeatNotReadyError("somebody is called in already")
        return call, device

    def _promise(self, to: AgentId, call: CallId) -> DeviceId:
        """Keep the seat ``to`` for ``call``; returns its phone."""
        target = self._world.seat(to)
        if target.state is not SeatState.READY or self._dispatch.promised(to):
            raise PeerNotFreeError("the other seat is not free")
        try:
            device = self._phone_of(target)
        except (NotProvisionedError, DeviceOfflineError) as error:
            raise PeerNotFreeError("the other seat has no phone now") from error
        self._dispatch.promise(to, call, self._now())
        return device

    def _consulting(self, agent: AgentId) -> tuple[CallId, DeviceId, Consultation]:
        try:
            call, device = self._call_of(agent, SeatState.TALKING, SeatState.HOLD)
        except NoSuchCallError as error:
            raise NoConsultationError("no call to act upon") from error
        consultation = self._world.calls[call].consultation
        if consultation is None or consultation.asker != device:
            raise NoConsultationError("the agent consults nobody")
        return call, device, consultation


def _joined_or_over(call: Call) -> bool:
    return call.consultation is None or call.consultation.joined
