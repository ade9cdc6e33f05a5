"""Small helpers: a world with logged-on seats, and events at seconds of one afternoon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telephony import events as ev
from telephony.agent_model import Happening, Input
from telephony.control.rules import Rules
from telephony.control.world import World
from telephony.records import Record
from telephony.types import EXTERNAL, AgentId, AgentState, CallId, Cause, ConnectionState, DeviceId, Direction, Side
from telephony.views import Patch, SeatProfile

T0 = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
C1, C2 = CallId("c1"), CallId("c2")
A1, A2, A3 = AgentId("1001"), AgentId("1002"), AgentId("1003")
P1, P2, P3 = DeviceId("1001"), DeviceId("1002"), DeviceId("1003")


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def profile(name: str, device: str | None = None) -> SeatProfile:
    return SeatProfile(AgentId(name), f"agent {name}", 1, DeviceId(device or name))


def snapshot(
    seconds: float = 0,
    calls: tuple[ev.CallSnapshot, ...] = (),
    gone: tuple[DeviceId, ...] = (),
    *,
    reconcile: bool = False,
) -> ev.Snapshot:
    phones = tuple(ev.DeviceSnapshot(p, p not in gone) for p in (P1, P2, P3))
    return ev.Snapshot(at(seconds), phones, calls, reconcile)


def held(
    call: CallId, parties: dict[DeviceId, ConnectionState], direction: Direction = Direction.INBOUND
) -> ev.CallSnapshot:
    return ev.CallSnapshot(call, direction, "13800000001", "96000", T0, parties)


def asked(world: World, agent: AgentId, state: AgentState = AgentState.READY, seconds: float = 0) -> None:
    world.happen(agent, Happening(Input.LOG_ON, at(seconds)))
    world.happen(agent, Happening(Input.SET_STATE, at(seconds), state=state))


def ready_world(rules: Rules | None = None, agents: tuple[AgentId, ...] = (A1, A2)) -> World:
    world = World(rules or Rules(), T0)
    for agent in agents:
        world.add_seat(profile(agent), T0)
    world.apply(snapshot())
    for agent in agents:
        asked(world, agent)
    world.drain()
    return world


def queued(call: CallId = C1, seconds: float = 1, called: str = "96000", caller: str = "13800000001") -> ev.Queued:
    return ev.Queued(at(seconds), call, caller, called)


def rings(call: CallId = C1, phone: DeviceId = P1, seconds: float = 2) -> ev.Delivered:
    return ev.Delivered(at(seconds), call, phone)


def answers(call: CallId = C1, phone: DeviceId = P1, seconds: float = 5) -> ev.Established:
    return ev.Established(at(seconds), call, phone)


def leaves(
    phone: DeviceId = P1, cause: Cause = Cause.NORMAL, seconds: float = 60, call: CallId = C1
) -> ev.ConnectionCleared:
    return ev.ConnectionCleared(at(seconds), call, phone, cause)


def refuses(
    phone: DeviceId = P1, cause: Cause = Cause.NO_ANSWER, seconds: float = 22, call: CallId = C1
) -> ev.Diverted:
    return ev.Diverted(at(seconds), call, phone, cause)


def ends(
    call: CallId = C1, by: Side = Side.EXTERNAL, seconds: float = 61, cause: Cause = Cause.NORMAL
) -> ev.CallCleared:
    return ev.CallCleared(at(seconds), call, cause, by)


def dialled(
    call: CallId = C1, phone: DeviceId = P1, seconds: float = 1, called: str = "13900000002"
) -> tuple[ev.Event, ...]:
    """A seat rings out, is up, and the far end answers 5 s later."""
    return (
        ev.ServiceInitiated(at(seconds), call, phone, called),
        ev.Originated(at(seconds + 1), call, phone),
        ev.Delivered(at(seconds + 2), call, EXTERNAL),
        ev.Established(at(seconds + 5), call, phone),
        ev.Established(at(seconds + 5), call, EXTERNAL),
    )


def feed(world: World, *events: ev.Event) -> tuple[Patch | None, list[Record]]:
    for event in events:
        world.apply(event)
    return world.drain()
