import pytest

from tests.integration.services.conftest import PASSWORD
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.sessions import EndReason
from xktcc_app.services.accounts import AccountService
from xktcc_app.services.errors import (
    NotFoundError,
    PermissionDeniedError,
    WrongCredentialsError,
)


@pytest.fixture
def service(people, sessions, audit):
    return AccountService(people, sessions, audit)


@pytest.fixture
async def admin(sessions):
    return (await sessions.login("admin", PASSWORD, "10.0.0.1", "")).principal


@pytest.fixture
async def agent(sessions):
    return await sessions.login("1001", PASSWORD, "10.0.0.2", "")


async def test_disabling_ends_the_session_at_once(service, sessions, admin, agent, audit_entries):
    told = []
    sessions.on_ended(lambda session_id, reason: told.append((session_id, reason)))
    await service.disable(admin, agent.principal.account_id)
    assert told == [(agent.principal.session_id, EndReason.DISABLED)]
    assert await sessions.resolve(agent.secret) is None
    with pytest.raises(WrongCredentialsError):
        await sessions.login("1001", PASSWORD, "10.0.0.2", "")
    await service.enable(admin, agent.principal.account_id)
    assert await sessions.login("1001", PASSWORD, "10.0.0.2", "")
    assert [entry.target for entry in audit_entries if entry.action is AuditAction.DISABLED] == ["1001"]


async def test_a_reset_password_is_temporary(service, sessions, admin, agent):
    password = await service.reset_password(admin, agent.principal.account_id)
    assert (await sessions.end_reason(agent.secret)).reason is EndReason.FORCED
    with pytest.raises(WrongCredentialsError):
        await sessions.login("1001", PASSWORD, "10.0.0.2", "")
    assert (await sessions.login("1001", password, "10.0.0.2", "")).principal.must_change_password


async def test_forcing_out_lets_back_in(service, sessions, admin, agent):
    await service.force_out(admin, agent.principal.account_id)
    assert sessions.known(agent.secret) is None
    assert await sessions.login("1001", PASSWORD, "10.0.0.2", "")


async def test_a_session_that_this_process_does_not_know_is_ended_too(people, make_sessions, audit, admin, agent):
    other = make_sessions()
    await AccountService(people, other, audit).force_out(admin, agent.principal.account_id)
    assert (await make_sessions().end_reason(agent.secret)).reason is EndReason.FORCED


@pytest.mark.parametrize("name", ["disable", "enable", "reset_password", "force_out"])
async def test_only_administrators_and_only_accounts_that_exist(service, admin, agent, name):
    with pytest.raises(PermissionDeniedError):
        await getattr(service, name)(agent.principal, admin.account_id)
    with pytest.raises(NotFoundError):
        await getattr(service, name)(admin, 9999)
