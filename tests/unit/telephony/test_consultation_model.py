"""What a third party makes of a call, and what its leaving leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from telephony import call_model
from telephony import events as ev
from telephony.call_model import Call
from telephony.errors import IllegalTransitionError
from telephony.types import EXTERNAL, SECOND_EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Side

AT = datetime(2026, 3, 2, tzinfo=UTC)
CALL, ONE, TWO = CallId("c1"), DeviceId("1001"), DeviceId("1002")
C = ConnectionState


def after(*events: ev.CallEvent, call: Call | None = None) -> Call:
    if call is None:
        call = call_model.begin(ev.Queued(AT, CALL, "138", "96000"))
        events = (ev.Queued(AT, CALL, "138", "96000"), ev.Established(AT, CALL, ONE), *events)
    for event in events:
        call = call_model.apply(call, event)
    return call


def consulting(to: DeviceId = TWO) -> Call:
    return after(
        ev.Held(AT, CALL, ONE),
        ev.ConsultationStarted(AT, CALL, ONE, to, "139" if to == SECOND_EXTERNAL else ""),
        ev.Delivered(AT, CALL, to),
        ev.Established(AT, CALL, to),
    )


def test_the_consulted_party_is_with_the_asker_whose_call_it_stays() -> None:
    call = consulting()
    assert call.consultation == ev.Consultation(ONE, TWO)
    assert (call.state_of(ONE), call.state_of(TWO), call.handled_by) == (C.HOLD, C.CONNECTED, ONE)
    again = after(ev.ConsultationStarted(AT, CALL, ONE, TWO), ev.Established(AT, CALL, TWO), call=call)
    assert again == call


@pytest.mark.parametrize(
    ("to", "handler"), [(TWO, TWO), (SECOND_EXTERNAL, ONE)], ids=["to a seat", "to an outside number"]
)
def test_a_transfer_ends_it(to: DeviceId, handler: DeviceId) -> None:
    call = after(ev.Muted(AT, CALL, ONE), ev.Transferred(AT, CALL, ONE, to), call=consulting(to))
    assert (call.consultation, call.muted, call.handled_by) == (None, frozenset(), handler)
    assert call.connections == {EXTERNAL: C.CONNECTED, to: C.CONNECTED}
    assert after(ev.ConnectionCleared(AT, CALL, ONE, Cause.NORMAL), call=call) == call


@pytest.mark.parametrize("left", [ev.Diverted, ev.ConnectionCleared])
def test_the_consulted_party_leaves_and_the_call_is_the_askers(left: type[ev.Diverted | ev.ConnectionCleared]) -> None:
    ringing = after(ev.Held(AT, CALL, ONE), ev.ConsultationStarted(AT, CALL, ONE, TWO), ev.Delivered(AT, CALL, TWO))
    call = after(left(AT, CALL, TWO, Cause.REJECTED), ev.Retrieved(AT, CALL, ONE), call=ringing)
    assert (call.consultation, call.handled_by, call.offered) == (None, ONE, ())
    assert call.connections == {EXTERNAL: C.CONNECTED, ONE: C.CONNECTED}


def test_all_three_are_joined_parted_and_left_by_the_asker() -> None:
    call = after(ev.Conferenced(AT, CALL, (EXTERNAL, ONE, TWO)), ev.Retrieved(AT, CALL, ONE), call=consulting())
    assert call.consultation == ev.Consultation(ONE, TWO, joined=True)
    apart = after(ev.Held(AT, CALL, ONE), call=call)
    assert apart.consultation == ev.Consultation(ONE, TWO)
    left = after(ev.ConnectionCleared(AT, CALL, ONE, Cause.NORMAL), call=call)
    assert (left.consultation, left.handled_by) == (None, TWO)
    assert left.connections == {EXTERNAL: C.CONNECTED, TWO: C.CONNECTED}


def test_who_has_no_part_in_the_call_can_neither_be_muted_nor_ask() -> None:
    for event in (ev.Muted(AT, CALL, TWO), ev.ConsultationStarted(AT, CALL, TWO, ONE)):
        with pytest.raises(IllegalTransitionError):
            after(event)


def test_mute_is_of_the_party_and_ends_with_it() -> None:
    muted = after(ev.Muted(AT, CALL, ONE), ev.Muted(AT, CALL, ONE))
    assert muted.muted == {ONE}
    assert after(ev.Unmuted(AT, CALL, ONE), call=muted).muted == frozenset()
    assert after(ev.CallCleared(AT, CALL, Cause.NORMAL, Side.EXTERNAL), call=muted).muted == frozenset()


def test_a_snapshot_shows_the_consultation_and_what_we_knew_of_the_number() -> None:
    call = consulting(SECOND_EXTERNAL)
    found = ev.CallSnapshot(
        CALL,
        call.direction,
        "138",
        "96000",
        AT,
        dict(call.connections),
        None,
        ev.Consultation(ONE, SECOND_EXTERNAL),
        frozenset({ONE}),
    )
    seen = call_model.from_snapshot(found, call, AT)
    assert (seen.consultation, seen.muted, seen.handled_by) == (call.consultation, {ONE}, ONE)
