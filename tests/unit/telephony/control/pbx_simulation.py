"""A little PBX that tells the truth: calls come, ring, are answered, held, transferred, lost; every step as events.

It knows nothing of the models under test; ``snapshot`` is its truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from telephony import events as ev
from telephony.types import EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Direction, Quality, SeatState, Side

C = ConnectionState
T = TypeVar("T")
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
PHONES = tuple(DeviceId(name) for name in ("1001", "1002", "1003", "1004", "porter"))
REFUSALS = (Cause.NO_ANSWER, Cause.REJECTED, Cause.BUSY, Cause.UNAVAILABLE)


@dataclass
class SimCall:
    id: CallId
    direction: Direction
    caller: str
    called: str
    started: datetime
    parties: dict[DeviceId, ConnectionState] = field(default_factory=dict)
    answered: bool = False
    transfer_from: DeviceId | None = None

    def seats(self, *states: ConnectionState) -> list[DeviceId]:
        return [d for d, s in self.parties.items() if d != EXTERNAL and s in states]


class Pbx:
    """``act(number, choice)`` does one of its actions, if it is possible now."""

    def __init__(self) -> None:
        self.now = START
        self.phones = dict.fromkeys(PHONES, True)
        self.calls: dict[CallId, SimCall] = {}
        self.events: list[ev.Event] = []
        self.queued = self.answered = self.abandoned = 0
        self.dialled: Counter[DeviceId] = Counter()
        self.taken: set[tuple[CallId, DeviceId]] = set()
        self._number = 0
        self.actions: list[Callable[[int], None]] = [
            self.arrive,
            self.ring,
            self.answer,
            self.ring,
            self.answer,
            self.refuse,
            self.give_up,
            self.hang_up,
            self.lose_media,
            self.hold,
            self.retrieve,
            self.transfer,
            self.dial,
            self.dial_on,
            self.dial_on,
            self.toggle_phone,
            self.measure,
            self.record,
            self.reconcile,
        ]

    def act(self, action: int, choice: int, seconds: float = 2) -> list[ev.Event]:
        self.now += timedelta(seconds=seconds)
        before = len(self.events)
        self.actions[action % len(self.actions)](choice)
        return self.events[before:]

    def snapshot(self, *, reconcile: bool = False) -> ev.Snapshot:
        devices = tuple(ev.DeviceSnapshot(d, there) for d, there in self.phones.items())
        calls = tuple(
            ev.CallSnapshot(c.id, c.direction, c.caller, c.called, c.started, dict(c.parties))
            for c in self.calls.values()
        )
        return ev.Snapshot(self.now, devices, calls, reconcile)

    def shown(self, phone: DeviceId) -> SeatState | None:
        """What the seat at ``phone`` must show by its call; ``None``: it has none."""
        for call in self.calls.values():
            match call.parties.get(phone):
                case C.INITIATED | C.ALERTING:
                    return SeatState.ALERTING
                case C.HOLD:
                    return SeatState.HOLD
                case C.CONNECTED:
                    dialling = call.direction is Direction.OUTBOUND and not call.answered
                    return SeatState.ALERTING if dialling else SeatState.TALKING
        return None

    # ---- inbound ----------------------------------------------------------------------------------------------------

    def arrive(self, choice: int) -> None:
        call = self._new(Direction.INBOUND, "13800000001", ("96000", "96001", "1001")[choice % 3])
        call.parties[EXTERNAL] = C.QUEUED
        self.queued += 1
        self._tell(ev.Queued(self.now, call.id, call.caller, call.called))

    def ring(self, choice: int) -> None:
        call = _pick([c for c in self.calls.values() if c.parties.get(EXTERNAL) is C.QUEUED], choice)
        phone = _pick(self._free(), choice)
        if call is None or phone is None or call.seats(C.ALERTING):
            return
        call.parties[phone] = C.ALERTING
        self._tell(ev.Delivered(self.now, call.id, phone))

    def answer(self, choice: int) -> None:
        if (found := self._party(choice, C.ALERTING)) is None:
            return
        call, phone = found
        call.parties |= {phone: C.CONNECTED, EXTERNAL: C.CONNECTED}
        if call.direction is Direction.INBOUND:
            self.answered += not call.answered
            self.taken.add((call.id, phone))
        call.answered = True
        if call.transfer_from is not None:
            self._tell(ev.Transferred(self.now, call.id, call.transfer_from, phone))
            call.transfer_from = None
        self._tell(ev.Established(self.now, call.id, phone))

    def refuse(self, choice: int) -> None:
        if (found := self._party(choice, C.ALERTING)) is None:
            return
        call, phone = found
        del call.parties[phone]
        call.parties[EXTERNAL] = C.QUEUED
        call.transfer_from = None
        self._tell(ev.Diverted(self.now, call.id, phone, REFUSALS[choice % len(REFUSALS)]))

    def give_up(self, choice: int) -> None:
        call = _pick(list(self.calls.values()), choice)
        if call is None or EXTERNAL not in call.parties:
            return
        if call.direction is Direction.INBOUND and not call.answered and call.called != "1001":
            self.abandoned += 1
        if call.answered:
            self._tell(ev.ConnectionCleared(self.now, call.id, EXTERNAL, Cause.NORMAL))
        self._end(call, Cause.NORMAL, Side.EXTERNAL)

    def hang_up(self, choice: int) -> None:
        if (found := self._party(choice, C.CONNECTED, C.HOLD, C.INITIATED)) is None:
            return
        call, phone = found
        self._tell(ev.ConnectionCleared(self.now, call.id, phone, Cause.NORMAL))
        self._end(call, Cause.NORMAL, Side.AGENT)

    def lose_media(self, choice: int) -> None:
        if (found := self._party(choice, C.CONNECTED, C.HOLD)) is None or not found[0].answered:
            return
        call, phone = found
        del call.parties[phone]
        call.parties[EXTERNAL] = C.QUEUED
        self._tell(ev.ConnectionCleared(self.now, call.id, phone, Cause.MEDIA_LOST))

    def hold(self, choice: int) -> None:
        if (found := self._party(choice, C.CONNECTED)) is None or not found[0].answered:
            return
        found[0].parties[found[1]] = C.HOLD
        self._tell(ev.Held(self.now, found[0].id, found[1]))

    def retrieve(self, choice: int) -> None:
        if (found := self._party(choice, C.HOLD)) is None:
            return
        found[0].parties[found[1]] = C.CONNECTED
        self._tell(ev.Retrieved(self.now, found[0].id, found[1]))

    def transfer(self, choice: int) -> None:
        found, to = self._party(choice, C.CONNECTED, C.HOLD), _pick(self._free(), choice)
        if found is None or to is None or not found[0].answered:
            return
        call, phone = found
        del call.parties[phone]
        call.parties |= {to: C.ALERTING, EXTERNAL: C.CONNECTED}
        call.transfer_from = phone
        self._tell(ev.ConnectionCleared(self.now, call.id, phone, Cause.NORMAL))
        self._tell(ev.Delivered(self.now, call.id, to))

    # ---- outbound ---------------------------------------------------------------------------------------------------

    def dial(self, choice: int) -> None:
        if (phone := _pick(self._free(), choice)) is None:
            return
        call = self._new(Direction.OUTBOUND, str(phone), "13900000002")
        call.parties[phone] = C.INITIATED
        self.dialled[phone] += 1
        self._tell(ev.ServiceInitiated(self.now, call.id, phone, call.called))
        self._tell(ev.Delivered(self.now, call.id, phone))

    def dial_on(self, choice: int) -> None:
        """The next step of an outbound call: seat up, far end rings, far end answers or fails."""
        open_calls = [c for c in self.calls.values() if c.direction is Direction.OUTBOUND and not c.answered]
        if (call := _pick(open_calls, choice)) is None:
            return
        phone = call.seats(C.INITIATED, C.CONNECTED)[0]
        if call.parties[phone] is C.INITIATED:
            call.parties[phone] = C.CONNECTED
            self._tell(ev.Originated(self.now, call.id, phone))
        elif EXTERNAL not in call.parties:
            call.parties[EXTERNAL] = C.ALERTING
            self._tell(ev.Delivered(self.now, call.id, EXTERNAL))
        elif choice % 4 == 0:
            self._tell(ev.Failed(self.now, call.id, EXTERNAL, Cause.BUSY))
            self._end(call, Cause.BUSY, Side.SYSTEM)
        else:
            call.parties[EXTERNAL] = C.CONNECTED
            call.answered = True
            self._tell(ev.Established(self.now, call.id, phone))
            self._tell(ev.Established(self.now, call.id, EXTERNAL))

    # ---- the rest ---------------------------------------------------------------------------------------------------

    def toggle_phone(self, choice: int) -> None:
        phone = PHONES[choice % len(PHONES)]
        there = self.phones[phone] = not self.phones[phone]
        self._tell(ev.DeviceInService(self.now, phone) if there else ev.DeviceOutOfService(self.now, phone))

    def measure(self, choice: int) -> None:
        quality = Quality(rtt_ms=choice * 7 % 500, loss=choice % 7 / 100)
        self._tell(ev.MediaQuality(self.now, PHONES[choice % len(PHONES)], quality, in_call=choice % 2 == 0))

    def record(self, choice: int) -> None:
        call = _pick([c for c in self.calls.values() if c.answered], choice)
        if call is None:
            return
        kinds = (
            ev.RecordingStarted(self.now, call.id, f"r-{call.id}"),
            ev.RecordingFinished(self.now, call.id, f"r-{call.id}", 3.0),
        )
        self._tell(kinds[choice % 2])

    def reconcile(self, _choice: int) -> None:
        self._tell(self.snapshot(reconcile=True))

    def _new(self, direction: Direction, caller: str, called: str) -> SimCall:
        self._number += 1
        call = SimCall(CallId(f"c{self._number}"), direction, caller, called, self.now)
        self.calls[call.id] = call
        return call

    def _end(self, call: SimCall, cause: Cause, by: Side) -> None:
        del self.calls[call.id]
        self._tell(ev.CallCleared(self.now, call.id, cause, by))

    def _free(self) -> list[DeviceId]:
        engaged = {d for c in self.calls.values() for d in c.parties}
        return [d for d, there in self.phones.items() if there and d not in engaged]

    def _party(self, choice: int, *states: ConnectionState) -> tuple[SimCall, DeviceId] | None:
        return _pick([(c, d) for c in self.calls.values() for d in c.seats(*states)], choice)

    def _tell(self, event: ev.Event) -> None:
        self.events.append(event)


def _pick(items: list[T], choice: int) -> T | None:
    return items[choice % len(items)] if items else None
