"""The arithmetic of logging in: when a session ends by itself, and how long a guesser must wait. No clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class EndReason(StrEnum):
    """Why a session is over; shown to its user at the login page."""

    PUSHED_OUT = "pushed_out"
    IDLE = "idle"
    EXPIRED = "expired"
    LOGGED_OUT = "logged_out"
    DISABLED = "disabled"
    FORCED = "forced"


@dataclass(frozen=True, slots=True)
class EndedSession:
    """The end of a session: why and when (UTC); ``other_address`` is where the login that pushed it out came from."""

    reason: EndReason
    at: datetime
    other_address: str | None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: without any activity, and at all."""

    idle: timedelta
    absolute: timedelta

    def end_of(
        self, created_at: datetime, seen_at: datetime, now: datetime, *, live_call: bool
    ) -> tuple[EndReason, datetime] | None:
        """Why and when the session ended by itself, or ``None`` while it lives.

        A live call defers the idle end, not the absolute one.
        """
        expired_at = created_at + self.absolute
        idle_at = seen_at + self.idle
        if now >= idle_at and idle_at <= expired_at and not live_call:
            return EndReason.IDLE, idle_at
        if now >= expired_at:
            return EndReason.EXPIRED, expired_at
        return None


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """How failures slow further attempts: ``free`` are without delay, then 1, 2, 4 … seconds up to ``longest``.

    Failures are forgotten after ``forget`` without a new one. ``lock_after`` failures lock for ``lock``; 0 never locks.
    """

    free: int
    longest: timedelta
    forget: timedelta
    lock_after: int
    lock: timedelta

    def delay(self, failures: int) -> timedelta:
        """How long after the last of ``failures`` failures the next attempt may be made."""
        if failures <= self.free:
            return timedelta(0)
        # capped before the power, so that a huge count stays cheap
        return min(timedelta(seconds=2 ** min(failures - self.free - 1, 32)), self.longest)


@dataclass(frozen=True, slots=True)
class Failures:
    """What is remembered of wrong passwords of one account or address."""

    count: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        """Whether nobody may try at all."""
        return self.locked_until is not None and now < self.locked_until

    def wait(self, policy: ThrottlePolicy, now: datetime) -> timedelta:
        """How long until the next attempt may be made; zero when it may be made now."""
        remembered = self.remembered(policy, now)
        if remembered.last_at is None:
            return timedelta(0)
        return max(remembered.last_at + policy.delay(remembered.count) - now, timedelta(0))

    def remembered(self, policy: ThrottlePolicy, now: datetime) -> Failures:
        """These failures, or none when they are so old that they are forgotten or a lock has passed."""
        if self.last_at is None or now - self.last_at >= policy.forget:
            return Failures()
        if self.locked_until is not None and now >= self.locked_until:
            return Failures()
        return self

    def one_more(self, policy: ThrottlePolicy, now: datetime) -> Failures:
        """These failures and another at ``now``; locked when that was one too many."""
        before = self.remembered(policy, now)
        count = before.count + 1
        lock = policy.lock_after and count >= policy.lock_after
        return Failures(count, now, now + policy.lock if lock else before.locked_until)

    def one_less(self) -> Failures:
        """These failures without the newest, which was none after all."""
        return Failures(max(self.count - 1, 0), self.last_at, self.locked_until)
