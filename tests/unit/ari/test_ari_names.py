from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ari.names import (
    ChannelName,
    Inbound,
    OurLeg,
    Role,
    bridged_call,
    cause_of,
    channel_id,
    decode_args,
    device_of,
    encode_args,
    mixing_bridge,
    parse_channel_id,
    recorded_call,
    recording_name,
)
from telephony.types import CallId, Cause, DeviceId

calls = st.text("abz019.-", min_size=1, max_size=20).map(CallId)


@settings(max_examples=50, deadline=None)
@given(calls, st.sampled_from([role for role in Role if role is not Role.SECOND]), st.integers(1, 999))
def test_a_channel_id_tells_its_parts(call: CallId, role: Role, number: int) -> None:
    assert parse_channel_id(channel_id(call, role, number)) == ChannelName(call, role, number)


@pytest.mark.parametrize(
    "other", ["1795380528.0", "xk-", "xk-call", "xk--seat-1", "xk-call-chair-1", "xk-call-seat-x", "xk-c-seat-"]
)
def test_channels_that_others_named_are_not_ours(other: str) -> None:
    assert parse_channel_id(other) is None


@pytest.mark.parametrize(
    "leg",
    [
        OurLeg(Role.SEAT, CallId("c1"), DeviceId("1001")),
        OurLeg(Role.SEAT_OUT, CallId("c1"), DeviceId("1001"), "13900002222"),
        OurLeg(Role.CUSTOMER, CallId("c1"), DeviceId("external"), "13900002222"),
        OurLeg(Role.SNOOP, CallId("c1")),
    ],
)
def test_arguments_come_back_as_they_were_given(leg: OurLeg) -> None:
    assert decode_args(encode_args(leg).split(",")) == leg


def test_arguments_of_the_dialplan() -> None:
    assert decode_args(["inbound", "96000"]) == Inbound("96000")


@pytest.mark.parametrize("args", [[], ["inbound"], ["inbound", ""], ["seat", "13900002222"], ["agent", ""]])
def test_foreign_arguments_are_nobody(args: list[str]) -> None:
    assert decode_args(args) is None


def test_an_empty_device_is_none() -> None:
    assert decode_args(["agent", "c1", ""]) == OurLeg(Role.SEAT, CallId("c1"))


@settings(max_examples=50, deadline=None)
@given(calls)
def test_bridges_and_recordings_tell_their_call(call: CallId) -> None:
    assert recorded_call(recording_name(call)) == call
    if not call.endswith("-moved"):
        assert bridged_call(mixing_bridge(call)) == bridged_call(mixing_bridge(call, moved=True)) == call


def test_a_foreign_recording_has_no_call() -> None:
    assert recorded_call("greeting") is None
    assert recorded_call("xk-") is None


def test_the_phone_of_a_channel() -> None:
    assert device_of("PJSIP/1001-0000002a") == "1001"
    assert device_of("PJSIP/web-1001-0000002a") == "web-1001"


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (16, Cause.NORMAL),
        (17, Cause.BUSY),
        (18, Cause.NO_ANSWER),
        (19, Cause.NO_ANSWER),
        (20, Cause.UNAVAILABLE),
        (21, Cause.REJECTED),
        (1, Cause.UNKNOWN_NUMBER),
        (26, Cause.ANSWERED_ELSEWHERE),
        (34, Cause.CONGESTION),
        (38, Cause.CONGESTION),
        (42, Cause.CONGESTION),
        (44, Cause.MEDIA_LOST),
        (0, Cause.OTHER),
        (127, Cause.OTHER),
    ],
)
def test_causes(number: int, cause: Cause) -> None:
    assert cause_of(number) is cause
