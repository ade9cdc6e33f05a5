"""The driver's bookkeeping: ARI events in, CTI events and actions out. Pure and idempotent.

Asterisk repeats events, changes their order a little, and tells of channels that we gave up already. So every event is
judged by what it proves, and said only once: a leg rings, a leg is answered, two legs are in one bridge, a leg is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telephony import events as cti
from telephony.ari import messages as ari
from telephony.ari import second
from telephony.ari.actions import (
    Action,
    Answer,
    BeQuiet,
    DialOut,
    HangUp,
    Join,
    LeaveNote,
    Park,
    PrepareMix,
    Record,
    RefuseTransfer,
    RingBack,
)
from telephony.ari.bridging import Output, settle, tell_ringing
from telephony.ari.calls import Call, Leg
from telephony.ari.commands import Note
from telephony.ari.departures import end_leg
from telephony.ari.ledger import Ledger
from telephony.ari.names import Inbound, OurLeg, Role, SecondCall, recorded_call, recording_name
from telephony.ari.renewal import renew, unwanted_renewals
from telephony.types import EXTERNAL, CallId, Cause, Direction

_OUTSIDE_RING_S = 60.0
logger = logging.getLogger(__name__)


class CallBook(Ledger):
    """A ledger that understands events."""

    def __init__(self, app: str, clock: Callable[[], float]) -> None:
        super().__init__(app, clock)
        self._handlers: dict[type, Callable[[Any], list[Output]]] = {
            ari.StasisStart: self._stasis_start,
            ari.ChannelRinging: self._ringing,
            ari.ChannelEnteredBridge: self._entered,
            ari.ChannelLeftBridge: self._left,
            ari.ChannelHold: self._phone_hold,
            ari.ChannelTransfer: self._phone_transfer,
            ari.ChannelDestroyed: self._destroyed,
            ari.RecordingChange: self._recording,
        }

    def apply(self, event: ari.AriEvent) -> list[Output]:
        """What ``event`` means; nothing when it is not about calls or says nothing new."""
        handler = self._handlers.get(type(event))
        return handler(event) if handler else []

    def failed(self, action: Action, at: datetime) -> list[Output]:
        """An action was not carried out: what follows so that nobody is left in silence."""
        if isinstance(action, Join) and (seat := self.legs.get(action.seat)) is not None:
            logger.warning("ari.join_failed: the seat leg is given up: call=%s leg=%s", seat.call, seat.channel)
            seat.cause = Cause.OTHER
            return [HangUp(seat.call, seat.channel)]
        if isinstance(action, DialOut) and (leg := self.legs.get(action.channel)) is not None:
            return end_leg(self, leg, at, Cause.CONGESTION)
        if isinstance(action, Record) and (call := self.calls.get(action.call)) is not None:
            logger.error("ari.record_failed: the call is not recorded: call=%s", call.id)
            call.recording = None
            return [HangUp(call.id, action.channel)]
        return []

    def not_taken(self, leg: Leg, at: datetime) -> list[Output]:
        """The PBX did not take the leg of a phone that was to be rung: as if it had never been asked."""
        call = self.forget_leg(leg)
        if call is None or call.legs:
            return []
        self.forget_call(call)
        return [] if call.ended_by is None else [cti.CallCleared(at, call.id, call.cause or Cause.OTHER, call.ended_by)]

    # ---- channels come

    def _stasis_start(self, event: ari.StasisStart) -> list[Output]:
        channel = event.channel
        if self.is_gone(channel.id):
            return []
        match event.args:
            case Inbound(did):
                return self._inbound(event, did)
            case SecondCall(target):
                return second.begin(self, event, target)
            case OurLeg(role=Role.SNOOP, call=call_id):
                return self._snoop_ready(channel.id, call_id)
            case OurLeg(call=call_id):
                return self._leg_up(channel.id, call_id, event.at)
            case _:
                logger.info("ari.not_ours: a channel with unknown arguments is left alone: channel=%s", channel.id)
                return []

    def _inbound(self, event: ari.StasisStart, did: str) -> list[Output]:
        channel = event.channel
        if channel.id in self.legs:
            return []
        call_id = CallId(channel.id)
        customer = Leg(channel.id, call_id, Role.CUSTOMER, EXTERNAL, up=True)
        call = Call(call_id, Direction.INBOUND, channel.number, did, channel.created_at, customer)
        self.add(call)
        call.touched = self.clock()
        return [
            cti.Queued(event.at, call_id, channel.number, did),
            Answer(call_id, channel.id),
            Park(call_id, channel.id),
            PrepareMix(call_id, call.mix),
        ]

    def _snoop_ready(self, channel: str, call_id: CallId) -> list[Output]:
        call = self.calls.get(call_id)
        if call is None or call.snoop != channel:
            return [HangUp(call_id, channel)]
        if call.recording is not None:
            return []
        call.recording = recording_name(call_id)
        return [Record(call_id, channel, call.recording)]

    def _leg_up(self, channel: str, call_id: CallId, at: datetime) -> list[Output]:
        leg = self.legs.get(channel)
        if leg is None:
            waiting = self.end_renewal(channel)
            return [HangUp(call_id, channel)] if waiting is None else renew(self, waiting, channel)
        if leg.up:
            return []
        told = tell_ringing(self.touch(leg), leg, at)
        leg.up = True
        if leg.role is Role.SEAT_OUT:
            return [*told, *self._dial_outside(leg, at)]
        return [*told, *self._bring_together(leg)]

    def _bring_together(self, leg: Leg) -> list[Output]:
        """``leg`` was answered: let it hear the other side, or who called it in."""
        call = self.calls[leg.call]
        if call.consults(leg):
            return self._answer_asker(call, leg)
        seat = leg if leg.role in {Role.SEAT, Role.OUTSIDE} else next(iter(call.seats.values()), None)
        if call.customer is None or not call.customer.up or seat is None:
            return [HangUp(call.id, leg.channel)]
        join = Join(call.id, call.mix, (call.customer.channel, seat.channel), seat.channel)
        if call.playing is not None:
            quiet, call.playing = BeQuiet(call.id, call.playing), None
            return [quiet, join]
        return [RingBack(call.id, seat.channel, on=False), join] if leg is call.customer else [join]

    def _answer_asker(self, call: Call, leg: Leg) -> list[Output]:
        if call.consultation is not None and call.consultation.at_phone:
            return second.answered(call, leg)
        asker = call.seats.get(call.consultation.asker) if call.consultation else None
        if asker is None or call.customer is None:
            return [HangUp(call.id, leg.channel)]
        return [RingBack(call.id, asker.channel, on=False), Join(call.id, call.mix, (leg.channel,), leg.channel)]

    def _dial_outside(self, seat: Leg, at: datetime) -> list[Output]:
        call = self.calls[seat.call]
        if call.customer is not None:
            return []
        call.customer = call.new_leg(Role.CUSTOMER, EXTERNAL)
        self.legs[call.customer.channel] = call.customer
        return [
            cti.Originated(at, call.id, seat.device),
            DialOut(call.id, call.customer.channel, call.args(call.customer), _OUTSIDE_RING_S),
            RingBack(call.id, seat.channel, on=True),
            PrepareMix(call.id, call.mix),
        ]

    def _ringing(self, event: ari.ChannelRinging) -> list[Output]:
        leg = self.legs.get(event.channel)
        if leg is None or leg.up:
            return []
        return tell_ringing(self.touch(leg), leg, event.at)

    # ---- channels meet, part and go

    def _entered(self, event: ari.ChannelEnteredBridge) -> list[Output]:
        leg = self.legs.get(event.channel)
        if leg is None:
            return []
        leg.bridge = event.bridge
        call = self.touch(leg)
        if leg is not call.customer or event.bridge not in {self.queue, call.mix}:
            return settle(call, event.at)
        call.parked = event.bridge == self.queue
        if not call.parked and call.ended_by is None and not any(seat.up for seat in call.seats.values()):
            return [Park(call.id, leg.channel)]  # the seat that they were to meet has gone meanwhile
        return settle(call, event.at)

    def _left(self, event: ari.ChannelLeftBridge) -> list[Output]:
        leg = self.legs.get(event.channel)
        if leg is not None and leg.bridge == event.bridge:
            leg.bridge = None
            self.touch(leg)
        return []

    def _phone_hold(self, event: ari.ChannelHold) -> list[Output]:
        leg = self.legs.get(event.channel)
        if leg is None or leg.device == EXTERNAL:
            return []
        if leg.phone_hold == event.held:
            return []
        leg.phone_hold = event.held
        return [*settle(self.touch(leg), event.at), LeaveNote(leg.call, leg.channel, Note(event.held, leg.muted))]

    def _phone_transfer(self, event: ari.ChannelTransfer) -> list[Output]:
        leg = self.legs.get(event.channel)
        call = self.calls.get(leg.call) if leg is not None else None
        if leg is None or call is None:
            return [RefuseTransfer(CallId(event.channel), event.channel)]
        if call.referred == event.channel:
            return []  # the same wish once more: so Asterisk tells of a channel that ends before the answer
        if event.other is not None:
            return second.both_joined(self, leg, event)
        if leg.device == EXTERNAL or not leg.established or not event.target:
            return [RefuseTransfer(CallId(event.channel), event.channel)]
        call.referred = event.channel
        return [cti.TransferRequested(event.at, self.touch(leg).id, leg.device, event.target)]

    def _destroyed(self, event: ari.ChannelDestroyed) -> list[Output]:
        self.first_time(event.channel)
        leg = self.legs.get(event.channel)
        if leg is None:
            return self._renewal_failed(event)
        if leg.role is Role.SECOND:
            return second.gone(self, leg)
        if leg.renewal is not None:
            return self._old_channel_gone(leg)
        return [*end_leg(self, leg, event.at, event.cause), *unwanted_renewals(self, leg.call)]

    def _old_channel_gone(self, leg: Leg) -> list[Output]:
        """The phone's new channel is on its way: until it comes, or does not, the phone counts as being there."""
        self.touch(leg)
        leg.bridge = None
        return []

    def _renewal_failed(self, event: ari.ChannelDestroyed) -> list[Output]:
        leg = self.end_renewal(event.channel)
        if leg is None or not self.is_gone(leg.channel) or leg.channel not in self.legs:
            return []
        return [*end_leg(self, leg, event.at, Cause.MEDIA_LOST), *unwanted_renewals(self, leg.call)]

    def _recording(self, event: ari.RecordingChange) -> list[Output]:
        call_id = recorded_call(event.name)
        if call_id is None or not self.first_time(f"{event.name}/{'end' if event.done else 'begin'}"):
            return []
        if event.done:
            return [cti.RecordingFinished(event.at, call_id, event.name, event.duration_s, not event.failed)]
        return [cti.RecordingStarted(event.at, call_id, event.name)]
