"""``make bench``: every figure as one JSON object a line.

The lists come last and take longest: ``BENCH_ELDERS=100000 make bench`` makes their city and the desk's smaller, ``BENCH_ORDERS``
the reports'.
"""

from __future__ import annotations

from bench import admin, calls, desk, listening, lists, page, reports, starts, wall


def main() -> None:
    """All benchmarks, one after the other, so that none disturbs another."""
    starts.run()
    wall.run()
    page.run()
    reports.run()
    listening.run()
    calls.run()
    desk.run()
    admin.run()
    lists.run()


if __name__ == "__main__":
    main()
