from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.sessions import EndReason, Failures, Lifetime, ThrottlePolicy

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIFE = Lifetime(idle=30 * MINUTE, absolute=600 * MINUTE)
POLICY = ThrottlePolicy(free=3, longest=MINUTE, forget=15 * MINUTE, lock_after=10, lock=15 * MINUTE)
NEVER_LOCKS = ThrottlePolicy(free=3, longest=MINUTE, forget=15 * MINUTE, lock_after=0, lock=15 * MINUTE)


@pytest.mark.parametrize(
    ("created", "seen", "live_call", "reason", "ended"),
    [
        (60, 29, False, None, None),
        (60, 30, False, EndReason.IDLE, 0),
        (60, 45, False, EndReason.IDLE, 15),
        (60, 45, True, None, None),
        (600, 0, False, EndReason.EXPIRED, 0),
        (600, 0, True, EndReason.EXPIRED, 0),
        (700, 650, False, EndReason.IDLE, 620),
        (700, 650, True, EndReason.EXPIRED, 100),
        (700, 110, False, EndReason.EXPIRED, 100),
    ],
)
def test_sessions_end_by_themselves(created, seen, live_call, reason, ended):
    end = LIFE.end_of(NOW - created * MINUTE, NOW - seen * MINUTE, NOW, live_call=live_call)
    assert end == (None if reason is None else (reason, NOW - ended * MINUTE))


def test_the_delay_doubles_after_the_free_attempts_up_to_the_longest():
    assert [POLICY.delay(count).total_seconds() for count in range(12)] == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert POLICY.delay(10**9) == MINUTE


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_failures_never_wait_less(one, other):
    low, high = sorted((one, other))
    assert POLICY.delay(low) <= POLICY.delay(high) <= POLICY.longest


@given(st.lists(st.floats(0, 2000), max_size=40))
def test_a_lock_comes_with_the_last_failure_and_ends_by_itself(gaps):
    failures, now = Failures(), NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        assert failures.wait(POLICY, now) >= timedelta(0)
        before = failures.remembered(POLICY, now)
        failures = failures.one_more(POLICY, now)
        assert failures.count == before.count + 1
        assert failures.locked(now) is (failures.count >= POLICY.lock_after)
    later = now + POLICY.forget + POLICY.lock
    assert not failures.locked(later)
    assert failures.remembered(POLICY, later) == Failures()
    assert failures.wait(POLICY, later) == timedelta(0)


def test_a_lock_that_passed_is_forgotten_though_its_failures_are_recent():
    policy = ThrottlePolicy(free=3, longest=MINUTE, forget=60 * MINUTE, lock_after=3, lock=MINUTE)
    failures = Failures(3, NOW, NOW + MINUTE)
    assert failures.remembered(policy, NOW) == failures
    assert failures.remembered(policy, NOW + MINUTE) == Failures()


@given(st.integers(1, 10**4))
def test_addresses_slow_down_but_are_never_locked(count):
    failures = Failures(count, NOW).one_more(NEVER_LOCKS, NOW)
    assert not failures.locked(NOW)
    assert failures.wait(NEVER_LOCKS, NOW) == NEVER_LOCKS.delay(count + 1)


def test_a_success_takes_its_own_failure_back():
    assert Failures(4, NOW).one_less() == Failures(3, NOW)
    assert Failures().one_less() == Failures()
