"""A phone that was begun anew in mid-call: its new channel takes the old one's place in the call. Pure."""

from __future__ import annotations

from telephony.ari.actions import DropBridge, HangUp, Join, LeaveNote, PrepareMix, Silence
from telephony.ari.bridging import Output
from telephony.ari.calls import Call, Leg
from telephony.ari.commands import Note
from telephony.ari.ledger import Ledger
from telephony.types import CallId


def renew(ledger: Ledger, leg: Leg, channel: str) -> list[Output]:
    """The phone of ``leg`` is off hook on ``channel``: bring it where the phone was, as it was, and give the old one up."""
    call = ledger.touch(leg)
    old = leg.channel
    ledger.replace_channel(leg, channel)
    leg.phone_hold = False  # a phone that begins anew holds nothing
    told: list[Output] = _together(call, leg)
    if leg.muted:
        told.append(Silence(call.id, channel))
    return [*told, LeaveNote(call.id, channel, Note(held=False, muted=leg.muted)), HangUp(call.id, old)]


def _together(call: Call, leg: Leg) -> list[Output]:
    """Into the call's bridge; the first time into one that suits more than one phone, see ``PbxCommands.create_mix``."""
    customer = call.customer
    if call.moved or call.consultation is not None or customer is None:
        return [Join(call.id, call.mix, (leg.channel,), leg.channel)]
    before, call.moved = call.mix, True
    both = (leg.channel,) if call.parked else (customer.channel, leg.channel)
    join = Join(call.id, call.mix, both, leg.channel)
    return [PrepareMix(call.id, call.mix, renumbers=True), join, DropBridge(call.id, before)]


def unwanted_renewals(ledger: Ledger, call_id: CallId) -> list[Output]:
    """Channels that were to come into a call whose phone, or whose outside party, has gone."""
    call = ledger.calls.get(call_id)
    gone = [
        channel
        for channel, leg in ledger.renewals.items()
        if leg.call == call_id and (call is None or call.customer is None or leg.channel not in ledger.legs)
    ]
    for channel in gone:
        ledger.end_renewal(channel)
    return [HangUp(call_id, channel) for channel in gone]
