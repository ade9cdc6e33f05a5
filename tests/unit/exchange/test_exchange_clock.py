from datetime import UTC, datetime, timedelta, timezone

from telephony.exchange.clock import ManualClock, ari_timestamp


def test_timestamps_are_utc_with_milliseconds() -> None:
    local = datetime(2026, 11, 23, 4, 48, 47, 289_999, tzinfo=timezone(timedelta(hours=8)))
    assert ari_timestamp(local) == "2026-11-22T20:48:47.289+0000"


def test_timers_fire_in_order_at_their_own_moment_unless_cancelled() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = ManualClock(start)
    fired: list[tuple[str, float]] = []

    def note(name: str) -> None:
        fired.append((name, (clock.now() - start).total_seconds()))

    clock.call_later(2, lambda: note("late"))
    clock.call_later(1, lambda: (note("early"), clock.call_later(0.5, lambda: note("chained"))))
    clock.call_later(1.2, lambda: note("never")).cancel()
    clock.call_later(9, lambda: note("beyond"))
    clock.advance(3)
    assert fired == [("early", 1), ("chained", 1.5), ("late", 2)]
    assert clock.now() == start + timedelta(seconds=3)
