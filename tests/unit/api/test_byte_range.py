import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.api.byte_range import Part, UnsatisfiableRangeError, asked_part

SIZE = 1000


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-", Part(0, 1000)),
        ("bytes=0-0", Part(0, 1)),
        ("Bytes= 10-19", Part(10, 10)),
        ("bytes=990-5000", Part(990, 10)),
        ("bytes=-1", Part(999, 1)),
        ("bytes=-5000", Part(0, 1000)),
        (None, None),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=1" + "0" * 30 + "-", None),
        ("bytes=0x1-", None),
        ("bytes=٣-", None),
    ],
)
def test_what_is_asked_for(asked, part):
    assert asked_part(asked, SIZE) == part


@pytest.mark.parametrize(
    ("asked", "size"), [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0), ("bytes=-1", 0)]
)
def test_what_is_behind_the_end(asked, size):
    with pytest.raises(UnsatisfiableRangeError):
        asked_part(asked, size)


def test_the_header_of_a_part():
    assert Part(10, 5).content_range(100) == "bytes 10-14/100"


@given(st.text(), st.integers(0, 10**9))
def test_any_text_is_a_part_of_the_file_or_none(text, size):
    try:
        part = asked_part("bytes=" + text, size)
    except UnsatisfiableRangeError:
        return
    assert part is None or 0 <= part.start < part.start + part.length <= size
