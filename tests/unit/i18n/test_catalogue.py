import re
from pathlib import Path

import pytest

from xktcc_app.i18n.catalogue import LANGUAGES, DuplicateTextError, family, joined, pieces, placeholders

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [file for part in ("components", "pages") for file in sorted((ROOT / "xktcc_app" / part).rglob("*.py"))]
USERS = [
    file
    for package in ("xktcc_app", "telephony")
    for file in sorted((ROOT / package).rglob("*.py"))
    if file.parent.name != "texts"
]
SCRIPTS = sorted((ROOT / "assets" / "js").glob("*.js"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ZH, EN = LANGUAGES["zh"], LANGUAGES["en"]


def _used(source: str):
    literals = set(re.findall(r'"([a-z0-9_.]+)"', source))
    families = set(re.findall(r'word\(\s*"([a-z_.]+)"', source)) | set(re.findall(r'family\("([a-z_]+)"\)', source))
    families |= set(re.findall(r'codes="([a-z_.]+)"', source))
    beginnings = set(re.findall(r'f"([a-z_.]+)\{', source))
    return lambda key: (
        key in literals
        or any(key.startswith(name + ".") for name in families)
        or any(key.startswith(name) for name in beginnings)
    )


def test_a_key_has_one_place():
    with pytest.raises(DuplicateTextError):
        joined([{"a": ("一", "one")}, {"a": ("二", "two")}])


@pytest.mark.parametrize("key", sorted(ZH))
def test_the_same_values_are_filled_into_both(key):
    assert sorted(placeholders(ZH[key])) == sorted(placeholders(EN[key]))


def test_no_text_is_empty():
    assert not [key for texts in LANGUAGES.values() for key, text in texts.items() if not text.strip()]


def test_every_text_is_used():
    used = _used("\n".join(file.read_text(encoding="utf-8") for file in USERS))
    assert not [key for key in ZH if not used(key)]


@pytest.mark.parametrize("file", [*SOURCES, *SCRIPTS], ids=lambda file: file.name)
def test_chinese_stands_in_the_catalogue_only(file):
    assert not CHINESE.findall(file.read_text(encoding="utf-8"))


def test_english_has_no_chinese_but_the_name_of_the_language():
    assert {key for key, text in EN.items() if CHINESE.search(text)} == {"lang.switch", "lang.switch_long"}


def test_a_family_is_found_in_both_languages():
    states = family("state")
    assert states["zh"]["ready"] == "空闲"
    assert states["en"]["ready"] == "Ready"
    assert states["zh"].keys() == states["en"].keys()


def test_an_unknown_family_is_an_error():
    with pytest.raises(KeyError):
        family("no_such_family")


def test_a_text_is_cut_at_its_placeholders():
    assert pieces("在线 {online} / {total}") == [("在线 ", "online"), (" / ", "total"), ("", None)]
    assert pieces("plain") == [("plain", None)]
