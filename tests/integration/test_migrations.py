from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import select

from xktcc_app.migrate import migrate, newest_revision
from xktcc_app.models.account import Account
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.organization import Organization
from xktcc_app.models.tables import ALL_TABLES, is_ours, metadata
from xktcc_app.services.database import Database

AT = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.fixture
def database(any_url):
    made = Database(any_url)
    yield made
    made.close()


def _fill(session):
    organization = Organization(name="临江市", kind="city")
    session.add(organization)
    session.flush()
    session.add(Account(account="admin", name="管理员", password_hash="x", org_id=organization.id, created_at=AT))
    elder = Elder(number="L1", name="王桂兰", gender="f", community="", address="", created_at=AT)
    session.add(elder)
    session.flush()
    session.add(ElderPhone(elder_id=elder.id, number="13800001111", kind="phone"))


def test_up_with_data_again_and_down_to_nothing(any_url, database):
    migrate(any_url)
    database.writing(_fill)
    migrate(any_url)
    account = database.reading(lambda session: session.exec(select(Account)).one())
    assert (account.name, account.created_at) == ("管理员", AT)
    migrate(any_url, "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    migrate(any_url)
    assert database.reading(lambda session: session.exec(select(Account)).all()) == []


def _is_ours(name, kind, _parents):
    return kind != "table" or is_ours(name)


def test_the_migrations_make_what_the_models_say(any_url, database):
    migrate(any_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_name": _is_ours})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == newest_revision()
    assert {table.__tablename__ for table in ALL_TABLES} == set(metadata.tables)


def test_a_failed_migration_changes_nothing(any_url, database):
    database.writing(lambda session: session.connection().exec_driver_sql("CREATE TABLE recording (x int)"))
    with pytest.raises(Exception, match="already exists"):
        migrate(any_url)
    assert set(inspect(database.engine).get_table_names()) == {"recording"}
