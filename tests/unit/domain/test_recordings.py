import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from xktcc_app.domain.recordings import HEAD_BYTES, Expectation, FileFault, FileState, is_safe_name, judge, place_of

UNKNOWN = Expectation(None, complete=True)


def wav(seconds=1.0, *, declared=None, riff=None, before=b"", after=b"", form_bytes=16, block=2):
    sound = b"\x01\x02" * int(8000 * seconds)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, block, 16)[:form_bytes]
    head = b"WAVE" + before + b"fmt " + struct.pack("<I", len(form)) + form
    body = b"data" + struct.pack("<I", len(sound) if declared is None else declared) + sound + after
    return b"RIFF" + struct.pack("<I", len(head + body) if riff is None else riff) + head + body


def verdict(data, expected=UNKNOWN):
    return judge(data[:HEAD_BYTES], len(data), expected)


def mended(data, found):
    whole = (found.head or b"") + data[len(found.head or b"") :]
    return whole[: found.size]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (wav(), UNKNOWN),
        (wav(), Expectation(1, complete=True)),
        (wav(), Expectation(2.5, complete=True)),  # the PBX counts in whole seconds
        (wav(before=b"LIST\x03\x00\x00\x00abc\x00"), UNKNOWN),
        (wav(0.1, after=b"LIST\x04\x00\x00\x00abcd"), UNKNOWN),
        (wav(1, after=b"LIST\x04\x00\x00\x00abcd"), UNKNOWN),
        (wav(after=b"\x00"), UNKNOWN),
    ],
)
def test_a_whole_file_is_good_and_stays_as_it_is(data, expected):
    found = verdict(data, expected)
    assert (found.state, found.fault, found.head, found.size) == (FileState.GOOD, FileFault.NONE, None, len(data))


def test_a_file_that_nobody_closed_is_mended():
    for declared in (0, 0xFFFFFFFF, 99_999_999):
        data = wav(3, declared=declared, riff=36) + b"\x07"
        found = verdict(data, Expectation(3, complete=True))
        assert (found.state, found.fault, found.length_s) == (FileState.GOOD, FileFault.HEADER, 3)
        again = mended(data, found)
        assert (verdict(again).state, again) == (FileState.GOOD, wav(3))


def test_of_a_mended_file_whose_length_nobody_knows_something_may_be_missing():
    found = verdict(wav(3, declared=0))
    assert (found.state, found.fault) == (FileState.CUT, FileFault.HEADER)


def test_a_head_that_tells_less_than_there_is_is_not_believed():
    data = wav(0.1, declared=100)
    found = verdict(data, Expectation(0, complete=True))
    assert (found.fault, found.length_s) == (FileFault.HEADER, 0.1)


def test_a_torn_file_can_be_heard_but_is_marked():
    torn = wav(60)[: 44 + 16000 * 20 + 1]
    found = verdict(torn, Expectation(60, complete=True))
    assert (found.state, found.fault, found.length_s) == (FileState.CUT, FileFault.SHORT, 20)
    assert verdict(mended(torn, found)).state is FileState.GOOD
    interrupted = verdict(wav(20), Expectation(20, complete=False))
    assert (interrupted.state, interrupted.fault) == (FileState.CUT, FileFault.INTERRUPTED)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", FileFault.EMPTY),
        (wav(0), FileFault.EMPTY),  # a killed Asterisk leaves 44 bytes
        (wav(0, declared=0)[:20], FileFault.NOT_SOUND),
        (b"<html>not found</html>", FileFault.NOT_SOUND),
        (b"RIFF1234AVI " + bytes(100), FileFault.NOT_SOUND),
        (wav(form_bytes=10), FileFault.NOT_SOUND),
        (wav(block=0), FileFault.NOT_SOUND),
    ],
)
def test_a_broken_file_is_never_good(data, fault):
    found = verdict(data, Expectation(0, complete=True))
    assert (found.state, found.fault, found.length_s) == (FileState.BROKEN, fault, 0)


@pytest.mark.parametrize("name", ["xk-1732345678.12", "xk-c1", "_a"])
def test_names_that_can_be_files(name):
    assert is_safe_name(name)


@pytest.mark.parametrize("name", ["", ".hidden", "../up", "a/b", "a\\b", "a..b", "a b", "a\x00", "x" * 200, "中"])
def test_names_that_can_not(name):
    assert not is_safe_name(name)


def test_files_lie_by_the_day_that_people_read():
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert place_of("xk-1", late, ZoneInfo("Asia/Shanghai")) == "2026/11/23/xk-1.wav"
