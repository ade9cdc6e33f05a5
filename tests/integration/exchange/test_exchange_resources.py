"""Every resource of the ARI subset: status codes and bodies as Asterisk gives them, request by request."""

from typing import Any

import pytest
from exchange_lab import AriLab

STEPS: tuple[tuple[str, str, dict[str, Any], int, Any], ...] = (
    # method, path, query, status, what the body holds
    ("GET", "/asterisk/info", {"only": "system"}, 200, {"system": {"version": "22.10.0-embedded", "entity_id": "02:00:00:00:00:01"}}),
    ("GET", "/asterisk/variable", {}, 400, {"message": "Variable name is required"}),
    ("POST", "/asterisk/variable", {"variable": "G", "value": "1"}, 204, None),
    ("GET", "/asterisk/variable", {"variable": "G"}, 200, {"value": "1"}),
    ("GET", "/applications/xktcc", {}, 200, {"name": "xktcc"}),
    ("GET", "/applications/nobody", {}, 404, {"message": "Application not found"}),
    ("PUT", "/applications/xktcc/eventFilter", {}, 200, {"events_allowed": [], "events_disallowed": []}),
    ("POST", "/applications/xktcc/subscription", {}, 400, {"message": "Missing parameter eventSource"}),
    ("POST", "/applications/xktcc/subscription", {"eventSource": "weather:x"}, 400, {"message": "Invalid event source URI scheme"}),
    ("POST", "/applications/xktcc/subscription", {"eventSource": "channel:x"}, 422, {"message": "Event source does not exist"}),
    ("POST", "/applications/xktcc/subscription", {"eventSource": "channel:leg1,bridge:b1"}, 200, {"bridge_ids": ["b1"]}),
    ("POST", "/applications/xktcc/subscription", {"eventSource": "deviceState:PJSIP/1001"}, 200, {"device_names": ["PJSIP/1001"]}),
    ("DELETE", "/applications/xktcc/subscription", {"eventSource": "bridge:b1"}, 200, {"bridge_ids": []}),
    ("DELETE", "/applications/xktcc/subscription", {"eventSource": "bridge:b1"}, 422, {"message": "Event source was not subscribed to"}),
    ("GET", "/endpoints/SIP", {}, 404, {"message": "No Endpoints found - invalid tech SIP"}),
    ("GET", "/endpoints/PJSIP/1001", {}, 200, {"resource": "1001", "state": "online", "channel_ids": ["leg1"]}),
    ("GET", "/endpoints/PJSIP/7777", {}, 404, {"message": "Endpoint not found"}),
    ("GET", "/deviceStates", {}, 200, []),
    ("GET", "/deviceStates/PJSIP%2F1001", {}, 200, {"name": "PJSIP/1001", "state": "INUSE"}),
    ("GET", "/deviceStates/PJSIP/7777", {}, 200, {"state": "INVALID"}),
    ("GET", "/bridges/b1", {}, 200, {"id": "b1", "bridge_type": "mixing", "bridge_class": "stasis", "channels": []}),
    ("GET", "/bridges/none", {}, 404, {"message": "Bridge not found"}),
    ("POST", "/bridges/b1/variable", {"variable": "V", "value": "1"}, 204, None),
    ("GET", "/bridges/b1/variable", {"variable": "V"}, 200, {"value": "1"}),
    ("GET", "/bridges/b1/variable", {"variable": "W"}, 404, {"message": "Provided variable was not found"}),
    ("POST", "/bridges/b1/addChannel", {}, 400, {"message": "Missing parameter channel"}),
    ("POST", "/bridges/b1/removeChannel", {"channel": "leg1"}, 422, {"message": "Channel not in this bridge"}),
    ("POST", "/bridges/b1/play", {"media": "sound:beep", "playbackId": "p1"}, 201, {"id": "p1", "target_uri": "bridge:b1"}),
    ("GET", "/playbacks/p1", {}, 200, {"media_uri": "sound:beep"}),
    ("POST", "/playbacks/p1/control", {"operation": "pause"}, 204, None),
    ("POST", "/playbacks/p1/control", {"operation": "dance"}, 400, {"message": "Invalid operation dance"}),
    ("POST", "/playbacks/p1/control", {}, 400, {"message": "Missing operation"}),
    ("DELETE", "/playbacks/p1", {}, 204, None),
    ("GET", "/playbacks/p1", {}, 404, {"message": "Playback not found"}),
    ("GET", "/sounds/beep", {}, 200, {"id": "beep"}),
    ("GET", "/sounds/silence-of-the-lambs", {}, 404, {"message": "Sound not found"}),
    ("POST", "/channels/leg1/mute", {"direction": "sideways"}, 400, {"message": "Invalid direction specified"}),
    ("POST", "/channels/leg1/mute", {}, 204, None),
    ("POST", "/channels/leg1/dtmf", {}, 400, {"message": "DTMF is required"}),
    ("POST", "/channels/leg1/dtmf", {"dtmf": "1"}, 204, None),
    ("POST", "/channels/leg1/moh", {}, 204, None),
    ("POST", "/channels/leg1/silence", {}, 204, None),
    ("POST", "/channels/leg1/progress", {}, 204, None),
    ("POST", "/channels/leg1/play", {}, 400, {"message": "Missing parameter media"}),
    ("POST", "/channels/leg1/dial", {}, 409, {"message": "Channel is not in the 'Down' state"}),
    ("POST", "/channels/leg1/move", {"app": "nobody"}, 404, {"message": "Application not found"}),
    ("POST", "/channels/leg1/redirect", {}, 400, {"message": "Required parameter 'endpoint' not provided."}),
    ("POST", "/channels/leg1/record", {"name": "r", "format": "mp3"}, 400, {"message": "specified format is unknown on this system"}),
    ("POST", "/channels/leg1/record", {"name": "r", "ifExists": "x"}, 400, {"message": "ifExists invalid"}),
    ("POST", "/channels/leg1/record", {"name": "../r"}, 400, {"message": "Recording name invalid"}),
    ("POST", "/channels/leg1/record", {"name": "r", "maxDurationSeconds": "-1"}, 400,
     {"message": "max_duration_seconds cannot be negative"}),
    ("POST", "/channels/leg1/record", {"name": "r", "format": "wav"}, 201, {"name": "r", "target_uri": "channel:leg1"}),
    ("POST", "/bridges/b1/addChannel", {"channel": "leg1"}, 409, {"message": "Channel leg1 currently recording"}),
    ("POST", "/recordings/live/r/mute", {}, 204, None),
    ("DELETE", "/recordings/live/r/mute", {}, 204, None),
    ("POST", "/recordings/live/r/unpause", {}, 204, None),
    ("DELETE", "/recordings/live/r", {}, 204, None),
    ("GET", "/recordings/live/r", {}, 404, {"message": "Recording not found"}),
    ("DELETE", "/recordings/stored/r", {}, 404, {"message": "Recording not found"}),
    ("POST", "/channels/leg1/snoop", {"spy": "up", "app": "xktcc"}, 400, {"message": "Invalid direction specified for spy"}),
    ("POST", "/channels/leg1/snoop", {"whisper": "up", "app": "xktcc"}, 400, {"message": "Invalid direction specified for whisper"}),
    ("POST", "/channels/leg1/snoop", {"app": "xktcc"}, 400, {"message": "Direction must be specified for at least spy or whisper"}),
    ("POST", "/channels/none/snoop", {"app": "xktcc", "spy": "in"}, 404, {"message": "Provided channel was not found"}),
    ("POST", "/channels/leg1/snoop/s1", {"app": "xktcc", "spy": "in"}, 200, {"id": "s1", "state": "Up"}),
    ("GET", "/channels/s1/rtp_statistics", {}, 404, {"message": "RTP info not found"}),
    ("POST", "/channels/externalMedia", {"app": "xktcc", "format": "slin16", "connection_type": "server"}, 400,
     {"message": "'server' connection_type can only be used with the websocket transport"}),
    ("POST", "/channels/externalMedia", {"app": "xktcc", "format": "slin16"}, 501,
     {"message": "The encapsulation and/or transport is not supported"}),
    ("POST", "/channels/externalMedia", {"app": "xktcc", "format": "slin16", "connection_type": "server", "transport": "websocket"}, 400,
     {"message": "encapsulation must be 'none' for websocket transport"}),
    ("POST", "/channels", {"endpoint": "PJSIP/1002"}, 400, {"message": "Application or extension must be specified"}),
    ("POST", "/channels", {"endpoint": "PJSIP/1002", "extension": "s"}, 501,
     {"message": "The embedded exchange has no dialplan to send an answered channel to"}),
    ("POST", "/channels", {"endpoint": "PJSIP/1002", "app": "x", "originator": "leg1", "formats": "ulaw"}, 400,
     {"message": "Originator and formats can't both be specified"}),
    ("DELETE", "/channels/leg1", {"reason": "normal", "reason_code": "16"}, 400,
     {"message": "The reason and reason_code can't both be specified"}),
    ("DELETE", "/channels/leg1", {"reason_code": "x"}, 400, {"message": "Invalid reason for hangup reason code provided"}),
    ("DELETE", "/channels/leg1", {"reason_code": "31"}, 204, None),
    ("DELETE", "/bridges/b1", {}, 204, None),
)  # fmt: skip


async def test_each_request_is_answered_as_asterisk_answers_it(lab: AriLab) -> None:
    await lab.pick_up("1001", "leg1")
    await lab.ari("PUT", "/bridges/b1")
    for method, path, query, status, expected in STEPS:
        reply = await lab.ask(method, path, **query)
        assert reply.status_code == status, (method, path, query, reply.text)
        if expected is None:
            assert reply.content == b""
        elif isinstance(expected, dict):
            body = reply.json()
            assert {key: body.get(key) for key in expected} == expected, (method, path)
        else:
            assert reply.json() == expected
    assert (await lab.wait("ChannelDestroyed", channel_id="leg1"))["cause"] == 31


@pytest.mark.parametrize("path", ["/endpoints", "/endpoints/PJSIP"])
async def test_the_endpoints_are_the_phones_and_the_trunk(lab: AriLab, path: str) -> None:
    found = {entry["resource"]: entry for entry in await lab.ari("GET", path)}
    assert list(found) == ["trunk", "1001", "1002", "1003", "1004", "1005", "1006"]
    assert found["1001"] == {"technology": "PJSIP", "resource": "1001", "state": "online", "channel_ids": []}


async def test_a_redirected_call_is_over_for_us(lab: AriLab) -> None:
    call = await lab.inbound()
    assert (await lab.ask("POST", f"/channels/{call}/redirect", endpoint="PJSIP/1002")).status_code == 204
    await lab.wait("ChannelDestroyed", channel_id=call)
