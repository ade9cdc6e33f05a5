from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony import events as ev
from telephony.agent_model import Happening, Input, Reason
from telephony.control.rules import Rules
from telephony.control.world import World
from telephony.errors import IllegalTransitionError, UnknownAgentError
from telephony.records import CallRecord, RecordingRecord, SeatStateRecord, TimelineRecord
from telephony.types import (
    EXTERNAL,
    AgentState,
    CallId,
    CallOutcome,
    Cause,
    ConnectionState,
    DeviceId,
    Direction,
    Network,
    Quality,
    SeatState,
    Side,
)  # fmt: skip
from telephony.views import CallerInfo, SeatProfile
from tests.unit.telephony.control.worlds import (
    A1,
    A2,
    A3,
    C1,
    C2,
    P1,
    P2,
    T0,
    answers,
    asked,
    at,
    dialled,
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

C, S = ConnectionState, SeatState
ELDER = CallerInfo(7, "name", 80, ("living_alone",), "community")


def state(world: World, agent: object = A1) -> SeatState:
    return world.seats[agent].state  # type: ignore[index]


def talking_world() -> World:
    world = ready_world()
    feed(world, queued(), rings(), answers())
    return world


# ---- a call as the seat shows it ------------------------------------------------------------------------------------


def test_a_call_from_ringing_to_wrap_up() -> None:
    world = ready_world()
    feed(world, queued(), rings())
    assert (state(world), world.view(A1).party.number) == (S.ALERTING, "13800000001")  # type: ignore[union-attr]
    feed(world, answers())
    assert (state(world), world.view(A1).answered_today) == (S.TALKING, 1)
    feed(world, ev.Held(at(6), C1, P1))
    assert state(world) is S.HOLD
    feed(world, ev.Retrieved(at(7), C1, P1), leaves(), ends(by=Side.AGENT))
    seat = world.seats[A1]
    assert (seat.state, seat.since, seat.wrap_up_until) == (S.WRAP_UP, at(60), at(90))
    assert world.view(A1).party.number == "13800000001"  # what is written down then belongs to this call
    world.tick(at(89.9))
    assert state(world) is S.WRAP_UP
    world.tick(at(90))
    assert (state(world), world.seats[A1].since) == (S.READY, at(90))
    assert world.view(A1).party is None


def test_an_outbound_call_that_the_far_end_ends_has_its_wrap_up() -> None:
    world = ready_world()
    feed(world, *dialled()[:3])
    assert state(world) is S.ALERTING
    feed(world, *dialled()[3:])
    assert (state(world), world.view(A1).outbound_today) == (S.TALKING, 1)
    feed(world, leaves(EXTERNAL))
    assert state(world) is S.TALKING
    feed(world, ends())
    assert state(world) is S.WRAP_UP


def test_without_wrap_up_time_there_is_none() -> None:
    world = ready_world(Rules(wrap_up_s=0))
    feed(world, queued(), rings(), answers(), ends())
    assert state(world) is S.READY


@pytest.mark.parametrize(
    ("event", "after", "reason"),
    [
        (refuses(), S.BUSY, Reason.RING_NO_ANSWER),
        (refuses(cause=Cause.REJECTED), S.BUSY, Reason.DECLINED),
        (refuses(cause=Cause.UNAVAILABLE), S.BUSY, Reason.CALL_FAILED),
        (refuses(cause=Cause.ANSWERED_ELSEWHERE), S.READY, None),
        (ends(), S.READY, None),
    ],
)
def test_how_ringing_ends(event: ev.Event, after: SeatState, reason: str | None) -> None:
    world = ready_world()
    feed(world, queued(), rings(), event)
    assert (state(world), world.seats[A1].reason, world.seats[A1].since) == (after, reason, event.at)


def test_a_phone_lost_while_free_and_back() -> None:
    world = ready_world()
    feed(world, ev.DeviceOutOfService(at(3), P1))
    view = world.view(A1)
    assert (view.state, view.reason, view.network) == (S.BUSY, Reason.DEVICE_OFFLINE, Network.OFFLINE)
    feed(world, ev.DeviceInService(at(9), P1))
    assert (state(world), world.seats[A1].since) == (S.READY, at(9))


def test_a_phone_that_is_measured() -> None:
    world = ready_world()
    patch, _ = feed(world, ev.MediaQuality(at(1), P1, Quality(rtt_ms=500), in_call=False))
    assert patch is not None
    assert [(v.profile.agent, v.network) for v in patch.seats] == [(A1, Network.POOR)]
    patch, _ = feed(world, ev.MediaQuality(at(1.1), P1, Quality(rtt_ms=501), in_call=False))
    assert patch is None
    feed(world, ev.MediaQuality(at(1.2), DeviceId("porter"), Quality(rtt_ms=5), in_call=False))
    feed(world, ev.DeviceInService(at(1.3), DeviceId("porter")))
    assert world.devices[DeviceId("porter")].in_service


def test_after_the_call_its_sound_no_longer_counts() -> None:
    world = talking_world()
    feed(world, ev.MediaQuality(at(6), P1, Quality(rtt_ms=10, loss=0.2), in_call=True))
    assert world.view(A1).network is Network.POOR
    feed(world, ev.MediaQuality(at(7), P1, Quality(rtt_ms=10), in_call=False))
    assert world.view(A1).network is Network.POOR
    feed(world, ends(), ev.MediaQuality(at(62), P1, Quality(rtt_ms=10), in_call=False))
    assert world.view(A1).network is Network.GOOD


# ---- records --------------------------------------------------------------------------------------------------------


def test_the_records_of_a_call() -> None:
    world = ready_world()
    _, records = feed(world, queued(), rings(), answers(), leaves(), ends(by=Side.AGENT))
    assert [(r.kind, r.at) for r in records if isinstance(r, TimelineRecord)] == [
        ("queued", at(1)), ("rang", at(2)), ("answered", at(5)), ("left", at(60)), ("ended", at(61)),
    ]  # fmt: skip
    final = [r for r in records if isinstance(r, CallRecord)][-1]
    assert (final.outcome, final.agent, final.talk_s, final.valid) == (CallOutcome.ANSWERED, A1, 56, True)
    states = [r.state for r in records if isinstance(r, SeatStateRecord)]
    assert states == [S.ALERTING, S.TALKING, S.WRAP_UP]


def test_a_phone_that_comes_and_goes_in_a_call_is_no_change_of_the_seats_state() -> None:
    world = talking_world()
    patch, records = feed(world, ev.DeviceOutOfService(at(9), P1))
    assert patch is not None
    assert records == []


def test_a_repetition_says_nothing_new() -> None:
    world = ready_world()
    for event in (queued(), rings(), answers(), ends()):
        feed(world, event)
        patch, records = feed(world, event)
        assert (patch, records) == (None, [])


def test_a_conference_is_a_step_though_nothing_else_changes() -> None:
    _, records = feed(talking_world(), ev.Conferenced(at(7), C1, (P1, P2)))
    assert [r.kind for r in records if isinstance(r, TimelineRecord)] == ["conferenced"]


def test_an_event_that_does_not_fit_is_counted_and_changes_nothing() -> None:
    world = talking_world()
    before = dict(world.calls), dict(world.seats)
    for event in (refuses(), rings(CallId("unknown"))):
        with pytest.raises(IllegalTransitionError):
            world.apply(event)
    assert (dict(world.calls), dict(world.seats)) == before
    assert world.illegal_events == 2


def test_a_recording_is_kept_even_after_its_call() -> None:
    world = talking_world()
    _, records = feed(world, ev.RecordingStarted(at(6), C1, "r1"), ends(), ev.RecordingFinished(at(62), C1, "r1", 56))
    kept = [r for r in records if isinstance(r, RecordingRecord)]
    assert [(r.started_at, r.finished_at, r.complete) for r in kept] == [(at(6), None, None), (at(6), at(62), True)]


def test_own_number_and_who_missed_it() -> None:
    world = ready_world()
    _, records = feed(world, queued(called="1001"), ends())
    final = [r for r in records if isinstance(r, CallRecord)][-1]
    assert (final.outcome, final.agent) == (CallOutcome.AGENT_MISSED, A1)
    assert world.counts.abandoned == 0


# ---- who calls ------------------------------------------------------------------------------------------------------


def test_who_calls_is_shown_at_the_seat_and_written() -> None:
    world = talking_world()
    world.identify(C1, ELDER)
    patch, records = world.drain()
    assert patch is not None
    assert patch.seats[0].party.info == ELDER  # type: ignore[union-attr]
    assert records[-1].elder_id == 7  # type: ignore[union-attr]
    _, records = feed(world, ends())
    assert [r for r in records if isinstance(r, CallRecord)][-1].elder_id == 7


def test_a_look_up_that_comes_after_the_end_is_still_written() -> None:
    world = ready_world()
    feed(world, queued(), ends(), queued(C2), ends(C2))
    world.identify(C1, replace(ELDER, sos=True))
    world.identify(C2, None)
    world.identify(CallId("unknown"), ELDER)
    world.identify(C1, ELDER)
    _, records = world.drain()
    assert [(r.call, r.elder_id, r.sos, r.outcome) for r in records if isinstance(r, CallRecord)] == [
        (C1, 7, True, CallOutcome.ABANDONED)
    ]


def test_an_elder_who_was_looked_up_is_not_looked_for_after_the_end() -> None:
    world = ready_world()
    feed(world, queued(), rings(phone=DeviceId("porter")))
    world.identify(C1, None)
    feed(world, ends())
    world.identify(C1, ELDER)
    assert world.drain()[1] == []


def test_sos_by_line_or_by_number_and_only_inbound() -> None:
    world = ready_world()
    feed(world, queued(called="96001"), queued(C2), *dialled(CallId("c3"), called="96001"))
    world.identify(C2, replace(ELDER, sos=True))
    assert [world.is_sos(world.calls[c]) for c in (C1, C2, CallId("c3"))] == [True, True, False]
    assert [w.party.sos for w in world.centre().waiting] == [True, True]


# ---- losing and finding the PBX -------------------------------------------------------------------------------------


def test_the_wall_is_stale_from_the_loss_to_the_snapshot() -> None:
    world = ready_world()
    patch, _ = feed(world, ev.DriverDown(at(5), "closed"))
    assert patch is not None
    assert patch.centre is not None
    assert (patch.centre.stale_since, patch.centre.reconnect_attempts) == (at(5), 1)
    feed(world, ev.DriverDown(at(6), "refused"), ev.DriverUp(at(7)))
    assert (world.stale_since, world.attempts) == (at(5), 2)
    patch, _ = feed(world, snapshot(8))
    assert patch is not None
    assert (world.stale_since, world.attempts, len(patch.seats)) == (None, 0, 2)


def test_a_comparison_that_finds_nothing_says_nothing_of_the_seats() -> None:
    world = talking_world()
    call = held(C1, {EXTERNAL: C.CONNECTED, P1: C.CONNECTED})
    patch, records = feed(world, snapshot(9, (call,), reconcile=True))
    assert (patch.seats if patch else (), records, world.differences) == ((), [], [])


def test_a_snapshot_ends_what_the_pbx_does_not_hold() -> None:
    world = talking_world()
    feed(world, ev.RecordingStarted(at(6), C1, "r1"))
    _, records = feed(world, snapshot(30))
    assert world.differences == [("call_gone", C1), ("seat", A1)]
    final = [r for r in records if isinstance(r, CallRecord)][-1]
    assert (final.outcome, final.cause, final.ended_at) == (CallOutcome.ANSWERED, Cause.LOST, at(30))
    assert [r.complete for r in records if isinstance(r, RecordingRecord)] == [False]
    assert [r.kind for r in records if isinstance(r, TimelineRecord)] == ["found_ended"]
    assert world.seats[A1].wrap_up_until == at(60)


def test_a_snapshot_brings_what_we_did_not_know() -> None:
    world = ready_world()
    call = replace(held(C1, {EXTERNAL: C.CONNECTED, P1: C.HOLD}), recording="r1")
    _, records = feed(world, snapshot(30, (call,), gone=(P2,)))
    assert world.differences == [("call_found", C1), ("seat", A1), ("seat", A2)]
    assert (state(world), state(world, A2), world.view(A1).answered_today) == (S.HOLD, S.BUSY, 1)
    assert [r.name for r in records if isinstance(r, RecordingRecord)] == ["r1"]
    assert "resynchronised" in [r.kind for r in records if isinstance(r, TimelineRecord)]
    world.differences.clear()
    feed(world, snapshot(31, (replace(call, connections={EXTERNAL: C.QUEUED}),)))
    assert ("call_changed", C1) in world.differences


def test_a_call_whose_end_we_heard_is_not_raised_by_an_older_picture() -> None:
    world = talking_world()
    feed(world, ends(), snapshot(61, (held(C1, {EXTERNAL: C.CONNECTED, P1: C.CONNECTED}),)))
    assert (dict(world.calls), state(world)) == ({}, S.WRAP_UP)


def test_a_call_that_one_picture_missed_goes_on_in_the_next() -> None:
    world = talking_world()
    feed(world, snapshot(10), leaves(), ends())
    with pytest.raises(IllegalTransitionError):
        world.apply(ev.Held(at(62), C1, P1))
    feed(world, snapshot(63, (held(C1, {EXTERNAL: C.CONNECTED, P1: C.CONNECTED}),)))
    call = world.calls[C1]
    assert (call.queued_at, call.answered_at, state(world)) == (at(1), at(5), S.TALKING)
    assert (world.counts.queued, world.counts.answered_total, world.counts.answered[A1]) == (1, 1, 1)


def test_a_seat_whose_phone_was_taken_from_it_ends_its_call() -> None:
    world = talking_world()
    world.add_seat(SeatProfile(A1, "", 1, None), at(9))
    assert state(world) is S.WRAP_UP
    world.tick(at(99))
    assert (state(world), world.seats[A1].reason) == (S.BUSY, Reason.DEVICE_OFFLINE)


# ---- who there is ---------------------------------------------------------------------------------------------------


def test_a_new_profile_keeps_the_state() -> None:
    world = ready_world()
    patch = world.add_seat(replace(profile("1001"), name="renamed"), at(5)) or world.drain()[0]
    assert patch is not None
    assert [(v.profile.name, v.state, v.since) for v in patch.seats] == [("renamed", S.READY, T0)]


def test_a_seat_that_gets_another_phone_shows_what_that_does() -> None:
    world = ready_world()
    feed(world, queued(), rings(phone=DeviceId("1003")))
    world.add_seat(profile("1001", "1003"), at(5))
    assert state(world) is S.ALERTING
    world.add_seat(profile("1001", "9999"), at(6))
    assert (state(world), world.seats[A1].reason) == (S.BUSY, Reason.DEVICE_OFFLINE)


def test_one_phone_is_never_two_seats() -> None:
    world = ready_world()
    world.add_seat(profile("1002", "1001"), at(5))
    assert (world.agent_at(P1), world.seats[A1].device, state(world)) == (A2, None, S.BUSY)
    assert [seat.agent for seat, _ in world.ready()] == [A2]
    world.remove_seat(A2, at(6))
    assert (world.agent_at(P1), state(world)) == (A1, S.READY)


def test_a_seat_is_removed_after_its_call() -> None:
    world = talking_world()
    world.remove_seat(A1, at(9))
    assert (state(world), world.seats[A1].booked) == (S.TALKING, AgentState.LOGGED_OFF)
    patch, records = feed(world, ends())
    assert patch is not None
    assert (patch.removed, A1 in world.seats, A1 in world.profiles) == ((A1,), False, False)
    assert [r.state for r in records if isinstance(r, SeatStateRecord)] == [S.TALKING, S.LOGGED_OFF]
    for unknown in (world.seat, world.view):
        with pytest.raises(UnknownAgentError):
            unknown(A1)
    with pytest.raises(UnknownAgentError):
        world.remove_seat(A1, at(99))


def test_a_removal_is_undone_by_a_new_profile() -> None:
    world = talking_world()
    world.remove_seat(A1, at(9))
    world.add_seat(profile("1001"), at(10))
    feed(world, ends())
    assert state(world) is S.LOGGED_OFF


def test_a_seat_removed_and_added_at_once_is_there() -> None:
    world = ready_world()
    world.remove_seat(A1, at(1))
    world.add_seat(profile("1001"), at(1))
    patch, _ = world.drain()
    assert patch is not None
    assert ([v.profile.agent for v in patch.seats], patch.removed) == ([A1], ())


# ---- restart --------------------------------------------------------------------------------------------------------


def restored(kept: SeatStateRecord | None, *calls: CallRecord) -> World:
    world = World(Rules(), at(100))
    world.add_seat(profile("1001"), at(100), kept)
    for call in calls:
        world.restore_call(call)
    return world


def kept_state(**other: object) -> SeatStateRecord:
    base = SeatStateRecord(A1, at(50), S.READY, None, "ready", None, P1, None, since=at(40))
    return replace(base, **other)  # type: ignore[arg-type]


def test_before_the_pbx_has_spoken_a_seat_shows_what_it_showed() -> None:
    world = restored(kept_state(state=S.TALKING, call=C1))
    world.add_seat(replace(profile("1001"), name="renamed"), at(101))
    view = world.view(A1)
    assert (view.state, view.since, view.proven_at, world.stale_since) == (S.TALKING, at(40), at(50), at(100))


def test_a_ready_seat_whose_phone_is_gone_is_not_ready() -> None:
    world = restored(kept_state())
    feed(world, snapshot(101, gone=(P1,)))
    assert (state(world), world.seats[A1].reason) == (S.BUSY, Reason.DEVICE_OFFLINE)
    again = restored(kept_state())
    feed(again, snapshot(101))
    assert (state(again), again.seats[A1].since) == (S.READY, at(40))


def test_wrap_up_goes_on_to_the_same_moment_and_not_before_the_phone_is_known() -> None:
    world = restored(kept_state(state=S.WRAP_UP, call=C1, wrap_up_until=at(90)))
    world.tick(at(101))
    assert world.seats[A1].wrap_up_until == at(90)
    feed(world, snapshot(102))
    world.tick(at(102))
    assert state(world) is S.READY


def test_wrap_up_of_a_seat_without_a_phone_ends_too() -> None:
    world = World(Rules(), at(100))
    kept = kept_state(state=S.WRAP_UP, wrap_up_until=at(90), device=None)
    world.add_seat(SeatProfile(A1, "", 1, None), at(100), kept)
    world.tick(at(101))
    assert state(world) is S.BUSY


def test_a_call_goes_on_over_a_restart_with_what_was_known() -> None:
    call = CallRecord(
        C1, Direction.INBOUND, "138", "96000", T0, T0, at(1), at(2), agent=A1, device=P1, elder_id=7, sos=True
    )
    world = restored(kept_state(state=S.TALKING, call=C1, booked="not_ready", booked_reason="meal"), call)
    _, records = feed(world, snapshot(101, (held(C1, {EXTERNAL: C.CONNECTED, P1: C.CONNECTED}),)))
    seat = world.seats[A1]
    assert (seat.state, seat.since, seat.booked) == (S.TALKING, at(40), AgentState.NOT_READY)
    assert [(r.elder_id, r.sos, r.answered_at) for r in records if isinstance(r, CallRecord)] == [(7, True, at(2))]
    assert world.counts.answered[A1] == 0, "it was counted before"
    feed(world, ends(seconds=102))
    world.tick(at(140))
    assert (state(world), world.seats[A1].reason) == (S.NOT_READY, "meal")


def test_a_restored_call_of_nobody() -> None:
    world = restored(None, CallRecord(C1, Direction.INBOUND, "138", "96000", T0, T0))
    _, records = feed(world, snapshot(101))
    assert [r.outcome for r in records if isinstance(r, CallRecord)] == [CallOutcome.SYSTEM_FAILURE]


# ---- time and the centre --------------------------------------------------------------------------------------------


def test_the_queue_is_shown_in_the_order_of_coming() -> None:
    world = ready_world()
    feed(world, queued(C2, 5), queued(C1, 3))
    centre = world.centre()
    assert [(w.party.call, w.since) for w in centre.waiting] == [(C1, at(3)), (C2, at(5))]
    assert (centre.queued_today, centre.service_level_s, centre.stale_since) == (2, 15, None)


def test_the_newest_event_is_told_to_the_second() -> None:
    world = ready_world()
    assert feed(world, ev.Alive(at(1)))[0] is not None
    assert feed(world, ev.Alive(at(1.4)))[0] is None
    assert feed(world, ev.Alive(at(0.5)))[0] is None
    assert world.last_event_at == at(1.4)


def test_a_pbx_whose_clock_is_ahead_does_not_freeze_the_newest_event() -> None:
    world = ready_world()
    world.apply(ev.Alive(at(3600)), at(1))
    world.apply(ev.Alive(at(2)), at(2))
    assert world.last_event_at == at(2)


def test_midnight_shows_everybody_anew() -> None:
    world = talking_world()
    world.drain()
    world.tick(at(0))
    assert world.drain()[0] is None
    world.tick(T0 + timedelta(hours=12))
    patch, _ = world.drain()
    assert patch is not None
    assert [v.answered_today for v in patch.seats] == [0, 0]


def test_wrap_up_is_extended_from_its_end_or_from_now() -> None:
    world = talking_world()
    feed(world, ends())
    world.extend_wrap_up(A1, 20, at(65))
    assert world.seats[A1].wrap_up_until == at(111)
    world.extend_wrap_up(A1, 20, at(120))
    assert world.seats[A1].wrap_up_until == at(140)
    with pytest.raises(IllegalTransitionError):
        world.extend_wrap_up(A2, 20, at(120))


def test_a_phone_that_the_pbx_can_not_ring_counts_as_gone_until_heard_of() -> None:
    world = ready_world()
    world.unreachable(A1, at(5))
    assert world.seats[A1].reason == Reason.DEVICE_OFFLINE
    feed(world, snapshot(6))
    assert state(world) is S.READY


def test_a_break_is_kept_though_the_phone_rings() -> None:
    world = ready_world(agents=(A1, A3))
    asked(world, A3)
    world.happen(A1, Happening(Input.SET_STATE, at(1), state=AgentState.NOT_READY, reason="meal"))
    feed(world, queued(), rings(), refuses())
    assert (state(world), world.seats[A1].reason) == (S.NOT_READY, "meal")
