from __future__ import annotations

import pytest

from tests.integration.repositories.city import build


@pytest.fixture(scope="session")
def sqlite_city(tmp_path_factory):
    city = build(f"sqlite:///{tmp_path_factory.mktemp('city') / 'city.db'}")
    yield city
    city.database.close()


@pytest.fixture(scope="session")
def postgres_city(postgres_server):
    import psycopg

    with psycopg.connect(postgres_server.replace("+psycopg", "") + "/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE city")
    city = build(f"{postgres_server}/city")
    yield city
    city.database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def city(request):
    """The generated city, once on each kind of database. Only read."""
    return request.getfixturevalue(f"{request.param}_city")


@pytest.fixture(params=["as it is", "everything is much"])
def limits(request, monkeypatch):
    """The finder's limits; small ones take a small city down the ways of a large one."""
    if request.param == "everything is much":
        monkeypatch.setattr("xktcc_app.repositories.finder.CAP", 40)
        monkeypatch.setattr("xktcc_app.repositories.finder.LOOK_BACK", 60)
        monkeypatch.setattr("xktcc_app.repositories.rollups.LOOK_BACK", 60)
        monkeypatch.setattr("xktcc_app.repositories.finder.SORTED_AT_ONCE", 60)
        return 40
    return 10_000
