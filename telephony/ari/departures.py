"""What follows when a channel is gone. Pure."""

from __future__ import annotations

from datetime import datetime

from telephony import events as cti
from telephony.ari import second
from telephony.ari.actions import DropBridge, HangUp, Join, Park, RingBack
from telephony.ari.bridging import Output, tell_ringing
from telephony.ari.calls import Call, Leg
from telephony.ari.ledger import Ledger, ended
from telephony.ari.names import Role
from telephony.types import EXTERNAL, Cause, Direction, Side


def end_leg(ledger: Ledger, leg: Leg, at: datetime, cause: Cause) -> list[Output]:
    """``leg`` is gone: tell of it, and clear or keep the rest of its call."""
    call = ledger.forget_leg(leg)
    if call is None:
        return []
    reason = leg.cause or cause
    told = _customer_gone(call, at, reason) if leg.device == EXTERNAL else _seat_gone(call, leg, at, reason)
    if not call.legs:
        ledger.forget_call(call)
        told.append(cti.CallCleared(at, call.id, call.cause or Cause.OTHER, call.ended_by or Side.SYSTEM))
        told += [DropBridge(call.id, bridge) for bridge in sorted(call.bridges)]
    return told


def _asker_gone(call: Call, leg: Leg) -> list[Output]:
    """Whoever was called in gets the customer: at once when they spoke already, else when they answer."""
    consultation, customer = call.consultation, call.customer
    if consultation is None or customer is None:
        return []
    if consultation.at_phone:
        return second.first_call_put_down(call, leg)
    asked = call.seats.get(consultation.to)
    if asked is not None and asked.established:
        if customer.bridge == call.mix:
            call.consultation = None
            return []
        return [Join(call.id, call.mix, (customer.channel,), asked.channel)]
    call.consultation, call.transferred_from = None, leg.device
    return []


def _asked_gone(call: Call, leg: Leg, cause: Cause) -> list[Output]:
    """The consultation is over: the customer comes back to the asker, or waits for the asker's phone to come back."""
    asker = call.seats.get(call.consultation.asker) if call.consultation else None
    at_phone = call.consultation is not None and call.consultation.at_phone
    call.consultation = None
    if at_phone:
        # a caller whom the asker has just left to this one is in no bridge of anybody: back to the music
        alone = [] if call.customer is None or asker is not None else [Park(call.id, call.customer.channel)]
        return [*second.put_down(call, cause), *alone]
    if call.customer is None or asker is None:
        return []
    silence = [] if leg.established else [RingBack(call.id, asker.channel, on=False)]
    return [*silence, *([Join(call.id, call.mix, (call.customer.channel,), "")] if call.parked else [])]


def _customer_gone(call: Call, at: datetime, cause: Cause) -> list[Output]:
    told: list[Output] = []
    if call.talked:
        told.append(cti.ConnectionCleared(at, call.id, EXTERNAL, cause))
    elif call.direction is Direction.OUTBOUND and call.ended_by is None:
        told.append(cti.Failed(at, call.id, EXTERNAL, cause))
    ended(call, Side.EXTERNAL, cause)
    told += [
        HangUp(call.id, seat.channel, "normal" if seat.up else "answered_elsewhere") for seat in call.seats.values()
    ]
    return [*told, *second.put_down(call)]


def _seat_gone(call: Call, leg: Leg, at: datetime, cause: Cause) -> list[Output]:
    told: list[Output] = tell_ringing(call, leg, at) if leg.role is Role.SEAT_OUT else []
    if leg.established:
        told.append(cti.ConnectionCleared(at, call.id, leg.device, cause))
    elif leg.role in {Role.SEAT, Role.OUTSIDE} and call.customer is not None:
        told.append(cti.Diverted(at, call.id, leg.device, cause))
        call.transferred_from = None
    elif leg.role is Role.SEAT_OUT and not leg.up and call.ended_by is None:
        told.append(cti.Failed(at, call.id, leg.device, cause))
    side = Side.EXTERNAL if leg.role is Role.OUTSIDE else Side.AGENT
    if call.customer is None:
        ended(call, side, cause)
        return told
    consultation = call.consultation
    if consultation is not None and leg.device == consultation.asker and call.seats:
        return [*told, *_asker_gone(call, leg)]
    if consultation is not None and leg.device == consultation.to:
        return [*told, *_asked_gone(call, leg, cause)]
    offered_only = leg.role in {Role.SEAT, Role.OUTSIDE} and not leg.established
    if leg.leaving or offered_only or call.seats:
        return [*told, *_wait_again(call)]
    ended(call, side, cause)
    return [*told, HangUp(call.id, call.customer.channel)]


def _wait_again(call: Call) -> list[Output]:
    """The customer was with a seat, or on the way to one, that is gone: back to the music."""
    customer = call.customer
    if (
        customer is None
        or not customer.up
        or call.parked
        or any(s.established and not s.leaving for s in call.seats.values())
    ):
        return []
    return [Park(call.id, customer.channel)]
