"""What the PBX holds now, and the calls that this means. ``fetch`` asks; the rest is pure."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from telephony.ari.bridging import settle
from telephony.ari.calls import Call, Leg
from telephony.ari.commands import Note, PbxCommands
from telephony.ari.messages import Bridge, Channel, Endpoint
from telephony.ari.names import (
    PREFIX,
    Inbound,
    OurLeg,
    Role,
    SecondCall,
    device_of,
    mixing_bridge,
    parse_channel_id,
    queue_bridge,
    recording_name,
)
from telephony.ari.protocol import parse_bridge, parse_channel, parse_endpoint
from telephony.events import Consultation
from telephony.types import EXTERNAL, SECOND_EXTERNAL, CallId, Direction

_AT_ONCE = 8
_DIRECTIONS = {Role.SEAT_OUT: Direction.OUTBOUND, Role.CUSTOMER: Direction.OUTBOUND}


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything of the PBX. ``notes``: what was noted of seats' phones, by channel."""

    channels: list[Channel]
    bridges: list[Bridge]
    endpoints: list[Endpoint]
    notes: dict[str, Note] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """The calls that the holdings mean.

    ``strays``: channels of ours without a call; ``empty``: bridges of ours without one; ``bridges``: all that there are.
    """

    calls: dict[CallId, Call]
    strays: tuple[str, ...]
    empty: tuple[str, ...]
    bridges: frozenset[str]


async def fetch(pbx: PbxCommands) -> Holdings:
    """Ask for everything. Raises as ``AriClient.request``, and ``ProtocolError``."""
    raw_channels, raw_bridges, raw_endpoints = await asyncio.gather(
        pbx.listing("channels"), pbx.listing("bridges"), pbx.listing("endpoints", "PJSIP")
    )
    channels = [parse_channel(raw) for raw in raw_channels]
    return Holdings(
        channels,
        [parse_bridge(raw) for raw in raw_bridges],
        [parse_endpoint(raw) for raw in raw_endpoints],
        await _notes(pbx, [channel.id for channel in channels if channel.up and _is_seat(channel)]),
    )


async def _notes(pbx: PbxCommands, channels: list[str]) -> dict[str, Note]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(channel: str) -> Note | None:
        async with places:
            return await pbx.read_note(channel)

    answers = await asyncio.gather(*(ask(channel) for channel in channels))
    return {channel: note for channel, note in zip(channels, answers, strict=True) if note is not None}


def _is_seat(channel: Channel) -> bool:
    name = parse_channel_id(channel.id)
    return name is not None and name.role in {Role.SEAT, Role.SEAT_OUT}


def picture(holdings: Holdings, app: str, remembered: Mapping[str, Note] = MappingProxyType({})) -> Picture:
    """Rebuild every call of application ``app`` from its channels, their ids and arguments, and the bridges.

    ``remembered``: what was last known of seats' phones by channel, for those without a note.
    """
    calls = {call.id: call for channel in holdings.channels if (call := _inbound(channel, app)) is not None}
    strays = []
    # an outbound call's customer first: its arguments know the number that was dialled
    ours = [channel for channel in holdings.channels if channel.id not in calls]
    for channel in sorted(
        ours, key=lambda one: (name := parse_channel_id(one.id)) is None or name.role is not Role.CUSTOMER
    ):
        strays += _place(channel, calls, app)
    for channel in ours:
        strays += _place_second(channel, calls, app)
    dead = [call for call in calls.values() if not call.legs]
    for call in dead:
        del calls[call.id]
        strays += [call.snoop] if call.snoop else []
    where = {channel: bridge.id for bridge in holdings.bridges for channel in bridge.channels}
    for call in calls.values():
        for seat in call.seats.values():
            note = holdings.notes.get(seat.channel) or remembered.get(seat.channel) or Note()
            seat.phone_hold, seat.muted = note.held, note.muted
        _arrange(call, where, queue_bridge(app))
    there = frozenset(bridge.id for bridge in holdings.bridges)
    return Picture(calls, tuple(strays), _empty(holdings.bridges, calls, strays), there)


def _inbound(channel: Channel, app: str) -> Call | None:
    args = channel.args_in(app)
    if not isinstance(args, Inbound) or parse_channel_id(channel.id) is not None:
        return None
    call_id = CallId(channel.id)
    customer = Leg(channel.id, call_id, Role.CUSTOMER, EXTERNAL, up=True)
    return Call(call_id, Direction.INBOUND, channel.number, args.did, channel.created_at, customer)


def _place(channel: Channel, calls: dict[CallId, Call], app: str) -> list[str]:
    """Put a channel of ours into its call; returns its id when it belongs to none."""
    name = parse_channel_id(channel.id)
    if name is None:
        return []
    call = calls.get(name.call)
    if call is None and name.role in _DIRECTIONS:
        call = calls[name.call] = Call(name.call, Direction.OUTBOUND, "", channel.number, channel.created_at)
    if call is None:
        return [channel.id]
    call.saw_channel(channel.id)
    if name.role is Role.SNOOP:
        call.snoop, call.recording = channel.id, recording_name(call.id)
        return []
    args = channel.args_in(app)
    leg = Leg(channel.id, call.id, name.role, EXTERNAL, ringing=channel.state in {"Ringing", "Up"}, up=channel.up)
    if name.role is Role.CUSTOMER:
        call.customer = leg
        call.called = args.called if isinstance(args, OurLeg) and args.called else call.called
        return []
    if name.role is Role.OUTSIDE:
        leg.device = SECOND_EXTERNAL
        call.seats[leg.device] = leg
        call.second_number = args.called if isinstance(args, OurLeg) else ""
        return []
    leg.device = device_of(channel.name)
    call.seats[leg.device] = leg
    if name.role is Role.SEAT_OUT:
        call.caller, call.started_at = leg.device, min(call.started_at, channel.created_at)
        call.called = channel.number or call.called  # a seat's phone shows the outside number
    return []


def _place_second(channel: Channel, calls: dict[CallId, Call], app: str) -> list[str]:
    """Put a call that a seat's phone began itself beside the one that it is in; returns its id when it is in none."""
    if not isinstance(channel.args_in(app), SecondCall):
        return []
    device = device_of(channel.name)
    call = next((call for call in calls.values() if device in call.seats), None)
    if call is None:
        return [channel.id]
    call.second = Leg(channel.id, call.id, Role.SECOND, device, up=channel.up)
    return []


def _arrange(call: Call, where: dict[str, str], queue: str) -> None:
    """Say of each leg in which bridge it is, and who therefore talks or holds. Nothing of that is news."""
    for leg in (*call.legs, *([call.second] if call.second else [])):
        leg.bridge = where.get(leg.channel)
        call.moved = call.moved or leg.bridge == mixing_bridge(call.id, moved=True)
    customer = call.customer
    if customer is None:
        return
    call.parked = customer.bridge == queue
    for seat in call.seats.values():
        # alone in the call's own bridge while the customer hears music: that is a hold by command
        seat.established = seat.bridge == call.mix and customer.bridge in {call.mix, queue}
        seat.established |= call.second is not None and seat.bridge == call.second.bridge == call.aside
    call.consultation = _consultation(call, customer)
    call.talked = any(seat.established for seat in call.seats.values()) or call.snoop is not None
    settle(call, call.started_at)


def _consultation(call: Call, customer: Leg) -> Consultation | None:
    """Two seats with one of them in the call's bridge: the one who came first has called in the other."""
    by_age = sorted(call.seats.values(), key=lambda leg: leg.number)
    at_phone = call.second is not None
    if call.second is not None:
        by_age.sort(key=lambda leg: call.second is None or leg.device != call.second.device)
    if len(by_age) != 2 or not by_age[0].established:
        return None
    asker, asked = by_age
    number = call.second_number if asked.device == SECOND_EXTERNAL else ""
    joined = asked.bridge == customer.bridge == call.mix
    return Consultation(asker.device, asked.device, number, joined, at_phone)


def _empty(bridges: list[Bridge], calls: dict[CallId, Call], strays: Collection[str]) -> tuple[str, ...]:
    """Bridges of ours without a call; who may still be in them is cleared as well."""
    living = {bridge for call in calls.values() for bridge in call.bridges}
    return tuple(
        bridge.id
        for bridge in bridges
        if bridge.bridge_type == "mixing"
        and bridge.id.startswith(PREFIX)
        and not set(bridge.channels).difference(strays)
        and bridge.id not in living
    )
