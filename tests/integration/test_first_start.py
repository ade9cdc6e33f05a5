import stat
from collections import Counter

import pytest
from sqlmodel import func, select

from telephony.exchange.demo_numbers import demo_number, demo_sos_number
from xktcc_app import first_start
from xktcc_app.config import ConfigError, Settings
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.migrate import migrate
from xktcc_app.models.account import Account, Role
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import accounts
from xktcc_app.services.database import Database
from xktcc_app.services.demo_data import GROUPS, group_of
from xktcc_app.services.history import ElderDirectory
from xktcc_app.services.passwords import PasswordHasher


@pytest.fixture
def hasher():
    return PasswordHasher(rounds=1, memory_kib=64)


@pytest.fixture
def start(any_url, tmp_path):
    """Starts on the same database and data directory, again and again."""
    data_dir = prepare_data_dir(tmp_path / "data")
    migrate(any_url)

    def begin(**settings):
        made = Settings(data_dir=data_dir, database_url=any_url, **settings)
        return first_start.prepare_accounts(made, PasswordHasher(rounds=1, memory_kib=64)), made

    return begin


@pytest.fixture
def database(any_url):
    made = Database(any_url)
    yield made
    made.close()


def account(database, name):
    return database.reading(lambda session: accounts.by_name(session, name))


def count(database, table):
    return database.reading(lambda session: session.exec(select(func.count()).select_from(table)).one())


def test_the_first_start_without_the_demo(start, database, hasher):
    welcome, settings = start(demo=False)
    admin = account(database, "admin")
    assert hasher.verify_now(welcome.admin_password, admin.password_hash)
    assert admin.must_change_password
    assert welcome.admin_password in welcome.text(settings)
    assert welcome.demo_password is None
    assert count(database, Role) == 3
    assert count(database, Account) == 1
    again, _ = start(demo=False)
    assert again.admin_password is None
    assert account(database, "admin").password_hash == admin.password_hash


def test_a_given_password_is_not_printed(start, database, hasher):
    welcome, settings = start(demo=False, admin_password="given from outside")
    assert hasher.verify_now("given from outside", account(database, "admin").password_hash)
    assert "given from outside" not in welcome.text(settings)
    assert "XKTCC_ADMIN_PASSWORD" in welcome.text(settings)


@pytest.mark.parametrize("weak", ["admin", "short", "password123", "x" * 200, "Administrator-2026"])
def test_a_weak_first_password_is_refused(start, database, weak):
    with pytest.raises(ConfigError, match="XKTCC_ADMIN_PASSWORD") as told:
        start(demo=False, admin_password=weak)
    assert weak not in str(told.value).replace("XKTCC_ADMIN_PASSWORD", "")
    assert count(database, Account) == 0


def test_the_demo(start, database, hasher):
    welcome, settings = start(demo_seats=24)
    kept = settings.data_dir / "demo-password"
    assert kept.read_text().strip() == welcome.demo_password
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert welcome.text(settings).count(welcome.demo_password) == 2
    for name in ("supervisor", "1001", "1024"):
        assert hasher.verify_now(welcome.demo_password, account(database, name).password_hash)
        assert not account(database, name).must_change_password
    profiles = database.reading(accounts.seat_profiles)
    assert [profile.agent for profile in profiles] == [str(number) for number in range(1001, 1025)]
    assert all(profile.device == profile.agent for profile in profiles)
    assert len({profile.name for profile in profiles}) == 24
    supervisor = database.reading(
        lambda session: accounts.principal_of(session, accounts.by_name(session, "supervisor"), "s")
    )
    assert {profile.org_id for profile in profiles} == supervisor.org_ids
    assert len(supervisor.org_ids) == len(GROUPS)
    token = account(database, "1001").phone_token
    assert first_start.token_cipher(settings).decrypt(token)
    assert count(database, Organization) > 30
    assert count(database, Elder) == 600
    before = count(database, ElderPhone)
    again, _ = start(demo_seats=24)
    assert again.demo_password == welcome.demo_password
    assert count(database, ElderPhone) == before


async def test_nearly_every_caller_of_the_demo_is_known(start, database):
    _, settings = start(demo_seats=4)
    directory = ElderDirectory(database, settings.zone)
    found = [await directory.look_up(demo_number(place)) for place in range(0, 400, 9)]
    assert all(found)
    assert Counter(info.matches for info in found)[2] >= 3
    devices = [await directory.look_up(demo_sos_number(place)) for place in range(0, 60, 9)]
    assert all(info.sos for info in devices)
    assert await directory.look_up(demo_number(1_000_000)) is None
    assert all(60 <= info.age <= 98 and info.community and info.elder_types for info in found)


def test_another_configured_password_reaches_those_who_kept_the_old_one(start, database, hasher):
    start(demo_seats=4, demo_password="the first common one")
    changed = hasher.hash_now("my very own one")
    database.writing(lambda session: setattr(accounts.by_name(session, "1002"), "password_hash", changed))
    welcome, _ = start(demo_seats=4, demo_password="the second common one")
    assert welcome.demo_password == "the second common one"
    assert hasher.verify_now("the second common one", account(database, "1001").password_hash)
    assert account(database, "1002").password_hash == changed
    assert not hasher.verify_now("the second common one", account(database, "admin").password_hash)
    assert start(demo_seats=4)[0].demo_password == "the second common one"


@pytest.mark.parametrize("seats", [1, 4, 24, 60, 500])
def test_seats_are_shared_out_in_blocks(seats):
    groups = [group_of(place, seats) for place in range(seats)]
    assert groups == sorted(groups)
    assert seats < 24 or set(groups) == set(range(len(GROUPS)))
    with pytest.raises(ValueError, match="no such place"):
        group_of(seats, seats)


def test_more_seats_can_be_had_later(start, database):
    start(demo_seats=4)
    before = account(database, "1001").phone_token
    start(demo_seats=8)
    assert [profile.agent for profile in database.reading(accounts.seat_profiles)] == [
        str(n) for n in range(1001, 1009)
    ]
    assert account(database, "1001").phone_token == before
    start(demo_seats=6)
    assert len(database.reading(accounts.seat_profiles)) == 8


def test_a_centre_of_ones_own_gets_no_demo(start, database):
    start(demo=False)
    welcome, _ = start(demo=True)
    assert welcome.demo_password is None
    assert count(database, Account) == 1
