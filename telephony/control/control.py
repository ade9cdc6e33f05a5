"""The one writer of seats and calls: events in, commands out, patches and records out.

Runs once for a centre. Everything here happens on one event loop, so the world is never changed from two sides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from telephony import events as ev
from telephony.control.counts import day_bounds
from telephony.control.delivery import Delivery
from telephony.control.dispatch import Dispatch
from telephony.control.identification import Identification
from telephony.control.joint_commands import JointCommands
from telephony.control.queueing import Announcement, Overflow, Queueing
from telephony.control.rules import Rules
from telephony.control.surroundings import Surroundings
from telephony.control.tasks import Tasks
from telephony.control.watch import Watch
from telephony.control.world import World
from telephony.errors import IllegalTransitionError, TelephonyError
from telephony.routing import Assignment
from telephony.views import SeatProfile

log = logging.getLogger(__name__)

TICK_S = 0.25
RECONCILE_AT_MOST_EVERY_S = 2.0


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


class Control(JointCommands):
    """See the module. ``start`` once, then ``run`` until it is cancelled; the commands are those of ``Desk``."""

    def __init__(self, around: Surroundings, rules: Rules, now: Callable[[], datetime] = utc_now) -> None:
        self._around = around
        self._now = now
        self._world = World(rules, now())
        self._dispatch = Dispatch(self._world)
        self._queueing = Queueing(self._world, self._dispatch)
        self._watch = Watch()
        self._tasks = Tasks()
        self._delivery = Delivery(self._world, self._dispatch, around.port, now, self._doubt)
        self._callers = Identification(self._world, around.directory, self._tasks, self._after_change)
        self._reconcile_wanted = False
        self._reconciled_at = 0.0
        self._reconciling: asyncio.Task[None] | None = None

    @property
    def world(self) -> World:
        """What is known now; to be read only."""
        return self._world

    async def start(self, profiles: Sequence[SeatProfile]) -> None:
        """Take up the seats as the records left them; they are published as stale until the PBX has spoken."""
        kept = await self._around.history.last_seat_states()
        now = self._now()
        for profile in profiles:
            self._world.add_seat(profile, now, kept.get(profile.agent))
        start, end = day_bounds(self._world.counts.day, self._world.rules.zone)
        counts = await self._around.history.day_counts(start, end, self._world.rules.service_level_s)
        self._world.counts.load(counts)
        for record in await self._around.history.open_calls():
            self._world.restore_call(record)
        for recording in await self._around.history.open_recordings():
            self._world.restore_recording(recording)
        self._publish()

    async def run(self) -> None:
        """Work until cancelled. Raises ``ApplicationReplacedError`` or ``PbxCredentialsError`` when the PBX won't have us.

        However it ends, what was published last is marked as no longer known to be true.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._consume())
                group.create_task(self._tick_for_ever())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            self._tasks.cancel()
            self.take(ev.DriverDown(self._now(), "control ended"))

    async def _consume(self) -> None:
        async for event in self._around.port.events():
            try:
                self.take(event)
            except Exception:
                # One event that we can't cope with must not cost the centre its wall: ask how things are instead.
                log.exception("event not taken in", extra={"event": type(event).__name__})
                self._doubt()

    def take(self, event: ev.Event) -> None:
        """Take one event in, tell the world, and decide what follows from it."""
        now = self._now()
        self._world.roll(now)
        try:
            self._world.apply(event, now)
        except IllegalTransitionError:
            # Something was missed, or came twice: ask the PBX how things really are.
            log.info("event did not fit", extra={"event": type(event).__name__})
            self._doubt()
        refused = self._dispatch.note(event)
        if refused is not None:
            self._delivery.refused(refused)
        self._log_differences(event)
        self._callers.note(event)
        if isinstance(event, ev.TransferRequested):
            self._tasks.spawn(self.transfer_at_phone(event))
        if isinstance(event, ev.ConsultationRequested):
            self._tasks.spawn(self.consult_at_phone(event))
        self._after_change()

    def _doubt(self) -> None:
        """We and the PBX may differ."""
        self._reconcile_wanted = True

    def _after_change(self) -> None:
        for one in self._dispatch.decide(self._now(), self._callers.pending):
            self._tasks.spawn(self._ring(one))
        self._publish()

    async def _ring(self, one: Assignment) -> None:
        await self._delivery.ring(one)
        self._after_change()

    async def _care(self, one: Announcement | Overflow) -> None:
        """For a caller who waits; one who has just been served or has gone needs it no more."""
        try:
            if isinstance(one, Announcement):
                await self._around.port.announce(one.call, one.media)
            else:
                await self._around.port.deliver_outside(one.call, one.number, self._world.rules.outside_ring_s)
        except TelephonyError as failure:
            log.info("not done for a waiting caller", extra={"code": failure.code, "what": type(one).__name__})
            if isinstance(failure, IllegalTransitionError) and isinstance(one, Announcement):
                self._queueing.not_heard(one)  # on a slow PBX they are not in the queue's bridge yet

    def _publish(self) -> None:
        patch, records = self._world.drain()
        for record in records:
            self._around.sink.put(record)
        if patch is not None:
            self._around.bus.publish(patch)
        self._watch.check(self._world)

    def _log_differences(self, event: ev.Event) -> None:
        if not isinstance(event, ev.Snapshot):
            return
        level = logging.ERROR if event.reconcile else logging.INFO
        for kind, name in self._world.differences:
            log.log(level, "snapshot corrected us", extra={"difference": kind, "id": name})
        self._world.differences.clear()

    # ---- time -----------------------------------------------------------------------------------------------------------

    async def _tick_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        self._reconciled_at = loop.time()
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.tick(self._now(), loop.time())
            except Exception:
                log.exception("tick failed")  # the next one comes; the event stream must not end with it

    def tick(self, now: datetime, loop_time: float) -> None:
        """What time alone brings about: ends of wrap-ups, midnight, promises that were not kept, comparison with the PBX."""
        self._world.tick(now)
        if self._dispatch.overdue(now):
            self._doubt()
        self._after_change()
        for one in self._queueing.due(now):
            self._tasks.spawn(self._care(one))
        passed = loop_time - self._reconciled_at
        wanted = self._reconcile_wanted and passed >= RECONCILE_AT_MOST_EVERY_S
        if wanted or passed >= self._world.rules.reconcile_every_s:
            self._reconcile(loop_time)

    def _reconcile(self, loop_time: float) -> None:
        """Ask for a comparison, unless one is under way or the PBX is lost (a snapshot comes by itself when it is back)."""
        under_way = self._reconciling is not None and not self._reconciling.done()
        if under_way or self._world.stale_since is not None:
            return
        self._reconcile_wanted, self._reconciled_at = False, loop_time
        self._reconciling = self._tasks.spawn(self._ask_for_snapshot())

    async def _ask_for_snapshot(self) -> None:
        try:
            await self._around.port.reconcile()
        except TelephonyError as failure:
            log.warning("reconcile failed", extra={"code": failure.code})
