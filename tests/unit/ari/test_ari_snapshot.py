"""What the PBX holds becomes calls again, and what was left half done is put right."""

from __future__ import annotations

import pytest
from ari_scene import CALLER, OTHER_SEAT, QUEUE, SEAT, START, Scene, channel

from telephony.ari.actions import Answer, DropBridge, HangUp, Join, Park, PrepareMix, Snoop
from telephony.ari.calls import Call
from telephony.ari.commands import Note
from telephony.ari.messages import Bridge, Channel
from telephony.ari.repair import repair
from telephony.ari.snapshot import Holdings, Picture, picture
from telephony.types import EXTERNAL, CallId, ConnectionState, Direction

C = ConnectionState
CUSTOMER = channel("c1", "xktcc,inbound,96000")
SEAT_UP = channel("xk-c1-seat-1", "xktcc,agent,c1,1001", endpoint="1001")
SEAT_RINGS = channel("xk-c1-seat-1", state="Ringing", endpoint="1001")
SNOOP = channel("xk-c1-snoop-2", "xktcc,snoop,c1")
OUT_SEAT = channel("xk-o1-out-1", "xktcc,agent-out,o1,1001,139", endpoint="1001", number="139")
OUT_CUSTOMER = channel("xk-o1-customer-2", "xktcc,customer,o1,external,139", number="96000")
OUT_CUSTOMER_RINGS = channel("xk-o1-customer-2", state="Ringing", number="96000")


def look(*channels: Channel, holds: dict[str, bool] | None = None, **bridges: tuple[str, ...]) -> Picture:
    """A picture of ``channels``; bridges by name: ``queue`` and those of a call."""
    names = {"queue": Bridge(QUEUE, "holding", bridges.get("queue", ()))}
    for call in ("c1", "o1"):
        if any(call in one.id for one in channels) and not any(name.startswith(call) for name in bridges):
            names[call] = Bridge(f"xk-{call}", "mixing", ())
    names |= {
        name: Bridge(f"xk-{name.replace('_', '-')}", "mixing", inside)
        for name, inside in bridges.items()
        if name != "queue"
    }
    return picture(
        Holdings(list(channels), list(names.values()), [], {name: Note(held) for name, held in (holds or {}).items()}),
        "xktcc",
    )


def connections(seen: Picture, call: str = "c1") -> dict[str, ConnectionState]:
    return dict(seen.calls[CallId(call)].snapshot().connections)


def mend(seen: Picture) -> list[object]:
    return list(repair(seen.calls.values(), seen.bridges, seen.strays, seen.empty))


def test_a_waiting_caller() -> None:
    seen = look(CUSTOMER, queue=("c1",))
    call = seen.calls[CallId("c1")].snapshot()
    assert (call.direction, call.caller, call.called, call.started_at) == (Direction.INBOUND, CALLER, "96000", START)
    assert connections(seen) == {EXTERNAL: C.QUEUED}
    assert mend(seen) == []


def test_a_ringing_seat_is_known_by_its_id_alone() -> None:
    seen = look(CUSTOMER, SEAT_RINGS, queue=("c1",))
    assert connections(seen) == {EXTERNAL: C.QUEUED, SEAT: C.ALERTING}
    assert mend(seen) == []


def test_a_talk_with_its_recording() -> None:
    seen = look(CUSTOMER, SEAT_UP, SNOOP, c1=("c1", "xk-c1-seat-1"))
    assert connections(seen) == {EXTERNAL: C.CONNECTED, SEAT: C.CONNECTED}
    assert seen.calls[CallId("c1")].snapshot().recording == "xk-c1"
    assert mend(seen) == []
    assert seen.calls[CallId("c1")].legs_made == 2


def test_a_transferred_talk() -> None:
    seen = look(CUSTOMER, SEAT_UP, SNOOP, c1_moved=("c1", "xk-c1-seat-1"))
    assert connections(seen) == {EXTERNAL: C.CONNECTED, SEAT: C.CONNECTED}
    assert mend(seen) == []


@pytest.mark.parametrize(
    ("holds", "state"), [({"xk-c1-seat-1": True}, C.HOLD), ({"xk-c1-seat-1": False}, C.CONNECTED), ({}, C.CONNECTED)]
)
def test_a_hold_at_the_phone_is_read_from_its_note(holds: dict[str, bool], state: ConnectionState) -> None:
    assert connections(look(CUSTOMER, SEAT_UP, SNOOP, holds=holds, c1=("c1", "xk-c1-seat-1")))[SEAT] is state


def test_a_hold_at_the_phone_is_remembered_where_there_is_no_note() -> None:
    bridges = [Bridge("xk-c1", "mixing", ("c1", "xk-c1-seat-1"))]
    seen = picture(Holdings([CUSTOMER, SEAT_UP, SNOOP], bridges, []), "xktcc", {"xk-c1-seat-1": Note(held=True)})
    assert connections(seen)[SEAT] is C.HOLD


def test_a_hold_by_command() -> None:
    seen = look(CUSTOMER, SEAT_UP, SNOOP, queue=("c1",), c1=("xk-c1-seat-1",))
    assert connections(seen) == {EXTERNAL: C.CONNECTED, SEAT: C.HOLD}
    assert mend(seen) == []


def test_outbound_in_each_phase() -> None:
    ringing = channel("xk-o1-out-1", state="Ringing", endpoint="1001", number="139")
    assert connections(look(ringing), "o1") == {SEAT: C.INITIATED}
    assert mend(look(ringing)) == []
    dialling = look(OUT_SEAT, OUT_CUSTOMER_RINGS)
    assert connections(dialling, "o1") == {EXTERNAL: C.ALERTING, SEAT: C.CONNECTED}
    assert mend(dialling) == []
    talking = look(OUT_SEAT, OUT_CUSTOMER, channel("xk-o1-snoop-3"), o1=("xk-o1-out-1", "xk-o1-customer-2"))
    call = talking.calls[CallId("o1")].snapshot()
    assert (call.direction, call.caller, call.called) == (Direction.OUTBOUND, "1001", "139")
    assert connections(talking, "o1") == {EXTERNAL: C.CONNECTED, SEAT: C.CONNECTED}
    assert mend(talking) == []


def test_the_number_of_a_transferred_outbound_call_is_known_from_the_customer() -> None:
    other = channel("xk-o1-seat-4", "xktcc,agent,o1,1002", endpoint="1002", number="139")
    seen = look(OUT_CUSTOMER, other, channel("xk-o1-snoop-3"), o1_moved=("xk-o1-seat-4", "xk-o1-customer-2"))
    assert seen.calls[CallId("o1")].snapshot().called == "139"
    assert connections(seen, "o1") == {EXTERNAL: C.CONNECTED, OTHER_SEAT: C.CONNECTED}


# ---- repairs


def test_a_caller_in_no_queue_is_put_back() -> None:
    assert mend(look(CUSTOMER)) == [Answer(CallId("c1"), "c1"), Park(CallId("c1"), "c1")]


def test_a_waiting_caller_needs_a_bridge_to_talk_in() -> None:
    seen = picture(Holdings([CUSTOMER], [Bridge(QUEUE, "holding", ("c1",))], []), "xktcc")
    assert mend(seen) == [PrepareMix(CallId("c1"), "xk-c1")]


def test_a_caller_alone_in_the_mix_is_put_back() -> None:
    assert Park(CallId("c1"), "c1") in mend(look(CUSTOMER, SNOOP, c1=("c1",)))


def test_an_answered_seat_is_joined() -> None:
    seen = look(CUSTOMER, SEAT_UP, queue=("c1",))
    assert mend(seen)[-1] == Join(CallId("c1"), "xk-c1", ("c1", "xk-c1-seat-1"), "xk-c1-seat-1")


def test_a_talk_without_recording_gets_one() -> None:
    seen = look(CUSTOMER, SEAT_UP, c1=("c1", "xk-c1-seat-1"))
    assert [type(action) for action in mend(seen)] == [Snoop]


def test_orphans_are_cleared() -> None:
    stray = channel("xk-c7-seat-1", "xktcc,agent,c7,1001", endpoint="1001")
    seen = look(stray, channel("xk-c8-snoop-2"), c9=())
    assert seen.calls == {}
    assert mend(seen) == [
        HangUp(CallId("xk-c7-seat-1"), "xk-c7-seat-1"),
        HangUp(CallId("xk-c8-snoop-2"), "xk-c8-snoop-2"),
        DropBridge(CallId("c9"), "xk-c9"),
    ]


def test_an_outbound_call_that_lost_a_side_is_cleared() -> None:
    assert mend(look(OUT_CUSTOMER)) == [HangUp(CallId("o1"), "xk-o1-customer-2")]
    assert mend(look(OUT_SEAT)) == [HangUp(CallId("o1"), "xk-o1-out-1")]


def test_what_is_not_ours_stays() -> None:
    fallback = Channel("c5", "PJSIP/trunk-1", "Up", CALLER, "Playback", ("sorry",), START)
    seen = look(fallback, channel("c6", "other,inbound,1"), x9=("c5",))
    assert (seen.calls, seen.strays, seen.empty) == ({}, (), ())


# ---- comparison


def adopt(scene: Scene, calls: dict[CallId, Call], since: float) -> list[Call]:
    """Take over what differs, which differed shortly before too."""
    return scene.book.adopt(calls, since, scene.book.differing(calls, since))


def test_a_call_that_did_not_differ_before_is_left_alone() -> None:
    scene = Scene()
    call, _leg = scene.talk()
    scene.seconds += 10
    assert scene.book.adopt({}, scene.seconds, frozenset()) == []
    assert scene.book.calls[call.id] is call


def test_the_same_call_stays_as_the_book_knows_it() -> None:
    scene = Scene()
    call, leg = scene.talk()
    leg.leaving = True
    seen = look(CUSTOMER, SEAT_UP, SNOOP, c1=("c1", "xk-c1-seat-1"))
    scene.seconds += 10
    assert adopt(scene, seen.calls, scene.seconds) == []
    assert scene.book.calls[call.id] is call


def test_a_call_that_differs_is_taken_over() -> None:
    scene = Scene()
    scene.talk()
    scene.seconds += 10
    taken = adopt(scene, look(CUSTOMER, queue=("c1",)).calls, scene.seconds)
    assert [call.id for call in taken] == ["c1"]
    assert set(scene.book.legs) == {"c1"}


def test_a_call_with_news_after_the_look_is_left_alone() -> None:
    scene = Scene()
    call, leg = scene.talk()
    since = scene.seconds
    scene.seconds += 1
    scene.dies(leg.channel)
    scene.dies("c1")
    seen = look(CUSTOMER, SEAT_UP, SNOOP, c1=("c1", "xk-c1-seat-1"))
    assert adopt(scene, seen.calls, since) == []
    assert call.id not in scene.book.calls
    assert not scene.book.is_stray("xk-c1-seat-1", since)
    assert not scene.book.is_stray("xk-c1-moved", since)
    assert scene.book.is_stray("xk-c2", since)


def test_a_call_that_the_pbx_does_not_hold_is_forgotten() -> None:
    scene = Scene()
    call, _leg = scene.talk()
    scene.seconds += 10
    assert adopt(scene, {}, scene.seconds) == []
    assert call.id not in scene.book.calls
    assert not scene.book.legs
