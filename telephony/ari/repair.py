"""After a snapshot: what was left half done while nobody listened, and how it is put right. Pure."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from telephony.ari import second
from telephony.ari.actions import Action, Answer, DropBridge, HangUp, Join, Park, PrepareMix
from telephony.ari.bridging import start_recording
from telephony.ari.calls import Call
from telephony.ari.names import Role, bridged_call
from telephony.types import CallId, Direction

logger = logging.getLogger(__name__)


def repair(
    calls: Iterable[Call], bridges: frozenset[str], strays: Iterable[str] = (), empty: Iterable[str] = ()
) -> list[Action]:
    """Everything to be done for ``calls``, where there are ``bridges``; each finding is logged by its code."""
    actions: list[Action] = []
    for channel in strays:
        logger.warning("ari.orphan_channel: cleared: channel=%s", channel)
        actions.append(HangUp(CallId(channel), channel))
    for bridge in empty:
        logger.info("ari.orphan_bridge: removed: bridge=%s", bridge)
        actions.append(DropBridge(bridged_call(bridge), bridge))
    for call in calls:
        if call.customer is not None and call.mix not in bridges:
            actions.append(PrepareMix(call.id, call.mix, renumbers=call.moved))
        actions += _repair_call(call)
    return actions


def _repair_call(call: Call) -> list[Action]:
    customer = call.customer
    if customer is None:
        return _without_customer(call)
    if call.direction is Direction.OUTBOUND and not call.seats:
        logger.warning("ari.orphan_customer: an outbound call without its agent is cleared: call=%s", call.id)
        return [HangUp(call.id, customer.channel)]
    if any(seat.established for seat in call.seats.values()):
        apart = [seat for seat in call.seats.values() if seat.up and seat.bridge is None]
        actions = _beside(call)
        for seat in apart:
            asked = call.consultation is not None and call.consultation.at_phone and call.consults(seat)
            joined = second.answered(call, seat) if asked else [Join(call.id, call.mix, (seat.channel,), seat.channel)]
            actions += [action for action in joined if isinstance(action, Action)]
        return actions + [action for action in start_recording(call) if isinstance(action, Action)]
    answered = [seat for seat in call.seats.values() if seat.up]
    if customer.up and answered:
        logger.warning("ari.unjoined: the parties of an answered call are joined: call=%s", call.id)
        channels = (customer.channel, answered[0].channel)
        return [Join(call.id, call.mix, channels, answered[0].channel)]
    if customer.up and not call.parked:
        logger.warning("ari.unparked: a caller in no queue is put back: call=%s", call.id)
        return [Answer(call.id, customer.channel), Park(call.id, customer.channel)]
    return []


def _beside(call: Call) -> list[Action]:
    """A second call of a phone that asks nobody, and whoever was asked by one that is gone, are cleared."""
    left = second.left_aside(call)
    if second.is_stuck(call) and call.second is not None:
        left.append(call.second)
    if left:
        logger.warning("ari.orphan_second: a second call of a phone is cleared: call=%s", call.id)
    return [HangUp(call.id, leg.channel) for leg in left]


def _without_customer(call: Call) -> list[Action]:
    """Seats alone: whom they talked to is gone, or was never called. Only a phone that still rings for its own call may stay."""
    if all(seat.role is Role.SEAT_OUT and not seat.up for seat in call.seats.values()):
        return []
    logger.warning("ari.orphan_seat: a seat left alone is cleared: call=%s", call.id)
    return [HangUp(call.id, seat.channel) for seat in call.seats.values()]
