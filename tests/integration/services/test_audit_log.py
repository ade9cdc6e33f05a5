from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from tests.integration.services.admin_centre import SEAL
from xktcc_app import audit as audit_command
from xktcc_app import rotate_key
from xktcc_app.config import ConfigError, Settings
from xktcc_app.data_dir import SECRET_KEY, kept_secret
from xktcc_app.domain.admin_queries import AuditQuery
from xktcc_app.domain.audit import AuditAction, AuditEntry
from xktcc_app.domain.audit_chain import AuditSeal, Break, Link
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.migrate import migrate
from xktcc_app.models.account import Account
from xktcc_app.models.audit import AuditLog
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import audit_log
from xktcc_app.repositories.records import write_records
from xktcc_app.services.database import Database
from xktcc_app.services.errors import PermissionDeniedError
from xktcc_app.services.left_listens import end_left_listens
from xktcc_app.services.tokens import TokenCipher, TokenUnreadableError, make_key

AT = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)


def entry(number, **changes):
    values = {
        "key": f"key-{number}",
        "at": AT + timedelta(seconds=number),
        "action": AuditAction.LOGIN,
        "account": "admin",
        "account_id": 1,
        "target": f"目标 {number}",
        "address": "10.0.0.1",
        "detail": {"n": str(number)},
    }
    return AuditEntry(**(values | changes))


def write(database, *entries, seal=SEAL):
    database.writing(lambda session: write_records(session, entries, seal))


def verified(database, anchor=None, seal=SEAL):
    return database.reading(lambda session: audit_log.verify(session, seal, anchor))


def unguarded(database, sql):
    """As somebody who owns the database: the guards are theirs to remove."""

    def work(session):
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER IF EXISTS audit_log_no_update"))
            session.execute(text("DROP TRIGGER IF EXISTS audit_log_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_no_change"))
        session.execute(text(sql))

    database.writing(work)


@pytest.fixture
def log(any_database):
    write(any_database, *(entry(number) for number in range(1, 6)))
    write(any_database, *(entry(number) for number in range(4, 9)))  # what a replay brings again stays as it is
    return any_database


def test_what_was_written_verifies(log):
    end, broken = verified(log)
    assert (end.seq, broken) == (8, None)
    assert verified(log, end) == (end, None)


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        ("UPDATE audit_log SET target = 'somebody else' WHERE seq = 3", 3, "changed"),
        ("UPDATE audit_log SET at = '2026-11-23 02:00:09.123456' WHERE seq = 4", 4, "changed"),
        ("UPDATE audit_log SET account_id = NULL WHERE seq = 1", 1, "changed"),
        ("DELETE FROM audit_log WHERE seq = 5", 5, "missing"),
        ("DELETE FROM audit_log WHERE seq = 1", 1, "missing"),
        ("DELETE FROM audit_log WHERE seq > 6", 6, "end"),
        ("UPDATE audit_log SET seq = NULL, mac = NULL WHERE seq = 8", 7, "unchained"),
        ("UPDATE audit_head SET seq = 9", 8, "end"),
    ],
)
def test_whatever_is_done_to_it_is_seen(log, sql, seq, why):
    unguarded(log, sql)
    assert verified(log)[1] == Break(seq, why)


def test_who_has_no_key_can_not_mend_the_chain(log):
    forger = AuditSeal("another key")
    assert verified(log, seal=forger)[1] == Break(1, "changed")
    write(log, entry(9), seal=forger)
    assert verified(log)[1] == Break(9, "changed")


def test_a_database_that_was_put_back_is_seen_by_what_was_noted(log):
    noted, _ = verified(log)
    unguarded(log, "DELETE FROM audit_log WHERE seq > 6")
    unguarded(log, "UPDATE audit_head SET seq = 6, mac = (SELECT mac FROM audit_log WHERE seq = 6)")
    assert verified(log)[1] is None
    assert verified(log, noted)[1] == Break(8, "anchor")
    assert verified(log, Link(4, "x"))[1] == Break(4, "anchor")


@pytest.mark.parametrize("sql", ["UPDATE audit_log SET target = 'x' WHERE seq = 3", "DELETE FROM audit_log"])
def test_the_database_itself_refuses_changes(log, sql):
    with pytest.raises((IntegrityError, DBAPIError), match="only grows"):
        log.writing(lambda session: session.execute(text(sql)))


def test_deeds_of_an_older_version_are_taken_up_once(any_database):
    def old(session):
        for number in (1, 2):
            session.execute(
                text(
                    "INSERT INTO audit_log (key, at, action, account, target, outcome, address, detail)"
                    " VALUES (:key, '2026-11-23 02:00:00.000000', 'session.login', 'a', '', 'ok', '', '{}')"
                ),
                {"key": f"k{number}"},
            )

    any_database.writing(old)
    assert any_database.writing(lambda session: audit_log.chain_old(session, SEAL)) == 2
    write(any_database, entry(3))
    assert verified(any_database)[0].seq == 3
    assert verified(any_database)[1] is None
    any_database.writing(old_again)
    assert any_database.writing(lambda session: audit_log.chain_old(session, SEAL)) == 0
    assert verified(any_database)[1] == Break(3, "unchained")


def old_again(session):
    session.execute(
        text(
            "INSERT INTO audit_log (key, at, action, account, target, outcome, address, detail)"
            " VALUES ('smuggled', '2026-11-23 02:00:00.000000', 'session.login', 'a', '', 'ok', '', '{}')"
        )
    )


# ---- reading ---------------------------------------------------------------------------------------------------------------


async def test_the_log_is_searched_within_the_scope(admin_centre):
    admin = admin_centre.as_account("admin")
    agent, other = (admin_centre.stored(name) for name in ("1001", "1002"))
    write(
        admin_centre.database,
        entry(1),
        entry(2, account="1001", account_id=agent.id, action=AuditAction.UNMASKED, target="elder:7"),
        entry(3, account="1002", account_id=other.id, action=AuditAction.ROLE_UPDATED, outcome="fields"),
        entry(4, account="nobody", account_id=None, detail={"before": '{"a": 1}', "after": '{"a": 2}', "why": "x"}),
    )

    async def seen(who, **query):
        found = await admin_centre.log.search(who, AuditQuery(**query))
        return [row.seq for row in found.rows]

    assert await seen(admin) == [4, 3, 2, 1]
    assert await seen(admin, account="1001") == [2]
    assert await seen(admin, action="record.") == [2]
    assert await seen(admin, action="role.updated") == [3]
    assert await seen(admin, target="elder") == [2]
    assert await seen(admin, result="failed") == [3]
    assert await seen(admin, begin=AT + timedelta(seconds=2), end=AT + timedelta(seconds=4)) == [3, 2]
    row = (await admin_centre.log.search(admin, AuditQuery(account="nobody"))).rows[0]
    assert (row.before, row.after, row.more) == ({"a": 1}, {"a": 2}, {"why": "x"})
    local = replace(
        admin_centre.as_account("supervisor"), permissions=frozenset({Permission.AUDIT_VIEW}), scope=DataScope.BRANCH
    )
    assert await seen(local) == [2]
    assert await seen(replace(local, scope=DataScope.OWN)) == []
    with pytest.raises(PermissionDeniedError):
        await admin_centre.log.search(admin_centre.as_account("1001"), AuditQuery())
    with pytest.raises(PermissionDeniedError):
        admin_centre.log.export(local, AuditQuery())


async def test_the_export_is_itself_a_deed_and_no_formula(admin_centre, audit_entries):
    write(admin_centre.database, entry(1, target="=cmd()"))
    text_of = "".join(admin_centre.log.export(admin_centre.as_account("admin"), AuditQuery()))
    assert text_of.startswith("\ufeffseq,at,account")
    assert "'=cmd()" in text_of
    assert audit_entries[-1].action is AuditAction.EXPORTED


# ---- commands --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def installation(tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path)
    monkeypatch.setattr(audit_command, "load_settings", lambda: settings)
    migrate(settings.effective_database_url)
    database = Database(settings.effective_database_url)
    write(database, entry(1), entry(2), seal=audit_command.audit_seal(settings))
    yield settings, database
    database.close()


def test_the_command_says_whether_the_log_is_whole(installation, capsys):
    _, database = installation
    assert audit_command.main(["verify"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("whole: 2 deeds")
    noted = told.split()[-1]
    assert audit_command.main(["verify", noted]) == 0
    assert audit_command.main(["verify", "nonsense"]) == 2
    assert audit_command.main([]) == 2
    unguarded(database, "UPDATE audit_log SET account = 'x' WHERE seq = 2")
    assert audit_command.main(["verify", noted]) == 1
    assert "deed 2" in capsys.readouterr().out


def test_without_the_key_nothing_is_verified(tmp_path, monkeypatch):
    monkeypatch.setattr(audit_command, "load_settings", lambda: Settings(data_dir=tmp_path))
    with pytest.raises(ConfigError):
        audit_command.main(["verify"])


def test_the_tokens_key_is_rotated_and_an_interrupted_rotation_loses_nothing(installation):
    settings, database = installation
    path = settings.data_dir / SECRET_KEY
    old = TokenCipher(kept_secret(path, make_key))
    account = Account(account="1001", name="x", password_hash="x", phone_token=old.encrypt("geheim"), created_at=AT)
    database.writing(lambda session: session.add(account))
    assert rotate_key.rotate(settings) == 1
    _, stored = database.reading(accounts_repo.stored_tokens)[0]
    new = kept_secret(path)
    assert TokenCipher(new).decrypt(stored) == "geheim"
    with pytest.raises(TokenUnreadableError):
        old.decrypt(stored)
    # as if it had been stopped between the key and the tokens: both keys are there, and it may be run again
    path.write_text(f"{make_key()} {new}")
    assert rotate_key.rotate(settings) == 1
    assert TokenCipher(kept_secret(path)).decrypt(database.reading(accounts_repo.stored_tokens)[0][1]) == "geheim"
    with pytest.raises(ConfigError):
        rotate_key.rotate(settings.model_copy(update={"secret_key": make_key()}))


async def test_listens_without_an_end_are_ended_at_the_next_start_once(any_database):
    database = any_database

    def deed(number, action, listen, **more):
        detail = {"call": f"call-{listen}", "listen": listen}
        return entry(number, action=action, target="1001", detail=detail, **more)

    write(
        database,
        deed(1, AuditAction.LISTEN_STARTED, "ended"),
        deed(2, AuditAction.LISTEN_ENDED, "ended"),
        deed(3, AuditAction.LISTEN_STARTED, "left"),
        deed(4, AuditAction.LISTEN_STARTED, "refused", outcome="out_of_scope"),
        deed(5, AuditAction.LISTEN_STARTED, "old", at=AT - timedelta(days=30)),
        entry(6, action=AuditAction.LISTEN_STARTED, detail={"call": "before they had names"}),
    )
    now = AT + timedelta(minutes=1)

    class Sink:
        def put(self, record):
            write(database, record)

    assert await end_left_listens(database, Sink(), now) == 1
    assert await end_left_listens(database, Sink(), now + timedelta(minutes=1)) == 0
    newest = select(AuditLog).order_by(AuditLog.id.desc())
    last = database.reading(lambda session: session.exec(newest).first())
    assert (last.account, last.target, last.at) == ("admin", "1001", now)
    assert "program_ended" in last.detail
