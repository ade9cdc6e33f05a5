"""The driver over a scripted PBX: frames in, requests out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from ari_scene import CALLER, OTHER_SEAT, QUEUE, SEAT

from telephony import events as cti
from telephony.ari import resync
from telephony.ari.driver import AriDriver
from telephony.ari.socket import Beat, Fatal, Frame, Lost, Opened
from telephony.errors import (
    ApplicationReplacedError,
    DeviceInUseError,
    DeviceOfflineError,
    IllegalTransitionError,
    NoSuchCallError,
    NotSupportedError,
    PbxCredentialsError,
    PbxRefusedError,
    PbxUnreachableError,
    TelephonyError,
)
from telephony.port import Capability
from telephony.types import EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Side

CALL = CallId("c1")
SECOND_LOOK_S = 0.2
STAMP = "2026-11-22T20:48:47.289+0000"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resync, "_SECOND_LOOK_S", SECOND_LOOK_S)


class Phones:
    def __init__(self) -> None:
        self.answered: list[str] = []

    async def answer(self, device: DeviceId) -> None:
        self.answered.append(device)

    async def close(self) -> None:
        self.answered.append("closed")


class Script:
    """A PBX that takes everything but what ``fails`` says, and remembers it."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.params: dict[str, dict[str, str]] = {}
        self.fails: dict[str, TelephonyError] = {}
        self.replies: dict[str, Any] = {
            "GET asterisk/info": {"system": {"version": "22-embedded"}},
            "GET endpoints/PJSIP": [{"resource": name, "state": "online"} for name in (SEAT, OTHER_SEAT)],
        }
        self.phones = Phones()
        self.driver = AriDriver("http://pbx.invalid/ari", "user", "secret", phones=self.phones)
        self.driver._client.request = self.request  # type: ignore[method-assign]
        self.events: list[cti.Event] = []
        self.error: BaseException | None = None
        self._news = asyncio.Event()

    async def request(
        self, method: str, resource: str, params: Any = None, body: Any = None, deadline_s: float = 0
    ) -> Any:
        line = f"{method} {resource}"
        self.requests.append(line)
        self.params[line] = params or body or {}
        self._news.set()
        if line in self.fails:
            raise self.fails[line]
        return self.replies.get(line)

    async def pump(self) -> None:
        try:
            async for event in self.driver.events():
                self.events.append(event)
                self._news.set()
        except TelephonyError as error:
            self.error = error
            self._news.set()

    async def until(self, fact: Any) -> None:
        async with asyncio.timeout(2):
            while not fact():
                self._news.clear()
                await self._news.wait()

    async def told(self, kind: type[cti.Event], count: int = 1) -> Any:
        await self.until(lambda: sum(isinstance(event, kind) for event in self.events) >= count)
        return [event for event in self.events if isinstance(event, kind)][-1]

    async def asked(self, line: str, count: int = 1) -> dict[str, str]:
        await self.until(lambda: self.requests.count(line) >= count)
        return self.params[line]

    def say(self, kind: str, **fields: Any) -> None:
        self.driver._put(
            Frame(json.dumps({"type": kind, "timestamp": STAMP} | fields).encode(), asyncio.get_running_loop().time())
        )

    def starts(self, name: str, *args: str, endpoint: str = "trunk") -> None:
        self.say("StasisStart", args=args, channel=raw_channel(name, *args, endpoint=endpoint))

    def enters(self, bridge: str, *names: str) -> None:
        for name in names:
            self.say("ChannelEnteredBridge", channel={"id": name}, bridge={"id": bridge})

    def dies(self, name: str, cause: int = 16) -> None:
        self.say("ChannelDestroyed", channel={"id": name}, cause=cause)

    async def talk(self) -> None:
        self.starts("c1", "inbound", "96000")
        await self.told(cti.Queued)
        await self.driver.deliver_call(CALL, SEAT, 10)
        self.starts("xk-c1-seat-1", "agent", "c1", SEAT, endpoint=SEAT)
        self.enters("xk-c1", "c1", "xk-c1-seat-1")
        await self.told(cti.Established)


def raw_channel(name: str, *args: str, endpoint: str = "trunk", state: str = "Up") -> dict[str, Any]:
    app = (
        {"app_name": "Stasis", "app_data": ",".join(("xktcc", *args))}
        if args
        else {"app_name": "AppDial2", "app_data": ""}
    )
    return {
        "id": name,
        "name": f"PJSIP/{endpoint}-00000001",
        "state": state,
        "caller": {"number": CALLER},
        "dialplan": app,
        "creationtime": STAMP,
    }


@pytest.fixture
async def pbx(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Script]:
    async def silent(_self: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("telephony.ari.socket.EventSocket.run", silent)
    monkeypatch.setattr("telephony.ari.resync._GRACE_S", 0.0)
    monkeypatch.setattr("telephony.ari.lanes._PAUSE_S", 0.0)
    script = Script()
    task = asyncio.create_task(script.pump())
    script.driver._put(Opened())
    await script.until(lambda: script.error or any(isinstance(event, cti.Snapshot) for event in script.events))
    yield script
    await script.driver.close()
    async with asyncio.timeout(2):
        await task


# ---- connecting


async def test_the_stream_begins_with_a_snapshot(pbx: Script) -> None:
    assert [type(event) for event in pbx.events] == [cti.DriverUp, cti.Snapshot]
    snapshot = pbx.events[1]
    assert isinstance(snapshot, cti.Snapshot)
    assert [(entry.device, entry.in_service) for entry in snapshot.devices] == [(SEAT, True), (OTHER_SEAT, True)]
    assert pbx.params["POST applications/xktcc/subscription"] == {"eventSource": "channel:,bridge:,endpoint:"}
    assert pbx.params["PUT applications/xktcc/eventFilter"]["disallowed"][0] == {"type": "ChannelVarset"}
    assert pbx.params[f"POST bridges/{QUEUE}"]["type"] == "holding"
    assert Capability.ANSWER in pbx.driver.capabilities


async def test_only_the_embedded_exchange_answers_by_command(pbx: Script) -> None:
    pbx.replies["GET asterisk/info"] = {"system": {"version": "22.10.1"}}
    pbx.driver._put(Opened())
    await pbx.told(cti.Snapshot, 2)
    assert Capability.ANSWER not in pbx.driver.capabilities
    assert Capability.TRANSFER in pbx.driver.capabilities
    await pbx.talk()
    with pytest.raises(NotSupportedError):
        await pbx.driver.answer_call(CALL, SEAT)


async def test_the_lost_socket_is_told_and_nothing_can_be_commanded(pbx: Script) -> None:
    await pbx.talk()
    pbx.driver._put(Lost("ConnectionClosedError"))
    assert (await pbx.told(cti.DriverDown)).reason == "ConnectionClosedError"
    pbx.driver._put(Beat(pbx.events[0].at))
    for command in (
        pbx.driver.hold_call(CALL, SEAT),
        pbx.driver.make_call(CallId("o1"), SEAT, "139"),
        pbx.driver.deliver_call(CALL, OTHER_SEAT, 5),
    ):
        with pytest.raises(PbxUnreachableError):
            await command
    pbx.replies["GET channels"] = [raw_channel("c1", "inbound", "96000"), raw_channel("c2", "inbound", "96000")]
    pbx.replies["GET bridges"] = [{"id": QUEUE, "bridge_type": "holding", "channels": ["c1"]}]
    pbx.driver._put(Opened())
    snapshot = await pbx.told(cti.Snapshot, 2)
    assert {call.call: dict(call.connections) for call in snapshot.calls} == {
        "c1": {EXTERNAL: ConnectionState.QUEUED},
        "c2": {EXTERNAL: ConnectionState.QUEUED},
    }
    assert (await pbx.asked(f"POST bridges/{QUEUE}/addChannel"))["channel"] == "c2"
    assert not any(isinstance(event, cti.Alive) for event in pbx.events)


async def test_events_that_the_snapshot_holds_already_are_left_out(pbx: Script) -> None:
    frame = {
        "type": "StasisStart",
        "timestamp": STAMP,
        "args": ["inbound", "1"],
        "channel": raw_channel("old", "inbound", "1"),
    }
    pbx.driver._put(Frame(json.dumps(frame).encode(), 0.0))
    pbx.say("RecordingFinished", recording={"name": "xk-c0", "duration": 4})
    await pbx.told(cti.RecordingFinished)
    assert not any(isinstance(event, cti.Queued) for event in pbx.events)


async def test_a_failed_look_is_a_lost_socket(pbx: Script) -> None:
    pbx.fails["GET channels"] = PbxRefusedError("busy", 503)
    pbx.driver._put(Opened())
    assert (await pbx.told(cti.DriverDown)).reason == "pbx_refused"


async def test_a_pulse_is_told(pbx: Script) -> None:
    pbx.driver._put(Beat(pbx.events[0].at))
    assert (await pbx.told(cti.Alive)).at == pbx.events[0].at


async def test_what_is_unreadable_does_not_stop_the_stream(pbx: Script, caplog: pytest.LogCaptureFixture) -> None:
    pbx.driver._put(Frame(b"{ 13800001111", asyncio.get_running_loop().time()))
    pbx.say("ChannelVarset")
    pbx.starts("c1", "inbound", "96000")
    await pbx.told(cti.Queued)
    assert "ari.unreadable" in caplog.text
    assert CALLER not in caplog.text


async def test_a_takeover_is_fatal(pbx: Script) -> None:
    pbx.say("ApplicationReplaced")
    await pbx.until(lambda: pbx.error)
    assert isinstance(pbx.error, ApplicationReplacedError)


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_a_wrong_password_is_fatal(pbx: Script, way: str) -> None:
    pbx.fails["GET asterisk/info"] = PbxCredentialsError("no")
    pbx.driver._put(Fatal(PbxCredentialsError("no")) if way == "socket" else Opened())
    await pbx.until(lambda: pbx.error)
    assert isinstance(pbx.error, PbxCredentialsError)


# ---- delivering


async def test_a_seat_is_rung_by_our_own_id(pbx: Script) -> None:
    await pbx.talk()
    asked = pbx.params["POST channels"]
    assert asked == {
        "endpoint": "PJSIP/1001",
        "callerId": f"{CALLER} <{CALLER}>",
        "originator": "c1",
        "app": "xktcc",
        "appArgs": "agent,c1,1001",
        "timeout": "10",
        "channelId": "xk-c1-seat-1",
    }
    assert (await pbx.asked("POST bridges/xk-c1/addChannel"))["channel"] == "c1,xk-c1-seat-1"
    assert (await pbx.asked("POST channels/c1/snoop"))["snoopId"] == "xk-c1-snoop-2"
    pbx.starts("xk-c1-snoop-2", "snoop", "c1")
    assert await pbx.asked("POST channels/xk-c1-snoop-2/record") == {"name": "xk-c1", "format": "wav"}


async def test_who_can_t_be_rung(pbx: Script) -> None:
    pbx.starts("c1", "inbound", "96000")
    pbx.starts("c2", "inbound", "96000")
    await pbx.told(cti.Queued, 2)
    with pytest.raises(DeviceOfflineError):
        await pbx.driver.deliver_call(CALL, DeviceId("1009"), 10)
    with pytest.raises(NoSuchCallError):
        await pbx.driver.deliver_call(CallId("c9"), SEAT, 10)
    await pbx.driver.deliver_call(CALL, SEAT, 10)
    with pytest.raises(DeviceInUseError):
        await pbx.driver.deliver_call(CallId("c2"), SEAT, 10)
    pbx.dies("c2")
    await pbx.told(cti.CallCleared)
    pbx.dies("c1")
    await pbx.asked("DELETE channels/xk-c1-seat-1")
    with pytest.raises(NoSuchCallError):
        await pbx.driver.deliver_call(CALL, OTHER_SEAT, 10)


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (PbxRefusedError("Allocation failed", 500), DeviceOfflineError),
        (PbxRefusedError("bad", 400), PbxRefusedError),
        (PbxUnreachableError("timeout"), PbxUnreachableError),
    ],
)
async def test_a_leg_that_is_not_taken(pbx: Script, failure: TelephonyError, raised: type[TelephonyError]) -> None:
    pbx.starts("c1", "inbound", "96000")
    await pbx.told(cti.Queued)
    pbx.fails["POST channels"] = failure
    with pytest.raises(raised):
        await pbx.driver.deliver_call(CALL, SEAT, 10)
    if raised is PbxUnreachableError:
        await pbx.asked("DELETE channels/xk-c1-seat-1")
    del pbx.fails["POST channels"]
    await pbx.driver.deliver_call(CALL, SEAT, 10)
    assert pbx.params["POST channels"]["channelId"] == "xk-c1-seat-2"


async def test_the_caller_goes_while_the_leg_is_being_made(pbx: Script) -> None:
    pbx.starts("c1", "inbound", "96000")
    await pbx.told(cti.Queued)
    original = pbx.request

    async def slow(method: str, resource: str, *rest: Any, **more: Any) -> Any:
        if (method, resource) == ("POST", "channels"):
            pbx.fails["DELETE channels/xk-c1-seat-1"] = NoSuchCallError("not yet")
            pbx.dies("c1")
            await pbx.asked("DELETE channels/xk-c1-seat-1")
            pbx.fails.clear()
        return await original(method, resource, *rest, **more)

    pbx.driver._client.request = slow  # type: ignore[method-assign]
    await pbx.driver.deliver_call(CALL, SEAT, 10)
    await pbx.asked("DELETE channels/xk-c1-seat-1", 2)


async def test_a_delivery_is_cancelled(pbx: Script) -> None:
    pbx.starts("c1", "inbound", "96000")
    await pbx.told(cti.Queued)
    await pbx.driver.deliver_call(CALL, SEAT, 10)
    await pbx.driver.cancel_delivery(CALL, SEAT, Cause.REJECTED)
    pbx.dies("xk-c1-seat-1", 26)
    assert (await pbx.told(cti.Diverted)).cause is Cause.REJECTED
    with pytest.raises(NoSuchCallError):
        await pbx.driver.cancel_delivery(CALL, SEAT, Cause.REJECTED)


async def test_the_remote_answers(pbx: Script) -> None:
    pbx.starts("c1", "inbound", "96000")
    await pbx.told(cti.Queued)
    await pbx.driver.deliver_call(CALL, SEAT, 10)
    await pbx.driver.answer_call(CALL, SEAT)
    assert pbx.phones.answered == [SEAT]


async def test_what_is_answered_can_t_be_answered_or_cancelled(pbx: Script) -> None:
    await pbx.talk()
    with pytest.raises(IllegalTransitionError):
        await pbx.driver.answer_call(CALL, SEAT)
    with pytest.raises(IllegalTransitionError):
        await pbx.driver.cancel_delivery(CALL, SEAT, Cause.REJECTED)


async def test_a_join_that_fails_is_tried_again_and_then_given_up(pbx: Script) -> None:
    pbx.fails["POST bridges/xk-c1/addChannel"] = PbxRefusedError("not in Stasis", 409)
    pbx.starts("c1", "inbound", "96000")
    await pbx.told(cti.Queued)
    await pbx.driver.deliver_call(CALL, SEAT, 10)
    pbx.starts("xk-c1-seat-1", "agent", "c1", SEAT, endpoint=SEAT)
    await pbx.asked("DELETE channels/xk-c1-seat-1")
    assert pbx.requests.count("POST bridges/xk-c1/addChannel") == 2


# ---- in the call


async def test_hold_and_retrieve(pbx: Script) -> None:
    await pbx.talk()
    with pytest.raises(IllegalTransitionError):
        await pbx.driver.retrieve_call(CALL, SEAT)
    await pbx.driver.hold_call(CALL, SEAT)
    pbx.enters(QUEUE, "c1")
    await pbx.told(cti.Held)
    with pytest.raises(IllegalTransitionError):
        await pbx.driver.hold_call(CALL, SEAT)
    await pbx.driver.retrieve_call(CALL, SEAT)
    assert pbx.params["POST bridges/xk-c1/addChannel"] == {"channel": "c1"}
    pbx.enters("xk-c1", "c1")
    await pbx.told(cti.Retrieved)


async def test_transfer(pbx: Script) -> None:
    await pbx.talk()
    await pbx.driver.single_step_transfer(CALL, SEAT, OTHER_SEAT, 20)
    pbx.dies("xk-c1-seat-1")
    pbx.starts("xk-c1-seat-3", "agent", "c1", OTHER_SEAT, endpoint=OTHER_SEAT)
    pbx.enters("xk-c1-moved", "c1", "xk-c1-seat-3")
    moved = await pbx.told(cti.Transferred)
    assert (moved.from_device, moved.to_device) == (SEAT, OTHER_SEAT)
    assert (await pbx.asked("POST bridges/xk-c1-moved"))["type"] == "mixing,video_sfu"
    await pbx.asked("DELETE bridges/xk-c1")
    await pbx.driver.single_step_transfer(CALL, OTHER_SEAT, SEAT, 20)
    assert pbx.requests.count("POST bridges/xk-c1-moved") == 1


async def test_a_transfer_to_nobody(pbx: Script) -> None:
    await pbx.talk()
    with pytest.raises(DeviceOfflineError):
        await pbx.driver.single_step_transfer(CALL, SEAT, DeviceId("1009"), 20)
    pbx.fails[f"POST bridges/{QUEUE}/addChannel"] = PbxRefusedError("no", 500)
    with pytest.raises(PbxRefusedError):
        await pbx.driver.single_step_transfer(CALL, SEAT, OTHER_SEAT, 20)
    pbx.fails = {"POST channels": PbxRefusedError("Allocation failed", 500)}
    await pbx.driver.single_step_transfer(CALL, SEAT, OTHER_SEAT, 20)
    assert (await pbx.told(cti.Diverted)).device == OTHER_SEAT


async def test_hanging_up(pbx: Script) -> None:
    await pbx.talk()
    await pbx.driver.clear_connection(CALL, SEAT)
    pbx.dies("xk-c1-seat-1")
    await pbx.asked("DELETE channels/c1")
    pbx.dies("c1")
    assert (await pbx.told(cti.CallCleared)).cleared_by is Side.AGENT
    with pytest.raises(NoSuchCallError):
        await pbx.driver.clear_connection(CALL, SEAT)


async def test_ending_a_call_for_everybody(pbx: Script) -> None:
    await pbx.talk()
    pbx.fails["DELETE channels/xk-c1-seat-1"] = NoSuchCallError("gone already")
    await pbx.driver.clear_call(CALL)
    pbx.dies("xk-c1-seat-1")
    pbx.dies("c1")
    assert (await pbx.told(cti.CallCleared)).cleared_by is Side.SYSTEM


async def test_click_to_dial(pbx: Script) -> None:
    call = CallId("o1")
    await pbx.driver.make_call(call, SEAT, "13900002222")
    assert pbx.params["POST channels"]["callerId"] == "13900002222 <13900002222>"
    pbx.starts("xk-o1-out-1", "agent-out", "o1", SEAT, endpoint=SEAT)
    await pbx.told(cti.Originated)
    asked = await pbx.asked("POST channels", 2)
    assert (asked["endpoint"], asked["callerId"]) == ("PJSIP/13900002222@trunk", "96000 <96000>")
    assert "originator" not in asked
    pbx.say("Dial", dialstatus="RINGING", peer={"id": "xk-o1-customer-2"})
    assert (await pbx.told(cti.Delivered)).device == EXTERNAL
    pbx.starts("xk-o1-customer-2", "customer", "o1", "external", "13900002222")
    await pbx.asked("DELETE channels/xk-o1-out-1/ring")
    pbx.enters("xk-o1", "xk-o1-out-1", "xk-o1-customer-2")
    assert [event.device for event in pbx.events if isinstance(event, cti.Established)] == []
    await pbx.told(cti.Established, 2)


@pytest.mark.parametrize("number", ["", "139@evil", "139&140", "1" * 33, "SIP/1"])
async def test_only_numbers_are_dialled(pbx: Script, number: str) -> None:
    with pytest.raises(PbxRefusedError):
        await pbx.driver.make_call(CallId("o1"), SEAT, number)
    assert "POST channels" not in pbx.requests


# ---- comparing


async def test_a_comparison_without_differences(pbx: Script, caplog: pytest.LogCaptureFixture) -> None:
    await pbx.talk()
    pbx.replies["GET channels"] = [
        raw_channel("c1", "inbound", "96000"),
        raw_channel("xk-c1-seat-1", "agent", "c1", SEAT, endpoint=SEAT),
    ]
    pbx.replies["GET bridges"] = [{"id": "xk-c1", "bridge_type": "mixing", "channels": ["c1", "xk-c1-seat-1"]}]
    await pbx.driver.reconcile()
    snapshot = await pbx.told(cti.Snapshot, 2)
    assert snapshot.reconcile
    assert snapshot.calls[0].connections == {EXTERNAL: ConnectionState.CONNECTED, SEAT: ConnectionState.CONNECTED}
    assert "ari.differs" not in caplog.text


async def test_a_ghost_call_is_corrected_and_its_bridge_goes(pbx: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[bool] = []
    monkeypatch.setattr(pbx.driver._socket, "drop", lambda: dropped.append(True))
    await pbx.talk()
    pbx.replies["GET bridges"] = [{"id": "xk-c1", "bridge_type": "mixing", "channels": []}]
    await pbx.driver.reconcile()
    assert (await pbx.told(cti.Snapshot, 2)).calls == ()
    await pbx.asked("DELETE bridges/xk-c1")
    with pytest.raises(NoSuchCallError):
        await pbx.driver.hold_call(CALL, SEAT)
    assert dropped == [True]  # a socket that told nothing of it may be deaf: it is opened anew


async def test_an_event_that_comes_after_the_look_is_what_counts(pbx: Script, caplog: pytest.LogCaptureFixture) -> None:
    """Under load the PBX's reply may show a fact long before its event does, and the event tells who hung up."""
    await pbx.talk()
    looking = asyncio.create_task(pbx.driver.reconcile())
    await pbx.asked("GET channels", 2)  # once at the start, once now
    await asyncio.sleep(SECOND_LOOK_S / 2)
    pbx.dies("c1", 16)
    pbx.dies("xk-c1-seat-1", 16)
    assert (await pbx.told(cti.CallCleared)).cleared_by is Side.EXTERNAL
    await looking
    assert (await pbx.told(cti.Snapshot, 2)).calls == ()
    assert "ari.differs" not in caplog.text
