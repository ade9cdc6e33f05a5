"""Event sockets: who gets in, who hears what, what is lost when a socket is."""

import asyncio
import contextlib
import json
from pathlib import Path

import httpx
import pytest
import websockets
from exchange_lab import PASSWORD, USER, AriLab

from telephony.exchange.server import ExchangeServer

FIXTURES = Path(__file__).parents[2] / "fixtures" / "asterisk"


async def test_user_and_password_are_asked_for(server: ExchangeServer) -> None:
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base) as stranger:
        reply = await stranger.get("/ari/channels")
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"].startswith("Basic")
        assert (await stranger.get("/ari/channels", auth=(USER, "wrong"))).status_code == 401
        assert (await stranger.get(f"/ari/channels?api_key={USER}:{PASSWORD}")).status_code == 200
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await websockets.connect(f"ws://127.0.0.1:{server.port}/ari/events?app=xktcc")
    assert refusal.value.response.status_code == 401


async def test_a_second_client_replaces_the_first_which_stays_open_and_silent(lab: AriLab) -> None:
    second = AriLab(lab.port)
    await second.connect()
    await lab.wait("ApplicationReplaced", application="xktcc")
    heard = len(lab.events)
    await lab.lab("POST", "/calls", {"from": "13800001111", "to": "96000"}, 201)
    await second.wait("StasisStart")
    assert len(lab.events) == heard
    assert not lab.closed.is_set()
    await second.close()


async def test_events_can_be_filtered_and_the_application_shows_it(lab: AriLab) -> None:
    shown = await lab.ari(
        "PUT",
        "/applications/xktcc/eventFilter",
        {"disallowed": [{"type": "ChannelVarset"}, {"type": "ChannelDialplan"}]},
    )
    assert shown["events_disallowed"] == [{"type": "ChannelVarset"}, {"type": "ChannelDialplan"}]
    call = await lab.inbound()
    assert {"ChannelVarset", "ChannelDialplan"}.isdisjoint(lab.types(call))
    assert (await lab.ask("PUT", "/applications/nobody/eventFilter", {})).status_code == 404


async def test_a_narrow_application_hears_only_of_what_it_subscribed_to(lab: AriLab) -> None:
    narrow = AriLab(lab.port)
    await narrow.connect("narrow", "false")
    await narrow.ari("POST", "/applications/narrow/subscription", eventSource="endpoint:PJSIP/1002")
    await lab.lab("POST", "/phones/1001/unregister", status=200)
    await lab.lab("POST", "/phones/1002/unregister", status=200)
    await narrow.wait("PeerStatusChange")
    assert {event["endpoint"]["resource"] for event in narrow.events} == {"1002"}
    await narrow.close()


async def test_a_kind_without_a_name_is_all_of_its_kind(lab: AriLab) -> None:
    wide = AriLab(lab.port)
    await wide.connect("wide", "false")
    told = await wide.ari("POST", "/applications/wide/subscription", eventSource="channel:,endpoint:")
    assert told["channel_ids"] == ["__AST_CHANNEL_ALL_TOPIC"]
    assert told["device_names"] == []
    await lab.lab("POST", "/phones/1002/unregister", status=200)
    call = await lab.inbound()
    await wide.wait("PeerStatusChange")
    await wide.wait("ChannelStateChange", channel_id=call)
    assert "DeviceStateChanged" not in {event["type"] for event in wide.events}
    await lab.ask("POST", f"/channels/{call}/record", {"name": "wide", "format": "wav"})
    await wide.wait("RecordingStarted")
    await wide.ari("DELETE", "/applications/wide/subscription", eventSource="channel:")
    await wide.close()


async def test_after_a_lost_socket_calls_stay_up_and_nothing_is_replayed(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.lab("POST", "/drop-sockets", status=200)
    await asyncio.wait_for(lab.closed.wait(), 2)
    assert await lab.ari("GET", "/applications") == []
    unheard = (await lab.lab("POST", "/calls", {"from": "13800002222", "to": "96000"}, 201))["id"]
    lab.events.clear()
    await lab.connect()
    shown = {channel["id"]: channel for channel in await lab.ari("GET", "/channels")}
    assert shown[call]["dialplan"]["app_data"] == "xktcc,inbound,96000"
    assert shown[unheard]["dialplan"]["app_data"] == ""
    assert lab.events == []
    await lab.lab("DELETE", f"/calls/{call}", status=204)
    await lab.wait("ChannelDestroyed", channel_id=call)
    gone = await lab.wait("ChannelDestroyed", within_s=7, channel_id=unheard)
    assert gone["cause"] == 34


async def test_a_restart_loses_everything_and_the_phones_come_back(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.pick_up("1001", "leg1")
    await lab.mix("b1", call, "leg1")
    await lab.lab("POST", "/restart", status=202)
    await asyncio.wait_for(lab.closed.wait(), 2)

    async def back() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return (await lab.ask("GET", "/asterisk/ping")).status_code == 200
        return False

    await lab.until(back, within_s=4)
    assert await lab.ari("GET", "/channels") == []
    assert await lab.ari("GET", "/bridges") == []
    state = await lab.lab("GET", "/state")
    assert state["phones"]["1001"]["believes"] == ["leg1"]
    await lab.connect()
    await lab.wait(
        lambda e: (
            e["type"] == "PeerStatusChange"
            and e["endpoint"]["resource"] == "1001"
            and e["endpoint"]["state"] == "online"
        ),
        within_s=7,
    )
    assert (await lab.lab("GET", "/phones/1001"))["believes"] == []


async def test_rest_over_the_socket(server: ExchangeServer) -> None:
    url = f"ws://127.0.0.1:{server.port}/ari/events?app=x&api_key={USER}:{PASSWORD}"
    async with websockets.connect(url) as ws:
        for method, uri, query in (
            ("GET", "asterisk/ping", {}),
            ("POST", "bridges", {"bridgeId": "b9"}),
            ("GET", "no", {}),
        ):
            await ws.send(
                json.dumps(
                    {
                        "type": "RESTRequest",
                        "transaction_id": "t",
                        "request_id": uri,
                        "method": method,
                        "uri": uri,
                        "query_strings": [{"name": name, "value": value} for name, value in query.items()],
                    }
                )
            )
            reply = json.loads(await ws.recv())
            assert (reply["type"], reply["request_id"]) == ("RESTResponse", uri)
            assert reply["status_code"] == (404 if uri == "no" else 200)


async def test_every_event_has_the_keys_and_forms_of_asterisk(lab: AriLab) -> None:
    """Play the recorded scenario's kinds of event and compare each with what Asterisk 22.10 sent."""
    await lab.lab("POST", "/phones/1003/unregister", status=200)
    await lab.lab("POST", "/phones/1003/register", status=200)
    call = await lab.inbound()
    await lab.pick_up("1001", "leg1")
    await lab.mix("b1", call, "leg1")
    await lab.ari("POST", "/bridges/b1/record", name="r1", format="wav")
    await lab.lab("POST", f"/calls/{call}/dtmf", {"digits": "5"}, 204)
    await lab.lab("POST", "/phones/1001/hold", status=200)
    await lab.lab("POST", "/phones/1001/unhold", status=200)
    await lab.ari("DELETE", "/channels/leg1")
    await lab.lab("DELETE", f"/calls/{call}", status=204)
    await lab.wait("ChannelDestroyed", channel_id=call)
    await lab.wait("RecordingFinished")
    for path in sorted(FIXTURES.glob("*.json")):
        real = json.loads(path.read_text())
        ours = next(event for event in lab.events if _kind(event) == _kind(real))
        assert _shape(ours) == _shape(real), path.name


def _kind(event: dict[str, object]) -> tuple[object, ...]:
    return event["type"], event.get("dialstatus"), event.get("soft")


def _shape(value: object) -> object:
    """Return the keys and types of a JSON value; timestamps by their form."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return "list"
    if isinstance(value, str) and value[:2] == "20" and value[10:11] == "T":
        return "".join("9" if char.isdigit() else char for char in value)
    return type(value).__name__


async def test_events_may_double_and_come_after_the_reply_but_keep_their_order(quirky: ExchangeServer) -> None:
    lab = AriLab(quirky.port)
    await lab.connect()
    call = (await lab.lab("POST", "/calls", {"from": "13800001111", "to": "96000"}, 201))["id"]
    await lab.wait("StasisStart", channel_id=call)
    await lab.ari("POST", f"/channels/{call}/answer")
    assert "ChannelStateChange" not in lab.types(call)
    await lab.wait("ChannelStateChange", channel_id=call)
    starts = [event for event in lab.events if event["type"] == "StasisStart"]
    assert len(starts) == 2
    assert starts[0] == starts[1]
    times = [event["timestamp"] for event in lab.events]
    assert times == sorted(times)
    await lab.close()
