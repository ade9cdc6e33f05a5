import asyncio
from datetime import UTC, datetime

import pytest

from tests.integration.services.conftest import PASSWORD
from xktcc_app.domain.admin_forms import UserForm
from xktcc_app.domain.admin_queries import BY_ACCOUNT, AccountQuery
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.models.account import Account
from xktcc_app.repositories.account_list import AccountList
from xktcc_app.services.errors import (
    BeyondOwnRightsError,
    ChangedMeanwhileError,
    FieldErrors,
    LastAdministratorError,
    NotFoundError,
    OwnAccountError,
    PermissionDeniedError,
    PhoneTestUnavailableError,
)
from xktcc_app.services.user_phones import PhoneVerdict

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def admin(admin_centre):
    return admin_centre.as_account("admin")


async def faults_of(work):
    with pytest.raises(FieldErrors) as wrong:
        await work
    return wrong.value.faults


async def test_a_new_account_logs_in_with_the_temporary_password_and_must_change_it(admin_centre, admin, sessions):
    form = UserForm(" New.One ", " 王芳 ", admin_centre.org("城北区服务中心"), ("agent",), "1010")
    account_id, password = await admin_centre.users.create(admin, form)
    row = await admin_centre.users.detail(admin, account_id)
    assert (row.account, row.name, row.roles, row.agent_number, row.phone) == (
        "new.one",
        "王芳",
        ("agent",),
        "1010",
        "missing",
    )
    result = await sessions.login("new.one", password, "10.0.0.1", "browser")
    assert result.principal.must_change_password
    assert admin_centre.desk.seats["1010"].device is None


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"account": ""}, {"account": "required"}),
        ({"account": "has blank"}, {"account": "bad_account"}),
        ({"account": "SUPERVISOR"}, {"account": "taken"}),
        ({"name": " \u200b "}, {"name": "required"}),
        ({"name": "x" * 65}, {"name": "too_long"}),
        ({"org_id": 999}, {"org_id": "unknown"}),
        ({"roles": ("nobody",)}, {"roles": "unknown"}),
        ({"agent_number": "12"}, {"agent_number": "bad_agent"}),
        ({"agent_number": "1001"}, {"agent_number": "taken"}),
        ({"account": "", "agent_number": "x"}, {"account": "required", "agent_number": "bad_agent"}),
    ],
)
async def test_what_is_wrong_is_told_at_the_field_and_nothing_is_stored(admin_centre, admin, changes, faults):
    form = UserForm(**({"account": "fresh", "name": "Fresh", "roles": ("agent",)} | changes))
    assert await faults_of(admin_centre.users.create(admin, form)) == faults
    assert admin_centre.stored("fresh") is None


async def test_of_two_who_make_the_same_account_at_once_one_is_told(admin_centre, admin):
    form = UserForm("twin", "Twin", None, ("agent",))
    results = await asyncio.gather(*(admin_centre.users.create(admin, form) for _ in range(2)), return_exceptions=True)
    wrong = [result for result in results if isinstance(result, FieldErrors)]
    assert [one.faults for one in wrong] == [{"account": "taken"}]


async def test_a_change_reaches_the_open_session_and_the_seat_and_the_log(admin_centre, admin, sessions, audit_entries):
    secret = (await sessions.login("1001", PASSWORD, "10.0.0.7", "b")).secret
    row = await admin_centre.users.detail(admin, admin_centre.stored("1001").id)
    assert row.online_since is not None
    form = UserForm("ignored", "Other name", row.org_id, ("agent", "supervisor"), "1009")
    await admin_centre.users.update(admin, row.id, row.version, form)
    known = sessions.known(secret)
    assert (known.account, known.name, known.agent) == ("1001", "Other name", "1009")
    assert known.may(Permission.SEATS_VIEW)
    assert admin_centre.desk.removed == ["1001"]
    assert admin_centre.desk.seats["1009"].name == "Other name"
    entry = audit_entries[-1]
    assert (entry.action, entry.target) == ("account.updated", "1001")
    assert "1009" in entry.detail["after"]
    assert "1009" not in entry.detail["before"]


async def test_of_two_administrators_the_second_is_told(admin_centre, admin):
    row = await admin_centre.users.detail(admin, admin_centre.stored("1001").id)
    form = UserForm(row.account, "One", row.org_id, row.roles, row.agent_number)
    await admin_centre.users.update(admin, row.id, row.version, form)
    with pytest.raises(ChangedMeanwhileError):
        await admin_centre.users.update(admin, row.id, row.version, form)


async def test_a_seat_with_a_phone_keeps_its_number_until_the_phone_is_taken(admin_centre, admin):
    row = await admin_centre.users.detail(admin, admin_centre.stored("1001").id)
    form = UserForm(row.account, row.name, row.org_id, row.roles, "")
    assert await faults_of(admin_centre.users.update(admin, row.id, row.version, form)) == {"agent_number": "has_phone"}
    version = await admin_centre.phones.give(admin, row.id, row.version, "", "")
    await admin_centre.users.update(admin, row.id, version, form)
    assert (await admin_centre.users.detail(admin, row.id)).phone == "none"


# ---- nobody gives or takes more than they hold ---------------------------------------------------------------------------


async def test_who_manages_a_branch_sees_and_touches_nothing_else(admin_centre):
    managing = [code for code in Permission if code.startswith(("users.", "sessions."))]
    await admin_centre.role("local", *managing, scope=DataScope.BRANCH)
    await admin_centre.user("local", "local", "城北区服务中心")
    local = admin_centre.as_account("local")
    plain = await admin_centre.user("plain", "", "城北区服务中心")
    other = admin_centre.stored("1002").id
    found = await admin_centre.users.search(local, AccountQuery())
    assert {row.account for row in found.rows} == {"supervisor", "1001", "local", "plain"}
    for work in (
        admin_centre.users.detail(local, other),
        admin_centre.users.update(local, other, 1, UserForm("1002", "x")),
        admin_centre.accounts.disable(local, other),
        admin_centre.accounts.reset_password(local, other),
        admin_centre.accounts.force_out(local, other),
        admin_centre.phones.give(local, other, 1, "", ""),
        admin_centre.phones.test(local, other),
    ):
        with pytest.raises(NotFoundError):
            await work
    with pytest.raises(BeyondOwnRightsError):  # the supervisor may more than the local manager
        await admin_centre.accounts.reset_password(local, admin_centre.stored("supervisor").id)
    away = UserForm("x1", "X", admin_centre.org("城南区服务中心"))
    assert await faults_of(admin_centre.users.create(local, away)) == {"org_id": "out_of_scope"}
    higher = UserForm("x1", "X", admin_centre.org("城北区服务中心"), ("admin",))
    assert await faults_of(admin_centre.users.create(local, higher)) == {"roles": "beyond_own"}
    await admin_centre.accounts.disable(local, plain)
    assert not admin_centre.stored("plain").active


async def test_own_scope_sees_the_own_account_only(admin_centre):
    await admin_centre.role("alone", Permission.USERS_VIEW, Permission.USERS_MANAGE, scope=DataScope.OWN)
    await admin_centre.user("alone", "alone", "城北区服务中心")
    alone = admin_centre.as_account("alone")
    found = await admin_centre.users.search(alone, AccountQuery())
    assert [row.account for row in found.rows] == ["alone"]


async def test_the_last_administrator_can_neither_be_stripped_nor_disabled(admin_centre, admin):
    row = await admin_centre.users.detail(admin, admin.account_id)
    form = UserForm("admin", "x", None, ("agent",))
    assert await faults_of(admin_centre.users.update(admin, row.id, row.version, form)) == {
        "roles": "last_administrator"
    }
    with pytest.raises(OwnAccountError):
        await admin_centre.accounts.disable(admin, admin.account_id)
    await admin_centre.user("second", "admin")
    second = admin_centre.as_account("second")
    await admin_centre.accounts.disable(second, admin.account_id)
    with pytest.raises(LastAdministratorError):
        await admin_centre.accounts.disable(admin, second.account_id)  # admin's rights as they were


async def test_nobody_takes_the_own_administration_away(admin_centre, admin):
    await admin_centre.user("second", "admin")
    row = await admin_centre.users.detail(admin, admin.account_id)
    form = UserForm("admin", "x", None, ("agent",))
    assert await faults_of(admin_centre.users.update(admin, row.id, row.version, form)) == {"roles": "locks_out"}
    assert admin_centre.as_account("admin").may(Permission.USERS_MANAGE)


# ---- phones --------------------------------------------------------------------------------------------------------------


async def test_a_token_is_stored_encrypted_and_never_told_again(admin_centre, admin, audit_entries):
    account_id = await admin_centre.user("1010", "agent", "城北区服务中心", "1010")
    version = await admin_centre.phones.give(admin, account_id, 1, "phone-10", "geheim-123")
    stored = admin_centre.stored("1010")
    assert "geheim" not in stored.phone_token
    assert admin_centre.cipher.decrypt(stored.phone_token) == "geheim-123"
    row = await admin_centre.users.detail(admin, account_id)
    assert (row.phone, row.phone_id, row.has_token) == ("given", "phone-10", True)
    assert "geheim" not in repr(row) + repr(list(audit_entries))
    assert admin_centre.desk.seats["1010"].device == "phone-10"
    await admin_centre.phones.give(admin, account_id, version, "phone-11", "")
    assert admin_centre.cipher.decrypt(admin_centre.stored("1010").phone_token) == "geheim-123"


@pytest.mark.parametrize(
    ("phone", "token", "faults"),
    [
        ("1001", "abc", {"phone_id": "taken"}),
        ("", "abc", {"phone_id": "required"}),
        ("p 1", "abc", {"phone_id": "bad_phone"}),
        ("p1", "", {"token": "required"}),
        ("p1", "x" * 129, {"token": "too_long"}),
        ("p1", "a b", {"token": "bad_value"}),
    ],
)
async def test_a_phone_belongs_to_one_account_and_needs_its_token(admin_centre, admin, phone, token, faults):
    account_id = await admin_centre.user("1010", "agent", "城北区服务中心", "1010")
    assert await faults_of(admin_centre.phones.give(admin, account_id, 1, phone, token)) == faults


async def test_without_a_seat_no_phone(admin_centre, admin):
    supervisor = admin_centre.stored("supervisor").id
    assert await faults_of(admin_centre.phones.give(admin, supervisor, 1, "p1", "abc")) == {"phone_id": "no_agent"}


async def test_the_test_button_asks_the_pbx(admin_centre, admin, audit_entries):
    account_id = await admin_centre.user("1010", "agent", "城北区服务中心", "1010")
    assert await admin_centre.phones.test(admin, account_id) == PhoneVerdict(accepted=False, reason="not_given")
    await admin_centre.phones.give(admin, account_id, 1, "p1", "abc")
    with pytest.raises(PhoneTestUnavailableError):
        await admin_centre.phones.test(admin, account_id)

    class Refusing:
        async def test(self, _account_id):
            return PhoneVerdict(accepted=False, reason="wrong_token")

    admin_centre.phones.test_by(Refusing())
    assert (await admin_centre.phones.test(admin, account_id)).reason == "wrong_token"
    assert (audit_entries[-1].action, audit_entries[-1].outcome) == ("account.phone_tested", "wrong_token")


# ---- the list ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "accounts"),
    [
        (AccountQuery(text="100"), ["1001", "1002", "1003"]),
        (AccountQuery(text="NAME SUP"), ["supervisor"]),
        (AccountQuery(text="%"), []),
        (AccountQuery(role="agent"), ["1001", "1002"]),
        (AccountQuery(active="no"), ["1002"]),
        (AccountQuery(phone="given"), ["1001", "1002"]),
        (AccountQuery(phone="missing"), ["1003"]),
        (AccountQuery(online=True), ["supervisor"]),
        (AccountQuery(org_id=999), []),
    ],
)
async def test_the_list_is_searched(admin_centre, admin, sessions, query, accounts):
    await admin_centre.user("1003", "supervisor", None, "1003")
    await admin_centre.accounts.disable(admin, admin_centre.stored("1002").id)
    await sessions.login("supervisor", PASSWORD, "10.0.0.1", "b")
    found = await admin_centre.users.search(admin, query)
    assert ([row.account for row in found.rows], found.total) == (accounts, len(accounts))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((typed, True) for typed in ("Ärzte_50%", "ärzte", "ÄRZTE", "groß", "Groß", "_50%", "e_5", "\x00Ärzte")),
        *((typed, False) for typed in ("e5", "%Ä", "Ä%", "_r", "\\")),
    ],
)
def test_letters_of_any_case_and_signs_as_themselves(any_database, text, found):
    def fill(session):
        session.add(Account(account="doctor", name="Ärzte_50% Groß", password_hash="", created_at=NOW))
        session.add(Account(account="other", name="王芳", password_hash="", created_at=NOW))

    any_database.writing(fill)
    rows, total = any_database.reading(
        lambda session: AccountList(session, Scope()).find(AccountQuery(text=text), BY_ACCOUNT, Page())
    )
    assert [row.account.account for row in rows] == ["doctor"] * found
    assert total == len(rows)


async def test_the_list_is_paged_and_sorted(admin_centre, admin):
    found = await admin_centre.users.search(admin, AccountQuery(), Sort("name"), Page(1, 2))
    assert ([row.account for row in found.rows], found.total) == (["supervisor", "admin"], 4)
    below = AccountQuery(org_id=admin_centre.org("城北区服务中心"))
    assert {row.account for row in (await admin_centre.users.search(admin, below, BY_ACCOUNT)).rows} == {
        "supervisor",
        "1001",
    }


async def test_who_is_online_is_listed_with_since_and_from_where(admin_centre, admin, sessions):
    await sessions.login("1001", PASSWORD, "10.0.0.9", "A browser")
    rows = await admin_centre.users.online(admin)
    assert [(row.account, row.address, row.browser) for row in rows] == [("1001", "10.0.0.9", "A browser")]
    with pytest.raises(PermissionDeniedError):
        await admin_centre.users.online(admin_centre.as_account("1001"))
    await admin_centre.accounts.force_out(admin, rows[0].account_id)
    assert await admin_centre.users.online(admin) == []
