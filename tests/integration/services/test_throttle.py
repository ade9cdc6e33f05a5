import asyncio

import pytest

from tests.integration.services.conftest import PASSWORD
from xktcc_app.domain.audit import AuditAction
from xktcc_app.services.errors import AccountLockedError, ThrottledError, WrongCredentialsError


async def fail(sessions, account="supervisor", address="10.0.0.1"):
    with pytest.raises((WrongCredentialsError, ThrottledError, AccountLockedError)) as caught:
        await sessions.login(account, "not this one", address, "")
    return caught.value


@pytest.mark.parametrize("account", ["supervisor", "nobody"])
async def test_failures_slow_down_and_then_lock_known_and_unknown_alike(sessions, clock, audit_entries, account):
    waits = []
    for _ in range(4):
        error = await fail(sessions, account)
        assert isinstance(error, WrongCredentialsError)
        waits.append(error.retry_after_s)
        clock.pass_by(seconds=error.retry_after_s)
    assert waits == [0, 0, 1, 2]
    locked = await fail(sessions, account)
    assert isinstance(locked, AccountLockedError)
    assert (locked.until - clock.now).total_seconds() == 900
    assert (AuditAction.LOCKED, "ok") in audit_entries.actions()
    with pytest.raises(AccountLockedError):
        await sessions.login(account, PASSWORD, "10.0.0.7", "")
    clock.pass_by(minutes=15)
    assert isinstance(await fail(sessions, account), WrongCredentialsError)


async def test_too_soon_is_refused_without_looking_at_the_password_and_is_not_counted(sessions, clock):
    for _ in range(3):
        await fail(sessions)
    for _ in range(5):
        with pytest.raises(ThrottledError) as caught:
            await sessions.login("supervisor", PASSWORD, "10.0.0.1", "")
        assert caught.value.retry_after_s == 1
    clock.pass_by(seconds=1)
    assert await sessions.login("supervisor", PASSWORD, "10.0.0.1", "")


async def test_a_success_forgets_the_accounts_failures(sessions, clock):
    for _ in range(2):
        await fail(sessions)
    await sessions.login("supervisor", PASSWORD, "10.0.0.1", "")
    assert (await fail(sessions)).retry_after_s == 0


async def test_guesses_made_all_at_once_do_not_slip_past_the_count(sessions):
    errors = await asyncio.gather(*(fail(sessions) for _ in range(20)))
    looked_at = [error for error in errors if isinstance(error, WrongCredentialsError | AccountLockedError)]
    assert len(looked_at) <= 3


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [f"2001:db8::{n:x}" for n in range(1, 20)]])
async def test_an_address_that_tries_many_accounts_slows_down(sessions, addresses):
    errors = [await fail(sessions, f"account{n}", addresses[n % len(addresses)]) for n in range(10)]
    assert [type(error) for error in errors] == [WrongCredentialsError] * 9 + [ThrottledError]
    with pytest.raises(ThrottledError):
        await sessions.login("supervisor", PASSWORD, addresses[0], "")
    assert await sessions.login("supervisor", PASSWORD, "10.9.9.9", "")


async def test_successes_do_not_wash_an_address_clean(sessions):
    for n in range(8):
        await fail(sessions, f"account{n}")
        if n == 4:
            await sessions.login("1001", PASSWORD, "10.0.0.1", "")
    assert (await fail(sessions, "another")).retry_after_s == 1
