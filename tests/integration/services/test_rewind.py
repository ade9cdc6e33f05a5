"""The wall of an earlier moment, out of the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.types import SeatState
from tests.integration.services.records import SECOND, T0, call, seat
from tests.support.served_live import principal
from xktcc_app.repositories.records import write_records
from xktcc_app.services.errors import BadValueError, PermissionDeniedError
from xktcc_app.services.rewind import RewindService

BOSS = principal("supervisor", "supervisor", "s")


@pytest.fixture
def rewind(database, people, clock):
    clock.now = T0 + timedelta(hours=1)
    records = [
        seat(after=0, state=SeatState.READY),
        seat(after=10, state=SeatState.TALKING, call="c1"),
        seat(after=70, state=SeatState.WRAP_UP, call="c1"),
        seat(after=90, state=SeatState.READY),
        call(answered_at=T0 + 10 * SECOND, ended_at=T0 + 70 * SECOND, agent="1001"),
    ]
    database.writing(lambda session: write_records(session, records))
    return RewindService(database, clock.now.tzinfo, 15, clock)


@pytest.mark.parametrize(
    ("after", "state", "waiting", "party"),
    [
        (5, SeatState.READY, 1, False),
        (10, SeatState.TALKING, 0, True),
        (69.5, SeatState.TALKING, 0, True),
        (75, SeatState.WRAP_UP, 0, True),
        (95, SeatState.READY, 0, False),
    ],
)
async def test_each_moment_is_as_it_was(rewind, after, state, waiting, party):
    wall = await rewind.wall_at(BOSS, (T0 + after * SECOND).timestamp())
    seats = {one.profile.agent: one for one in wall.seats}
    assert seats["1001"].state is state
    assert (seats["1001"].party is not None) is party
    assert seats["1002"].state is SeatState.LOGGED_OFF
    assert len(wall.centre.waiting) == waiting
    assert wall.centre.answered_today == (after > 10)


@pytest.mark.parametrize("ago", [-1, 24 * 3600 + 1, float("nan"), float("inf"), 1e300])
async def test_what_is_out_of_reach_is_refused(rewind, clock, ago):
    with pytest.raises(BadValueError):
        await rewind.wall_at(BOSS, clock.now.timestamp() - ago)


async def test_who_may_not_see_the_wall_may_not_see_its_past(rewind, clock):
    with pytest.raises(PermissionDeniedError):
        await rewind.wall_at(replace(BOSS, permissions=frozenset()), clock.now.timestamp() - 5)


async def test_what_is_no_number_is_refused(rewind):
    with pytest.raises(BadValueError):
        await rewind.wall_at(BOSS, "yesterday")
