"""A book of calls on a table: ARI events are said by what happens, and what comes of them is kept in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from telephony import events as cti
from telephony.ari import messages as ari
from telephony.ari.actions import Action
from telephony.ari.book import CallBook
from telephony.ari.calls import Call, Leg
from telephony.ari.names import Inbound, OurLeg, Role, encode_args
from telephony.types import CallId, Cause, DeviceId, Direction

START = datetime(2026, 11, 22, 20, 48, 0, tzinfo=UTC)
QUEUE = "xk-queue-xktcc"
CALLER = "13800001111"
SEAT, OTHER_SEAT = DeviceId("1001"), DeviceId("1002")
Kind = TypeVar("Kind")


def channel(
    name: str, args: str = "", *, number: str = CALLER, state: str = "Up", endpoint: str = "trunk"
) -> ari.Channel:
    app = "Stasis" if args else "AppDial2"
    return ari.Channel(name, f"PJSIP/{endpoint}-0000001f", state, number, app, tuple(args.split(",")), START)


class Scene:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.book = CallBook("xktcc", lambda: self.seconds)
        self.events: list[cti.Event] = []
        self.actions: list[Action] = []

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def feed(self, event: ari.AriEvent) -> None:
        self.take(self.book.apply(event))

    def take(self, outputs: list[cti.Event | Action]) -> None:
        self.seconds += 0.01
        for output in outputs:
            (self.actions if isinstance(output, Action) else self.events).append(output)  # type: ignore[arg-type]

    def told(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    def done(self, kind: type[Kind]) -> list[Kind]:
        return [action for action in self.actions if isinstance(action, kind)]

    def names(self) -> list[str]:
        """What was told, in short: ``Established 1001``."""
        return [f"{type(event).__name__} {getattr(event, 'device', '')}".strip() for event in self.events]

    # ---- what happens

    def caller_arrives(self, name: str = "c1") -> Call:
        self.feed(ari.StasisStart(self.now, channel(name, "xktcc,inbound,96000"), Inbound("96000")))
        self.enters(name, QUEUE)
        return self.book.calls[CallId(name)]

    def outbound(self, call: str = "out1", called: str = "13900002222") -> tuple[Call, Leg]:
        entry = Call(CallId(call), Direction.OUTBOUND, SEAT, called, self.now)
        self.book.add(entry)
        return entry, self.book.add_seat(entry, Role.SEAT_OUT, SEAT)

    def seat(self, call: Call, device: DeviceId = SEAT) -> Leg:
        return self.book.add_seat(call, Role.SEAT, device)

    def rings(self, leg: Leg) -> None:
        self.feed(ari.ChannelRinging(self.now, leg.channel))

    def answers(self, leg: Leg) -> None:
        self.answers_on(leg.channel, leg)

    def answers_on(self, name: str, leg: Leg) -> None:
        args = OurLeg(leg.role, leg.call, leg.device)
        endpoint = leg.device if leg.role is not Role.CUSTOMER else "trunk"
        self.feed(ari.StasisStart(self.now, channel(name, f"xktcc,{encode_args(args)}", endpoint=endpoint), args))

    def enters(self, name: str, bridge: str) -> None:
        self.feed(ari.ChannelEnteredBridge(self.now, name, bridge))

    def leaves(self, name: str, bridge: str) -> None:
        self.feed(ari.ChannelLeftBridge(self.now, name, bridge))

    def moves(self, name: str, old: str, new: str) -> None:
        self.leaves(name, old)
        self.enters(name, new)

    def dies(self, name: str, cause: Cause = Cause.NORMAL) -> None:
        self.feed(ari.ChannelDestroyed(self.now, name, cause))

    def talk(self, device: DeviceId = SEAT) -> tuple[Call, Leg]:
        """An inbound call that a seat has taken."""
        call = self.caller_arrives()
        leg = self.seat(call, device)
        self.rings(leg)
        self.answers(leg)
        self.moves(call.id, QUEUE, call.mix)
        self.enters(leg.channel, call.mix)
        return call, leg
