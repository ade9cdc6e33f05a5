import json
import os
import subprocess
import sys

import pytest

from tests.integration.services.records import T0, recording
from xktcc_app.migrate import migrate
from xktcc_app.models.call import Recording
from xktcc_app.repositories.records import write_records
from xktcc_app.services.database import Database


@pytest.fixture
def place(tmp_path):
    url = f"sqlite:///{tmp_path / 'xktcc.db'}"
    migrate(url)
    database = Database(url)

    def fill(session):
        write_records(session, [recording("xk-c1", finished_at=T0)])
        row = session.get(Recording, "xk-c1")
        row.state, row.path, row.size = "good", "2026/11/23/xk-c1.wav", 5
        session.add(row)

    database.writing(fill)
    database.close()
    return tmp_path


def check(place, *words):
    return subprocess.run(
        [sys.executable, "-m", "xktcc_app.recordings", "check", *words],
        env={**os.environ, "XKTCC_DATA_DIR": str(place), "XKTCC_EXCHANGE_PORT": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_does_not_fit_is_listed_and_the_exit_code_says_so(place):
    told = check(place)
    assert told.returncode == 1, told.stderr
    assert "1 recorded, but the file is gone:\n  xk-c1" in told.stdout
    assert "the PBX did not answer" in told.stdout
    file = place / "recordings/2026/11/23/xk-c1.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"12345")
    told = check(place, "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["checked"] == 1
    assert list((place / "journal").iterdir()) == []
