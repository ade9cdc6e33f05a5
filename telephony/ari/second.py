"""A second call that an agent begins at the phone itself, amid the call of a seat: a consultation made by hand. Pure.

The phone holds the first call and dials. Whom it dials speaks with it in a bridge *aside*; the first call stays as it is, so that
the phone can go back and forth, or join the two itself. A transfer brings whom it asked into the call's own bridge.
"""

from __future__ import annotations

from telephony import events as cti
from telephony.ari.actions import Answer, DropBridge, HangUp, Join, Park, PrepareMix, RefuseTransfer
from telephony.ari.bridging import Output
from telephony.ari.calls import Call, Leg
from telephony.ari.ledger import Ledger
from telephony.ari.messages import ChannelTransfer, StasisStart
from telephony.ari.names import Role, device_of
from telephony.types import CallId, Cause

_BUSY_WORDS = {Cause.BUSY: "busy", Cause.NO_ANSWER: "no_answer"}


def begin(ledger: Ledger, event: StasisStart, target: str) -> list[Output]:
    """A phone dials ``target``: to ask somebody, if its seat talks to an outside party alone; everything else is refused."""
    channel = event.channel
    if channel.id in ledger.legs:
        return []
    leg = ledger.leg_of_device(device_of(channel.name))
    call = ledger.calls.get(leg.call) if leg is not None and leg.established and not leg.leaving else None
    if leg is None or call is None or call.customer is None or call.second or call.consultation or len(call.seats) > 1:
        return [HangUp(CallId(channel.id), channel.id, "rejected")]
    ledger.add_second(call, Leg(channel.id, call.id, Role.SECOND, leg.device))
    return [cti.ConsultationRequested(event.at, call.id, leg.device, target)]


def answered(call: Call, asked: Leg) -> list[Output]:
    """Whom the phone dialled has answered: the phone's second call is answered too, and they hear each other."""
    second = call.second
    if second is None:
        return [HangUp(call.id, asked.channel)]
    together = Join(call.id, call.aside, (second.channel, asked.channel), asked.channel)
    return [Answer(call.id, second.channel), PrepareMix(call.id, call.aside), together]


def gone(ledger: Ledger, second: Leg) -> list[Output]:
    """The phone put its second call down: whom it asked goes with it, unless that one has, or gets, the first call."""
    call = ledger.forget_leg(second)
    if call is None:
        return []
    told: list[Output] = [DropBridge(call.id, call.aside)]
    consultation = call.consultation
    asker = call.seats.get(second.device)
    asked = call.seats.get(consultation.to) if consultation is not None else None
    if asked is not None and asker is not None and not asker.leaving:
        # the reason also tells a ringing that is on its way to the PBX that nobody wants it any more
        asked.cause = asked.cause or (Cause.NORMAL if asked.up else Cause.ANSWERED_ELSEWHERE)
        told.append(HangUp(call.id, asked.channel, "normal" if asked.up else "answered_elsewhere"))
    return told


def put_down(call: Call, cause: Cause = Cause.NORMAL) -> list[Output]:
    """End the phone's second call, if there is one, in a way that the phone can tell."""
    return [] if call.second is None else [HangUp(call.id, call.second.channel, _BUSY_WORDS.get(cause, "normal"))]


def first_call_put_down(call: Call, first: Leg) -> list[Output]:
    """The phone put its first call down instead: no caller is lost so, whom it asked gets them, at once or when they answer."""
    consultation, customer = call.consultation, call.customer
    if consultation is None or customer is None or first.leaving:
        return []
    asked = call.seats.get(consultation.to)
    old, fresh = call.mix, not call.moved
    call.moved = True
    told: list[Output] = [PrepareMix(call.id, call.mix, renumbers=True)] if fresh else []
    if asked is not None and asked.established:
        both = (customer.channel, asked.channel) if fresh else (asked.channel,)
        told.append(Join(call.id, call.mix, both, asked.channel))
    else:
        call.consultation, call.transferred_from = None, first.device
        told.append(Park(call.id, customer.channel))
    return [*told, *([DropBridge(call.id, old)] if fresh else []), *put_down(call)]


def both_joined(ledger: Ledger, leg: Leg, event: ChannelTransfer) -> list[Output]:
    """The phone asks for its two calls to be joined without it."""
    call = ledger.touch(leg)
    first, second = call.seats.get(leg.device), call.second
    if first is None or second is None or {event.channel, event.other} != {first.channel, second.channel}:
        return [RefuseTransfer(call.id, event.channel)]
    call.referred = event.channel
    return [cti.TransferRequested(event.at, call.id, leg.device, "")]


def is_stuck(call: Call) -> bool:
    """Whether the second call asks nobody: who that was is gone, or was never rung."""
    return call.second is not None and call.consultation is None


def left_aside(call: Call) -> list[Leg]:
    """Whoever was asked by a second call that is gone."""
    return [leg for leg in call.seats.values() if leg.bridge == call.aside] if call.second is None else []
