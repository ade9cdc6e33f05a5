"""Each role × each event handler, called raw: allowed exactly where the registry and the role's permissions say so."""

import pytest
from reflex_base.registry import RegistrationContext

from tests.integration.live.test_attacks import payload_of
from tests.support.served_live import ServedLive
from xktcc_app.domain.permissions import STARTING_ROLES, Permission
from xktcc_app.domain.requirements import Access, meets
from xktcc_app.state.registry import ACCESS

DECLARED = {
    f"{state.get_full_name()}.{handler}": requirement
    for state, handlers in ACCESS.items()
    for handler, requirement in handlers.items()
}
OURS = sorted(DECLARED)
ROLES = {code: definition.permissions for code, definition in STARTING_ROLES.items()} | {
    "fresh": frozenset(),
    "auditor": frozenset({Permission.AUDIT_VIEW}),
    "clerk": frozenset({Permission.USERS_VIEW, Permission.ORGANIZATIONS_VIEW}),
}


def test_every_handler_of_the_program_is_declared():
    ours = {name for name in RegistrationContext.get().event_handlers if ".xktcc_app___" in name}
    assert {name for name in ours if not name.endswith(".setvar")} == set(DECLARED)


def test_what_only_reads_needs_no_more_than_reading_and_nothing_is_for_everybody_by_mistake():
    for name, requirement in DECLARED.items():
        if requirement is Access.PUBLIC:
            assert name.endswith((".require_login", "login_state.load")), name
        if requirement is Access.LOGGED_IN:
            assert name.rpartition(".")[2] in {"load", "leave", "close", "dismiss"}, name


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_call_exactly_what_the_table_says(served: ServedLive, browse, refusals, role: str) -> None:
    account = f"m-{role}"
    cookie = served.log_in(account, "agent", permissions=ROLES[role], role_names=(role,))
    principal = served.sessions.known(cookie.removeprefix("xktcc_session="))
    page = await browse(cookie)
    for name in OURS:
        await page.call(name, **payload_of(name))
    await page.round_trip()
    refused = {name for who, name in refusals if who == account}
    assert refused == {name for name in OURS if not meets(DECLARED[name], principal)}


async def test_a_refusal_is_told_with_who_and_what(served: ServedLive, browse, refusals) -> None:
    page = await browse(served.log_in("curious", "agent"))
    name = next(name for name in OURS if DECLARED[name] is Permission.ROLES_MANAGE)
    await page.call(name, **payload_of(name))
    await page.round_trip()
    assert [one for one in refusals if one[0] == "curious"] == [("curious", name)]
