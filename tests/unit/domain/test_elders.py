from datetime import date

import pytest

from xktcc_app.domain.elders import ROUTING_WEIGHTS, ElderType, age_on


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (None, date(2026, 1, 1), None),
        (date(1944, 11, 23), date(2026, 11, 22), 81),
        (date(1944, 11, 23), date(2026, 11, 23), 82),
        (date(1944, 2, 29), date(2026, 2, 28), 81),
        (date(1944, 2, 29), date(2026, 3, 1), 82),
    ],
)
def test_ages(born, day, age):
    assert age_on(born, day) == age


def test_those_who_can_help_themselves_least_come_first():
    assert ROUTING_WEIGHTS[ElderType.DISABLED] > ROUTING_WEIGHTS[ElderType.LIVES_ALONE] > ROUTING_WEIGHTS["very_old"]
    assert ElderType.ORDINARY not in ROUTING_WEIGHTS
