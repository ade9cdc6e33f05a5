"""Transfers, consultations and conferences, by ARI.

Whoever consults stays in the call's own bridge; the outside party is on hold in the queue's, and whom they call in comes to
them. To transfer is then to bring the outside party there and to leave; to confer is the same without leaving.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime

from telephony import events as cti
from telephony.ari.actions import DropBridge, HangUp, Join, PrepareMix, RingBack
from telephony.ari.bridging import Output
from telephony.ari.calls import Call, Leg
from telephony.ari.names import Role
from telephony.ari.port_commands import PortCommands
from telephony.errors import IllegalTransitionError, NoSuchCallError, NotSupportedError, TelephonyError
from telephony.types import SECOND_EXTERNAL, CallId, Cause, DeviceId

logger = logging.getLogger(__name__)


class TransferCommands(PortCommands):
    """The commands that bring in a third party."""

    async def single_step_transfer(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        """See ``CtiPort``. Once the agent has left, a failure is told by ``Diverted`` and no longer raised."""
        entry, leg = self._two_party(call, device)
        self._require_reachable(to, number)
        customer = _customer(entry)
        leg.leaving, entry.transferred_from = True, device
        try:
            await self._pbx.park(customer.channel)
        except TelephonyError:
            leg.leaving, entry.transferred_from = False, None
            raise
        await self._hang_up_if_there(leg)
        if entry.customer is None or self._book.calls.get(call) is not entry:
            return  # the other side hung up meanwhile; its events tell
        if not entry.moved:  # from now on in a bridge that suits more than one phone, see PbxCommands.create_mix
            self._lanes.submit(DropBridge(call, entry.mix))
            entry.moved = True
            self._lanes.submit(PrepareMix(call, entry.mix, renumbers=True))
        target = self._book.add_seat(entry, _role(to), to)
        try:
            await self._ring(entry, target, timeout_s, number)
        except TelephonyError as error:
            logger.warning("ari.transfer_failed: the caller waits again: call=%s code=%s", call, error.code)
            entry.transferred_from = None
            self._inject([cti.Diverted(datetime.now(UTC), call, to, Cause.UNAVAILABLE)])

    async def refuse_transfer(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        entry, leg = self._call(call), self._leg(call, device)
        try:
            await self._pbx.refuse_transfer(entry.referred or leg.channel)
        finally:
            entry.referred = None

    async def consultation_call(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        """See ``CtiPort``. When it fails the outside party is brought back, and the failure raised."""
        entry, leg = self._two_party(call, device)
        self._require_reachable(to, number)
        customer = _customer(entry)
        entry.consultation = cti.Consultation(device, to, number)  # from now on a second one is refused
        try:
            if not entry.parked:
                await self._pbx.park(customer.channel)
            await self._move(entry, leg)
        except TelephonyError:
            self._inject(self._bring_back(entry))
            raise
        if entry.consultation is None or self._book.calls.get(call) is not entry or entry.customer is None:
            raise NoSuchCallError("the call has ended meanwhile")
        now = datetime.now(UTC)
        self._inject([cti.ConsultationStarted(now, call, device, to, number), RingBack(call, leg.channel, on=True)])
        asked = self._book.add_seat(entry, _role(to), to)
        try:
            await self._ring(entry, asked, timeout_s, number)
        except TelephonyError:
            silence = RingBack(call, leg.channel, on=False)
            diverted = cti.Diverted(datetime.now(UTC), call, to, Cause.UNAVAILABLE)
            self._inject([diverted, silence, *self._bring_back(entry)])
            raise

    async def consult_at_phone(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        """See ``CtiPort``; ``NoSuchCallError`` when the phone has put its second call down meanwhile."""
        entry, _leg = self._talking(call, device)
        second = entry.second
        if second is None or second.device != device:
            raise NoSuchCallError("the phone has no second call")
        if entry.consultation is not None or len(entry.seats) > 1:
            raise IllegalTransitionError("somebody else is in the call")
        self._require_reachable(to, number)
        entry.consultation = cti.Consultation(device, to, number, at_phone=True)
        started = cti.ConsultationStarted(datetime.now(UTC), call, device, to, number, at_phone=True)
        self._inject([started, RingBack(call, second.channel, on=True)])
        asked = self._book.add_seat(entry, _role(to), to)
        try:
            await self._ring(entry, asked, timeout_s, number)
        except TelephonyError:
            entry.consultation = None
            self._inject([cti.Diverted(datetime.now(UTC), call, to, Cause.UNAVAILABLE)])
            raise

    async def refuse_consultation(self, call: CallId, device: DeviceId, cause: Cause) -> None:
        """See ``CtiPort``."""
        second = self._call(call).second
        if second is None or second.device != device:
            raise NoSuchCallError("the phone has no second call")
        self._lanes.submit(HangUp(call, second.channel, "busy" if cause is Cause.BUSY else "rejected"))

    async def cancel_consultation(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        _entry, asked = self._consulting(call, device)
        await self._hang_up_if_there(asked)

    async def transfer_call(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``. The outside party comes first, so that nobody is alone for a moment."""
        entry, asked = self._consulting(call, device)
        leg = self._leg(call, device)
        if not asked.established:
            raise IllegalTransitionError("the consulted party has not answered")
        leg.leaving = True
        try:
            await self._bring_together(entry, asked)
        except TelephonyError:
            leg.leaving = False
            raise
        await self._leave(entry, leg)

    async def conference_call(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        entry, asked = self._consulting(call, device)
        if entry.second is not None:
            raise NotSupportedError("calls that were begun at the phone are joined there")
        if not asked.established or not entry.parked:
            raise IllegalTransitionError("nobody to be joined")
        await self._pbx.join(entry.mix, (_customer(entry).channel,))

    # ---- helpers

    async def _bring_together(self, entry: Call, asked: Leg) -> None:
        """The outside party and whom the agent consults, in the call's bridge; of a second call's there is one aside."""
        customer = _customer(entry)
        if entry.second is None:
            await self._pbx.join(entry.mix, (customer.channel,))
        elif entry.moved:
            await self._pbx.join(entry.mix, (asked.channel,))
        else:
            old, entry.moved = entry.mix, True
            fresh = entry.mix
            try:
                await self._pbx.create_mix(fresh, renumbers=True)
                await self._pbx.join(fresh, (customer.channel, asked.channel))
            except TelephonyError:
                entry.moved = False  # the outside party is where it was, and so it is tried again
                with contextlib.suppress(TelephonyError):  # it may never have been made
                    await self._pbx.destroy_bridge(fresh)
                raise
            self._lanes.submit(DropBridge(entry.id, old))

    async def _leave(self, entry: Call, leg: Leg) -> None:
        second = entry.second
        if entry.referred is not None:
            with contextlib.suppress(TelephonyError):  # the phone has gone already, as it asked to
                await self._pbx.confirm_transfer(entry.referred)
            entry.referred = None
        await self._hang_up_if_there(leg)
        if second is not None:
            await self._hang_up_if_there(second)

    async def _move(self, entry: Call, leg: Leg) -> None:
        """Take the agent to a bridge that suits more than one phone, see ``PbxCommands.create_mix``."""
        if entry.moved:
            return
        old, entry.moved = entry.mix, True
        await self._pbx.create_mix(entry.mix, renumbers=True)
        await self._pbx.join(entry.mix, (leg.channel,))
        self._lanes.submit(DropBridge(entry.id, old))

    def _bring_back(self, entry: Call) -> list[Output]:
        """No consultation after all: the outside party comes back."""
        entry.consultation = None
        if entry.customer is None:
            return []
        return [Join(entry.id, entry.mix, (entry.customer.channel,), "")]

    def _two_party(self, call: CallId, device: DeviceId) -> tuple[Call, Leg]:
        entry, leg = self._talking(call, device)
        if entry.consultation is not None or entry.second is not None or len(entry.seats) > 1:
            raise IllegalTransitionError("somebody else is in the call")
        return entry, leg

    def _consulting(self, call: CallId, device: DeviceId) -> tuple[Call, Leg]:
        """The call of whom ``device`` consults, and their leg."""
        entry, _leg = self._talking(call, device)
        asked = entry.seats.get(entry.consultation.to) if entry.consultation else None
        if asked is None or entry.consultation is None or entry.consultation.asker != device:
            raise IllegalTransitionError("this phone consults nobody")
        return entry, asked

    def _require_reachable(self, to: DeviceId, number: str) -> None:
        if to == SECOND_EXTERNAL:
            self._require_number(number)
        else:
            self._require_free(to)


def _role(to: DeviceId) -> Role:
    return Role.OUTSIDE if to == SECOND_EXTERNAL else Role.SEAT


def _customer(entry: Call) -> Leg:
    if entry.customer is None:
        raise NoSuchCallError("the other side has gone")
    return entry.customer
