from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telephony import events as ev
from telephony.control import control as control_module
from telephony.control import identification
from telephony.control.rules import Rules
from telephony.errors import (
    ApplicationReplacedError,
    CommandTimeoutError,
    DeviceInUseError,
    DeviceOfflineError,
    NoSuchCallError,
    NotSupportedError,
    PbxCredentialsError,
    PbxRefusedError,
    PbxUnreachableError,
    TelephonyError,
)  # fmt: skip
from telephony.history import TodayCounts
from telephony.records import CallRecord, SeatStateRecord
from telephony.types import EXTERNAL, AgentState, CallId, Cause, ConnectionState, Direction, SeatState
from telephony.views import CallerInfo
from tests.unit.telephony.control.fakes import Centre, settled, until
from tests.unit.telephony.control.worlds import (
    A1,
    A2,
    C1,
    C2,
    P1,
    P2,
    T0,
    answers,
    at,
    dialled,
    ends,
    held,
    leaves,
    profile,
    queued,
    refuses,
    rings,
    snapshot,
)  # fmt: skip

S = SeatState
ELDER = CallerInfo(7, "name", 80, (), "", last_agent=A2)


def shown(centre: Centre, agent: object = A1) -> tuple[SeatState, str | None]:
    view = centre.bus.seats()[agent]  # type: ignore[index]
    return view.state, view.reason


# ---- start ----------------------------------------------------------------------------------------------------------


async def test_a_start_takes_up_the_records_and_is_stale_until_the_pbx_has_spoken() -> None:
    centre = Centre()
    centre.history.states = {A1: SeatStateRecord(A1, at(-50), S.READY, None, "ready", None, P1, None)}
    centre.history.counts = TodayCounts({A1: 4}, {A1: 2}, 9, 3, 12, 8)
    centre.history.calls = [CallRecord(C1, Direction.INBOUND, "138", "96000", at(-20), at(-20))]
    await centre.control.start([profile("1001"), profile("1002")])
    view, figures = centre.bus.seats()[A1], centre.bus.centre()
    assert (view.state, view.answered_today, view.outbound_today) == (S.READY, 4, 2)
    assert (figures.answered_today, figures.abandoned_today, figures.queued_today) == (9, 3, 12)
    assert (figures.answered_in_time, figures.stale_since) == (8, T0)
    ((start, end, level),) = centre.history.asked
    assert (start.astimezone(UTC), level) == (datetime(2026, 3, 1, 16, tzinfo=UTC), 15)
    assert end.astimezone(UTC) == datetime(2026, 3, 2, 16, tzinfo=UTC)
    centre.take(snapshot(1, (held(C1, {EXTERNAL: ConnectionState.QUEUED}),)))
    assert centre.bus.centre().stale_since is None
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)]


# ---- routing --------------------------------------------------------------------------------------------------------


async def test_a_caller_is_looked_up_and_rings_at_who_knows_them() -> None:
    centre = await Centre().started()
    centre.directory.known = {"13800000001": ELDER}
    centre.take(queued())
    assert centre.told("deliver") == []
    await settled()
    assert centre.told("deliver") == [(C1, P2, 20)]
    centre.take(rings(phone=P2), answers(phone=P2))
    assert centre.bus.seats()[A2].party.info == ELDER  # type: ignore[union-attr]


async def test_an_outbound_call_is_looked_up_by_the_number_that_was_dialled() -> None:
    centre = await Centre().started()
    centre.take(*dialled())
    await settled()
    assert centre.directory.asked == ["13900000002"]


async def test_ring_no_answer_goes_on_to_the_next_seat() -> None:
    centre = await Centre().started()
    centre.take(queued())
    await settled()
    centre.take(rings(), refuses())
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20), (C1, P2, 20)]
    assert shown(centre) == (S.BUSY, "ring_no_answer")


async def test_a_hang_up_rings_nobody_before_the_call_is_over() -> None:
    centre = await Centre().started()
    centre.take(queued())
    await settled()
    centre.take(rings(), answers(), leaves())
    await settled()
    centre.take(ends())
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)]
    assert shown(centre)[0] is S.WRAP_UP


async def test_a_lost_phone_gives_the_caller_to_the_next_seat_first() -> None:
    centre = await Centre().started()
    centre.take(queued())
    await settled()
    centre.take(rings(), answers(), ev.DeviceOutOfService(at(6), P1), leaves(cause=Cause.MEDIA_LOST, seconds=7))
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)], "the call may end the next moment"
    centre.tick(0.5)
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20), (C1, P2, 20)]


async def test_nothing_is_rung_while_the_pbx_is_lost() -> None:
    centre = await Centre().started()
    centre.take(ev.DriverDown(at(1), "closed"), queued())
    await settled()
    centre.tick(1)
    assert (centre.told("deliver"), centre.bus.centre().stale_since) == ([], at(1))


async def test_a_slow_directory_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identification, "LOOK_UP_LIMIT_S", 0.01)
    centre = await Centre().started()
    centre.directory.slow = asyncio.Event()
    centre.directory.known = {"13800000001": ELDER}
    centre.take(queued())
    await until(lambda: centre.told("deliver"))
    assert centre.told("deliver") == [(C1, P1, 20)], "not known yet: the longest idle"
    centre.take(rings(), queued(C2, 3))
    centre.take(snapshot_of(centre, 5))
    await settled()
    assert len(centre.directory.asked) == 2, "a look-up under way is not begun again"
    centre.directory.slow.set()
    await until(lambda: centre.world.infos.get(C1) == ELDER)
    assert centre.bus.seats()[A1].party.info == ELDER  # type: ignore[union-attr]


def snapshot_of(centre: Centre, seconds: float) -> ev.Snapshot:
    """What we know already, told again."""
    calls = tuple(
        ev.CallSnapshot(c.id, c.direction, c.caller, c.called, c.started_at, dict(c.connections))
        for c in centre.world.calls.values()
    )
    return snapshot(seconds, calls, reconcile=True)


async def test_a_broken_directory_costs_only_the_name(caplog: pytest.LogCaptureFixture) -> None:
    centre = await Centre().started()
    centre.directory.broken = True
    centre.take(queued())
    await settled()
    assert centre.told("deliver") == [(C1, P1, 20)]
    assert centre.world.infos[C1] is None
    assert "caller look-up failed" in caplog.text
    assert "13800000001" not in caplog.text


async def test_a_directory_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identification, "LOOK_UP_LIMIT_S", 0.001)
    monkeypatch.setattr(identification, "GIVE_UP_AFTER_S", 0.001)
    centre = await Centre().started()
    centre.directory.slow = asyncio.Event()
    centre.take(queued())
    await until(lambda: C1 in centre.world.infos)
    assert centre.world.infos[C1] is None


async def test_a_caller_who_is_gone_before_the_look_up_begins() -> None:
    centre = await Centre().started()
    centre.take(queued(), ends())
    centre.take(queued())
    await settled()
    assert centre.told("deliver") == []
    assert centre.directory.asked == ["13800000001"]


# ---- when ringing fails ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [NoSuchCallError("gone"), PbxUnreachableError("no answer"), CommandTimeoutError("slow"), NotSupportedError("no")],
)
async def test_what_is_not_the_seats_fault_leaves_it_ready(failure: TelephonyError) -> None:
    centre = await Centre().started()
    centre.fail("deliver", failure)
    centre.take(queued())
    await settled()
    assert len(centre.told("deliver")) == 1, "not tried again at once and for ever"
    assert shown(centre) == (S.READY, None)
    centre.port.fails.clear()
    centre.tick(2, loop_time=2)
    await settled()
    assert len(centre.told("deliver")) == 2
    assert centre.told("reconcile") == [()]


@pytest.mark.parametrize("failure", [PbxRefusedError("Allocation failed", 500), DeviceInUseError("engaged")])
async def test_a_phone_that_can_not_be_rung_is_set_aside(failure: TelephonyError) -> None:
    centre = await Centre().started()
    centre.fail("deliver", failure)
    centre.take(queued())
    await settled()
    assert (shown(centre, A1), shown(centre, A2)) == ((S.BUSY, "call_failed"), (S.BUSY, "call_failed"))
    assert len(centre.told("deliver")) == 2


async def test_an_offline_phone_is_ready_again_when_it_is_back() -> None:
    centre = await Centre().started()
    centre.fail("deliver", DeviceOfflineError("not registered"))
    centre.take(queued())
    await settled()
    assert shown(centre, A1) == shown(centre, A2) == (S.BUSY, "device_offline")
    centre.port.fails.clear()
    centre.take(ev.DeviceInService(at(3), P2))
    await settled()
    assert centre.told("deliver")[-1] == (C1, P2, 20)


async def test_a_seat_that_is_gone_or_changed_meanwhile_is_left_alone() -> None:
    for failure in (DeviceOfflineError("x"), PbxRefusedError("x", 500)):
        centre = await Centre().started(profile("1001"))
        centre.fail("deliver", failure)
        centre.port.fails.clear()
        reached = asyncio.Event()

        async def deliver(*_: object, fails: TelephonyError = failure, reached: asyncio.Event = reached) -> None:
            await reached.wait()
            raise fails

        centre.port.deliver_call = deliver  # type: ignore[method-assign]
        centre.take(queued())
        await settled()
        await centre.control.remove_seat(A1)
        reached.set()
        await settled()
        assert A1 not in centre.world.seats


async def test_a_phone_that_refuses_without_ringing_is_not_tried_for_ever() -> None:
    centre = await Centre().started(profile("1001"))
    for round_ in range(2):
        centre.take(queued(CallId(f"q{round_}"), 1)) if round_ == 0 else None
        await settled()
        centre.take(refuses(cause=Cause.BUSY, seconds=2 + round_, call=CallId("q0")))
        await settled()
        assert shown(centre) == (S.BUSY, "call_failed")
        await centre.control.request_state(A1, AgentState.READY)
    await settled()
    assert len(centre.told("deliver")) == 3


async def test_a_failure_nobody_thought_of_is_logged_and_harms_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    centre = await Centre().started()
    centre.fail("deliver", RuntimeError("a mistake in the driver"))
    centre.take(queued())
    await settled()
    assert "control task failed" in caplog.text
    centre.port.fails.clear()
    centre.tick(6.5, loop_time=3)
    await settled()
    assert len(centre.told("deliver")) == 2, "the promise was dropped"
    assert centre.told("reconcile") == [()]


# ---- comparison with the PBX ----------------------------------------------------------------------------------------


async def test_an_event_that_does_not_fit_asks_for_a_comparison_but_not_too_often() -> None:
    centre = await Centre(Rules(reconcile_every_s=1000)).started()
    centre.take(rings())
    for loop_time, asked in ((1.9, 0), (2, 1), (2.25, 1), (3.9, 1)):
        centre.tick(0.25, loop_time)
        await settled()
        assert len(centre.told("reconcile")) == asked
    centre.take(rings())
    for loop_time, asked in ((3.9, 1), (4, 2), (90, 2)):
        centre.tick(0.25, loop_time)
        await settled()
        assert len(centre.told("reconcile")) == asked


async def test_the_comparison_comes_by_itself_but_not_while_the_pbx_is_lost() -> None:
    centre = await Centre().started()
    centre.tick(1, 14.9)
    await settled()
    assert centre.told("reconcile") == []
    centre.tick(1, 15)
    await settled()
    assert len(centre.told("reconcile")) == 1
    centre.take(ev.DriverDown(at(20), "closed"))
    centre.tick(1, 99)
    await settled()
    assert len(centre.told("reconcile")) == 1


async def test_one_comparison_at_a_time() -> None:
    centre = await Centre().started()
    release, begun = asyncio.Event(), []

    async def reconcile() -> None:
        begun.append(1)
        await release.wait()

    centre.port.reconcile = reconcile  # type: ignore[method-assign]
    for loop_time in (15, 30, 45):
        centre.tick(1, loop_time)
        await settled()
    assert len(begun) == 1
    release.set()
    await settled()
    centre.tick(1, 46)
    await settled()
    assert len(begun) == 2


async def test_a_comparison_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    centre = await Centre().started()
    centre.fail("reconcile", PbxUnreachableError("x"))
    centre.tick(1, 15)
    await settled()
    assert "reconcile failed" in caplog.text


@pytest.mark.parametrize(("reconcile", "level"), [(True, logging.ERROR), (False, logging.INFO)])
async def test_differences_are_logged_without_numbers(
    caplog: pytest.LogCaptureFixture, *, reconcile: bool, level: int
) -> None:
    caplog.set_level(logging.INFO)
    centre = await Centre().started()
    centre.take(queued())
    caplog.clear()
    centre.take(snapshot(3, reconcile=reconcile))
    assert [(r.levelno, r.difference, r.id) for r in caplog.records] == [(level, "call_gone", C1)]  # type: ignore[attr-defined]
    assert centre.world.differences == []


# ---- time -----------------------------------------------------------------------------------------------------------


async def test_time_ends_wrap_up_and_then_there_is_a_seat_for_the_next() -> None:
    centre = await Centre().started(profile("1001"))
    centre.take(queued())
    await settled()
    centre.take(rings(), answers(), ends(seconds=10), queued(C2, 11))
    await settled()
    centre.tick(28.9)
    assert shown(centre)[0] is S.WRAP_UP
    centre.tick(0.1)
    await settled()
    assert centre.told("deliver")[-1] == (C2, P1, 20)


async def test_an_event_after_midnight_is_counted_in_the_new_day() -> None:
    centre = await Centre().started()
    centre.take(queued(seconds=12 * 3600 - 1), queued(C2, 12 * 3600 + 0.1))
    assert centre.bus.centre().queued_today == 1


# ---- run ------------------------------------------------------------------------------------------------------------


async def test_it_runs_on_events_and_time_and_is_stale_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_module, "TICK_S", 0.001)
    centre = Centre()
    await centre.control.start([profile("1001")])
    running = asyncio.ensure_future(centre.control.run())
    centre.port.queue.put_nowait(snapshot())
    await until(lambda: centre.bus.centre().stale_since is None)
    await centre.control.log_on(A1)
    await centre.control.request_state(A1, AgentState.READY)
    centre.port.queue.put_nowait(queued())
    await until(lambda: centre.told("deliver"))
    for event in (rings(), answers(), ends(seconds=6)):
        centre.port.queue.put_nowait(event)
    await until(lambda: shown(centre)[0] is S.WRAP_UP)
    centre.now = at(99)
    await until(lambda: shown(centre)[0] is S.READY)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert centre.bus.centre().stale_since == at(99)


@pytest.mark.parametrize("fatal", [ApplicationReplacedError("other"), PbxCredentialsError("no")])
async def test_what_is_fatal_ends_it_and_the_wall_says_so(fatal: TelephonyError) -> None:
    centre = await Centre().started()
    centre.port.queue.put_nowait(fatal)
    with pytest.raises(type(fatal)):
        await centre.control.run()
    assert centre.bus.centre().stale_since is not None


async def test_one_event_that_it_can_not_cope_with_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    centre = await Centre().started()
    broken = replace(queued(), call=[])  # type: ignore[arg-type]
    running = asyncio.ensure_future(centre.control.run())
    centre.port.queue.put_nowait(broken)
    centre.port.queue.put_nowait(queued())
    await until(lambda: C1 in centre.world.calls)
    assert "event not taken in" in caplog.text
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_one_tick_that_fails_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(control_module, "TICK_S", 0.001)
    centre = await Centre().started()
    monkeypatch.setattr(centre.world, "tick", lambda _: 1 / 0)
    running = asyncio.ensure_future(centre.control.run())
    await until(lambda: "tick failed" in caplog.text)
    centre.port.queue.put_nowait(queued())
    await until(lambda: C1 in centre.world.calls)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_subscriber_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    centre = await Centre().started()
    heard = []
    centre.bus.subscribe(lambda _: 1 / 0)
    stop = centre.bus.subscribe(heard.append)
    centre.take(queued())
    assert len(heard) == 1
    assert "subscriber of the bus failed" in caplog.text
    stop()
    stop()
    centre.take(queued(C2))
    assert len(heard) == 1


def test_the_clock_is_aware() -> None:
    assert control_module.utc_now().tzinfo is UTC
