"""The model in hand-moved time: what the races of Asterisk look like, without a socket."""

from collections.abc import Callable

import pytest
from exchange_world import World

from telephony.exchange.errors import AllocationError, BadRequestError, ConflictError, UnknownError, UnprocessableError
from telephony.exchange.model.apps import Application
from telephony.exchange.model.causes import Cause, cause_text, dial_status
from telephony.exchange.model.channels import ChannelState, Snooping
from telephony.exchange.model.dialling import Origination, parse_caller_id
from telephony.exchange.model.endpoints import Quality
from telephony.exchange.subscribers import Behaviour


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", "")),
        ("13800001111", ("", "13800001111")),
        ("Elder Li <13800001111>", ("Elder Li", "13800001111")),
        ('"Elder Li" <+86 138>', ("Elder Li", "+86 138")),
        ("<96000>", ("", "96000")),
        ("hotline", ("hotline", "")),
    ],
)
def test_caller_ids_are_read_as_asterisk_reads_them(text: str, parts: tuple[str, str]) -> None:
    assert parse_caller_id(text) == parts


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (Cause.BUSY, "BUSY"),
        (Cause.CONGESTION, "CONGESTION"),
        (Cause.NO_ROUTE, "CHANUNAVAIL"),
        (Cause.NO_ANSWER, "NOANSWER"),
        (Cause.REJECTED, "NOANSWER"),
        (Cause.ANSWERED_ELSEWHERE, "NOANSWER"),
    ],
)
def test_dial_status_follows_the_cause(cause: Cause, status: str) -> None:
    assert dial_status(cause) == status
    assert cause_text(cause) != "Unknown"


def test_a_cause_without_a_sentence_is_unknown() -> None:
    assert cause_text(99) == "Unknown"


def ring(world: World, leg: str = "leg1", seat: str = "1001", **more: object) -> None:
    request = Origination(f"PJSIP/{seat}", "xktcc", "agent,c1", channel_id=leg, **more)  # type: ignore[arg-type]
    world.exchange.dialling.originate(request)
    world.clock.advance(0.01)


def test_an_originated_leg_shows_the_caller_as_asterisk_does(world: World) -> None:
    ring(world, caller_id="13800001111 <13800001111>", variables={"CALLERID(name)": "x"})
    peer = next(event["peer"] for event in world.events if event["type"] == "Dial")
    assert peer["caller"] == {"name": "x", "number": "13800001111"}
    assert peer["connected"] == {"name": "13800001111", "number": "13800001111"}
    ring(world, "leg2", "1002", caller_id="13800001111")
    peer = next(event["peer"] for event in world.events if event["type"] == "Dial" and event["peer"]["id"] == "leg2")
    assert peer["caller"] == {"name": "Seat 1002", "number": "13800001111"}
    assert peer["connected"] == {"name": "", "number": "13800001111"}


def test_two_legs_in_a_bridge_learn_of_each_other(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    world.exchange.calls.answer(call)
    ring(world, caller_id="96000")
    leg = world.exchange.phones.answer(world.exchange.phones.get("1001"))
    bridge = world.exchange.mixing.create("mixing", "", "call1")
    world.exchange.mixing.add(bridge, [call.id, leg.id])
    assert call.connected.number == "96000"
    assert leg.connected.number == "13800001111"
    assert call.variables["BRIDGEPEER"] == leg.name


@pytest.mark.parametrize("endpoint", ["1001", "PJSIP/", "/1001"])
def test_an_endpoint_without_technology_or_device_is_a_bad_request(world: World, endpoint: str) -> None:
    with pytest.raises(BadRequestError):
        world.exchange.dialling.originate(Origination(endpoint, "xktcc"))


@pytest.mark.parametrize("endpoint", ["PJSIP/7777", "PJSIP/trunk", "SIP/1001", "PJSIP/138@nowhere"])
def test_what_cannot_be_called_fails_to_allocate_without_an_event(world: World, endpoint: str) -> None:
    world.events.clear()
    with pytest.raises(AllocationError):
        world.exchange.dialling.originate(Origination(endpoint, "xktcc"))
    assert world.events == []


def test_an_unknown_originator_is_a_bad_request(world: World) -> None:
    with pytest.raises(BadRequestError):
        world.exchange.dialling.originate(Origination("PJSIP/1001", "xktcc", originator="nobody"))


def test_only_a_created_and_undialled_channel_can_be_dialled(world: World) -> None:
    created = world.exchange.dialling.create(Origination("PJSIP/1001", "xktcc", channel_id="c"))
    world.exchange.dialling.dial(created, 0)
    with pytest.raises(ConflictError):
        world.exchange.dialling.dial(created, 0)
    other = world.exchange.dialling.create(Origination("PJSIP/1002", "xktcc"))
    other.by_create = False
    with pytest.raises(ConflictError):
        world.exchange.dialling.dial(other, 0)


def test_answer_and_hang_up_at_once_leave_the_seat_alone_in_the_bridge(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    ring(world)
    leg = world.exchange.phones.answer(world.exchange.phones.get("1001"))
    bridge = world.exchange.mixing.create("mixing", "b1", "")
    world.exchange.subscribers.hang_up(call.id)
    with pytest.raises(BadRequestError):
        world.exchange.mixing.add(bridge, [call.id, leg.id])
    world.exchange.mixing.add(bridge, [leg.id])
    assert bridge.channel_ids == [leg.id]


def test_a_channel_that_is_being_hung_up_is_not_bridged_any_more(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    bridge = world.exchange.mixing.create("mixing", "b1", "")
    world.exchange.calls.hang_up(call, Cause.NORMAL)
    world.exchange.calls.hang_up(call, Cause.BUSY)
    with pytest.raises(UnprocessableError):
        world.exchange.mixing.add(bridge, [call.id])
    world.clock.advance(0.01)
    assert [event["cause"] for event in world.of("ChannelDestroyed")] == [16]


def test_a_channel_answered_when_nobody_listens_any_more_is_dropped(world: World) -> None:
    ring(world)
    world.exchange.switch.apps.clear()
    world.exchange.phones.answer(world.exchange.phones.get("1001"))
    assert world.exchange.switch.channels == {}


def test_a_caller_without_an_application_hears_the_announcement_and_is_cut_off(world: World) -> None:
    world.exchange.switch.apps.clear()
    call = world.exchange.subscribers.call("13800001111", "96000")
    assert (call.state, call.in_stasis) == (ChannelState.UP, False)
    world.clock.advance(4.9)
    assert call.id in world.exchange.switch.channels
    world.clock.advance(0.2)
    assert world.exchange.switch.channels == {}


def test_patience_and_talk_are_the_callers_own(world: World) -> None:
    waiting = world.exchange.subscribers.call("13800001111", "96000", patience_s=20, talk_s=10)
    world.clock.advance(19)
    assert waiting.id in world.exchange.switch.channels
    world.clock.advance(2)
    assert waiting.id not in world.exchange.switch.channels
    call = world.exchange.subscribers.call("13800001111", "96000", patience_s=20, talk_s=10)
    world.exchange.calls.answer(call)
    ring(world)
    leg = world.exchange.phones.answer(world.exchange.phones.get("1001"))
    bridge = world.exchange.mixing.create("mixing", "b1", "")
    world.exchange.mixing.add(bridge, [call.id, leg.id])
    world.clock.advance(6)
    world.exchange.mixing.leave(call)
    world.clock.advance(15)
    world.exchange.mixing.add(bridge, [call.id])
    world.clock.advance(3.9)
    assert call.id in world.exchange.switch.channels
    world.clock.advance(0.2)
    assert call.id not in world.exchange.switch.channels


def test_a_called_party_that_never_answers_is_given_up_by_the_network(world: World) -> None:
    world.exchange.subscribers.set_behaviour("139", Behaviour("no_answer"))
    world.exchange.dialling.originate(Origination("PJSIP/139@trunk", "xktcc", channel_id="c", timeout_s=-1))
    world.clock.advance(61)
    assert [event["cause"] for event in world.of("ChannelDestroyed")] == [19]


def test_device_states_are_told_once_each(world: World) -> None:
    world.events.clear()
    ring(world)
    world.exchange.phones.answer(world.exchange.phones.get("1001"))
    world.exchange.phones.hang_up(world.exchange.phones.get("1001"))
    states = [event["device_state"]["state"] for event in world.of("DeviceStateChanged")]
    assert states == ["RINGING", "INUSE", "NOT_INUSE"]


def test_registering_and_unregistering_tell_contact_peer_and_device(world: World) -> None:
    phone = world.exchange.phones.get("1001")
    world.events.clear()
    world.exchange.phones.unregister(phone)
    world.exchange.phones.unregister(phone)
    world.exchange.phones.register(phone)
    world.exchange.phones.register(phone)
    assert [event["type"] for event in world.events] == [
        "ContactStatusChange",
        "PeerStatusChange",
        "DeviceStateChanged",
        "ContactStatusChange",
        "PeerStatusChange",
        "ContactStatusChange",
        "DeviceStateChanged",
    ]


def test_every_qualification_tells_the_round_trip_as_measured(world: World) -> None:
    phone = world.exchange.phones.get("1001")
    world.exchange.phones.set_quality(phone, Quality(rtt_ms=200))
    world.clock.advance(5)
    world.events.clear()
    world.clock.advance(10)
    mine = [e["contact_info"] for e in world.of("ContactStatusChange") if e["contact_info"]["aor"] == "1001"]
    assert len(mine) == 2
    assert all(180_000 <= int(contact["roundtrip_usec"]) <= 220_000 for contact in mine)


def test_quirks_give_exact_duplicates_and_another_order(make_world: Callable[..., World]) -> None:
    world = make_world(quirks=1.0)
    ring(world)
    dials = [event for event in world.events if event["type"] == "Dial"]
    assert dials[0] == dials[1]
    orders = set()
    for number in range(40):
        quiet = make_world(quirks=0.001, seed=number)
        ring(quiet)
        kinds = [event["type"] for event in quiet.events if event["type"] in ("Dial", "ChannelStateChange")]
        orders.add(tuple(kinds[1:]))
    assert orders == {("Dial", "ChannelStateChange"), ("ChannelStateChange", "Dial")}


def test_a_filter_allows_or_disallows() -> None:
    app = Application("x", lambda _event: None, subscribe_all=True)
    event = {"type": "Dial", "dialstatus": "RINGING"}
    assert app.wants(event)
    app.allowed = [{"type": "StasisStart"}]
    assert not app.wants(event)
    app.allowed = [{"type": "Dial"}]
    app.disallowed = [{"type": "Dial", "dialstatus": "RINGING"}]
    assert not app.wants(event)
    assert app.wants(event | {"dialstatus": "ANSWER"})


def test_playing_goes_from_medium_to_medium_and_can_be_stopped(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    playback = world.exchange.playing.start(f"channel:{call.id}", ["sound:beep", "digits:12"], "", "p1")
    world.clock.advance(0.1)
    assert playback.to_json()["next_media_uri"] == "digits:12"
    world.clock.advance(0.4)
    assert "next_media_uri" not in playback.to_json()
    world.exchange.playing.stop(playback)
    world.exchange.playing.stop(playback)
    kinds = [event["type"] for event in world.events if event["type"].startswith("Playback")]
    assert kinds == ["PlaybackStarted", "PlaybackContinuing", "PlaybackFinished"]


def test_a_snoop_takes_no_command_before_its_stasis_start_and_ends_with_its_target(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    snoop = world.exchange.listening.snoop(call, Snooping(call.id, "both", "none"), "xktcc", "rec", "s1")
    with pytest.raises(ConflictError):
        world.exchange.switch.stasis_channel("s1")
    world.clock.advance(0.01)
    assert world.exchange.switch.stasis_channel(snoop.name) is snoop
    world.exchange.subscribers.hang_up(call.id)
    assert world.of("ChannelDestroyed", "s1")
    assert world.exchange.switch.channels == {}


def test_a_snoop_for_nobody_ends_at_once(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    world.exchange.listening.snoop(call, Snooping(call.id, "in", "none"), "nobody", "", "")
    world.clock.advance(0.01)
    assert list(world.exchange.switch.channels) == [call.id]


def test_a_media_channel_that_nobody_connects_to_is_given_up(world: World) -> None:
    media = world.exchange.listening.external_media(Origination("WebSocket/INCOMING", "xktcc"))
    assert world.exchange.listening.media_channel(media.connection_id) is media
    world.clock.advance(31)
    assert [event["cause"] for event in world.of("ChannelDestroyed")] == [19]
    with pytest.raises(UnknownError):
        world.exchange.listening.media_channel(media.connection_id)


def test_a_phone_that_went_away_while_it_was_dialled_is_unavailable(world: World) -> None:
    world.exchange.dialling.originate(Origination("PJSIP/1001", "xktcc", channel_id="leg1"))
    world.exchange.phones.unregister(world.exchange.phones.get("1001"))
    world.clock.advance(0.01)
    assert [(event["cause"], event["tech_cause"]) for event in world.of("ChannelDestroyed")] == [(19, 480)]


def test_a_killed_phone_does_not_ring_and_comes_back_when_it_registers(world: World) -> None:
    phone = world.exchange.phones.get("1001")
    world.exchange.phones.kill(phone)
    ring(world, timeout_s=1)
    world.clock.advance(4)
    assert [event["cause"] for event in world.of("ChannelDestroyed")] == [19]
    assert not phone.endpoint.online
    world.exchange.phones.register(phone)
    assert phone.endpoint.online


def test_a_phone_that_is_told_to_stay_away_after_a_restart_does_not_come_back(world: World) -> None:
    told, other, hasty = (world.exchange.phones.get(phone) for phone in ("1001", "1002", "1003"))
    world.exchange.phones.forget_registrations()
    world.exchange.come_back()
    world.exchange.phones.unregister(told)
    world.exchange.phones.register(hasty)
    world.exchange.phones.unregister(hasty)
    world.clock.advance(10)
    assert other.endpoint.online
    assert not told.endpoint.online
    assert not hasty.endpoint.online


def test_ending_a_bridge_leaves_its_channels_alone_in_stasis(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    bridge = world.exchange.mixing.create("holding", "h1", "")
    world.exchange.mixing.add(bridge, [call.id])
    recording = world.exchange.recorder.start("r1", "bridge:h1", if_exists="fail", limit_s=0)
    world.exchange.mixing.destroy(bridge)
    assert (call.bridge_id, call.in_stasis, recording.state) == ("", True, "done")
    assert [event["bridge"]["id"] for event in world.of("BridgeDestroyed")] == ["h1"]
