from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from telephony.routing import Assignment, Free, Waiting, Why, assign
from telephony.types import AgentId, CallId, DeviceId

T0 = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def caller(name: str, waits_since: int = 0, **other: object) -> Waiting:
    return Waiting(CallId(name), T0 + timedelta(seconds=waits_since), **other)  # type: ignore[arg-type]


def free(name: str, idle_since: int = 0) -> Free:
    return Free(AgentId(name), DeviceId("p" + name), T0 + timedelta(seconds=idle_since))


def order(*waiting: Waiting) -> list[str]:
    """Who comes first when only one seat becomes free after another."""
    left, out = list(waiting), []
    while left:
        chosen = assign(left, [free("1001")])[0].call
        out.append(str(chosen))
        left = [w for w in left if w.call != chosen]
    return out


def test_sos_then_returned_then_priority_then_waiting_time() -> None:
    assert order(
        caller("late", 9),
        caller("early", 1),
        caller("alone", 5, elder_types=("ordinary", "living_alone")),
        caller("disabled", 8, elder_types=("disabled",)),
        caller("returned", 7, returned=True),
        caller("sos", 10, sos=True),
    ) == ["sos", "returned", "disabled", "alone", "early", "late"]


def test_who_knows_the_elder_before_who_is_longest_idle() -> None:
    seats = [free("1001", 5), free("1002", 1), free("1003", 9)]
    known = assign([caller("a", last_agent=AgentId("1003"))], seats)
    assert known == [Assignment(CallId("a"), AgentId("1003"), DeviceId("p1003"), Why.KNOWS_ELDER)]
    idle = assign([caller("a", last_agent=AgentId("1009"))], seats)
    assert idle == [Assignment(CallId("a"), AgentId("1002"), DeviceId("p1002"), Why.LONGEST_IDLE)]


def test_an_own_number_rings_that_seat_and_no_other() -> None:
    wanted = caller("a", wanted=AgentId("1002"))
    assert assign([wanted], [free("1001")]) == []
    assert [(a.agent, a.why) for a in assign([wanted], [free("1001"), free("1002")])] == [("1002", Why.OWN_NUMBER)]


def test_a_phone_that_rang_in_vain_is_asked_again_only_when_no_other_is_free() -> None:
    refused = caller("a", refused_by=(DeviceId("p1001"),), last_agent=AgentId("1001"))
    assert assign([refused], [free("1001"), free("1002", 9)])[0].agent == "1002"
    assert assign([refused], [free("1001")])[0].agent == "1001"


def test_nobody_free_or_nobody_waiting() -> None:
    assert assign([caller("a")], []) == []
    assert assign([], [free("1001")]) == []


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 8), st.integers(0, 3))
def test_every_call_and_seat_at_most_once_and_none_left_unused(sos: list[bool], seats: int, wanted: int) -> None:
    waiting = [caller(f"c{n}", n, sos=flag) for n, flag in enumerate(sos)]
    waiting += [caller(f"w{n}", n, wanted=AgentId(str(n))) for n in range(wanted)]
    made = assign(waiting, [free(str(n), -n) for n in range(seats)])
    assert len({a.call for a in made}) == len({a.device for a in made}) == len(made)
    assert len(made) >= min(len(sos), seats)
