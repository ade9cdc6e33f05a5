"""Calls through the exchange over real HTTP and WebSocket, race by race."""

from exchange_lab import AriLab


async def test_an_inbound_call_is_answered_bridged_and_ended_by_the_caller(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.pick_up("1001", "leg1")
    await lab.mix("b1", call, "leg1")
    await lab.wait("ChannelEnteredBridge", channel_id="leg1", bridge_id="b1")
    state = await lab.lab("GET", "/state")
    assert state["bridges"]["b1"]["channels"] == sorted([call, "leg1"])
    assert state["phones"]["1001"]["talking"] == ["leg1"]
    await lab.lab("DELETE", f"/calls/{call}", status=204)
    gone = await lab.wait("ChannelDestroyed", channel_id=call)
    assert (gone["cause"], gone["cause_txt"]) == (16, "Normal Clearing")
    order = [kind for kind in lab.types(call) if kind != "ChannelVarset"]
    assert order[-6:] == [
        "ChannelHangupRequest",
        "ChannelLeftBridge",
        "StasisEnd",
        "ChannelHangupRequest",
        "ChannelDialplan",
        "ChannelDestroyed",
    ]
    assert (await lab.ask("GET", "/channels/leg1")).status_code == 200


async def test_ring_no_answer_ends_with_cause_19_and_no_further_dial_event(lab: AriLab) -> None:
    await lab.ring("1001", "leg1", timeout=1)
    gone = await lab.wait("ChannelDestroyed", channel_id="leg1")
    assert gone["cause"] == 19
    statuses = [event["dialstatus"] for event in lab.events if event["type"] == "Dial"]
    assert statuses == ["", "RINGING"]


async def test_the_caller_gives_up_while_a_seat_rings(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.ring("1001", "leg1")
    await lab.lab("DELETE", f"/calls/{call}", status=204)
    assert (await lab.wait("ChannelDestroyed", channel_id=call))["cause"] == 16
    assert (await lab.ask("DELETE", "/channels/leg1", reason="answered_elsewhere")).status_code == 204
    assert (await lab.wait("ChannelDestroyed", channel_id="leg1"))["cause"] == 26
    await lab.wait("DeviceStateChanged", device_state={"name": "PJSIP/1001", "state": "NOT_INUSE"})


async def test_a_declined_call_ends_with_cause_21(lab: AriLab) -> None:
    await lab.ring("1001", "leg1")
    await lab.lab("POST", "/phones/1001/reject", status=200)
    assert (await lab.wait("ChannelDestroyed", channel_id="leg1"))["cause"] == 21


async def test_a_busy_seat_gets_a_second_call_unless_its_phone_refuses(lab: AriLab) -> None:
    await lab.pick_up("1001", "leg1")
    await lab.ring("1001", "leg2")
    await lab.wait("DeviceStateChanged", device_state={"name": "PJSIP/1001", "state": "RINGINUSE"})
    await lab.lab("PUT", "/phones/1001/settings", {"call_waiting": False}, 200)
    await lab.ari("POST", "/channels", endpoint="PJSIP/1001", app="xktcc", channelId="leg3")
    gone = await lab.wait("ChannelDestroyed", channel_id="leg3")
    assert (gone["cause"], gone["tech_cause"]) == (17, 486)
    await lab.wait("Dial", peer_id="leg3", dialstatus="BUSY")


async def test_hold_from_the_phone(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.pick_up("1001", "leg1")
    await lab.mix("b1", call, "leg1")
    await lab.lab("POST", "/phones/1001/hold", status=200)
    assert (await lab.wait("ChannelHold", channel_id="leg1"))["musicclass"] == "default"
    await lab.lab("POST", "/phones/1001/unhold", status=200)
    await lab.wait("ChannelUnhold", channel_id="leg1")


async def test_blind_transfer_by_command(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.pick_up("1001", "leg1")
    await lab.mix("b1", call, "leg1")
    await lab.ari("POST", "/bridges", type="holding", bridgeId="h1")
    await lab.ari("POST", "/bridges/h1/addChannel", channel=call)
    await lab.wait("ChannelLeftBridge", channel_id=call, bridge_id="b1")
    await lab.ari("DELETE", "/channels/leg1")
    await lab.pick_up("1002", "leg2")
    await lab.ari("POST", "/bridges/b1/addChannel", channel=f"{call},leg2")
    await lab.wait("ChannelEnteredBridge", channel_id="leg2")
    assert (await lab.ari("GET", "/bridges/b1"))["channels"] == sorted([call, "leg2"])


async def test_originate_to_a_phone_that_is_away_is_500_and_no_event(lab: AriLab) -> None:
    await lab.lab("POST", "/phones/1001/unregister", status=200)
    await lab.wait("PeerStatusChange", peer={"peer_status": "Unreachable"})
    for endpoint in ("PJSIP/1001", "PJSIP/7777"):
        reply = await lab.ask("POST", "/channels", endpoint=endpoint, app="xktcc", channelId="leg1")
        assert (reply.status_code, reply.json()) == (500, {"message": "Allocation failed"})
    assert lab.types("leg1") == []
    assert (await lab.ari("GET", "/endpoints/PJSIP/1001"))["state"] == "offline"


async def test_outbound_behaviours_give_their_causes(lab: AriLab) -> None:
    for number, behaviour, cause, status in (
        ("13900000001", "busy", 17, "BUSY"),
        ("13900000002", "rejects", 21, "NOANSWER"),
        ("13900000003", "unreachable", 34, "CONGESTION"),
        ("13900000004", "unknown", 1, "NOANSWER"),
    ):
        await lab.lab("PUT", f"/numbers/{number}", {"behaviour": behaviour, "after_s": 0}, 204)
        await lab.ari("POST", "/channels", endpoint=f"PJSIP/{number}@trunk", app="xktcc", channelId=number)
        assert (await lab.wait("ChannelDestroyed", channel_id=number))["cause"] == cause
        assert [e["dialstatus"] for e in lab.events if e["type"] == "Dial" and e["peer"]["id"] == number][-1] == status


async def test_create_and_dial_reaches_a_customer(lab: AriLab) -> None:
    await lab.lab("PUT", "/numbers/13900000005", {"behaviour": "answers", "after_s": 0.1}, 204)
    await lab.ari(
        "POST", "/channels/create", endpoint="PJSIP/13900000005@trunk", app="xktcc", appArgs="cust", channelId="c1"
    )
    assert (await lab.wait("StasisStart", channel_id="c1"))["channel"]["state"] == "Down"
    await lab.ari("POST", "/channels/c1/dial", timeout=5)
    await lab.wait("Dial", peer_id="c1", dialstatus="ANSWER")
    assert (await lab.ari("GET", "/channels/c1"))["state"] == "Up"


async def test_commands_too_early_or_twice_are_refused(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.ring("1001", "leg1")
    await lab.ari("POST", "/bridges", bridgeId="b1")
    for method, path, query, status in (
        ("POST", "/bridges/b1/addChannel", {"channel": "leg1"}, 422),
        ("POST", "/bridges/b1/addChannel", {"channel": "nobody"}, 400),
        ("POST", "/bridges/nowhere/addChannel", {"channel": call}, 404),
        ("POST", "/channels/leg1/record", {"name": "x", "format": "wav"}, 409),
        ("POST", "/channels", {"endpoint": "PJSIP/1002", "app": "xktcc", "channelId": "leg1"}, 409),
        ("POST", "/bridges", {"bridgeId": "b1"}, 409),
        ("DELETE", "/channels/nobody", {}, 404),
        ("DELETE", f"/channels/{call}", {"reason": "boredom"}, 400),
        ("POST", "/channels", {"endpoint": "1001", "app": "xktcc"}, 400),
        ("PATCH", "/channels", {}, 405),
        ("GET", "/nothing", {}, 404),
    ):
        reply = await lab.ask(method, path, **query)
        assert reply.status_code == status, (method, path, reply.text)
        assert list(reply.json()) == ["message"]


async def test_a_phone_that_is_killed_in_a_call_goes_offline_and_loses_its_leg(lab: AriLab) -> None:
    await lab.pick_up("1001", "leg1")
    await lab.lab("POST", "/phones/1001/kill", status=200)
    await lab.wait("PeerStatusChange", peer={"peer_status": "Unreachable"})
    assert (await lab.wait("ChannelDestroyed", channel_id="leg1"))["cause"] == 44


async def test_the_lab_says_what_is_wrong(lab: AriLab) -> None:
    for method, path, body, status in (
        ("POST", "/phones/7777/answer", None, 404),
        ("POST", "/phones/1001/answer", None, 409),
        ("POST", "/phones/1001/hangup", None, 409),
        ("POST", "/phones/1001/unhold", None, 409),
        ("DELETE", "/calls/nothing", None, 404),
        ("POST", "/calls", {"from": "elder", "to": "96000"}, 422),
        ("POST", "/calls", {"from": "13800001111", "to": "96000", "talk_s": "long"}, 422),
        ("POST", "/calls", ["13800001111"], 422),
        ("PUT", "/numbers/13900000001", {"behaviour": "sings"}, 422),
        ("PUT", "/phones/1001/quality", {"loss": 3}, 422),
        ("PUT", "/traffic", {}, 422),
    ):
        answer = await lab.lab(method, path, body, status)
        assert answer["message"]


async def test_quality_shows_in_the_statistics_and_at_the_next_qualification(lab: AriLab) -> None:
    await lab.pick_up("1001", "leg1")
    await lab.lab("PUT", "/phones/1001/quality", {"rtt_ms": 300, "loss": 0.1, "jitter_ms": 40}, 200)
    figures = await lab.ari("GET", "/channels/leg1/rtp_statistics")
    assert (figures["rtt"], figures["rxjitter"]) == (0.3, 0.04)
    assert 0 < figures["rxmes"] < 55
    await lab.wait(
        lambda e: e["type"] == "ContactStatusChange" and 270_000 <= int(e["contact_info"]["roundtrip_usec"]) <= 330_000,
        within_s=6,
    )


async def test_music_playback_mute_and_hold_change_what_a_party_hears(lab: AriLab) -> None:
    call = await lab.inbound()

    async def hears(leg: str) -> list[str]:
        return (await lab.lab("GET", "/state"))["channels"][leg]["hears"]

    await lab.ari("POST", "/bridges", type="holding", bridgeId="h1")
    await lab.ari("POST", "/bridges/h1/addChannel", channel=call)
    await lab.ari("POST", "/bridges/h1/moh")
    assert await hears(call) == ["music:"]
    await lab.ari("DELETE", "/bridges/h1/moh")
    assert (await lab.ask("DELETE", "/bridges/h1/moh")).status_code == 409
    assert await hears(call) == []
    playback = await lab.ari("POST", f"/channels/{call}/play", media="sound:hello-world", playbackId="p1")
    assert (playback["state"], playback["target_uri"]) == ("queued", f"channel:{call}")
    await lab.wait("PlaybackStarted")
    assert await hears(call) == ["sound:sound:hello-world"]
    await lab.wait("PlaybackFinished")
    await lab.pick_up("1001", "leg1")
    await lab.mix("b1", call, "leg1")
    assert await hears("leg1") == ["voice:13800001111"]
    await lab.ari("POST", f"/channels/{call}/mute", direction="in")
    assert await hears("leg1") == []
    await lab.ari("DELETE", f"/channels/{call}/mute", direction="in")
    await lab.ari("POST", "/channels/leg1/hold")
    await lab.wait("DeviceStateChanged", device_state={"name": "PJSIP/1001", "state": "ONHOLD"})
    assert await hears(call) == []


async def test_a_channel_moves_to_another_application_or_leaves_stasis(lab: AriLab) -> None:
    call = await lab.inbound()
    other = AriLab(lab.port)
    await other.connect("other", "false")
    await lab.ari("POST", f"/channels/{call}/move", app="other", appArgs="a,b")
    assert (await other.wait("StasisStart", channel_id=call))["args"] == ["a", "b"]
    await lab.ari("POST", f"/channels/{call}/continue")
    await lab.wait("ChannelDestroyed", channel_id=call)
    await other.close()


async def test_a_page_in_a_browser_cannot_use_the_lab(lab: AriLab) -> None:
    reply = await lab.http.post("/lab/drop-sockets", headers={"Origin": "https://example.org"})
    assert reply.status_code == 403


async def test_variables_are_set_and_read(lab: AriLab) -> None:
    call = await lab.inbound()
    await lab.ari("POST", f"/channels/{call}/variable", variable="XK", value="1")
    assert await lab.ari("GET", f"/channels/{call}/variable", variable="XK") == {"value": "1"}
    assert await lab.ari("GET", f"/channels/{call}/variable", variable="CALLERID(num)") == {"value": "13800001111"}
    assert (await lab.ask("GET", f"/channels/{call}/variable", variable="NO")).status_code == 404
    await lab.wait("ChannelVarset", variable="XK", value="1", channel_id=call)


async def test_a_seat_that_waits_for_the_other_side_hears_it_ring(lab: AriLab) -> None:
    await lab.pick_up("1001", "leg1")
    await lab.ari("POST", "/channels/leg1/ring")
    assert (await lab.lab("GET", "/state"))["channels"]["leg1"]["hears"] == ["sound:tone:ring"]
    await lab.ari("DELETE", "/channels/leg1/ring")
    assert (await lab.lab("GET", "/state"))["channels"]["leg1"]["hears"] == []
