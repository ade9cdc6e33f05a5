"""Whole calls through the driver at the embedded exchange."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from telephony import events as cti
from telephony.ari.driver import AriDriver
from telephony.errors import (
    ApplicationReplacedError,
    DeviceOfflineError,
    NoSuchCallError,
    PbxCredentialsError,
    PbxUnreachableError,
)
from telephony.types import EXTERNAL, CallId, Cause, ConnectionState, DeviceId, Side

if TYPE_CHECKING:
    from conftest import Desk

    from telephony.exchange.server import ExchangeServer

C = ConnectionState
ONE, TWO = DeviceId("1001"), DeviceId("1002")


def story(desk: Desk, call: CallId) -> list[str]:
    """What was told of a call, without its recording, in short."""
    told = [
        event
        for event in desk.all(cti.CallEvent, call)
        if not isinstance(event, cti.RecordingStarted | cti.RecordingFinished)
    ]
    return [f"{type(event).__name__} {getattr(event, 'device', '')}".strip() for event in told]


async def gone(desk: Desk) -> None:
    """Nothing is left at the exchange but the queue."""
    async with asyncio.timeout(5):
        while True:
            channels, bridges = await desk.driver._pbx.listing("channels"), await desk.driver._pbx.listing("bridges")
            if not channels and len(bridges) == 1:
                return
            await asyncio.sleep(0.02)


async def test_a_call_from_queue_to_recording(desk: Desk) -> None:
    call = await desk.talk()
    await desk.told(cti.RecordingStarted, call)
    await desk.driver.clear_connection(call, ONE)
    cleared = await desk.told(cti.CallCleared, call)
    assert (cleared.cause, cleared.cleared_by) == (Cause.NORMAL, Side.AGENT)
    assert story(desk, call)[:3] == ["Queued", "Delivered 1001", "Established 1001"]
    assert sorted(story(desk, call)[3:]) == ["CallCleared", "ConnectionCleared 1001", "ConnectionCleared external"]
    assert (await desk.told(cti.RecordingFinished, call)).name == f"xk-{call}"
    await gone(desk)


async def test_ring_no_answer_then_the_next_seat(desk: Desk) -> None:
    call = await desk.call()
    await desk.ring(call, "1001", 1)
    assert (await desk.told(cti.Diverted, call)).cause is Cause.NO_ANSWER
    await desk.ring(call, "1002")
    await desk.ask("POST", "/phones/1002/reject")
    assert (await desk.told(cti.Diverted, call, 2)).cause in {Cause.REJECTED, Cause.BUSY}
    await desk.ask("DELETE", f"/calls/{call}")
    assert (await desk.told(cti.CallCleared, call)).cleared_by is Side.EXTERNAL


async def test_a_cancelled_delivery(desk: Desk) -> None:
    call = await desk.call()
    await desk.ring(call, "1001")
    await desk.driver.cancel_delivery(call, ONE, Cause.REJECTED)
    assert (await desk.told(cti.Diverted, call)).cause is Cause.REJECTED


async def test_the_caller_gives_up_while_a_seat_rings(desk: Desk) -> None:
    call = await desk.call()
    await desk.ring(call, "1001")
    await desk.ask("DELETE", f"/calls/{call}")
    await desk.told(cti.CallCleared, call)
    assert story(desk, call) == ["Queued", "Delivered 1001", "CallCleared"]
    await gone(desk)


async def test_answer_and_hang_up_at_once(desk: Desk) -> None:
    for _ in range(5):
        call = await desk.call()
        await desk.ring(call, "1001")
        await asyncio.gather(desk.ask("POST", "/phones/1001/answer"), desk.ask("DELETE", f"/calls/{call}"))
        await desk.told(cti.CallCleared, call)
        assert len([event for event in desk.all(cti.Established, call) if event.device == ONE]) <= 1
    await gone(desk)


async def test_hold_by_command_and_at_the_phone(desk: Desk) -> None:
    call = await desk.talk()
    await desk.driver.hold_call(call, ONE)
    await desk.told(cti.Held, call)
    await desk.driver.retrieve_call(call, ONE)
    await desk.told(cti.Retrieved, call)
    await desk.ask("POST", "/phones/1001/hold")
    await desk.told(cti.Held, call, 2)
    await desk.driver.reconcile()
    snapshot = await desk.told(cti.Snapshot, count=2)
    assert snapshot.calls[0].connections == {EXTERNAL: C.CONNECTED, ONE: C.HOLD}
    await desk.ask("POST", "/phones/1001/unhold")
    await desk.told(cti.Retrieved, call, 2)


async def test_transfer_there_and_back(desk: Desk) -> None:
    call = await desk.talk()
    for old, new, count in ((ONE, TWO, 1), (TWO, ONE, 2)):
        await desk.driver.single_step_transfer(call, old, new, 10)
        await desk.told(cti.Delivered, call, count + 1)
        await desk.driver.answer_call(call, new)
        await desk.told(cti.Established, call, count + 1)
    moves = [(event.from_device, event.to_device) for event in desk.all(cti.Transferred, call)]
    assert moves == [(ONE, TWO), (TWO, ONE)]
    assert len(desk.all(cti.RecordingStarted, call)) == 1
    await desk.ask("DELETE", f"/calls/{call}")
    await desk.told(cti.CallCleared, call)
    await gone(desk)


async def test_a_transfer_that_nobody_takes(desk: Desk) -> None:
    call = await desk.talk()
    await desk.driver.single_step_transfer(call, ONE, TWO, 1)
    assert (await desk.told(cti.Diverted, call)).device == TWO
    await desk.driver.reconcile()
    snapshot = await desk.told(cti.Snapshot, count=2)
    assert snapshot.calls[0].connections == {EXTERNAL: C.QUEUED}


async def test_click_to_dial(desk: Desk) -> None:
    call = CallId("out-1")
    await desk.ask("PUT", "/numbers/13900002222", {"behaviour": "answers", "after_s": 0.2})
    await desk.driver.make_call(call, ONE, "13900002222")
    await desk.told(cti.ServiceInitiated, call)
    await desk.driver.answer_call(call, ONE)
    await desk.told(cti.Established, call, 2)
    assert story(desk, call) == [
        "ServiceInitiated 1001",
        "Originated 1001",
        "Delivered external",
        "Established external",
        "Established 1001",
    ]
    await desk.told(cti.RecordingStarted, call)
    await desk.driver.clear_call(call)
    assert (await desk.told(cti.CallCleared, call)).cleared_by is Side.SYSTEM
    await gone(desk)


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [("busy", Cause.BUSY), ("rejects", Cause.REJECTED), ("unreachable", Cause.CONGESTION)],
)
async def test_an_outbound_call_that_fails(desk: Desk, behaviour: str, cause: Cause) -> None:
    call = CallId("out-2")
    await desk.ask("PUT", "/numbers/13900003333", {"behaviour": behaviour, "after_s": 0.1})
    await desk.driver.make_call(call, ONE, "13900003333")
    await desk.told(cti.ServiceInitiated, call)
    await desk.driver.answer_call(call, ONE)
    failed = await desk.told(cti.Failed, call)
    assert (failed.device, failed.cause) == (EXTERNAL, cause)
    assert (await desk.told(cti.CallCleared, call)).cause is cause


async def test_a_phone_goes_and_comes(desk: Desk) -> None:
    await desk.ask("POST", "/phones/1001/unregister")
    assert (await desk.told(cti.DeviceOutOfService)).device == ONE
    call = await desk.call()
    with pytest.raises(DeviceOfflineError):
        await desk.driver.deliver_call(call, ONE, 5)
    await desk.ask("POST", "/phones/1001/register")
    assert (await desk.told(cti.DeviceInService)).device == ONE
    await desk.ring(call, "1001")


async def test_a_lost_socket_loses_no_call(desk: Desk) -> None:
    talking, waiting = await desk.talk(), await desk.call()
    ringing = await desk.call()
    await desk.ring(ringing, "1003")
    await desk.ask("POST", "/drop-sockets")
    await desk.told(cti.DriverDown)
    snapshot = await desk.told(cti.Snapshot, count=2)
    assert {call.call: dict(call.connections) for call in snapshot.calls} == {
        talking: {EXTERNAL: C.CONNECTED, ONE: C.CONNECTED},
        waiting: {EXTERNAL: C.QUEUED},
        ringing: {EXTERNAL: C.QUEUED, DeviceId("1003"): C.ALERTING},
    }
    await desk.driver.answer_call(ringing, DeviceId("1003"))
    await desk.told(cti.Established, ringing)
    await desk.driver.hold_call(talking, ONE)
    await desk.told(cti.Held, talking)
    await desk.ring(waiting, "1002")


async def test_a_restart_of_the_pbx_is_seen_whole(desk: Desk) -> None:
    call = await desk.talk()
    await desk.ask("POST", "/restart")
    await desk.told(cti.DriverDown)
    with pytest.raises((PbxUnreachableError, NoSuchCallError)):
        await desk.driver.hold_call(call, ONE)
    snapshot = await desk.told(cti.Snapshot, count=2)
    assert snapshot.calls == ()
    await desk.told(cti.DeviceInService, within_s=15)


async def test_a_quiet_pbx_proves_that_it_is_alive(desk: Desk) -> None:
    first = await desk.told(cti.Alive)
    second = await desk.told(cti.Alive, count=2, within_s=2)
    assert 0 < (second.at - first.at).total_seconds() < 1.5


async def test_figures_of_a_call(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.ari.quality._PERIOD_S", 0.3)
    await desk.ask("PUT", "/phones/1001/quality", {"rtt_ms": 120, "loss": 0.1, "jitter_ms": 30})
    await desk.talk()
    async with asyncio.timeout(12):
        while True:
            figures = [event.quality for event in desk.all(cti.MediaQuality) if event.in_call]
            if figures and (figures[-1].loss or 0) > 0.02:
                break
            await asyncio.sleep(0.05)
    assert figures[-1].rtt_ms == pytest.approx(120, rel=0.5)
    assert figures[-1].jitter_ms == pytest.approx(30, rel=0.5)


async def test_another_client_takes_over(desk: Desk) -> None:
    other = type(desk)(int(desk.root.rpartition(":")[2]))
    await other.told(cti.Snapshot)
    with pytest.raises(ApplicationReplacedError):
        async with asyncio.timeout(3):
            await desk._pump
    await other.close()
    desk._pump = asyncio.create_task(asyncio.sleep(0))


async def test_a_wrong_password_ends_the_stream(server: ExchangeServer) -> None:
    driver = AriDriver(f"http://127.0.0.1:{server.port}/ari", "tester", "wrong")
    with pytest.raises(PbxCredentialsError):
        async for _event in driver.events():
            pass
    assert "wrong" not in repr(driver)
    await driver.close()
