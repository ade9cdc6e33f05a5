from dataclasses import replace
from unittest.mock import AsyncMock

import pytest

from telephony.bus import MemoryBus
from telephony.errors import BadNumberError, IllegalTransitionError, UnknownAgentError
from telephony.types import AgentId, AgentState
from telephony.views import Patch
from tests.unit.services.seats import AT, seat
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.audit import AuditService
from xktcc_app.services.errors import BadValueError, NoSeatError, OutOfScopeError, PermissionDeniedError
from xktcc_app.services.seats import SeatService
from xktcc_app.services.toolbar import ToolbarService


def person(role, scope=DataScope.BRANCH, orgs=frozenset({2, 3}), agent=None):
    permissions = STARTING_ROLES[role].permissions
    return Principal(1, role, role, (role,), permissions, scope, 2, orgs, "s", must_change_password=False, agent=agent)


SUPERVISOR = person("supervisor")
AGENT = person("agent", DataScope.OWN, frozenset({2}), AgentId("1001"))


@pytest.fixture
def entries():
    return []


@pytest.fixture
def desk():
    return AsyncMock()


@pytest.fixture
def seats(desk, entries):
    bus = MemoryBus()
    bus.publish(Patch(seats=(seat("1001", org=2), seat("1002", org=4))))

    class Sink:
        def put(self, record):
            entries.append(record)

    return SeatService(desk, bus, AuditService(Sink(), lambda: AT))


@pytest.mark.parametrize(
    ("action", "state"),
    [("ready", AgentState.READY), ("busy", AgentState.BUSY), ("logged_off", AgentState.LOGGED_OFF)],
)
async def test_a_supervisor_forces_states(seats, desk, entries, action, state):
    await seats.force(SUPERVISOR, AgentId("1001"), action)
    desk.force_state.assert_awaited_once_with("1001", state, "supervisor")
    assert [(entry.target, entry.outcome, entry.detail) for entry in entries] == [("1001", "ok", {"forced": action})]


async def test_a_supervisor_ends_a_call(seats, desk):
    await seats.force(SUPERVISOR, AgentId("1001"), "clear")
    desk.force_clear.assert_awaited_once_with("1001", "supervisor")


@pytest.mark.parametrize(
    ("principal", "agent", "error"),
    [
        (AGENT, "1001", PermissionDeniedError),
        (SUPERVISOR, "1002", OutOfScopeError),
        (SUPERVISOR, "1003", UnknownAgentError),
        (
            replace(SUPERVISOR, permissions=SUPERVISOR.permissions - {Permission.SEATS_FORCE_CLEAR}),
            "1001",
            PermissionDeniedError,
        ),
        (replace(SUPERVISOR, must_change_password=True), "1001", PermissionDeniedError),
    ],
)
async def test_others_are_refused_and_the_attempt_is_kept(seats, desk, entries, *, principal, agent, error):
    with pytest.raises(error) as caught:
        await seats.force(principal, AgentId(agent), "clear")
    desk.force_clear.assert_not_awaited()
    assert [entry.outcome for entry in entries] == [caught.value.code]


async def test_what_the_desk_refuses_is_kept_as_such(seats, desk, entries):
    desk.force_state.side_effect = IllegalTransitionError
    with pytest.raises(IllegalTransitionError):
        await seats.force(SUPERVISOR, AgentId("1001"), "ready")
    assert entries[0].outcome == "illegal_transition"


async def test_an_unknown_action_is_refused(seats, entries):
    with pytest.raises(BadValueError):
        await seats.force(SUPERVISOR, AgentId("1001"), "explode")
    assert entries == []


@pytest.mark.parametrize(
    "name", ["log_on", "log_off", "answer", "decline", "hang_up", "hold", "retrieve", "end_wrap_up"]
)
async def test_an_agent_acts_on_the_own_seat_only(desk, name):
    await getattr(ToolbarService(desk), name)(AGENT)
    getattr(desk, name).assert_awaited_once_with("1001")


async def test_states_and_reasons(desk):
    toolbar = ToolbarService(desk)
    await toolbar.set_state(AGENT, "not_ready", "meal")
    desk.request_state.assert_awaited_with("1001", AgentState.NOT_READY, "meal")
    await toolbar.set_state(AGENT, "ready", "meal")
    desk.request_state.assert_awaited_with("1001", AgentState.READY, None)
    for state, reason in (("not_ready", None), ("not_ready", "gone fishing"), ("logged_off", None), ("talking", None)):
        with pytest.raises(BadValueError):
            await toolbar.set_state(AGENT, state, reason)


async def test_dialling_and_wrap_up(desk):
    toolbar = ToolbarService(desk)
    await toolbar.dial(AGENT, "１３８ 0000-1111")
    desk.dial.assert_awaited_once_with("1001", "13800001111", pick_up=True)
    await toolbar.extend_wrap_up(AGENT)
    desk.extend_wrap_up.assert_awaited_once_with("1001", 30)
    for number in ("", "call me", "138x00001111", "*#06#", "+"):
        with pytest.raises(BadNumberError):
            await toolbar.dial(AGENT, number)
        with pytest.raises((BadNumberError, BadValueError)):
            await toolbar.consult(AGENT, number=number)
    for seconds in (0, 601):
        with pytest.raises(BadValueError):
            await toolbar.extend_wrap_up(AGENT, seconds)


async def test_without_a_seat_or_the_permission_nothing_is_done(desk):
    with pytest.raises(NoSeatError):
        await ToolbarService(desk).log_on(SUPERVISOR)
    with pytest.raises(PermissionDeniedError):
        await ToolbarService(desk).log_on(replace(AGENT, permissions=frozenset()))
    assert desk.mock_calls == []
