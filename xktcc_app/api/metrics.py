"""The figures for Prometheus, read when they are asked for. No label names a person, a number or a seat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from telephony.types import Direction, Network, SeatState
from telephony.views import CentreView, SeatView
from xktcc_app.bootstrap import Services
from xktcc_app.domain.recordings import FileState

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """Renders the figures of these services."""

    def __init__(self, services: Services) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(services))

    def render(self) -> bytes:
        """The figures now, in the text format."""
        return generate_latest(self._registry)


class _Figures(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the figures exist only once the program runs."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All figures."""
        services = self._services
        yield from _seat_figures(list(services.bus.seats().values()))
        yield from _centre_figures(services.bus.centre())
        yield from _own_figures(services)


def _own_figures(services: Services) -> Iterator[Metric]:
    yield _gauge("xktcc_records_waiting", "Records not yet in the database", services.records.depth)
    rejected = CounterMetricFamily("xktcc_records_rejected", "Records that the database refused")
    rejected.add_metric([], services.records.rejected)
    yield rejected
    yield from _recording_figures(services)
    logins = CounterMetricFamily("xktcc_logins", "Attempts to log in, by outcome", labels=["outcome"])
    for outcome, count in sorted(services.sessions.outcomes.items()):
        logins.add_metric([outcome], count)
    yield logins
    yield _gauge("xktcc_sessions", "Live sessions", services.sessions.live_count)


def _recording_figures(services: Services) -> Iterator[Metric]:
    """As the newest check found them: nothing before the first."""
    report = services.recording_check.latest
    if report is None:
        return
    states = {state.value: report.states.get(state.value, 0) for state in FileState}
    yield _gauges("xktcc_recordings", "Recordings that have ended, by what became of the file", "state", states)
    yield _gauges(
        "xktcc_recording_orphans", "Recordings, files and calls that do not fit together", "kind", report.orphans
    )


def _seat_figures(seats: list[SeatView]) -> Iterator[Metric]:
    states = Counter(seat.state for seat in seats)
    yield _gauges("xktcc_seats", "Seats, by state", "state", {state.value: states[state] for state in SeatState})
    networks = Counter(seat.network for seat in seats)
    yield _gauges(
        "xktcc_seat_networks",
        "Seats, by network condition",
        "network",
        {kind.value: networks[kind] for kind in Network},
    )
    calls = {
        seat.party.call: seat.party.direction for seat in seats if seat.party and seat.state is not SeatState.WRAP_UP
    }
    directions = Counter(calls.values())
    yield _gauges(
        "xktcc_calls", "Calls at seats, by direction", "direction", {kind.value: directions[kind] for kind in Direction}
    )


def _centre_figures(centre: CentreView) -> Iterator[Metric]:
    now = datetime.now(UTC)
    longest = max(((now - caller.since).total_seconds() for caller in centre.waiting), default=0.0)
    yield _gauge("xktcc_queue", "Callers who wait", len(centre.waiting))
    yield _gauge("xktcc_queue_longest_wait_seconds", "How long the first of them waits", max(longest, 0.0))
    yield _gauge("xktcc_answered_today", "Inbound calls answered today", centre.answered_today)
    yield _gauge("xktcc_abandoned_today", "Callers who gave up today", centre.abandoned_today)
    yield _gauge("xktcc_queued_today", "Callers who waited today", centre.queued_today)
    yield _gauge("xktcc_answered_in_time_today", "Of them taken within the service level", centre.answered_in_time)
    yield _gauge("xktcc_pbx_connected", "1 while what the wall shows is true", int(centre.stale_since is None))
    if centre.last_event_at is not None:
        age = (now - centre.last_event_at).total_seconds()
        yield _gauge("xktcc_pbx_event_age_seconds", "Since the newest event of the PBX", max(age, 0.0))


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _gauges(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family
