from __future__ import annotations

import pytest

from telephony.network import condition, differs, merge
from telephony.types import Network, Quality


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        (Quality(), Network.UNKNOWN),
        (Quality(rtt_ms=149.9), Network.GOOD),
        (Quality(rtt_ms=150), Network.FAIR),
        (Quality(rtt_ms=400), Network.POOR),
        (Quality(jitter_ms=29.9), Network.GOOD),
        (Quality(jitter_ms=30), Network.FAIR),
        (Quality(jitter_ms=60), Network.POOR),
        (Quality(loss=0), Network.GOOD),
        (Quality(loss=0.01), Network.FAIR),
        (Quality(loss=0.05), Network.POOR),
        (Quality(rtt_ms=10, jitter_ms=1, loss=0.5), Network.POOR),
    ],
)
def test_the_worst_figure_decides(quality: Quality, expected: Network) -> None:
    assert condition(quality, in_service=True) is expected
    assert condition(quality, in_service=False) is Network.OFFLINE
    assert condition(quality, in_service=None) is Network.UNKNOWN


def test_figures_that_are_not_told_stay() -> None:
    assert merge(Quality(1, 2, 0.3), Quality()) == Quality(1, 2, 0.3)
    assert merge(Quality(1, 2, 0.3), Quality(4, 5, 0.6)) == Quality(4, 5, 0.6)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (Quality(), Quality(), False),
        (Quality(), Quality(rtt_ms=1), True),
        (Quality(loss=0.1), Quality(), True),
        (Quality(rtt_ms=10), Quality(rtt_ms=15), False),
        (Quality(rtt_ms=10), Quality(rtt_ms=15.1), True),
        (Quality(rtt_ms=100), Quality(rtt_ms=119), False),
        (Quality(rtt_ms=100), Quality(rtt_ms=121), True),
        (Quality(jitter_ms=10), Quality(jitter_ms=16), True),
        (Quality(loss=0.0), Quality(loss=0.004), False),
        (Quality(loss=0.0), Quality(loss=0.006), True),
    ],
)
def test_only_what_a_person_would_care_about(old: Quality, new: Quality, *, expected: bool) -> None:
    assert differs(old, new) is expected
