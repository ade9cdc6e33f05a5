"""A phone that begins anew in mid-call: what the book does, without a PBX."""

from __future__ import annotations

import pytest
from ari_scene import OTHER_SEAT, QUEUE, Scene

from telephony import events as cti
from telephony.ari.actions import DropBridge, HangUp, Join, LeaveNote, PrepareMix, Silence
from telephony.ari.calls import Call, Leg
from telephony.ari.commands import Note
from telephony.types import Cause


@pytest.fixture
def scene() -> Scene:
    return Scene()


def talking(scene: Scene) -> tuple[Call, Leg]:
    call, leg = scene.talk()
    scene.actions.clear()
    scene.events.clear()
    return call, leg


def renewed(scene: Scene, leg: Leg) -> tuple[str, str]:
    """Begin, and have the phone go off hook; its old channel and its new one."""
    old, new = leg.channel, scene.book.begin_renewal(leg)
    scene.answers_on(new, leg)
    return old, new


def test_the_new_channel_takes_the_place_of_the_old_one(scene: Scene) -> None:
    call, leg = talking(scene)
    old, new = renewed(scene, leg)
    assert leg.channel == new != old
    assert scene.actions == [
        PrepareMix(call.id, "xk-c1-moved", renumbers=True),
        Join(call.id, "xk-c1-moved", ("c1", new), new),
        DropBridge(call.id, "xk-c1"),
        LeaveNote(call.id, new, Note(held=False, muted=False)),
        HangUp(call.id, old),
    ]
    scene.enters("c1", call.mix)
    scene.enters(new, call.mix)
    scene.dies(old)
    assert scene.events == []
    assert leg.established
    scene.dies(new)
    assert scene.told(cti.ConnectionCleared)


def test_a_second_time_and_on_hold_only_the_phone_moves(scene: Scene) -> None:
    call, leg = talking(scene)
    leg.muted = True
    scene.enters("c1", QUEUE)
    scene.events.clear()
    _old, new = renewed(scene, leg)
    assert Join(call.id, call.mix, (new,), new) in scene.actions
    assert Silence(call.id, new) in scene.actions
    scene.actions.clear()
    old, newer = renewed(scene, leg)
    assert scene.actions[0] == Join(call.id, call.mix, (newer,), newer)
    assert HangUp(call.id, old) in scene.actions
    assert scene.events == []
    assert leg.held


def test_the_old_channel_may_go_before_the_new_one_comes(scene: Scene) -> None:
    _call, leg = talking(scene)
    old, new = leg.channel, scene.book.begin_renewal(leg)
    scene.dies(old)
    assert scene.events == []
    scene.answers_on(new, leg)
    assert leg.channel == new


def test_without_a_new_channel_the_phone_has_gone(scene: Scene) -> None:
    _call, leg = talking(scene)
    old, new = leg.channel, scene.book.begin_renewal(leg)
    scene.dies(old)
    scene.dies(new)
    assert [event.cause for event in scene.told(cti.ConnectionCleared)] == [Cause.MEDIA_LOST]


def test_a_phone_that_is_not_taken_off_hook_keeps_its_old_channel(scene: Scene) -> None:
    _call, leg = talking(scene)
    old, new = leg.channel, scene.book.begin_renewal(leg)
    scene.dies(new)
    assert (scene.events, leg.channel, leg.renewal) == ([], old, None)
    assert scene.book.renewals == {}


def test_a_call_that_ends_meanwhile_rings_nobody(scene: Scene) -> None:
    call, leg = talking(scene)
    new = scene.book.begin_renewal(leg)
    scene.dies("c1")
    assert HangUp(call.id, new) in scene.actions
    scene.actions.clear()
    scene.answers_on(new, leg)
    assert scene.actions == [HangUp(call.id, new)]


def test_another_phones_end_does_not_touch_it(scene: Scene) -> None:
    call, leg = talking(scene)
    other = scene.seat(call, OTHER_SEAT)
    new = scene.book.begin_renewal(leg)
    scene.dies(other.channel)
    assert scene.book.renewals == {new: leg}
