import threading
import time

import pytest
from sqlalchemy import text
from sqlmodel import select

from xktcc_app.models.account import Role
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError


def add(name):
    return lambda session: session.add(Role(code=name, name=name, scope="own"))


def names(session):
    return set(session.exec(select(Role.code)).all())


async def test_a_failed_transaction_changes_nothing(any_database):
    def half(session):
        add("a")(session)
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await any_database.write(half)
    await any_database.write(add("b"))
    assert await any_database.read(names) == {"b"}


def test_many_writers_at_once_all_succeed(any_database):
    threads = [threading.Thread(target=any_database.writing, args=(add(f"r{n}"),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(any_database.reading(names)) == 20


def test_a_locked_file_is_read_and_refuses_to_be_written(database, locked_database):
    with locked_database():
        assert database.reading(names) == set()
        with pytest.raises(DatabaseBusyError):
            database.writing(add("a"))
    database.writing(add("a"))


def test_a_writer_who_does_not_end_holds_up_nobody_for_ever(database):
    inside, leave = threading.Event(), threading.Event()

    def slow(_session):
        inside.set()
        leave.wait(5)

    thread = threading.Thread(target=database.writing, args=(slow,))
    thread.start()
    inside.wait(5)
    began = time.monotonic()
    with pytest.raises(DatabaseBusyError, match="another writer"):
        database.writing(add("a"))
    assert time.monotonic() - began < 2
    leave.set()
    thread.join()


def test_work_that_is_retried_does_not_wait_for_the_lock(sqlite_url, database, locked_database):
    patient = Database(sqlite_url, busy_timeout_ms=60_000)
    with locked_database():
        began = time.monotonic()
        with pytest.raises(DatabaseBusyError):
            patient.writing(add("a"), retried=True)
        assert time.monotonic() - began < 5
    patient.close()


def test_sqlite_is_set_up_for_a_server(database):
    def pragma(session, name):
        return session.connection().execute(text(f"PRAGMA {name}")).scalar_one()

    assert database.reading(lambda session: pragma(session, "journal_mode")) == "wal"
    assert database.reading(lambda session: pragma(session, "foreign_keys")) == 1
