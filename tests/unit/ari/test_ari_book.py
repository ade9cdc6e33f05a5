"""The races of a call centre, walked without a PBX."""

from __future__ import annotations

import pytest
from ari_scene import CALLER, OTHER_SEAT, QUEUE, SEAT, Scene, channel

from telephony import events as cti
from telephony.ari import messages as ari
from telephony.ari.actions import (
    Answer,
    DialOut,
    DropBridge,
    HangUp,
    Join,
    LeaveNote,
    Park,
    PrepareMix,
    Record,
    RingBack,
    Snoop,
)
from telephony.ari.commands import Note
from telephony.ari.names import OurLeg, Role
from telephony.types import EXTERNAL, CallId, Cause, ConnectionState, Side


@pytest.fixture
def scene() -> Scene:
    return Scene()


# ---- inbound


def test_a_caller_waits(scene: Scene) -> None:
    call = scene.caller_arrives()
    assert scene.told(cti.Queued) == [cti.Queued(scene.told(cti.Queued)[0].at, call.id, CALLER, "96000")]
    assert scene.actions == [Answer(call.id, "c1"), Park(call.id, "c1"), PrepareMix(call.id, "xk-c1")]
    assert call.snapshot().connections == {EXTERNAL: ConnectionState.QUEUED}


def test_a_seat_takes_the_call(scene: Scene) -> None:
    call, leg = scene.talk()
    assert scene.names() == ["Queued", "Delivered 1001", "Established 1001"]
    assert scene.done(Join) == [Join(call.id, call.mix, ("c1", leg.channel), leg.channel)]
    assert call.snapshot().connections == {EXTERNAL: ConnectionState.CONNECTED, SEAT: ConnectionState.CONNECTED}


def test_ringing_is_told_once_and_before_the_answer(scene: Scene) -> None:
    leg = scene.seat(scene.caller_arrives())
    scene.answers(leg)
    scene.rings(leg)
    scene.rings(leg)
    assert scene.names() == ["Queued", "Delivered 1001"]


def test_the_seat_is_connected_only_when_both_are_in_the_bridge(scene: Scene) -> None:
    call = scene.caller_arrives()
    leg = scene.seat(call)
    scene.answers(leg)
    scene.enters(leg.channel, call.mix)
    assert not scene.told(cti.Established)
    scene.moves("c1", QUEUE, call.mix)
    assert len(scene.told(cti.Established)) == 1


def test_nobody_answers_and_the_caller_waits_on(scene: Scene) -> None:
    call = scene.caller_arrives()
    leg = scene.seat(call)
    scene.rings(leg)
    scene.dies(leg.channel, Cause.NO_ANSWER)
    assert scene.told(cti.Diverted)[0].cause is Cause.NO_ANSWER
    assert call.snapshot().connections == {EXTERNAL: ConnectionState.QUEUED}
    again = scene.seat(call)
    assert again.channel != leg.channel


def test_our_own_reason_is_better_than_the_pbxs(scene: Scene) -> None:
    leg = scene.seat(scene.caller_arrives())
    leg.cause = Cause.REJECTED
    scene.dies(leg.channel, Cause.NORMAL)
    assert scene.told(cti.Diverted)[0].cause is Cause.REJECTED


def test_the_caller_gives_up_while_a_seat_rings(scene: Scene) -> None:
    call = scene.caller_arrives()
    leg = scene.seat(call)
    scene.rings(leg)
    scene.dies("c1")
    assert scene.done(HangUp) == [HangUp(call.id, leg.channel, "answered_elsewhere")]
    scene.dies(leg.channel, Cause.ANSWERED_ELSEWHERE)
    assert scene.names() == ["Queued", "Delivered 1001", "CallCleared"]
    cleared = scene.told(cti.CallCleared)[0]
    assert (cleared.cause, cleared.cleared_by) == (Cause.NORMAL, Side.EXTERNAL)
    assert scene.done(DropBridge) == [DropBridge(call.id, call.mix)]


def test_answer_and_hang_up_at_once_leave_no_seat_alone(scene: Scene) -> None:
    leg = scene.seat(scene.caller_arrives())
    scene.rings(leg)
    scene.dies("c1")
    scene.answers(leg)
    assert scene.done(HangUp)[-1].channel == leg.channel
    assert not scene.done(Join)
    scene.dies(leg.channel)
    assert scene.names()[-1] == "CallCleared"
    assert not scene.book.calls
    assert not scene.book.legs


def test_the_seat_goes_between_answer_and_bridge(scene: Scene) -> None:
    call = scene.caller_arrives()
    leg = scene.seat(call)
    scene.answers(leg)
    scene.dies(leg.channel)
    scene.moves("c1", QUEUE, call.mix)
    assert scene.names()[-1] == "Diverted 1001"
    assert scene.done(Park)[-1].channel == "c1"
    assert len(scene.done(Park)) == 2


def test_the_seat_goes_after_the_caller_reached_the_bridge(scene: Scene) -> None:
    call = scene.caller_arrives()
    leg = scene.seat(call)
    scene.answers(leg)
    scene.moves("c1", QUEUE, call.mix)
    scene.dies(leg.channel)
    assert len(scene.done(Park)) == 2


@pytest.mark.parametrize("first", ["seat", "customer"])
def test_who_hangs_up(scene: Scene, first: str) -> None:
    call, leg = scene.talk()
    one, two = (leg.channel, "c1") if first == "seat" else ("c1", leg.channel)
    scene.dies(one)
    assert scene.done(HangUp)[-1].channel == two
    scene.dies(two)
    assert scene.told(cti.CallCleared)[0].cleared_by is (Side.AGENT if first == "seat" else Side.EXTERNAL)
    assert {event.device for event in scene.told(cti.ConnectionCleared)} == {SEAT, EXTERNAL}
    assert call.id not in scene.book.calls


def test_a_lost_phone_says_why(scene: Scene) -> None:
    _call, leg = scene.talk()
    scene.dies(leg.channel, Cause.MEDIA_LOST)
    assert scene.told(cti.ConnectionCleared)[0].cause is Cause.MEDIA_LOST


def test_events_of_a_call_that_is_over_say_nothing(scene: Scene) -> None:
    call, leg = scene.talk()
    scene.dies("c1")
    scene.dies(leg.channel)
    before = len(scene.events), len(scene.actions)
    scene.feed(ari.StasisStart(scene.now, channel("c1", "xktcc,inbound,96000"), None))
    scene.dies("c1")
    scene.answers(leg)
    scene.enters("c1", call.mix)
    scene.feed(ari.ChannelHold(scene.now, leg.channel, held=True))
    assert (len(scene.events), len(scene.actions)) == before


def test_a_leg_of_nobody_is_hung_up(scene: Scene) -> None:
    args = OurLeg(Role.SEAT, CallId("gone"), SEAT)
    scene.feed(ari.StasisStart(scene.now, channel("xk-gone-seat-1", "xktcc,agent,gone,1001"), args))
    assert scene.actions == [HangUp(CallId("gone"), "xk-gone-seat-1")]


def test_channels_with_foreign_arguments_are_left_alone(scene: Scene) -> None:
    scene.feed(ari.StasisStart(scene.now, channel("m1", "xktcc,media,x"), None))
    scene.feed(ari.PeerStatusChange(scene.now, SEAT, online=True))
    assert not scene.events
    assert not scene.actions


# ---- hold


def test_hold_by_command(scene: Scene) -> None:
    call, _leg = scene.talk()
    scene.moves("c1", call.mix, QUEUE)
    assert call.snapshot().connections[SEAT] is ConnectionState.HOLD
    scene.moves("c1", QUEUE, call.mix)
    assert scene.names()[-2:] == ["Held 1001", "Retrieved 1001"]


def test_hold_at_the_phone(scene: Scene) -> None:
    call, leg = scene.talk()
    for held in (True, True, False):
        scene.feed(ari.ChannelHold(scene.now, leg.channel, held=held))
    assert scene.names()[-2:] == ["Held 1001", "Retrieved 1001"]
    assert scene.done(LeaveNote) == [
        LeaveNote(call.id, leg.channel, Note(held=True)),
        LeaveNote(call.id, leg.channel, Note()),
    ]


def test_both_holds_are_one(scene: Scene) -> None:
    call, leg = scene.talk()
    scene.moves("c1", call.mix, QUEUE)
    scene.feed(ari.ChannelHold(scene.now, leg.channel, held=True))
    scene.moves("c1", QUEUE, call.mix)
    assert scene.names()[-1] == "Held 1001"
    scene.feed(ari.ChannelHold(scene.now, leg.channel, held=False))
    assert scene.names()[-1] == "Retrieved 1001"


def test_the_other_side_may_hold_us_without_a_word(scene: Scene) -> None:
    scene.talk()
    scene.feed(ari.ChannelHold(scene.now, "c1", held=True))
    assert scene.names()[-1] == "Established 1001"


# ---- transfer


def test_a_blind_transfer(scene: Scene) -> None:
    call, leg = scene.talk()
    leg.leaving, call.transferred_from = True, SEAT
    scene.moves("c1", call.mix, QUEUE)
    scene.dies(leg.channel)
    other = scene.seat(call, OTHER_SEAT)
    scene.rings(other)
    scene.answers(other)
    scene.moves("c1", QUEUE, call.mix)
    scene.enters(other.channel, call.mix)
    assert scene.names()[3:] == ["ConnectionCleared 1001", "Delivered 1002", "Transferred", "Established 1002"]
    assert len(scene.done(Snoop)) == 1


def test_nobody_takes_the_transfer(scene: Scene) -> None:
    call, leg = scene.talk()
    leg.leaving, call.transferred_from = True, SEAT
    scene.moves("c1", call.mix, QUEUE)
    scene.dies(leg.channel)
    scene.dies(scene.seat(call, OTHER_SEAT).channel, Cause.NO_ANSWER)
    assert scene.names()[-1] == "Diverted 1002"
    assert call.transferred_from is None
    assert call.snapshot().connections == {EXTERNAL: ConnectionState.QUEUED}


# ---- outbound


def test_click_to_dial(scene: Scene) -> None:
    call, seat = scene.outbound()
    scene.rings(seat)
    scene.answers(seat)
    customer = call.customer
    assert customer is not None
    assert scene.done(DialOut)[0].leg == OurLeg(Role.CUSTOMER, call.id, EXTERNAL, "13900002222")
    assert scene.done(RingBack) == [RingBack(call.id, seat.channel, on=True)]
    scene.rings(customer)
    scene.answers(customer)
    assert scene.done(RingBack)[-1] == RingBack(call.id, seat.channel, on=False)
    scene.enters(customer.channel, call.mix)
    scene.enters(seat.channel, call.mix)
    assert scene.names() == [
        "ServiceInitiated 1001",
        "Originated 1001",
        "Delivered external",
        "Established external",
        "Established 1001",
    ]


def test_the_dialled_number_is_busy(scene: Scene) -> None:
    call, seat = scene.outbound()
    scene.answers(seat)
    assert call.customer is not None
    scene.dies(call.customer.channel, Cause.BUSY)
    scene.dies(seat.channel)
    assert scene.names() == ["ServiceInitiated 1001", "Originated 1001", "Failed external", "CallCleared"]
    cleared = scene.told(cti.CallCleared)[0]
    assert (cleared.cause, cleared.cleared_by) == (Cause.BUSY, Side.EXTERNAL)


def test_the_agent_hangs_up_while_it_is_dialled(scene: Scene) -> None:
    call, seat = scene.outbound()
    scene.answers(seat)
    assert call.customer is not None
    scene.dies(seat.channel)
    assert scene.done(HangUp)[-1].channel == call.customer.channel
    scene.dies(call.customer.channel)
    assert not scene.told(cti.Failed)
    assert scene.told(cti.CallCleared)[0].cleared_by is Side.AGENT


def test_the_agent_does_not_take_up_the_own_call(scene: Scene) -> None:
    _call, seat = scene.outbound()
    scene.dies(seat.channel, Cause.NO_ANSWER)
    assert scene.names() == ["ServiceInitiated 1001", "Failed 1001", "CallCleared"]


def test_the_dialling_itself_fails(scene: Scene) -> None:
    _call, seat = scene.outbound()
    scene.answers(seat)
    scene.take(scene.book.failed(scene.done(DialOut)[0], scene.now))
    assert scene.told(cti.Failed)[0].cause is Cause.CONGESTION
    assert scene.done(HangUp)[-1].channel == seat.channel


def test_a_late_answer_of_the_customer_after_the_agent_left(scene: Scene) -> None:
    call, seat = scene.outbound()
    scene.answers(seat)
    customer = call.customer
    assert customer is not None
    scene.dies(seat.channel)
    scene.answers(customer)
    assert scene.done(HangUp)[-1].channel == customer.channel


# ---- what can't be carried out


def test_a_seat_that_can_t_be_joined_is_given_up(scene: Scene) -> None:
    leg = scene.seat(scene.caller_arrives())
    scene.answers(leg)
    scene.take(scene.book.failed(scene.done(Join)[0], scene.now))
    assert scene.done(HangUp)[-1].channel == leg.channel
    scene.dies(leg.channel)
    assert scene.told(cti.Diverted)[0].cause is Cause.OTHER


def test_other_failures_need_nothing(scene: Scene) -> None:
    call = scene.caller_arrives()
    assert scene.book.failed(Answer(call.id, "c1"), scene.now) == []


def test_a_leg_that_was_not_taken_leaves_no_trace(scene: Scene) -> None:
    call = scene.caller_arrives()
    assert scene.book.not_taken(scene.seat(call), scene.now) == []
    assert list(call.snapshot().connections) == [EXTERNAL]
    outbound, seat = scene.outbound()
    assert scene.book.not_taken(seat, scene.now) == []
    assert outbound.id not in scene.book.calls


def test_the_caller_goes_while_a_leg_is_not_taken(scene: Scene) -> None:
    leg = scene.seat(scene.caller_arrives())
    scene.dies("c1")
    assert not scene.told(cti.CallCleared)
    scene.take(scene.book.not_taken(leg, scene.now))
    assert scene.names()[-1] == "CallCleared"
    assert scene.book.not_taken(leg, scene.now) == []


# ---- recording


def test_the_recording_begins_with_the_first_talk_and_only_once(scene: Scene) -> None:
    call, _leg = scene.talk()
    snoop = scene.done(Snoop)[0]
    assert snoop.channel == "c1"
    for _ in range(2):
        scene.feed(ari.StasisStart(scene.now, channel(snoop.snoop, "xktcc,snoop,c1"), snoop.leg))
    assert scene.done(Record) == [Record(call.id, snoop.snoop, "xk-c1")]
    for done in (False, False, True, True):
        scene.feed(ari.RecordingChange(scene.now, "xk-c1", done, 7.0 if done else None))
    assert [(event.name, event.call) for event in scene.told(cti.RecordingStarted)] == [("xk-c1", "c1")]
    assert [event.duration_s for event in scene.told(cti.RecordingFinished)] == [7.0]


def test_a_recording_that_can_t_begin_is_not_claimed(scene: Scene) -> None:
    call, _leg = scene.talk()
    snoop = scene.done(Snoop)[0]
    scene.feed(ari.StasisStart(scene.now, channel(snoop.snoop, "xktcc,snoop,c1"), snoop.leg))
    scene.take(scene.book.failed(scene.done(Record)[0], scene.now))
    assert call.snapshot().recording is None
    assert scene.done(HangUp) == [HangUp(call.id, snoop.snoop)]


def test_a_snoop_of_nobody_is_hung_up(scene: Scene) -> None:
    scene.feed(ari.StasisStart(scene.now, channel("xk-c9-snoop-4"), OurLeg(Role.SNOOP, CallId("c9"))))
    assert scene.actions == [HangUp(CallId("c9"), "xk-c9-snoop-4")]


def test_other_recordings_are_not_ours(scene: Scene) -> None:
    scene.feed(ari.RecordingChange(scene.now, "greeting", done=True, duration_s=None))
    assert not scene.events
