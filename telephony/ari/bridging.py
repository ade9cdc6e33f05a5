"""What follows from who is in which bridge: connected, on hold, recorded. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telephony import events as cti
from telephony.ari.actions import Action, Snoop
from telephony.ari.calls import Call, Leg
from telephony.ari.names import OurLeg, Role
from telephony.types import EXTERNAL, Direction

Output = cti.Event | Action


def tell_ringing(call: Call, leg: Leg, at: datetime) -> list[Output]:
    """Say once that ``leg`` rings. For an agent's own phone in an outbound call that is the beginning of the service."""
    if leg.ringing:
        return []
    leg.ringing = True
    if leg.role is Role.SEAT_OUT:
        return [cti.ServiceInitiated(at, call.id, leg.device, call.called)]
    return [cti.Delivered(at, call.id, leg.device)]


def settle(call: Call, at: datetime) -> list[Output]:
    """Say who became connected, and whose hold began or ended."""
    customer = call.customer
    if customer is None:
        return []
    told = _settle_consultation(call, customer, at)
    for seat in call.seats.values():
        if seat.leaving:
            continue
        if not seat.established and customer.bridge == seat.bridge == call.mix:
            told += _establish(call, seat, at)
        parked = call.parked and not call.consults(seat)
        hold = seat.established and (parked or seat.phone_hold)
        if hold != seat.held:
            seat.held = hold
            told.append((cti.Held if hold else cti.Retrieved)(at, call.id, seat.device))
    return told


def _settle_consultation(call: Call, customer: Leg, at: datetime) -> list[Output]:
    """Say who speaks with whom apart from the customer, and what becomes of it when the customer comes to them."""
    consultation = call.consultation
    asked = call.seats.get(consultation.to) if consultation else None
    if consultation is None or asked is None or asked.bridge not in call.bridges:
        return []
    told: list[Output] = []
    if not asked.established:
        told = tell_ringing(call, asked, at)
        asked.up = asked.established = True
        told.append(cti.Established(at, call.id, asked.device))
    together = customer.bridge == asked.bridge == call.mix
    asker = call.seats.get(consultation.asker)
    if together and (asker is None or asker.leaving):
        call.consultation = call.transferred_from = None
        told.append(cti.Transferred(at, call.id, consultation.asker, asked.device))
    elif together and not consultation.joined:
        call.consultation = replace(consultation, joined=True)
        told.append(cti.Conferenced(at, call.id, (EXTERNAL, consultation.asker, asked.device)))
    elif call.parked and consultation.joined:
        call.consultation = replace(consultation, joined=False)
    return told


def _establish(call: Call, seat: Leg, at: datetime) -> list[Output]:
    told = tell_ringing(call, seat, at)
    seat.up = seat.established = True
    if call.direction is Direction.OUTBOUND and not call.talked:
        told.append(cti.Established(at, call.id, EXTERNAL))
    if call.transferred_from is not None:
        told.append(cti.Transferred(at, call.id, call.transferred_from, seat.device))
        call.transferred_from = None
    told.append(cti.Established(at, call.id, seat.device))
    call.talked = True
    return [*told, *start_recording(call)]


def start_recording(call: Call) -> list[Output]:
    """Begin to record the call's customer, unless that is done. A snoop survives hold and transfer; a bridge's recording does not."""
    if call.snoop is not None or call.recording is not None or call.customer is None:
        return []
    snoop = call.new_leg(Role.SNOOP, EXTERNAL)
    call.snoop = snoop.channel
    return [Snoop(call.id, call.customer.channel, snoop.channel, OurLeg(Role.SNOOP, call.id))]
