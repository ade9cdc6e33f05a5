"""The commands of the CTI port, by ARI. Each is judged by the driver's bookkeeping first, then asked of the PBX."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from telephony import events as cti
from telephony.ari.actions import Action, HangUp, LeaveNote
from telephony.ari.book import CallBook
from telephony.ari.bridging import Output
from telephony.ari.calls import Call, Leg
from telephony.ari.client import AriClient
from telephony.ari.commands import Note, PbxCommands
from telephony.ari.devices import DeviceBook
from telephony.ari.ears import Ears
from telephony.ari.lab_phones import PhoneRemote
from telephony.ari.lanes import Lanes
from telephony.ari.ledger import ended
from telephony.ari.listen_commands import ListenCommands
from telephony.ari.names import Role, announcement
from telephony.errors import (
    DeviceInUseError,
    DeviceOfflineError,
    IllegalTransitionError,
    NoSuchCallError,
    NotSupportedError,
    PbxRefusedError,
    PbxUnreachableError,
    TelephonyError,
)
from telephony.listening import Ear, Hear
from telephony.port import Capability
from telephony.types import SECOND_EXTERNAL, CallId, Cause, DeviceId, Direction, Side

_OWN_RING_S = 30.0
_RENEWAL_RING_S = 8.0
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
_DIGITS = re.compile(r"[0-9A-D*#]{1,32}")
_HANG_UP_WORDS = {Cause.NO_ANSWER: "no_answer", Cause.BUSY: "busy", Cause.ANSWERED_ELSEWHERE: "answered_elsewhere"}
logger = logging.getLogger(__name__)


class PortCommands:
    """What ``CtiPort`` promises beside its events. All methods raise ``PbxUnreachableError`` while the event socket is lost."""

    def __init__(self, client: AriClient, pbx: PbxCommands, trunk: str, phones: PhoneRemote | None) -> None:
        self._client = client
        self._pbx = pbx
        self._phones = phones
        clock = asyncio.get_running_loop().time
        self._book = CallBook(pbx.app, clock)
        self._devices = DeviceBook(trunk, clock)
        self._lanes = Lanes(pbx, self._action_failed)
        self._ears = Ears(ListenCommands(client, pbx.app))
        self._live = False
        self._capabilities = Capability.NONE

    @property
    def capabilities(self) -> Capability:
        """See ``CtiPort``."""
        return self._capabilities

    async def deliver_call(self, call: CallId, device: DeviceId, timeout_s: float) -> None:
        """See ``CtiPort``; ``DeviceInUseError`` when the phone has a call already, of which Asterisk would not complain."""
        entry = self._call(call)
        self._require_free(device)
        if entry.customer is None or entry.ended_by is not None:
            raise NoSuchCallError("the caller has gone")
        await self._ring(entry, self._book.add_seat(entry, Role.SEAT, device), timeout_s)

    async def deliver_outside(self, call: CallId, number: str, timeout_s: float) -> None:
        """See ``CtiPort``; ``IllegalTransitionError`` when somebody rings or talks already."""
        entry = self._call(call)
        self._require_number(number)
        if entry.customer is None or entry.ended_by is not None:
            raise NoSuchCallError("the caller has gone")
        if entry.seats:
            raise IllegalTransitionError("the caller is being served")
        await self._ring(entry, self._book.add_seat(entry, Role.OUTSIDE, SECOND_EXTERNAL), timeout_s, number)

    async def announce(self, call: CallId, media: tuple[str, ...]) -> None:
        """See ``CtiPort``; ``IllegalTransitionError`` when they do not wait."""
        entry = self._call(call)
        if entry.customer is None or not entry.parked or any(seat.established for seat in entry.seats.values()):
            raise IllegalTransitionError("nobody waits")
        entry.announcements += 1
        entry.playing = announcement(call, entry.announcements)
        await self._pbx.play(entry.customer.channel, entry.playing, media)

    async def cancel_delivery(self, call: CallId, device: DeviceId, cause: Cause) -> None:
        """See ``CtiPort``; ``IllegalTransitionError`` when the phone was answered meanwhile."""
        leg = self._leg(call, device)
        if leg.up:
            raise IllegalTransitionError("the phone was answered already")
        leg.cause = cause
        await self._pbx.hang_up(leg.channel, _HANG_UP_WORDS.get(cause, "normal"))

    async def answer_call(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        leg = self._leg(call, device)
        if self._phones is None or Capability.ANSWER not in self._capabilities:
            raise NotSupportedError("this PBX can't take a phone off hook")
        if leg.up:
            raise IllegalTransitionError("the phone was answered already")
        await self._phones.answer(device)

    async def clear_connection(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        await self._pbx.hang_up(self._leg(call, device).channel, "normal")

    async def clear_call(self, call: CallId) -> None:
        """See ``CtiPort``."""
        entry = self._call(call)
        ended(entry, Side.SYSTEM, Cause.NORMAL)
        async with asyncio.TaskGroup() as group:
            for leg in (*entry.legs, *([entry.second] if entry.second else [])):
                group.create_task(self._hang_up_if_there(leg))

    async def make_call(self, call: CallId, device: DeviceId, called: str) -> None:
        """See ``CtiPort``; ``PbxRefusedError`` (400) for what is no number, ``DeviceInUseError``."""
        self._require_free(device)
        self._require_number(called)
        entry = Call(call, Direction.OUTBOUND, device, called, datetime.now(UTC))
        self._book.add(entry)
        await self._ring(entry, self._book.add_seat(entry, Role.SEAT_OUT, device), _OWN_RING_S)

    async def hold_call(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        entry, leg = self._talking(call, device)
        advised = entry.consultation is not None and entry.consultation.asker != device
        if leg.held or advised or entry.second is not None or entry.customer is None:
            raise IllegalTransitionError("nothing to be put on hold")
        await self._pbx.park(entry.customer.channel)

    async def retrieve_call(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``; a hold that was begun at the phone can only be ended there, one for a consultation only with it."""
        entry, _leg = self._talking(call, device)
        if not entry.parked or entry.customer is None or entry.consultation is not None:
            raise IllegalTransitionError("not on hold by command")
        await self._pbx.join(entry.mix, (entry.customer.channel,))

    async def mute(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        await self._mute(call, device, on=True)

    async def unmute(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        await self._mute(call, device, on=False)

    async def _mute(self, call: CallId, device: DeviceId, *, on: bool) -> None:
        """ARI tells nobody that a channel was muted, so we do."""
        _entry, leg = self._talking(call, device)
        if leg.muted == on:
            return
        await self._pbx.mute(leg.channel, on=on)
        leg.muted = on
        told = (cti.Muted if on else cti.Unmuted)(datetime.now(UTC), call, device)
        self._inject([told, LeaveNote(call, leg.channel, Note(leg.phone_hold, on))])

    async def send_digits(self, call: CallId, device: DeviceId, digits: str) -> None:
        """See ``CtiPort``; ``PbxRefusedError`` (400) for other keys, ``IllegalTransitionError`` when nobody listens."""
        entry, _leg = self._talking(call, device)
        if not _DIGITS.fullmatch(digits):
            raise PbxRefusedError("not keys of a telephone", 400)
        consulted = entry.seats.get(SECOND_EXTERNAL)
        hears = consulted if consulted is not None and entry.consults(consulted) else entry.customer
        if hears is None or not hears.up or (hears is entry.customer and entry.parked):
            raise IllegalTransitionError("the other side does not hear it")
        await self._pbx.send_digits(hears.channel, digits)

    async def renew_leg(self, call: CallId, device: DeviceId) -> None:
        """See ``CtiPort``."""
        entry, leg = self._talking(call, device)
        if leg.renewal is not None or entry.second is not None:
            raise IllegalTransitionError("it is being renewed, or has a second call")
        channel = self._book.begin_renewal(leg)
        originator = entry.customer.channel if entry.customer else None
        args = entry.args(leg)
        try:
            await self._pbx.ring_seat(channel, args, entry.number, _RENEWAL_RING_S, originator, by_itself=True)
        except TelephonyError as error:
            self._book.end_renewal(channel)
            self._lanes.submit(HangUp(call, channel))  # it may have been taken all the same
            if isinstance(error, PbxRefusedError) and error.status == 500:
                raise DeviceOfflineError("the phone is not registered") from error
            raise

    async def listen(self, call: CallId, hear: Hear) -> Ear:
        """See ``CtiPort``."""
        entry = self._call(call)
        if entry.customer is None or not any(seat.established for seat in entry.seats.values()):
            raise IllegalTransitionError("nobody talks")
        return await self._ears.open(lambda: self._book.calls.get(call), hear)

    # ---- helpers

    async def _ring(self, entry: Call, leg: Leg, timeout_s: float, number: str = "") -> None:
        originator = entry.customer.channel if entry.customer else None
        try:
            if leg.role is Role.OUTSIDE:
                await self._pbx.dial_out(leg.channel, entry.args(leg, number), timeout_s)
            else:
                await self._pbx.ring_seat(leg.channel, entry.args(leg), entry.number, timeout_s, originator)
        except TelephonyError as error:
            self._inject(self._book.not_taken(leg, datetime.now(UTC)))
            if isinstance(error, PbxUnreachableError):
                self._lanes.submit(HangUp(entry.id, leg.channel))  # it may have been taken all the same
            if isinstance(error, PbxRefusedError) and error.status == 500 and leg.role is not Role.OUTSIDE:
                raise DeviceOfflineError("the phone is not registered") from error
            raise
        unwanted = leg.cause is not None or entry.ended_by is not None
        if unwanted and not self._book.is_gone(leg.channel):
            self._lanes.submit(HangUp(entry.id, leg.channel, "answered_elsewhere"))

    async def _hang_up_if_there(self, leg: Leg) -> None:
        with contextlib.suppress(NoSuchCallError):
            await self._pbx.hang_up(leg.channel, "normal" if leg.up else "answered_elsewhere")

    def _call(self, call: CallId) -> Call:
        if not self._live:
            raise PbxUnreachableError("the event socket is lost")
        entry = self._book.calls.get(call)
        if entry is None:
            raise NoSuchCallError("no such call")
        return entry

    def _leg(self, call: CallId, device: DeviceId) -> Leg:
        leg = next((leg for leg in self._call(call).legs if leg.device == device), None)
        if leg is None:
            raise NoSuchCallError("the phone is not in this call")
        return leg

    def _talking(self, call: CallId, device: DeviceId) -> tuple[Call, Leg]:
        leg = self._leg(call, device)
        if not leg.established or leg.leaving:
            raise IllegalTransitionError("the phone is not connected")
        return self._call(call), leg

    @staticmethod
    def _require_number(number: str) -> None:
        if not _NUMBER.fullmatch(number):
            raise PbxRefusedError("not a number that can be dialled", 400)

    def _require_free(self, device: DeviceId) -> None:
        if not self._live:
            raise PbxUnreachableError("the event socket is lost")
        if not self._devices.in_service(device):
            raise DeviceOfflineError("the phone is not registered")
        if self._book.leg_of_device(device) is not None:
            raise DeviceInUseError("the phone has a call")

    def _action_failed(self, action: Action) -> None:
        raise NotImplementedError

    def _inject(self, outputs: Iterable[Output]) -> None:
        raise NotImplementedError
