"""The wall of an earlier moment from what was kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from telephony.history import TodayCounts
from telephony.records import CallRecord, SeatStateRecord
from telephony.types import AgentId, CallId, DeviceId, Direction, Network, SeatState
from telephony.views import SeatProfile
from xktcc_app.domain.rewind import Past, PastCall, centre_of, seats_of

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
PROFILES = [SeatProfile(AgentId(agent), agent, 1, DeviceId(agent)) for agent in ("1001", "1002")]


def state(agent: str, state: SeatState, **more: Any) -> SeatStateRecord:
    values = {"reason": None, "requested": "ready", "requested_reason": None, "device": None, "call": None, **more}
    return SeatStateRecord(AgentId(agent), AT - timedelta(minutes=5), state, **values)


def call(ident: str, **more: Any) -> PastCall:
    begun = AT - timedelta(minutes=6)
    record = CallRecord(CallId(ident), Direction.INBOUND, "13800001111", "96000", begun, **more)
    return PastCall(record, "王秀英")


def past(states: list[SeatStateRecord] = [], calls: list[PastCall] = [], **counts: Any) -> Past:  # noqa: B006 - only read
    return Past(AT, {one.agent: one for one in states}, calls, TodayCounts(**counts), 15)


def test_a_seat_without_any_record_was_never_logged_on() -> None:
    [first, _] = seats_of(past(), PROFILES)
    assert (first.state, first.reason) == (SeatState.LOGGED_OFF, "never_logged_on")


def test_a_talking_seat_shows_whom_it_talked_to_and_since_when() -> None:
    since = AT - timedelta(minutes=7)
    seats = seats_of(past([state("1001", SeatState.TALKING, call="c1", since=since)], [call("c1")]), PROFILES)
    assert seats[0].since == since
    assert seats[0].party
    assert (seats[0].party.number, seats[0].party.info and seats[0].party.info.name) == ("13800001111", "王秀英")
    assert seats[1].party is None


def test_an_idle_seat_keeps_nobody_of_its_last_call() -> None:
    assert seats_of(past([state("1001", SeatState.READY, call="c1")], [call("c1")]), PROFILES)[0].party is None


def test_network_is_unknown_but_where_the_reason_tells() -> None:
    seats = seats_of(
        past([state("1001", SeatState.BUSY, reason="device_offline"), state("1002", SeatState.READY)]), PROFILES
    )
    assert [seat.network for seat in seats] == [Network.OFFLINE, Network.UNKNOWN]


def test_the_queue_is_who_waited_then() -> None:
    queued = AT - timedelta(minutes=1)
    calls = [
        call("waits", queued_at=queued),
        call("answered later", queued_at=queued, answered_at=AT + timedelta(seconds=5)),
        call("answered", queued_at=queued, answered_at=AT - timedelta(seconds=5)),
        call("given up", queued_at=queued, ended_at=AT - timedelta(seconds=5)),
        call("queued later", queued_at=AT + timedelta(seconds=1)),
        call("rings at a seat", queued_at=queued),
    ]
    centre = centre_of(past([state("1001", SeatState.ALERTING, call="rings at a seat")], calls))
    assert [caller.party.call for caller in centre.waiting] == ["waits", "answered later"]
    assert centre.waiting[0].since == queued


def test_counts_are_those_up_to_then() -> None:
    kept = past(answered={AgentId("1001"): 3}, answered_total=9, abandoned=2, queued=12, answered_in_time=8)
    assert seats_of(kept, PROFILES)[0].answered_today == 3
    centre = centre_of(kept)
    assert (centre.answered_today, centre.abandoned_today, centre.queued_today, centre.answered_in_time) == (
        9,
        2,
        12,
        8,
    )
    assert centre.last_event_at == AT
