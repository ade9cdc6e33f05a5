"""A second call that a phone begins by itself: what the book and the repair make of it, without a PBX."""

from __future__ import annotations

import pytest
from ari_scene import OTHER_SEAT, SEAT, Scene, channel

from telephony import events as cti
from telephony.ari import messages as ari
from telephony.ari.actions import Answer, DropBridge, HangUp, Join, Park, PrepareMix, RefuseTransfer
from telephony.ari.calls import Call, Leg
from telephony.ari.messages import Bridge, Channel
from telephony.ari.names import SecondCall
from telephony.ari.repair import repair
from telephony.ari.snapshot import Holdings, Picture, picture
from telephony.types import CallId, Cause, DeviceId

SECOND = "pbx-77.1"
ASIDE = "xk-c1-aside"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def dials(scene: Scene, target: str = OTHER_SEAT, device: DeviceId = SEAT, name: str = SECOND) -> None:
    args = SecondCall(target)
    came = channel(name, f"xktcc,second,{target}", number=device, state="Ring", endpoint=device)
    scene.feed(ari.StasisStart(scene.now, came, args))


def asked(scene: Scene) -> tuple[Call, Leg, Leg]:
    """Seat 1001 talks, has dialled, and seat 1002 rings; the call and both legs."""
    call, first = scene.talk()
    dials(scene)
    call.consultation = cti.Consultation(SEAT, OTHER_SEAT, at_phone=True)  # as the command does
    other = scene.seat(call, OTHER_SEAT)
    scene.rings(other)
    scene.actions.clear()
    return call, first, other


def talking(scene: Scene) -> tuple[Call, Leg, Leg]:
    """And it has answered."""
    call, first, other = asked(scene)
    scene.answers(other)
    for name in (SECOND, other.channel):
        scene.enters(name, ASIDE)
    scene.actions.clear()
    return call, first, other


def test_it_is_asked_for_first(scene: Scene) -> None:
    call, _first = scene.talk()
    dials(scene)
    dials(scene)  # events repeat
    assert [event.target for event in scene.told(cti.ConsultationRequested)] == [OTHER_SEAT]
    assert call.second is not None
    assert call.bridges == {call.mix, ASIDE}


def test_a_phone_without_a_call_or_with_two_is_refused(scene: Scene) -> None:
    dials(scene)
    assert scene.actions == [HangUp(CallId(SECOND), SECOND, "rejected")]
    call, _first = scene.talk()
    dials(scene, name="pbx-77.2")
    scene.actions.clear()
    dials(scene, name="pbx-77.3")
    assert scene.actions == [HangUp(CallId("pbx-77.3"), "pbx-77.3", "rejected")]
    assert call.second is not None
    assert call.second.channel == "pbx-77.2"


def test_both_hear_each_other_when_it_is_answered(scene: Scene) -> None:
    call, _first, other = asked(scene)
    scene.answers(other)
    assert scene.actions == [
        Answer(call.id, SECOND),
        PrepareMix(call.id, ASIDE),
        Join(call.id, ASIDE, (SECOND, other.channel), other.channel),
    ]
    scene.enters(SECOND, ASIDE)
    assert not other.established
    scene.enters(other.channel, ASIDE)
    assert other.established
    assert scene.told(cti.Conferenced) == []


def test_an_answer_after_the_phone_gave_up_is_ended(scene: Scene) -> None:
    call, _first, other = asked(scene)
    scene.dies(SECOND)
    assert scene.actions == [DropBridge(call.id, ASIDE), HangUp(call.id, other.channel, "answered_elsewhere")]
    scene.actions.clear()
    scene.answers(other)
    assert scene.actions == [HangUp(call.id, other.channel)]


@pytest.mark.parametrize(
    ("cause", "word"), [(Cause.BUSY, "busy"), (Cause.NO_ANSWER, "no_answer"), (Cause.REJECTED, "normal")]
)
def test_the_phone_hears_why_nobody_came(scene: Scene, cause: Cause, word: str) -> None:
    call, _first, other = asked(scene)
    scene.dies(other.channel, cause)
    assert scene.actions == [HangUp(call.id, SECOND, word)]
    assert call.consultation is None
    scene.dies(SECOND)
    assert call.second is None
    assert call.bridges == {call.mix}


def test_a_first_call_put_down_goes_to_whom_was_asked(scene: Scene) -> None:
    call, first, other = talking(scene)
    scene.dies(first.channel)
    assert scene.actions == [
        PrepareMix(call.id, "xk-c1-moved", renumbers=True),
        Join(call.id, "xk-c1-moved", ("c1", other.channel), other.channel),
        DropBridge(call.id, "xk-c1"),
        HangUp(call.id, SECOND, "normal"),
    ]
    scene.enters("c1", call.mix)
    scene.enters(other.channel, call.mix)
    assert [event.to_device for event in scene.told(cti.Transferred)] == [OTHER_SEAT]
    scene.actions.clear()
    scene.dies(SECOND)
    assert scene.actions == [DropBridge(call.id, ASIDE)]


def test_a_second_time_only_whom_was_asked_moves(scene: Scene) -> None:
    call, first, other = talking(scene)
    call.moved = True
    scene.dies(first.channel)
    assert scene.actions == [
        Join(call.id, call.mix, (other.channel,), other.channel),
        HangUp(call.id, SECOND, "normal"),
    ]


def test_a_first_call_put_down_while_it_rings_waits_for_the_answer(scene: Scene) -> None:
    call, first, other = asked(scene)
    scene.dies(first.channel)
    assert Park(call.id, "c1") in scene.actions
    assert HangUp(call.id, SECOND, "normal") in scene.actions
    scene.dies(SECOND)
    scene.actions.clear()
    scene.answers(other)
    assert scene.done(Join) == [Join(call.id, call.mix, ("c1", other.channel), other.channel)]


def test_a_caller_left_to_somebody_who_leaves_at_that_moment_waits_again(scene: Scene) -> None:
    call, first, other = talking(scene)
    scene.dies(first.channel)
    scene.actions.clear()
    scene.dies(other.channel)  # before the caller came to them
    assert scene.actions[-1] == Park(call.id, "c1")
    scene.enters("c1", "xk-queue-xktcc")
    scene.dies(SECOND)
    assert scene.book.calls[call.id].parked
    assert scene.told(cti.CallCleared) == []


def test_the_caller_takes_everything_along(scene: Scene) -> None:
    call, first, other = talking(scene)
    scene.dies("c1")
    assert scene.actions == [
        HangUp(call.id, first.channel, "normal"),
        HangUp(call.id, other.channel, "normal"),
        HangUp(call.id, SECOND, "normal"),
    ]
    scene.dies(first.channel)
    scene.dies(other.channel)
    scene.dies(SECOND)
    assert len(scene.told(cti.CallCleared)) == 1
    assert DropBridge(call.id, ASIDE) in scene.actions
    assert scene.book.legs == {}


def test_a_transfer_is_asked_for_between_these_two_calls_only(scene: Scene) -> None:
    call, first, _other = talking(scene)
    scene.feed(ari.ChannelTransfer(scene.now, first.channel, "", "pbx-1.1"))
    assert scene.actions == [RefuseTransfer(call.id, first.channel)]
    scene.feed(ari.ChannelTransfer(scene.now, SECOND, "", first.channel))
    assert [event.target for event in scene.told(cti.TransferRequested)] == [""]
    assert call.referred == SECOND


# ---- after a lost socket

CUSTOMER = channel("c1", "xktcc,inbound,96000")
FIRST = channel("xk-c1-seat-1", "xktcc,agent,c1,1001", endpoint="1001")
OTHER = channel("xk-c1-seat-2", "xktcc,agent,c1,1002", endpoint="1002")
DIALLED = channel(SECOND, "xktcc,second,1002", endpoint="1001")
SNOOP = channel("xk-c1-snoop-3", "xktcc,snoop,c1")


def look(*channels: Channel, mix: tuple[str, ...] = (), aside: tuple[str, ...] = ()) -> Picture:
    bridges = [Bridge("xk-queue-xktcc", "holding", ()), Bridge("xk-c1", "mixing", mix), Bridge(ASIDE, "mixing", aside)]
    return picture(Holdings([CUSTOMER, SNOOP, *channels], bridges, []), "xktcc")


def mend(seen: Picture) -> list[object]:
    return list(repair(seen.calls.values(), seen.bridges, seen.strays, seen.empty))


def test_a_consultation_is_found_again() -> None:
    seen = look(FIRST, OTHER, DIALLED, mix=("c1", FIRST.id), aside=(SECOND, OTHER.id))
    call = seen.calls[CallId("c1")]
    assert call.consultation == cti.Consultation(SEAT, OTHER_SEAT, at_phone=True)
    assert call.second is not None
    assert mend(seen) == []


def test_an_answer_that_nobody_heard_of_is_joined() -> None:
    seen = look(FIRST, OTHER, DIALLED, mix=("c1", FIRST.id))
    assert mend(seen) == [
        Answer(CallId("c1"), SECOND),
        PrepareMix(CallId("c1"), ASIDE),
        Join(CallId("c1"), ASIDE, (SECOND, OTHER.id), OTHER.id),
    ]


def test_a_second_call_that_asks_nobody_is_ended() -> None:
    assert mend(look(FIRST, DIALLED, mix=("c1", FIRST.id))) == [HangUp(CallId("c1"), SECOND)]


def test_whoever_was_asked_by_one_that_is_gone_is_ended() -> None:
    seen = look(FIRST, OTHER, mix=("c1", FIRST.id), aside=(OTHER.id,))
    assert HangUp(CallId("c1"), OTHER.id) in mend(seen)


def test_a_second_call_of_a_phone_in_no_call_is_ended() -> None:
    seen = picture(Holdings([DIALLED], [], []), "xktcc")
    assert seen.strays == (SECOND,)
