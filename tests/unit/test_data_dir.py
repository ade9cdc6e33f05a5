import stat

import pytest

from xktcc_app.config import ConfigError
from xktcc_app.data_dir import kept_secret, prepare_data_dir, replace_secret


def test_a_missing_directory_is_made(tmp_path):
    path = prepare_data_dir(tmp_path / "a" / "b")
    assert path.is_dir()
    assert [child.name for child in path.iterdir()] == ["journal"]
    assert prepare_data_dir(path) == path


def test_a_file_in_its_place_is_named(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(
        ConfigError, match=r"XKTCC_DATA_DIR is '.*x': allowed is a directory that can be read and written"
    ):
        prepare_data_dir(tmp_path / "x")


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "secret"
    first = kept_secret(path)
    assert len(first) >= 16
    assert kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    replace_secret(path, "another")
    assert kept_secret(path) == "another"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
