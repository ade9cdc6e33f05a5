from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ari import messages as ari
from telephony.ari.names import Inbound, OurLeg, Role
from telephony.ari.protocol import ProtocolError, parse_bridge, parse_channel, parse_endpoint, parse_event, parse_time
from telephony.types import CallId, Cause, DeviceId

SAMPLE = (Path(__file__).parents[2] / "fixtures/asterisk/sample_inbound.jsonl").read_text().splitlines()
AT = datetime(2026, 11, 22, 20, 48, 47, 289000, tzinfo=UTC)
CALL = "pbx-1795380528.0"


def sample(kind: str, number: int = 0) -> dict[str, Any]:
    return [event for line in SAMPLE if (event := json.loads(line))["type"] == kind][number]


def parse(**fields: Any) -> ari.AriEvent | ari.Unknown:
    return parse_event(json.dumps({"timestamp": "2026-11-22T20:48:47.289+0000"} | fields))


def test_every_recorded_event_is_read() -> None:
    kinds = Counter(type(parse_event(line)).__name__ for line in SAMPLE)
    assert kinds["StasisStart"] == 3
    assert kinds["ChannelRinging"] == 4  # two legs, each told by Dial and by ChannelStateChange
    assert kinds["ChannelDestroyed"] == 3
    assert kinds["RecordingChange"] == 4  # each told twice
    assert kinds["ContactStatusChange"] == 6
    assert kinds["PeerStatusChange"] == 3


def test_a_caller_arrives() -> None:
    event = parse_event(json.dumps(sample("StasisStart")))
    assert isinstance(event, ari.StasisStart)
    assert event.args == Inbound("96000")
    assert (event.channel.id, event.channel.number, event.channel.up) == (CALL, "13800001111", False)
    assert event.channel.args_in("xktcc") == Inbound("96000")
    assert event.channel.args_in("other") is None
    assert event.at == datetime(2026, 11, 22, 20, 48, 48, 330000, tzinfo=UTC)


def test_a_seat_answers() -> None:
    event = parse_event(json.dumps(sample("StasisStart", 1)))
    assert isinstance(event, ari.StasisStart)
    assert event.args == OurLeg(Role.SEAT, CallId(CALL), DeviceId("1001"))
    assert event.channel.up


def test_the_arguments_of_a_channel_outside_stasis_do_not_count() -> None:
    raw = sample("Dial")["peer"]
    assert parse_channel(raw).args_in("xktcc") is None


def test_a_qualify() -> None:
    assert parse_event(json.dumps(sample("ContactStatusChange", 2))) == ari.ContactStatusChange(
        datetime(2026, 11, 22, 20, 48, 47, 291000, tzinfo=UTC), DeviceId("1001"), online=True, rtt_ms=1.265
    )


def test_a_contact_that_was_not_asked_yet_has_no_round_trip() -> None:
    event = parse_event(json.dumps(sample("ContactStatusChange")))
    assert isinstance(event, ari.ContactStatusChange)
    assert (event.online, event.rtt_ms) == (False, None)


def test_an_empty_round_trip_is_none() -> None:
    raw = sample("ContactStatusChange", 2)
    raw["contact_info"]["roundtrip_usec"] = ""
    event = parse_event(json.dumps(raw))
    assert isinstance(event, ari.ContactStatusChange)
    assert event.rtt_ms is None


@pytest.mark.parametrize(
    ("status", "online"), [("Reachable", True), ("Registered", True), ("Unreachable", False), ("Unregistered", False)]
)
def test_a_phone_comes_or_goes(status: str, online: bool) -> None:
    event = parse(type="PeerStatusChange", endpoint={"resource": "1001"}, peer={"peer_status": status})
    assert event == ari.PeerStatusChange(AT, DeviceId("1001"), online)


@pytest.mark.parametrize(("cause", "meaning"), [(19, Cause.NO_ANSWER), ("19", Cause.OTHER), (None, Cause.OTHER)])
def test_a_channel_goes(cause: Any, meaning: Cause) -> None:
    assert parse(type="ChannelDestroyed", cause=cause, channel={"id": "c"}) == ari.ChannelDestroyed(AT, "c", meaning)


@pytest.mark.parametrize(("kind", "held"), [("ChannelHold", True), ("ChannelUnhold", False)])
def test_hold_at_the_phone(kind: str, held: bool) -> None:
    assert parse(type=kind, channel={"id": "c"}) == ari.ChannelHold(AT, "c", held)


@pytest.mark.parametrize(
    ("kind", "fields", "done", "seconds"),
    [
        ("RecordingStarted", {}, False, None),
        ("RecordingFinished", {"duration": 7}, True, 7.0),
        ("RecordingFailed", {"duration": "?"}, True, None),
    ],
)
def test_recordings(kind: str, fields: dict[str, Any], done: bool, seconds: float | None) -> None:
    failed = kind == "RecordingFailed"
    assert parse(type=kind, recording={"name": "r"} | fields) == ari.RecordingChange(AT, "r", done, seconds, failed)


@pytest.mark.parametrize(
    ("refer_to", "target", "other"),
    [
        ({"requested_destination": {"destination": "1002"}}, "1002", None),
        ({"requested_destination": {"destination": "1002"}, "destination_channel": {"id": "second"}}, "", "second"),
        ({"requested_destination": {"protocol_id": "a-dialog"}}, "", None),  # to a dialog of another PBX
        ({}, "", None),
    ],
)
def test_a_phone_asks_for_a_transfer(refer_to: dict[str, Any], target: str, other: str | None) -> None:
    asked = {
        "type": "ChannelTransfer",
        "timestamp": "2026-11-22T20:48:47.289+0000",
        "refer_to": refer_to,
        "referred_by": {"source_channel": {"id": "seat-leg"}},
    }
    event = parse_event(json.dumps(asked))
    assert isinstance(event, ari.ChannelTransfer)
    assert (event.channel, event.target, event.other) == ("seat-leg", target, other)
    assert isinstance(parse_event(json.dumps(asked | {"state": "channel_answered"})), ari.Unknown), "only an echo"


def test_a_takeover() -> None:
    assert parse(type="ApplicationReplaced", application="xktcc") == ari.ApplicationReplaced(AT)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "ChannelVarset"},
        {"type": "Dial", "dialstatus": "ANSWER", "peer": {"id": "c"}},
        {"type": "ChannelStateChange", "channel": {"id": "c", "state": "Up"}},
        {"type": "NeverHeardOf", "timestamp": None},
    ],
)
def test_what_is_not_used_is_unknown(fields: dict[str, Any]) -> None:
    assert parse(**fields) == ari.Unknown(fields["type"])


def test_time_is_aware_utc() -> None:
    assert parse_time("2026-11-23T04:48:47.289+0800") == AT
    assert parse_time("2026-11-23T04:48:47.289+0800").tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T20:48:47.289"])
def test_no_time(text: str) -> None:
    with pytest.raises(ProtocolError):
        parse_time(text)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"type": 7}',
        b'{"type": "StasisStart"}',
        b'{"type": "StasisStart", "timestamp": "2026-11-22T20:48:47.289+0000"}',
        b'{"type": "StasisStart", "timestamp": "2026-11-22T20:48:47.289+0000", "args": []}',
        b'{"type": "ChannelDestroyed", "timestamp": "2026-11-22T20:48:47.289+0000", "channel": "c"}',
        b'{"type": "RecordingStarted", "timestamp": "2026-11-22T20:48:47.289+0000", "recording": 1}',
        json.dumps(
            sample("ContactStatusChange") | {"contact_info": {"contact_status": "Reachable", "roundtrip_usec": "soon"}}
        ).encode(),
    ],
)
def test_what_is_malformed_is_named(frame: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_event(frame)


ODD_VALUES = [None, True, 0, -1, 1e300, "", "x", "7", [], ["x"], {}, {"id": 1}]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SAMPLE), st.data())
def test_nothing_but_a_protocol_error_escapes(line: str, data: st.DataObject) -> None:
    """Break one place of a real event."""
    event = json.loads(line)
    place = event
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(st.sampled_from(ODD_VALUES))
    try:
        parse_event(json.dumps(event))
    except ProtocolError:
        return


def test_objects() -> None:
    assert parse_bridge({"id": "b", "bridge_type": "mixing", "channels": ["c1", "c2"]}) == ari.Bridge(
        "b", "mixing", ("c1", "c2")
    )
    assert parse_endpoint({"resource": "1001", "state": "online"}) == ari.Endpoint(DeviceId("1001"), online=True)
    assert parse_endpoint({"resource": "1002"}) == ari.Endpoint(DeviceId("1002"), online=False)
    with pytest.raises(ProtocolError):
        parse_bridge({"id": "b", "bridge_type": "mixing"})
