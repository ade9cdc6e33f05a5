"""The command that proves the report's totals, and the one that counts them anew, as a person at a terminal runs them."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from xktcc_app.generator.orders import OrderPlan
from xktcc_app.generator.populate import populate_orders
from xktcc_app.migrate import migrate
from xktcc_app.services.database import Database


@pytest.fixture
def place(tmp_path):
    url = f"sqlite:///{tmp_path / 'xktcc.db'}"
    migrate(url)
    database = Database(url)
    populate_orders(database, 50, OrderPlan(60, datetime(2026, 11, 23, 4, tzinfo=UTC), 90))
    database.close()
    return tmp_path


def run(place, *words):
    return subprocess.run(
        [sys.executable, "-m", "xktcc_app.order_totals", *words],
        env={**os.environ, "XKTCC_DATA_DIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_totals_are_proved_and_counted_anew(place):
    told = run(place, "verify")
    assert told.returncode == 1, told.stderr
    assert "kept totals are wrong" in told.stdout
    assert "2026-08 everything service" in told.stdout
    assert "2026-08\n2026-09" in told.stderr, "it says how far it is"
    told = run(place, "rebuild")
    assert (told.returncode, "counted anew" in told.stdout) == (0, True)
    told = run(place, "verify")
    assert (told.returncode, told.stdout) == (0, "the kept totals are what the orders come to\n")


def test_what_can_not_be_done_is_told(place):
    assert run(place).returncode == 2
    assert "usage" in run(place, "something").stderr
    database = Database(f"sqlite:///{place / 'xktcc.db'}")
    database.writing(lambda session: session.execute(text("DROP TABLE order_rollup")))
    database.close()
    assert run(place, "verify").returncode == 2
