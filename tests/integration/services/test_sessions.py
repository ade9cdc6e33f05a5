import asyncio
import time
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.integration.services.conftest import PASSWORD
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.passwords import PasswordFault
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.sessions import EndReason
from xktcc_app.models.account import Account, LoginSession
from xktcc_app.services.errors import DatabaseBusyError, WeakPasswordError, WrongCredentialsError


async def log_in(sessions, account="supervisor", address="10.0.0.1"):
    return await sessions.login(account, PASSWORD, address, "a browser")


async def test_a_login_gives_a_secret_that_resolves_to_the_account(sessions, people, audit_entries):
    result = await log_in(sessions, " SuperVisor ")
    principal = await sessions.resolve(result.secret)
    assert principal == result.principal
    assert (principal.account, principal.role_names, principal.scope) == (
        "supervisor",
        ("supervisor",),
        DataScope.BRANCH,
    )
    assert principal.may(Permission.SEATS_FORCE_CLEAR)
    assert not principal.may(Permission.USERS_MANAGE)
    assert principal.org_ids == {principal.org_id}
    assert result.max_age_s == 36000
    stored = people.reading(lambda session: session.exec(select(LoginSession)).one())
    assert result.secret not in str(stored.model_dump())
    assert (stored.address, stored.user_agent) == ("10.0.0.1", "a browser")
    assert audit_entries.actions() == [(AuditAction.LOGIN, "ok")]


async def test_an_unknown_secret_is_nobody(sessions):
    assert await sessions.resolve("x" * 43) is None
    assert await sessions.end_reason("x" * 43) is None


async def test_a_later_login_pushes_the_earlier_one_out_and_says_whence(sessions, clock, audit_entries):
    ended = []
    sessions.on_ended(lambda session_id, reason: ended.append((session_id, reason)))
    first = await log_in(sessions)
    clock.pass_by(minutes=3)
    second = await log_in(sessions, address="10.0.0.2")
    assert ended == [(first.principal.session_id, EndReason.PUSHED_OUT)]
    assert await sessions.resolve(first.secret) is None
    assert (await sessions.resolve(second.secret)).session_id == second.principal.session_id
    end = await sessions.end_reason(first.secret)
    assert (end.reason, end.at, end.other_address) == (EndReason.PUSHED_OUT, clock.now, "10.0.0.2")
    assert (AuditAction.PUSHED_OUT, "ok") in audit_entries.actions()


async def test_the_end_of_a_session_is_known_after_a_restart_too(sessions, make_sessions):
    first = await log_in(sessions)
    await log_in(sessions, address="10.0.0.2")
    later = make_sessions()
    assert await later.resolve(first.secret) is None
    assert (await later.end_reason(first.secret)).other_address == "10.0.0.2"


async def test_many_logins_at_once_leave_one_live_session(sessions, people):
    results = await asyncio.gather(*(log_in(sessions, "1001", f"10.0.0.{n}") for n in range(2)))
    alive = [result for result in results if await sessions.resolve(result.secret)]
    assert len(alive) == 1
    live = people.reading(lambda session: session.exec(select(LoginSession).where(LoginSession.ended_at == None)).all())  # noqa: E711 -- becomes SQL
    assert [row.id for row in live] == [alive[0].principal.session_id]


@pytest.mark.parametrize("account", ["supervisor", "nobody", "1001"])
async def test_a_wrong_password_is_answered_alike_for_every_account(sessions, people, account):
    if account == "1001":
        people.writing(lambda session: setattr(_account(session, "1001"), "active", False))
    with pytest.raises(WrongCredentialsError) as caught:
        await sessions.login(account, "not this one", "10.0.0.1", "")
    assert caught.value.retry_after_s == 0
    assert str(caught.value) == "account or password is wrong"


async def test_a_disabled_account_cannot_log_in_with_its_right_password(sessions, people):
    people.writing(lambda session: setattr(_account(session, "1001"), "active", False))
    with pytest.raises(WrongCredentialsError):
        await log_in(sessions, "1001")


def _account(session, name):
    return session.exec(select(Account).where(Account.account == name)).one()


async def test_idle_and_absolute_expiry(sessions, clock):
    first = await log_in(sessions)
    clock.pass_by(minutes=29)
    sessions.touch(first.secret)
    clock.pass_by(minutes=29)
    assert await sessions.resolve(first.secret) is not None
    clock.pass_by(minutes=1)
    assert await sessions.resolve(first.secret) is None
    assert (await sessions.end_reason(first.secret)).reason is EndReason.IDLE
    second = await log_in(sessions)
    for _ in range(30):
        clock.pass_by(minutes=20)
        sessions.touch(second.secret)
    assert await sessions.resolve(second.secret) is None
    assert (await sessions.end_reason(second.secret)).reason is EndReason.EXPIRED


async def test_idle_sessions_are_ended_by_the_sweep_and_their_pages_told(sessions, clock):
    ended = []
    stop = sessions.on_ended(lambda session_id, reason: ended.append(reason))
    first = await log_in(sessions)
    clock.pass_by(minutes=31)
    await sessions.sweep()
    assert ended == [EndReason.IDLE]
    assert (await sessions.end_reason(first.secret)).at == clock.now - timedelta(minutes=1)
    stop()
    stop()
    await sessions.logout((await log_in(sessions)).secret)
    assert ended == [EndReason.IDLE]


async def test_a_live_call_defers_idle_expiry_but_not_the_absolute_one(sessions, clock, calling):
    calling.add("1001")
    result = await log_in(sessions, "1001")
    clock.pass_by(minutes=300)
    assert await sessions.resolve(result.secret) is not None
    await sessions.sweep()
    assert await sessions.resolve(result.secret) is not None
    clock.pass_by(minutes=300)
    assert await sessions.resolve(result.secret) is None


async def test_activity_outlives_a_restart(sessions, make_sessions, clock):
    result = await log_in(sessions)
    clock.pass_by(minutes=20)
    sessions.touch(result.secret)
    await sessions.sweep()
    clock.pass_by(minutes=20)
    assert await make_sessions().resolve(result.secret) is not None
    clock.pass_by(minutes=10)
    after = make_sessions()
    assert (await after.end_reason(result.secret)).reason is EndReason.IDLE
    assert await after.resolve(result.secret) is None


async def test_logout_and_logout_everywhere(sessions, people):
    first = await log_in(sessions)
    await sessions.logout(first.secret)
    await sessions.logout(first.secret)
    assert await sessions.resolve(first.secret) is None
    assert (await sessions.end_reason(first.secret)).reason is EndReason.LOGGED_OUT
    second = await log_in(sessions)
    await sessions.logout_everywhere(second.principal)
    assert await sessions.resolve(second.secret) is None


async def test_an_account_that_another_process_disabled_is_out_when_it_is_read_again(sessions, people):
    result = await log_in(sessions, "1001")
    people.writing(lambda session: setattr(_account(session, "1001"), "active", False))
    await sessions.reload()
    assert await sessions.resolve(result.secret) is None
    assert (await sessions.end_reason(result.secret)).reason is EndReason.DISABLED


async def test_a_session_that_another_process_ended_is_out_when_it_is_read_again(sessions, make_sessions):
    told = []
    sessions.on_ended(lambda session_id, reason: told.append(session_id))
    result = await log_in(sessions)
    await make_sessions().login("supervisor", PASSWORD, "10.0.0.9", "")
    await sessions.reload()
    assert await sessions.resolve(result.secret) is None
    assert told == [result.principal.session_id]
    assert (await sessions.end_reason(result.secret)).other_address == "10.0.0.9"


async def test_changed_rights_take_effect_at_once(sessions, people):
    result = await log_in(sessions, "1001")
    people.writing(lambda session: setattr(_account(session, "1001"), "must_change_password", True))
    assert (await sessions.resolve(result.secret)).may(Permission.TOOLBAR_USE)
    await sessions.reload()
    assert not (await sessions.resolve(result.secret)).may(Permission.TOOLBAR_USE)


async def test_changing_the_password(sessions, audit_entries):
    result = await log_in(sessions)
    with pytest.raises(WrongCredentialsError):
        await sessions.change_password(result.principal, "not this one", "a much better one")
    with pytest.raises(WeakPasswordError) as caught:
        await sessions.change_password(result.principal, PASSWORD, "short")
    assert caught.value.code == f"weak_password.{PasswordFault.TOO_SHORT}"
    await sessions.change_password(result.principal, PASSWORD, "a much better one")
    assert await sessions.resolve(result.secret) is not None
    with pytest.raises(WrongCredentialsError):
        await log_in(sessions)
    assert (await sessions.login("supervisor", "a much better one", "10.0.0.1", "")).principal
    assert (AuditAction.PASSWORD_CHANGED, "ok") in audit_entries.actions()


async def test_a_temporary_password_opens_nothing_but_its_own_change(sessions):
    result = await log_in(sessions, "1001")
    await sessions.set_password(result.principal.account_id, PASSWORD, temporary=True)
    waiting = await sessions.resolve(result.secret)
    assert waiting.must_change_password
    assert not waiting.may(Permission.TOOLBAR_USE)
    await sessions.change_password(waiting, PASSWORD, "a much better one")
    assert (await sessions.resolve(result.secret)).may(Permission.TOOLBAR_USE)


async def test_a_locked_database_ends_a_session_here_at_once_and_there_later(sessions, people, locked_database):
    result = await log_in(sessions)
    with locked_database():
        await sessions.logout(result.secret)
        assert await sessions.resolve(result.secret) is None
        with pytest.raises(DatabaseBusyError):
            await log_in(sessions)
    await sessions.sweep()
    stored = people.reading(lambda session: session.exec(select(LoginSession)).one())
    assert stored.end_reason == "logged_out"


async def test_resolving_from_memory_takes_microseconds(sessions):
    secret = (await log_in(sessions)).secret
    began = time.perf_counter()
    for _ in range(1000):
        assert await sessions.resolve(secret)
    assert (time.perf_counter() - began) / 1000 < 0.0002


async def test_a_failing_listener_does_not_keep_the_others_from_hearing(sessions):
    told = []

    def fails(*_):
        raise RuntimeError

    sessions.on_ended(fails)
    sessions.on_ended(lambda *_: told.append(1))
    await sessions.logout((await log_in(sessions)).secret)
    assert told == [1]


async def test_a_restart_takes_up_the_living_sessions_and_ends_the_others(sessions, make_sessions, clock):
    old = await log_in(sessions, "1001")
    clock.pass_by(minutes=25)
    young = await log_in(sessions)
    clock.pass_by(minutes=10)
    later = make_sessions()
    assert later.known(young.secret) is None
    await later.load()
    assert later.known(young.secret).account == "supervisor"
    assert later.known(old.secret) is None
    assert (await later.end_reason(old.secret)).reason is EndReason.IDLE
    clock.pass_by(minutes=30)
    assert later.known(young.secret) is None
