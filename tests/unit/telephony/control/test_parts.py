"""The small pure parts of control, each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest

from telephony import events as ev
from telephony.agent_model import ON_CALL, TABLE, Input, Reason, Seat
from telephony.call_model import Call
from telephony.control import line, outcome, showing, timeline
from telephony.control.devices import Device
from telephony.control.ended import Recent
from telephony.control.outbox import Outbox
from telephony.control.recordings import Recordings
from telephony.control.roster import Roster
from telephony.records import RecordingRecord, SeatStateRecord
from telephony.types import (
    EXTERNAL,
    AgentId,
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
from tests.unit.telephony.control.worlds import (  # fmt: skip
    A1,
    A2,
    A3,
    C1,
    C2,
    P1,
    P2,
    T0,
    answers,
    at,
    ends,
    held,
    leaves,
    profile,
    queued,
    refuses,
    rings,
)

C, S, I = ConnectionState, SeatState, Input  # noqa: E741 - the tables below are read by these letters
IN = Call(C1, Direction.INBOUND, "138", "96000", T0, queued_at=T0)
OUT = replace(IN, direction=Direction.OUTBOUND, queued_at=None)


def ended(call: Call, by: Side, cause: Cause = Cause.NORMAL, **other: object) -> Call:
    return replace(call, ended_at=at(60), cleared_by=by, cause=cause, **other)  # type: ignore[arg-type]


# ---- outcome --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "to_seat", "expected"),
    [
        (IN, False, None),
        (ended(IN, Side.EXTERNAL, answered_at=T0), False, CallOutcome.ANSWERED),
        (ended(IN, Side.EXTERNAL), False, CallOutcome.ABANDONED),
        (ended(IN, Side.EXTERNAL), True, CallOutcome.AGENT_MISSED),
        (ended(IN, Side.SYSTEM), True, CallOutcome.SYSTEM_FAILURE),
        (ended(OUT, Side.EXTERNAL, answered_at=T0), False, CallOutcome.ANSWERED),
        (ended(OUT, Side.SYSTEM, Cause.BUSY, dialled_at=T0), False, CallOutcome.REMOTE_BUSY),
        (ended(OUT, Side.EXTERNAL, Cause.REJECTED), False, CallOutcome.REMOTE_REJECTED),
        (ended(OUT, Side.AGENT, Cause.NO_ANSWER, dialled_at=T0), False, CallOutcome.REMOTE_NO_ANSWER),
        (ended(OUT, Side.AGENT, dialled_at=T0), False, CallOutcome.CANCELLED),
        (ended(OUT, Side.SYSTEM, Cause.NO_ANSWER), False, CallOutcome.CANCELLED),  # the agent's own phone
        (ended(OUT, Side.SYSTEM, Cause.UNKNOWN_NUMBER, dialled_at=T0), False, CallOutcome.SYSTEM_FAILURE),
        (replace(ended(OUT, Side.SYSTEM), cause=None), False, CallOutcome.SYSTEM_FAILURE),
    ],
)
def test_the_answer_status(call: Call, *, to_seat: bool, expected: CallOutcome | None) -> None:
    assert outcome.outcome(call, to_seat=to_seat) is expected


@pytest.mark.parametrize(("talked", "valid"), [(9.9, False), (10, True), (-3, False)])
def test_validity_is_talk_of_the_configured_length(talked: float, *, valid: bool) -> None:
    known = outcome.Circumstances(A1, 7, sos=True, to_seat=False)
    record = outcome.record(ended(IN, Side.AGENT, answered_at=at(60 - talked)), known, 10)
    assert (record.talk_s, record.valid, record.elder_id, record.agent) == (max(0, talked), valid, 7, A1)
    assert outcome.record(ended(IN, Side.EXTERNAL), known, 10).valid is False
    running = outcome.record(replace(IN, answered_at=T0), known, 10)
    assert (running.talk_s, running.valid, running.outcome) == (None, None, None)


def test_a_record_gives_the_call_back() -> None:
    call = replace(IN, rang_at=at(1), answered_at=at(2), handled_by=P1, cause=Cause.BUSY)
    assert outcome.revive(outcome.record(call, outcome.Circumstances(A1, None, sos=False, to_seat=False), 10)) == call


# ---- line -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "state", "shown"),
    [
        (IN, C.ALERTING, S.ALERTING),
        (IN, C.CONNECTED, S.TALKING),
        (IN, C.HOLD, S.HOLD),
        (IN, C.FAIL, None),
        (IN, C.QUEUED, None),
        (OUT, C.INITIATED, S.ALERTING),
        (OUT, C.CONNECTED, S.ALERTING),
        (replace(OUT, answered_at=T0), C.CONNECTED, S.TALKING),
    ],
)
def test_what_a_phone_shows_of_one_call(call: Call, state: ConnectionState, shown: SeatState | None) -> None:
    assert line.of_call(replace(call, connections={P1: state}), P1) is shown
    assert line.of_call(call, P1) is None


def test_the_call_in_which_somebody_hears_it_comes_first() -> None:
    ringing = replace(IN, connections={P1: C.ALERTING})
    talking = replace(IN, id=C2, connections={P1: C.CONNECTED})
    assert line.of_device([ringing, talking], P1) == (S.TALKING, C2)
    assert line.of_device([replace(IN)], P1) is None


@pytest.mark.parametrize(("state", "target"), list(product(SeatState, [None, S.ALERTING, S.TALKING, S.HOLD])))
@pytest.mark.parametrize("call", [C1, C2])
@pytest.mark.parametrize("event", [None, rings(), leaves(), *(refuses(cause=cause) for cause in Cause)])
def test_there_is_always_a_step_to_what_the_phone_does(
    state: SeatState, target: SeatState | None, call: CallId, event: ev.Event | None
) -> None:
    seat = Seat(A1, P1, T0, state, call=C1 if state in ON_CALL else None)
    kind = line.needed_input(seat, (target, call) if target else None, event)
    same = seat.state is target and seat.call == call
    assert (kind is None) == (same or (target is None and state not in ON_CALL))
    assert kind is None or (state, kind) in TABLE


@pytest.mark.parametrize(
    ("state", "event", "kind"),
    [
        (S.ALERTING, refuses(cause=Cause.NO_ANSWER), I.MISSED),
        (S.ALERTING, refuses(cause=Cause.REJECTED), I.DECLINED),
        (S.ALERTING, refuses(cause=Cause.BUSY), I.DECLINED),
        (S.ALERTING, refuses(cause=Cause.NORMAL), I.RELEASED),
        (S.ALERTING, refuses(cause=Cause.ANSWERED_ELSEWHERE), I.RELEASED),
        (S.ALERTING, refuses(cause=Cause.UNAVAILABLE), I.FAILED),
        (S.ALERTING, ends(), I.RELEASED),
        (S.TALKING, ends(), I.ENDED),
        (S.HOLD, None, I.ENDED),
    ],
)
def test_how_a_call_is_left(state: SeatState, event: ev.Event | None, kind: Input) -> None:
    assert line.needed_input(Seat(A1, P1, T0, state, call=C1), None, event) is kind


def test_taking_back_is_told_from_another_conversation() -> None:
    holding = Seat(A1, P1, T0, S.HOLD, call=C1)
    assert line.needed_input(holding, (S.TALKING, C1), None) is I.RETRIEVED
    assert line.needed_input(holding, (S.TALKING, C2), None) is I.CONNECTED


# ---- timeline -------------------------------------------------------------------------------------------------------


def agents(device: DeviceId | None) -> AgentId | None:
    return {P1: A1, P2: A2}.get(device) if device else None


@pytest.mark.parametrize(
    ("event", "kind", "agent", "device", "detail"),
    [
        (queued(), "queued", None, None, ""),
        (ev.ServiceInitiated(T0, C1, P1, "139"), "dialled", A1, P1, ""),
        (ev.Originated(T0, C1, P1), "originated", A1, P1, ""),
        (rings(), "rang", A1, P1, ""),
        (rings(phone=EXTERNAL), "rang", None, EXTERNAL, ""),
        (answers(), "answered", A1, P1, ""),
        (ev.Held(T0, C1, P1), "held", A1, P1, ""),
        (ev.Retrieved(T0, C1, P1), "retrieved", A1, P1, ""),
        (refuses(), "missed", A1, P1, "no_answer"),
        (leaves(cause=Cause.MEDIA_LOST), "left", A1, P1, "media_lost"),
        (ev.Transferred(T0, C1, P1, P2), "transferred", A2, P2, "from:1001"),
        (ev.Conferenced(T0, C1, (P1, P2)), "conferenced", None, None, ""),
        (ev.Failed(T0, C1, EXTERNAL, Cause.BUSY), "failed", None, EXTERNAL, "busy"),
        (ends(), "ended", None, None, "external:normal"),
        (ends(cause=Cause.LOST), "found_ended", None, None, ""),
    ],
)
def test_each_event_is_one_step(
    event: ev.CallEvent, kind: str, agent: AgentId | None, device: DeviceId | None, detail: str
) -> None:
    (step,) = timeline.steps(IN, event, agents)
    assert (step.call, step.at, step.kind) == (C1, event.at, kind)
    assert (step.agent, step.device, step.detail) == (agent, device, detail)


def test_a_recording_is_no_step_and_a_snapshot_is_one() -> None:
    assert timeline.steps(IN, ev.RecordingStarted(T0, C1, "r"), agents) == []
    assert timeline.found(replace(IN, handled_by=P1), at(3), None).kind == "resynchronised"


# ---- devices --------------------------------------------------------------------------------------------------------


def test_a_phone_that_went_has_no_figures_and_takes_none() -> None:
    phone = Device(P1).registered(T0, in_service=True).measured(at(1), Quality(rtt_ms=500))
    assert (phone.network, phone.since) == (Network.POOR, at(1))
    gone = phone.registered(at(2), in_service=False)
    assert (gone.network, gone.quality, gone.since) == (Network.OFFLINE, Quality(), at(2))
    assert gone.measured(at(3), Quality(rtt_ms=1)) is gone
    assert gone.registered(at(4), in_service=False) == gone


def test_noise_is_kept_back() -> None:
    phone = Device(P1).registered(T0, in_service=True).measured(at(1), Quality(rtt_ms=20))
    assert phone.measured(at(2), Quality(rtt_ms=22)) is phone
    assert phone.measured(at(2), Quality(rtt_ms=29)).since == at(1)


def test_a_phone_is_no_longer_judged_by_its_last_call() -> None:
    phone = Device(P1).registered(T0, in_service=True).measured(at(1), Quality(20, 70, 0.2))
    assert phone.network is Network.POOR
    assert phone.measured(at(2), Quality(rtt_ms=20)).network is Network.POOR
    assert phone.measured(at(2), Quality(rtt_ms=20), alone=True).network is Network.GOOD
    assert phone.measured(at(2), Quality(), alone=True) is phone


# ---- recent, recordings, roster, outbox -----------------------------------------------------------------------------


def test_the_oldest_is_forgotten_first() -> None:
    recent: Recent[str, int] = Recent(2)
    for name, number in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.add(name, number)
    assert ("a" in recent, "b" in recent, recent.get("a"), recent.get("b")) == (True, False, 3, None)
    assert (recent.pop("a"), recent.pop("a"), "a" in recent) == (3, None, False)


def started(seconds: float = 1, name: str = "r1") -> ev.RecordingStarted:
    return ev.RecordingStarted(at(seconds), C1, name)


def finished(seconds: float = 9, length: float | None = 8, name: str = "r1") -> ev.RecordingFinished:
    return ev.RecordingFinished(at(seconds), C1, name, length)


def test_a_recording_from_beginning_to_end_and_its_repetitions() -> None:
    recordings = Recordings()
    begun = recordings.note(started())
    assert begun is not None
    assert (begun.started_at, begun.finished_at, begun.complete) == (at(1), None, None)
    assert recordings.note(started(2)) is None
    over = recordings.note(finished())
    assert over == replace(begun, finished_at=at(9), duration_s=8, complete=True)
    assert (recordings.note(finished()), recordings.note(started())) == (None, None)
    assert recordings.found(replace(held(C1, {}), recording="r1"), at(10)) is None


def test_a_recording_whose_beginning_nobody_saw() -> None:
    over = Recordings().note(finished(9, 8))
    assert over is not None
    assert over.started_at == at(1)
    unknown = Recordings().note(finished(9, None))
    assert unknown is not None
    assert (unknown.started_at, unknown.duration_s) == (at(9), None)
    recordings = Recordings()
    assert recordings.found(held(C1, {}), at(3)) is None
    found = recordings.found(replace(held(C1, {}), recording="r1"), at(3))
    assert found is not None
    assert found.started_at == at(3)
    assert recordings.found(replace(held(C1, {}), recording="r1"), at(4)) is None


def test_a_recording_whose_call_is_gone_was_cut_off_unless_its_end_comes_yet() -> None:
    recordings = Recordings()
    recordings.note(started())
    assert recordings.lost({C1}, at(5), None) == []
    (cut,) = recordings.lost(set(), at(6), None)
    assert (cut.finished_at, cut.complete) == (at(6), False)
    assert recordings.lost(set(), at(7), None) == []
    late = recordings.note(finished())
    assert late is not None
    assert late.complete


@pytest.mark.parametrize(("pbx_since", "complete"), [(at(0), True), (at(1), True), (at(2), False), (None, False)])
def test_a_recording_that_ended_unheard_is_whole_if_the_pbx_has_run_ever_since(
    pbx_since: datetime | None, complete: bool
) -> None:
    recordings = Recordings()
    recordings.restore(RecordingRecord(C1, "r1", at(1)))
    (over,) = recordings.lost(set(), at(6), pbx_since)
    assert over == RecordingRecord(C1, "r1", at(1), at(6), None, complete)


def test_a_phone_belongs_to_the_last_who_claims_it() -> None:
    roster = Roster()
    assert roster.put(profile("1001")) == {A1}
    assert roster.put(profile("1002", "1001")) == {A1, A2}
    assert (roster.agent_at(P1), roster.phone_of(A1), roster.phone_of(A2)) == (A2, None, P1)
    assert roster.put(profile("1002", "1002")) == {A1, A2}
    assert (roster.phone_of(A1), roster.phone_of(A2)) == (P1, P2)
    assert roster.remove(A1) == set()
    assert (roster.agent_at(P1), roster.agent_at(None)) == (None, None)


def test_who_is_reached_by_a_number() -> None:
    roster = Roster()
    roster.put(profile("1001", "web7"))
    roster.put(SeatProfile(A3, "no phone", 1, None))
    assert (roster.by_number("1001"), roster.by_number("web7"), roster.by_number("96000")) == (A1, A1, None)
    assert roster.phone_of(A3) is None
    assert roster.put(SeatProfile(A3, "still none", 1, None)) == {A3}


def test_a_seat_that_comes_back_was_not_removed() -> None:
    box = Outbox()
    box.take()
    assert not box.take().visible
    box.seat(A1)
    box.seat_removed(A1)
    assert (box.take().seats, box.take().removed) == (frozenset(), frozenset())
    box.seat_removed(A1)
    box.seat(A1)
    changes = box.take()
    assert (changes.seats, changes.removed, changes.visible) == ({A1}, frozenset(), True)


# ---- showing --------------------------------------------------------------------------------------------------------


def test_a_seat_goes_through_its_record_unchanged() -> None:
    seat = Seat(
        A1, P1, T0, S.TALKING, None, AgentState.READY, None, AgentState.NOT_READY, "meal", C1, wrap_up_until=at(9)
    )
    kept = showing.seat_record(seat, at(4), "boss")
    assert (kept.at, kept.since, kept.by, kept.booked) == (at(4), T0, "boss", "not_ready")
    assert showing.revive(profile("1001"), kept, at(99)) == seat


def test_what_an_older_record_does_not_tell() -> None:
    kept = SeatStateRecord(A1, at(4), S.READY, None, "ready", None, P1, None)
    seat = showing.revive(profile("1001"), kept, at(99))
    assert (seat.since, seat.booked, seat.in_service) == (at(4), None, True)
    assert showing.revive(profile("1001"), None, at(99)) == Seat(A1, P1, at(99), reason="never_logged_on")


def test_the_party_is_the_outside_one() -> None:
    info = CallerInfo(1, "name", 80, (), "")
    assert showing.party(IN, info, sos=True).number == "138"
    assert showing.party(replace(OUT, called="139"), None, sos=False).number == "139"
    assert showing.waiting(IN, info, sos=False).since == T0
    assert showing.waiting(replace(OUT, started_at=at(7)), info, sos=False).since == at(7)


def test_a_seat_without_a_phone_shows_nothing_of_one() -> None:
    around = showing.Surroundings(None, None, 1, 2, T0)
    view = showing.seat_view(Seat(A3, None, T0, S.BUSY, Reason.FORCED), SeatProfile(A3, "", 1, None), around)
    assert (view.network, view.network_since, view.quality, view.answered_today) == (
        Network.UNKNOWN,
        None,
        Quality(),
        1,
    )


def test_a_recording_that_failed_is_not_whole() -> None:
    kept = Recordings()
    kept.note(ev.RecordingStarted(T0, C1, "r"))
    ended = kept.note(ev.RecordingFinished(T0, C1, "r", None, complete=False))
    assert ended is not None
    assert ended.complete is False
