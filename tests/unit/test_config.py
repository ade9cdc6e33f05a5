import os

import pytest

from xktcc_app.config import ConfigError, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith("XKTCC_"):
            monkeypatch.delenv(name)


def test_an_empty_environment_gives_the_documented_defaults():
    settings = load_settings()
    assert (settings.port, settings.host, str(settings.data_dir)) == (8000, "127.0.0.1", "data")
    assert (settings.demo_seats, settings.demo_calls_per_minute, settings.time_zone) == (24, 12, "Asia/Shanghai")
    assert settings.embedded
    assert settings.demo_mode
    assert settings.effective_ari_url == "http://127.0.0.1:8088"
    assert settings.effective_database_url.endswith("/data/xktcc.db")
    assert settings.zone.key == "Asia/Shanghai"
    assert settings.hotline_numbers == {"96000", "96001"}


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "0", "a port number from 1 to 65535"),
        ("PORT", "http", "a port number from 1 to 65535"),
        ("HOST", "a b", "an address or host name"),
        ("DATABASE_URL", "mysql://x/y", "sqlite:///<file> or postgresql://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///<file> or postgresql://"),
        ("ARI_URL", "pbx:8088", "http:// or https://"),
        ("ARI_URL", "http://:8088", "http:// or https://"),
        ("ARI_URL", "http://pbx:99999", "http:// or https://"),
        ("ARI_USER", "a:b", "without ':'"),
        ("TIME_ZONE", "Asia/Nowhere", "IANA"),
        ("TIME_ZONE", "../etc/passwd", "IANA"),
        ("DEMO", "perhaps", "1 or 0"),
        ("DEMO_SEATS", "many", "a whole number from 1 to 999"),
        ("DEMO_SEATS", "1000", "a whole number from 1 to 999"),
        ("DEMO_CALLS_PER_MINUTE", "-1", "a number from 0 to 600"),
        ("DEMO_SEED", "x", "a whole number"),
        ("SESSION_HOURS", "0", "a number above 0 to 720"),
        ("LOG_LEVEL", "loud", "'debug'"),
        ("ARI_APP", "a b", "[A-Za-z0-9_-]"),
        ("SECRET_KEY", "short", "44 characters"),
        ("ALLOWED_ORIGINS", "example.org", "origins such as"),
        ("BARRED_NUMBERS", "00,premium", "beginnings of numbers"),
        ("EMERGENCY_NUMBERS", "sos", "whole numbers"),
        ("DIAL_EMERGENCY", "perhaps", "1 or 0"),
        ("THRESHOLDS", "talking=9/8", "near not above past"),
        ("THRESHOLDS", "sleeping=1/2", "near not above past"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(monkeypatch, name, value, allowed):
    monkeypatch.setenv(f"XKTCC_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    text = str(caught.value)
    assert text.startswith(f"XKTCC_{name} is ")
    assert allowed in text
    assert "\n" not in text


def test_every_wrong_value_has_its_line_and_secrets_are_not_repeated(monkeypatch):
    monkeypatch.setenv("XKTCC_PORT", "x")
    monkeypatch.setenv("XKTCC_DATABASE_URL", "mysql://root:hunter2@db/x")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert len(str(caught.value).splitlines()) == 2
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"REDIS_URL": "redis://x"}, "scaling out by Redis is not available"),
        ({"ARI_URL": "http://pbx:8088"}, "XKTCC_ARI_PASSWORD is not"),
        ({"EXCHANGE_PORT": "8000"}, "the same as XKTCC_PORT"),
    ],
)
def test_settings_that_do_not_go_together(monkeypatch, variables, sentence):
    for name, value in variables.items():
        monkeypatch.setenv(f"XKTCC_{name}", value)
    with pytest.raises(ConfigError, match=sentence):
        load_settings()


def test_values_are_brought_into_one_form(monkeypatch):
    for name, value in {
        "DATABASE_URL": "postgres://u:p@h/d",
        "ARI_URL": "http://pbx:8088/ari/",
        "ARI_PASSWORD": "x",
        "THRESHOLDS": "talking=1/2, queue=3/4",
        "ALLOWED_ORIGINS": "https://A.example/, https://b.example",
        "DEMO_SEATS": "",
        "SECRET_KEY": "A" * 43 + "=",
    }.items():
        monkeypatch.setenv(f"XKTCC_{name}", value)
    settings = load_settings()
    assert settings.effective_database_url == "postgresql+psycopg://u:p@h/d"
    assert settings.effective_ari_url == "http://pbx:8088"
    assert not settings.demo_mode
    assert settings.thresholds["talking"] == (1, 2)
    assert settings.thresholds["queue"] == (3, 4)
    assert settings.thresholds["hold"] == (60, 90)
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.demo_seats == 24
    monkeypatch.setenv("XKTCC_DEMO", "1")
    assert load_settings().demo_mode


def test_which_numbers_may_be_dialled(monkeypatch):
    assert (load_settings().barred_numbers, load_settings().dial_emergency) == (("00", "160", "168"), True)
    monkeypatch.setenv("XKTCC_BARRED_NUMBERS", "none")
    monkeypatch.setenv("XKTCC_EMERGENCY_NUMBERS", "120, 110")
    assert load_settings().barred_numbers == ()
    assert load_settings().emergency_numbers == ("120", "110")
