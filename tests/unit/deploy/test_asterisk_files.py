import stat
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.asterisk import generate
from deploy.asterisk.instance import kept_password, write_for_existing, write_instance
from deploy.asterisk.plan import Plan, PlanError, Trunk
from deploy.asterisk.process import ProcessError, blocked_folder, require_reachable, running_pid, stop

SECRET = "s3cret-of-the-test"
PLAN = Plan(trunk=Trunk("127.0.0.2", 28002), ari_password=SECRET)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An unpacked Asterisk, as far as the generator looks at it."""
    (tmp_path / "root/usr/lib/here/asterisk/modules").mkdir(parents=True)
    (tmp_path / "root/usr/share/asterisk/sounds/en_US").mkdir(parents=True)
    return tmp_path / "root"


def test_every_file_of_an_instance_is_for_its_owner_alone(tmp_path: Path, root: Path) -> None:
    home = tmp_path / "instance"
    write_instance(PLAN, home, root)
    files = [*(home / "etc").rglob("*.conf"), home / "xktcc.env"]
    assert len(files) > 20
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "data/sounds/en").resolve() == root / "usr/share/asterisk/sounds/en_US"


def test_the_password_stands_where_it_is_needed_and_is_kept_by_the_next_run(tmp_path: Path, root: Path) -> None:
    home = tmp_path / "instance"
    write_instance(PLAN, home, root)
    holders = {path.name for path in (home / "etc").rglob("*.conf") if SECRET in path.read_text()}
    assert holders == {"ari.conf"}
    assert kept_password(home) == SECRET
    assert SECRET not in repr(PLAN)


def test_two_new_instances_have_different_passwords(tmp_path: Path) -> None:
    assert kept_password(tmp_path / "a") != kept_password(tmp_path / "b")


def test_no_placeholder_is_left_and_asterisks_own_variables_stay(tmp_path: Path, root: Path) -> None:
    write_instance(PLAN, tmp_path / "instance", root)
    texts = {path: path.read_text() for path in (tmp_path / "instance/etc").rglob("*.conf")}
    assert not [path for path, text in texts.items() if "@{" in text]
    dialplan = (tmp_path / "instance/etc/xktcc/extensions.conf").read_text()
    assert "Stasis(xktcc,inbound,${EXTEN})" in dialplan


def test_http_stays_on_loopback_whatever_the_phones_use(tmp_path: Path, root: Path) -> None:
    write_instance(replace(PLAN, bind="192.0.2.7", public="203.0.113.9"), tmp_path / "instance", root)
    etc = tmp_path / "instance/etc"
    assert "bindaddr=127.0.0.1" in (etc / "http.conf").read_text()
    pjsip = (etc / "xktcc/pjsip.conf").read_text()
    assert "bind=192.0.2.7:" in pjsip
    assert "external_media_address=203.0.113.9" in pjsip


def test_an_overflow_number_is_dialled_after_the_greeting(tmp_path: Path) -> None:
    write_for_existing(replace(PLAN, overflow="13900000000", greeting="custom/away"), tmp_path)
    lines = (tmp_path / "xktcc/extensions.conf").read_text().splitlines()
    greeting = lines.index(" same => n,Playback(custom/away)")
    assert lines[greeting + 1] == " same => n,Dial(PJSIP/13900000000@trunk,60)"


def test_a_registering_trunk_gets_its_auth_and_registration(tmp_path: Path) -> None:
    trunk = Trunk("sip.example.org", user="u1", password="p1", register=True, matches=("192.0.2.0/24",))
    write_for_existing(replace(PLAN, trunk=trunk), tmp_path)
    text = (tmp_path / "xktcc/pjsip.conf").read_text()
    assert "type=registration" in text
    assert "match=192.0.2.0/24" in text
    assert "p1" not in repr(trunk)


@pytest.mark.parametrize(
    "bad",
    [
        {"app": "x\nload = evil.so"},
        {"greeting": "a,b)"},
        {"overflow": "12;34"},
        {"bind": "somewhere"},
        {"public": "1.2.3"},
        {"http_port": 70000},
        {"ari_password": ""},
        {"trunk": Trunk("host\n[evil]")},
        {"trunk": Trunk("host", register=True)},
        {"trunk": Trunk("host", user="a b", password="x")},
    ],
    ids=lambda bad: next(iter(bad)),
)
def test_what_can_not_be_written_safely_is_refused(bad: dict) -> None:
    with pytest.raises(PlanError):
        replace(PLAN, **bad)


def test_the_generator_tells_a_wrong_choice_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert generate.main(["--for-existing", "--out", str(out), "--overflow", "abc"]) == 2
    assert "overflow number" in capsys.readouterr().err
    assert not out.exists()


def test_the_files_for_an_existing_asterisk_say_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert generate.main(["--for-existing", "--out", str(out)]) == 0
    notice = (out / "INSTALL.txt").read_text()
    assert "#include xktcc/pjsip.conf" in notice
    assert "chan_websocket" in notice
    assert kept_password(out) not in notice + capsys.readouterr().out


def test_a_stale_pid_of_another_program_is_never_meant(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text("1\n")
    assert running_pid(tmp_path) is None
    assert stop(tmp_path) is False


def test_a_folder_that_asterisk_could_not_reach_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert blocked_folder(closed / "pbx" / "instance") == closed
    with pytest.raises(ProcessError, match="closed"):
        require_reachable(closed / "pbx" / "instance")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert blocked_folder(closed / "pbx" / "instance") is None
