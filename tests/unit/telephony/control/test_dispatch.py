from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from telephony import events as ev
from telephony.agent_model import Happening, Input
from telephony.control.dispatch import Dispatch
from telephony.control.world import World
from telephony.types import EXTERNAL, AgentId, AgentState, CallId, Cause, ConnectionState, DeviceId
from telephony.views import CallerInfo
from tests.unit.telephony.control.worlds import (
    A1,
    A2,
    C1,
    C2,
    P1,
    P2,
    answers,
    asked,
    at,
    ends,
    feed,
    held,
    leaves,
    profile,
    queued,
    ready_world,
    refuses,
    rings,
    snapshot,
)  # fmt: skip

NOW = at(10)


def chosen(dispatch: Dispatch, now: datetime = NOW, unidentified: tuple[CallId, ...] = ()) -> list[tuple[str, str]]:
    return [(one.call, one.agent) for one in dispatch.decide(now, unidentified)]


def world_and_dispatch(*agents: AgentId) -> tuple[World, Dispatch]:
    world = ready_world(agents=agents or (A1, A2))
    return world, Dispatch(world)


def test_a_promise_is_kept_until_the_phone_rings() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued())
    assert chosen(dispatch) == [(C1, A1)]
    assert dispatch.promised(A1)
    feed(world, queued(C2, 2))
    assert chosen(dispatch) == [(C2, A2)]
    feed(world, queued(CallId("c3"), 3))
    assert chosen(dispatch) == []
    world.apply(rings())
    assert dispatch.note(rings()) is None
    assert (dispatch.promised(A1), dispatch.promised(A2)) == (False, True)
    assert chosen(dispatch) == []


@pytest.mark.parametrize(
    "event",
    [
        rings(C2),
        rings(phone=P2),
        rings(phone=EXTERNAL),
        rings(phone=DeviceId("porter")),
        ends(C2),
        leaves(),
        ev.Alive(at(1)),
    ],
)
def test_other_events_leave_a_promise_alone(event: ev.Event) -> None:
    _, dispatch = world_and_dispatch()
    dispatch.promise(A1, C1, at(0))
    assert dispatch.note(event) is None
    assert dispatch.promised(A1)


@pytest.mark.parametrize(
    "event", [answers(), ends(), ev.ServiceInitiated(at(1), C1, P1, "139"), ev.Failed(at(1), C1, P1, Cause.BUSY)]
)
def test_what_became_of_the_call_ends_its_promise(event: ev.Event) -> None:
    _, dispatch = world_and_dispatch()
    dispatch.promise(A1, C1, at(0))
    assert dispatch.note(event) is None
    assert not dispatch.promised(A1)


@pytest.mark.parametrize(
    ("cause", "refused"),
    [(Cause.BUSY, A1), (Cause.UNAVAILABLE, A1), (Cause.NORMAL, None), (Cause.ANSWERED_ELSEWHERE, None)],
)
def test_a_phone_that_refuses_without_ringing_is_named(cause: Cause, refused: AgentId | None) -> None:
    _, dispatch = world_and_dispatch()
    dispatch.promise(A1, C1, at(0))
    assert dispatch.note(refuses(cause=cause)) == refused
    assert dispatch.note(refuses(cause=cause)) is None


def test_a_promise_whose_event_never_came_is_dropped_and_told() -> None:
    _, dispatch = world_and_dispatch()
    dispatch.promise(A1, C1, at(0))
    assert not dispatch.overdue(at(6))
    assert dispatch.overdue(at(6.1))
    assert not dispatch.promised(A1)
    assert not dispatch.overdue(at(6.2))


def test_a_caller_left_alone_is_told_once() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), rings(), answers(), leaves())
    assert chosen(dispatch, at(60)) == [], "the end of the call is on its way"
    assert [dispatch.overdue(at(s)) for s in (60, 60.9, 61.1, 62, 90)] == [False, False, True, False, False]
    feed(world, ends())
    assert not dispatch.overdue(at(99))


def test_a_transfer_under_way_leaves_nobody_alone() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), rings(), answers(), leaves())
    dispatch.promise(A2, C1, at(60))
    assert not dispatch.overdue(at(65))


def test_nothing_is_routed_while_the_pbx_is_lost() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), ev.DriverDown(at(2), "socket closed"))
    assert chosen(dispatch) == []
    feed(world, snapshot(3, (held(C1, {EXTERNAL: ConnectionState.QUEUED}),)))
    assert chosen(dispatch) == [(C1, A1)]


def test_who_is_not_known_yet_waits_a_moment() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued())
    assert chosen(dispatch, unidentified=(C1,)) == []
    assert chosen(dispatch) == [(C1, A1)]


def test_a_postponed_call_comes_later_and_others_meanwhile() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), queued(C2, 2))
    dispatch.postpone(C1, at(10))
    assert chosen(dispatch, at(10.9)) == [(C2, A1)]
    assert chosen(dispatch, at(11)) == [(C1, A2)]
    dispatch.postpone(C2, at(20))
    dispatch.note(ends(C2))
    dispatch.release(A1)
    assert chosen(dispatch, at(20)) == [(C2, A1)]


def test_only_seats_that_are_free_now() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), ev.DeviceOutOfService(at(2), P1))
    world.happen(A2, Happening(Input.SET_STATE, at(2), state=AgentState.NOT_READY))
    assert chosen(dispatch) == []
    world.happen(A1, Happening(Input.LOG_OFF, at(3)))
    feed(world, ev.DeviceInService(at(3), P1))
    assert chosen(dispatch) == []
    world.happen(A2, Happening(Input.SET_STATE, at(4), state=AgentState.READY))
    assert chosen(dispatch) == [(C1, A2)]


def test_sos_and_elder_types_and_who_knows_the_elder() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), queued(C2, 2, called="96001"))
    world.identify(C1, CallerInfo(1, "name", 80, ("disabled",), "", last_agent=A1))
    assert chosen(dispatch) == [(C2, A1), (C1, A2)]


def test_one_who_was_answered_and_waits_again_comes_first() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(C1, 1), rings(), answers(), queued(C2, 0.5), leaves(cause=Cause.MEDIA_LOST, seconds=6))
    world.happen(A2, Happening(Input.LOG_OFF, at(6)))
    assert chosen(dispatch, at(6)) == []
    world.happen(A1, Happening(Input.WRAP_UP_DONE, at(7)))
    assert chosen(dispatch, at(7)) == [(C1, A1)]


def test_one_who_was_answered_and_is_alone_is_given_a_moment_to_be_hung_up() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(), rings(), answers(), leaves(cause=Cause.OTHER, seconds=6))
    assert [chosen(dispatch, at(s)) for s in (6, 6.4, 6.5)] == [[], [], [(C1, A2)]]


# ---- a seat's own number --------------------------------------------------------------------------------------------


def test_an_own_number_waits_for_its_seat_but_not_for_ever() -> None:
    world, dispatch = world_and_dispatch()
    world.happen(A1, Happening(Input.SET_STATE, at(0), state=AgentState.BUSY))
    feed(world, queued(called="1001"))
    assert chosen(dispatch, at(31)) == []
    assert chosen(dispatch, at(31) + timedelta(seconds=0.1)) == [(C1, A2)]


def test_an_own_number_rings_its_seat() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(called="1002"))
    assert chosen(dispatch) == [(C1, A2)]


def test_an_own_number_of_a_seat_that_can_not_be_reached_goes_to_anybody() -> None:
    world, dispatch = world_and_dispatch()
    world.happen(A1, Happening(Input.LOG_OFF, at(0)))
    feed(world, queued(called="1001"))
    assert chosen(dispatch) == [(C1, A2)]
    other, elsewhere = world_and_dispatch()
    feed(other, ev.DeviceOutOfService(at(0), P1), queued(called="1001"))
    assert chosen(elsewhere) == [(C1, A2)]


def test_an_own_number_that_was_not_answered_there_goes_on() -> None:
    world, dispatch = world_and_dispatch()
    feed(world, queued(called="1001"), rings(), refuses())
    asked(world, A1, seconds=23)
    assert chosen(dispatch, at(24)) == [(C1, A2)]


def test_a_transfer_from_the_own_number_does_not_lead_back() -> None:
    world, dispatch = world_and_dispatch()
    world.add_seat(profile("1003"), at(0))
    feed(world, queued(called="1001"), rings(), answers(seconds=3), leaves(seconds=4), rings(phone=P2, seconds=4))
    feed(world, refuses(P2, seconds=9))
    asked(world, AgentId("1003"), seconds=9)
    assert chosen(dispatch, at(9)) == []
    assert chosen(dispatch, at(10)) == [(C1, "1003")]
