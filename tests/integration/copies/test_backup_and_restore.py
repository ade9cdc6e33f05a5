import io
import json
import shutil
import socket
import stat
import tarfile
import threading
from datetime import UTC, datetime

import pytest
from alembic.config import Config
from sqlmodel import select

from alembic import command
from tests.integration.services.records import T0, call, recording
from tests.unit.domain.test_recordings import wav
from xktcc_app import backup as backup_command
from xktcc_app.backup import back_up
from xktcc_app.config import Settings
from xktcc_app.copies import database as copies
from xktcc_app.copies.bundle import MANIFEST, BundleError, unpack
from xktcc_app.data_dir import prepare_data_dir
from xktcc_app.migrate import migrate
from xktcc_app.models.call import Call, Recording
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.records import write_records
from xktcc_app.restore import main, restore
from xktcc_app.services.database import Database, make_engine

AT = datetime(2026, 11, 23, tzinfo=UTC)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    def __init__(self, data_dir, url=""):
        data_dir = prepare_data_dir(data_dir)
        address = {"database_url": url} if url else {}
        self.settings = Settings(data_dir=data_dir, port=free_port(), **address)
        migrate(self.settings.effective_database_url)
        self.change(self._fill)
        (data_dir / "secret.key").write_text("the key\n")
        (data_dir / "journal/records-00000001.jsonl").write_bytes(b"a record that waits\n")
        sound = self.settings.effective_recordings_dir / "2026/11/23/xk-c1.wav"
        sound.parent.mkdir(parents=True)
        sound.write_bytes(wav(1))

    def change(self, work):
        database = Database(self.settings.effective_database_url)
        try:
            return database.writing(work)
        finally:
            database.close()

    def _fill(self, session):
        session.add(Organization(name="临江市", kind="city"))
        write_records(session, [call("c1"), recording("xk-c1", finished_at=T0)])
        row = session.get(Recording, "xk-c1")
        row.state, row.path, row.size = "good", "2026/11/23/xk-c1.wav", len(wav(1))
        session.add(row)

    def calls(self):
        return self.change(lambda session: sorted(session.exec(select(Call.id)).all()))

    def spoil(self):
        """Everything that a backup is for."""
        self.change(lambda session: (write_records(session, [call("c2")]), session.delete(session.get(Call, "c1"))))
        (self.settings.data_dir / "secret.key").write_text("another key\n")
        (self.settings.data_dir / "journal/records-00000002.jsonl").write_bytes(b"of the database that goes\n")
        shutil.rmtree(self.settings.effective_recordings_dir)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def installation(request, tmp_path):
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return Installation(tmp_path / "data", url)


def test_all_comes_back(installation, tmp_path):
    target = tmp_path / "backup.tar"
    manifest = back_up(installation.settings, target, with_recordings=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (manifest.rows["call"], manifest.recordings) == (1, 1)
    installation.spoil()
    assert installation.calls() == ["c2"]
    done = restore(installation.settings, target, sure=True)
    data = installation.settings.data_dir
    assert installation.calls() == ["c1"]
    assert (data / "secret.key").read_text() == "the key\n"
    assert [path.name for path in sorted((data / "journal").iterdir())] == ["records-00000001.jsonl"]
    assert (installation.settings.effective_recordings_dir / "2026/11/23/xk-c1.wav").read_bytes() == wav(1)
    (aside,) = data.glob("before-*")
    assert (aside / "secret.key").read_text() == "another key\n"
    assert (aside / "journal/records-00000002.jsonl").exists()
    assert any("1 of 1 in the index" in line for line in done)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "data") == [
        "backup.tar",
        *_leftovers(tmp_path),
    ]


def _leftovers(tmp_path):
    return [path.name for path in tmp_path.iterdir() if path.name == "xktcc.db"]


def test_a_backup_without_sound_says_what_is_to_be_copied(installation, tmp_path):
    target = tmp_path / "backup.tar"
    back_up(installation.settings, target, with_recordings=False)
    installation.spoil()
    assert any("0 of 1 in the index" in line for line in restore(installation.settings, target, sure=True))


def test_a_backup_of_an_older_version_is_brought_up(installation, tmp_path, monkeypatch):
    url = installation.settings.effective_database_url
    monkeypatch.setattr(backup_command, "_recordings", lambda _settings: [])
    _down(url)
    manifest = back_up(installation.settings, tmp_path / "old.tar", with_recordings=False)
    assert ("callback" in manifest.rows, manifest.revision) == (False, "0010")
    migrate(url)
    installation.spoil()
    restore(installation.settings, tmp_path / "old.tar", sure=True)
    assert installation.calls() == ["c1"]


def _down(url):
    engine = make_engine(url)
    config = Config("alembic.ini")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
    engine.dispose()


def test_writers_go_on_and_the_copy_is_of_one_moment(installation, tmp_path):
    stop, written = threading.Event(), []

    def write():
        database = Database(installation.settings.effective_database_url)
        while not stop.is_set():
            name = f"w{len(written):05d}"
            database.writing(lambda session, name=name: write_records(session, [call(name)]))
            written.append(name)
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifest = back_up(installation.settings, tmp_path / "backup.tar", with_recordings=False)
    finally:
        stop.set()
        writer.join()
    installation.spoil()
    restore(installation.settings, tmp_path / "backup.tar", sure=True)
    found = [name for name in installation.calls() if name.startswith("w")]
    assert found == written[: len(found)]
    assert manifest.rows["call"] == len(found) + 1


def test_the_running_program_is_not_restored_under_its_feet(installation, tmp_path):
    back_up(installation.settings, tmp_path / "backup.tar", with_recordings=False)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", installation.settings.port))
        busy.listen()
        with pytest.raises(BundleError, match="stop it first"):
            restore(installation.settings, tmp_path / "backup.tar", sure=True)


@pytest.mark.parametrize(("answer", "code"), [("no\n", 1), ("", 1), ("yes\n", 0)])
def test_it_asks(installation, tmp_path, monkeypatch, answer, code):
    target = tmp_path / "backup.tar"
    back_up(installation.settings, target, with_recordings=False)
    installation.spoil()
    monkeypatch.setattr("xktcc_app.restore.load_settings", lambda: installation.settings)
    monkeypatch.setattr("sys.argv", ["restore", str(target)])
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert main() == code
    assert installation.calls() == (["c1"] if code == 0 else ["c2"])


@pytest.fixture
def small(tmp_path):
    made = Installation(tmp_path / "data")
    back_up(made.settings, tmp_path / "backup.tar", with_recordings=False)
    return made


def _changed(source, target, change):
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old.getmembers():
            data = old.extractfile(info).read()
            name, data = change(info.name, data)
            info.name, info.size = name, len(data)
            new.addfile(info, io.BytesIO(data))
    return target


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda name, data: (name, data[:-1] + b"?" if name == "secrets/secret.key" else data), "damaged"),
        (lambda name, data: ("../../evil" if name == "secrets/secret.key" else name, data), "no backup holds"),
        (lambda name, data: ("/etc/evil" if name == "secrets/secret.key" else name, data), "no backup holds"),
        (lambda name, data: ("secrets/other" if name == "secrets/secret.key" else name, data), "manifest names"),
        (lambda name, data: (name, b"{}" if name == MANIFEST else data), "not a whole backup"),
        (
            lambda name, data: (
                name,
                json.dumps(json.loads(data) | {"format": 99}).encode() if name == MANIFEST else data,
            ),
            "format 99",
        ),
        (
            lambda name, data: (
                name,
                json.dumps(json.loads(data) | {"database": "postgresql"}).encode() if name == MANIFEST else data,
            ),
            "its own kind",
        ),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(small, tmp_path, change, told):
    bad = _changed(tmp_path / "backup.tar", tmp_path / "bad.tar", change)
    small.spoil()
    with pytest.raises(BundleError, match=told):
        restore(small.settings, bad, sure=True)
    assert small.calls() == ["c2"]
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"no tar at all", None])
def test_other_files_are_refused(small, tmp_path, content):
    if content is None:
        content = (tmp_path / "backup.tar").read_bytes()[:3000]
    (tmp_path / "bad.tar").write_bytes(content)
    with pytest.raises(BundleError, match=r"not a whole backup|damaged"):
        unpack(tmp_path / "bad.tar", tmp_path / "out")


def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch, capsys):
    settings = Settings(data_dir=tmp_path / "nothing")
    with pytest.raises(BundleError, match="no database"):
        back_up(settings, tmp_path / "backup.tar", with_recordings=False)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(backup_command, "load_settings", lambda: settings)
    monkeypatch.setattr("sys.argv", ["backup", str(tmp_path / "no" / "where.tar")])
    assert backup_command.main() == 1
    assert "can't be written" in capsys.readouterr().err


@pytest.mark.postgres
def test_without_its_programs_postgresql_is_told(postgres_url, tmp_path, monkeypatch):
    made = Installation(tmp_path / "data", postgres_url)
    monkeypatch.setattr(copies, "_PROGRAMS", tmp_path)
    monkeypatch.setattr(copies.shutil, "which", lambda _name: None)
    with pytest.raises(BundleError, match="postgresql-client"):
        back_up(made.settings, tmp_path / "backup.tar", with_recordings=False)
