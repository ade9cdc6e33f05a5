from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telephony.types import AgentState, Network, Quality, SeatState
from telephony.views import CentreView
from tests.support.views import caller, seat, waiting
from xktcc_app.domain.alerts import caller_alerts, in_order, is_exception, rank, seat_alerts
from xktcc_app.domain.thresholds import CALM, NEAR, PAST, Limit, Thresholds
from xktcc_app.domain.wall import Tally, centre_wire, own_seat_wire, peer_wire, seat_wire
from xktcc_app.domain.wire import NO_SEAT, Seat, milliseconds

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("lasted", "level"), [(-5, CALM), (0, CALM), (59.9, CALM), (60, NEAR), (89.9, NEAR), (90, PAST)]
)
def test_a_limit_is_near_then_past(lasted: float, level: int) -> None:
    assert Limit(60, 90).level(ago(lasted), NOW) == level


def test_a_state_without_a_limit_stays_calm() -> None:
    assert Thresholds().level(SeatState.READY, ago(100_000), NOW) == CALM
    assert Thresholds().level(SeatState.BUSY, ago(100_000), NOW) == PAST


def test_configured_limits_replace_the_given_ones() -> None:
    limits = Thresholds.of({"talking": (1, 2), "queue": (3, 4)})
    assert limits.states == {SeatState.TALKING: Limit(1, 2)}
    assert limits.queue == Limit(3, 4)
    assert Thresholds.of({"talking": (1, 2)}).queue == Thresholds().queue


def test_the_wall_shows_a_masked_number_and_the_elder() -> None:
    view = seat("1001", 3, SeatState.TALKING, party=caller(), since=NOW, booked=AgentState.NOT_READY, reason="meal",
                quality=Quality(20.26, None, 0.015), answered_today=4, outbound_today=2)  # fmt: skip
    wire = seat_wire(view, "城北", NEAR, 5)
    assert wire["number"] == "138****1234"
    assert "13800001234" not in str(wire)
    assert (wire["party"], wire["dir"], wire["booked"], wire["reason"]) == ("王秀英", "inbound", "not_ready", "meal")
    assert (wire["rtt"], wire["jitter"], wire["loss"]) == (20.3, -1.0, 1.5)
    assert (wire["org"], wire["org_name"], wire["num"], wire["level"]) == ("3", "城北", 5, NEAR)
    assert wire["since_ms"] == 1_772_352_000_000
    assert "138****1234" in wire["search"]
    assert set(wire) == set(Seat.__annotations__)


def test_a_seat_alone_has_every_key_too() -> None:
    wire = seat_wire(seat("1001", network_since=None), "", CALM, 0)
    assert (wire["party"], wire["number"], wire["dir"], wire["network_since_ms"], wire["sos"]) == ("", "", "", 0, False)


def test_the_agent_sees_more_of_the_own_seat() -> None:
    ringing = seat("1001", state=SeatState.ALERTING, party=caller(sos=True), wrap_up_until=NOW)
    own = own_seat_wire(ringing, seat_wire(ringing, "", CALM, 0), can_answer=True)
    assert own["elder"] == {
        "name": "王秀英", "age": 81, "types": ["living_alone"], "community": "桂花社区", "sos": True, "matches": 1,
    }  # fmt: skip
    assert own["can_answer"]
    assert not own_seat_wire(ringing, seat_wire(ringing, "", CALM, 0), can_answer=False)["can_answer"]
    assert own["called"] == "96000"
    assert own["wrap_up_until_ms"] == milliseconds(NOW)
    assert set(own) == set(NO_SEAT)


@pytest.mark.parametrize(("party", "sos"), [(None, False), (caller(name="", sos=True), True)])
def test_an_unknown_caller_is_no_elder(party, sos: bool) -> None:
    view = seat("1001", state=SeatState.TALKING, party=party)
    own = own_seat_wire(view, seat_wire(view, "", CALM, 0), can_answer=True)
    assert (own["elder"]["name"], own["elder"]["matches"], own["elder"]["sos"]) == ("", 0, sos)
    assert not own["can_answer"]


def test_an_elder_whose_age_is_not_known() -> None:
    party = caller()
    assert party.info is not None
    view = seat("1001", state=SeatState.TALKING, party=replace(party, info=replace(party.info, age=None)))
    assert own_seat_wire(view, seat_wire(view, "", CALM, 0), can_answer=True)["elder"]["age"] == -1


SOS = seat("1001", state=SeatState.TALKING, party=caller(sos=True))
GONE = seat("1002", network=Network.OFFLINE)
AWAY = seat("1003", state=SeatState.LOGGED_OFF, network=Network.OFFLINE)
CALM_SEAT = seat("1004")


def test_exceptions_come_first_and_only_a_seats_own_state_decides() -> None:
    ranked = [rank(SOS, CALM, 9), rank(GONE, CALM, 1), rank(CALM_SEAT, PAST, 5), rank(CALM_SEAT, NEAR, 4),
              rank(CALM_SEAT, CALM, 3), rank(AWAY, CALM, 0)]  # fmt: skip
    assert ranked == sorted(ranked)
    assert len(set(ranked)) == len(ranked)


@pytest.mark.parametrize(
    ("view", "level", "exception"),
    [(SOS, CALM, True), (GONE, CALM, True), (AWAY, CALM, False), (CALM_SEAT, NEAR, False), (CALM_SEAT, PAST, True)],
)
def test_what_is_an_exception(view, level: int, exception: bool) -> None:
    assert is_exception(view, level) is exception


def test_an_sos_call_that_is_over_is_no_exception() -> None:
    assert not is_exception(seat("1001", state=SeatState.WRAP_UP, party=caller(sos=True)), CALM)


def test_seats_give_alerts() -> None:
    late = seat("1005", state=SeatState.HOLD, party=caller(), since=NOW)
    assert [alert["kind"] for alert in seat_alerts(late, PAST)] == ["long_call"]
    assert [alert["kind"] for alert in seat_alerts(seat("1006", state=SeatState.WRAP_UP), PAST)] == ["long_wrap_up"]
    assert [alert["kind"] for alert in seat_alerts(SOS, CALM)] == ["sos"]
    assert [alert["kind"] for alert in seat_alerts(replace(GONE, network_since=None), CALM)] == ["device_offline"]
    assert seat_alerts(seat("1007", state=SeatState.BUSY), PAST) == []
    assert seat_alerts(CALM_SEAT, CALM) == []
    assert seat_alerts(late, PAST)[0]["detail"] == "王秀英"


def test_callers_give_alerts_when_they_wait_long_or_need_help() -> None:
    limits = Thresholds()
    assert caller_alerts(waiting(ago(29)), limits, NOW, named=True) == []
    (late,) = caller_alerts(waiting(ago(31)), limits, NOW, named=True)
    assert (late["kind"], late["detail"], late["since_ms"]) == ("long_wait", "王秀英", milliseconds(ago(31)))
    (sos,) = caller_alerts(waiting(NOW, caller(name="", sos=True)), limits, NOW, named=True)
    assert (sos["kind"], sos["detail"]) == ("sos", "138****1234")
    (nameless,) = caller_alerts(waiting(ago(31)), limits, NOW, named=False)
    assert nameless["detail"] == ""


def test_alerts_stand_by_urgency_then_age() -> None:
    limits = Thresholds()
    late = [
        caller_alerts(waiting(ago(seconds), caller(f"1380000000{seconds}")), limits, NOW, named=True)[0]
        for seconds in (40, 50)
    ]
    gone, sos = seat_alerts(GONE, CALM)[0], seat_alerts(SOS, CALM)[0]
    assert in_order([*late, gone, sos]) == [sos, gone, late[1], late[0]]


def test_a_tally_counts_in_and_out() -> None:
    tally = Tally()
    talking = seat_wire(seat("1001", state=SeatState.TALKING), "", PAST, 0)
    away = seat_wire(AWAY, "", CALM, 1)
    ready = seat_wire(CALM_SEAT, "", CALM, 2)
    for wire in (talking, away, ready):
        tally.add(wire)
    assert tally.group(2, "城北") == {
        "id": "2", "name": "城北", "total": 3, "online": 2, "talking": 1, "ready": 1, "exceptions": 1,
    }  # fmt: skip
    tally.add(talking, -1)
    assert (tally.total, tally.exceptions) == (2, 0)


def test_the_centres_figures() -> None:
    centre = CentreView(
        waiting=(waiting(ago(5)), waiting(ago(9))),
        answered_today=7,
        abandoned_today=1,
        queued_today=8,
        answered_in_time=6,
    )
    wire = centre_wire(centre, 10, 4)
    assert (wire["waiting"], wire["longest_since_ms"]) == (2, milliseconds(ago(9)))
    assert (wire["abandoned_rate"], wire["service_level"]) == (12.5, 75.0)
    assert (wire["online"], wire["total"], wire["service_level_s"]) == (4, 10, 15)


def test_before_the_first_caller_there_is_no_service_level() -> None:
    wire = centre_wire(CentreView(), 0, 0)
    assert (wire["abandoned_rate"], wire["service_level"], wire["longest_since_ms"]) == (0.0, -1.0, 0)


def test_a_seat_that_a_call_can_be_handed_to_shows_no_number_of_its_party() -> None:
    wire = peer_wire(seat("1002", state=SeatState.TALKING, party=caller(), since=NOW), "城北")
    assert (wire["id"], wire["org_name"]) == ("1002", "城北")
    assert "1380000" not in str(wire)
