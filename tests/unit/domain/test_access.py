import pytest

from telephony.types import AgentId
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope, Permission, widest
from xktcc_app.domain.principal import Principal


def principal(**changes):
    values = {
        "account_id": 1,
        "account": "x",
        "name": "X",
        "role_names": ("agent",),
        "permissions": frozenset({Permission.TOOLBAR_USE}),
        "scope": DataScope.BRANCH,
        "org_id": 2,
        "org_ids": frozenset({2, 3}),
        "session_id": "s",
        "must_change_password": False,
        "agent": AgentId("1001"),
    }
    return Principal(**(values | changes))


def test_an_account_may_what_its_roles_say_and_its_own_account_always():
    assert principal().may(Permission.TOOLBAR_USE)
    assert principal().may(Permission.ACCOUNT_OWN)
    assert not principal().may(Permission.SEATS_VIEW)


def test_with_a_temporary_password_only_the_own_account_is_open():
    waiting = principal(must_change_password=True)
    assert waiting.may(Permission.ACCOUNT_OWN)
    assert not waiting.may(Permission.TOOLBAR_USE)


@pytest.mark.parametrize(
    ("changes", "org", "agent", "seen"),
    [
        ({}, 3, None, True),
        ({}, 4, None, False),
        ({}, None, None, False),
        ({"scope": DataScope.ALL, "org_ids": None}, 4, None, True),
        ({"scope": DataScope.OWN}, 2, None, False),
        ({"scope": DataScope.OWN}, 2, "1001", True),
        ({"scope": DataScope.OWN}, 2, "1002", False),
        ({"scope": DataScope.OWN, "agent": None}, 2, None, False),
    ],
)
def test_scope_decides_whose_data_is_seen(changes, org, agent, seen):
    assert principal(**changes).sees(org, agent) is seen


def test_the_starting_roles():
    admin, supervisor, agent = (STARTING_ROLES[code].permissions for code in ("admin", "supervisor", "agent"))
    assert admin == set(Permission)
    assert {Permission.SEATS_VIEW, Permission.SEATS_FORCE_STATE, Permission.SEATS_FORCE_CLEAR} <= supervisor
    assert Permission.USERS_MANAGE not in supervisor
    assert not any(code.startswith("seats.") for code in agent)
    assert Permission.TOOLBAR_USE in agent


def test_of_several_roles_the_widest_scope_counts():
    assert widest([DataScope.OWN, DataScope.ALL, DataScope.BRANCH]) is DataScope.ALL
    assert widest([DataScope.OWN, DataScope.BRANCH]) is DataScope.BRANCH
    assert widest([]) is DataScope.OWN
