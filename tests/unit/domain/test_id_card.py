from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.id_card import IdCardFault, check_sign, id_card_fault, mask_id_card, normalise_id_card
from xktcc_app.domain.phones import is_device, is_phone

TODAY = date(2026, 11, 23)
# the example of GB 11643-1999
EXAMPLE = "11010519491231002X"


def fault(number, birth=None, gender=""):
    return id_card_fault(normalise_id_card(number), birth, gender, TODAY)


@pytest.mark.parametrize("text", [EXAMPLE, EXAMPLE.lower(), "１１０１０５ 19491231 002x"])
def test_the_standards_own_example_is_sound(text):
    assert fault(text, date(1949, 12, 31), "f") is None
    assert fault(text) is None


@pytest.mark.parametrize(
    ("number", "birth", "gender", "expected"),
    [
        ("110105491231002", None, "", IdCardFault.FORM),
        ("01010519491231002X", None, "", IdCardFault.FORM),
        ("110105194912310029X", None, "", IdCardFault.FORM),
        ("110105194913310025", None, "", IdCardFault.BIRTH),
        ("110105209901010020", None, "", IdCardFault.BIRTH),
        ("110105194912310021", None, "", IdCardFault.CHECKSUM),
        (EXAMPLE, date(1949, 12, 30), "f", IdCardFault.BIRTH_DIFFERS),
        (EXAMPLE, date(1949, 12, 31), "m", IdCardFault.GENDER_DIFFERS),
    ],
)
def test_what_is_wrong_is_named(number, birth, gender, expected):
    assert fault(number, birth, gender) is expected


def test_men_have_odd_serials():
    first = "11010519491231001"
    assert fault(first + check_sign(first), None, "m") is None


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place, by):
    digit = str((int(EXAMPLE[place]) + by) % 10)
    assert fault(EXAMPLE[:place] + digit + EXAMPLE[place + 1 :]) is not None


@pytest.mark.parametrize(
    ("number", "shown"), [(EXAMPLE, "110105********002X"), ("12345", "12****45"), ("1234", "****"), ("", "")]
)
def test_identity_numbers_are_masked(number, shown):
    assert mask_id_card(number) == shown


@pytest.mark.parametrize(
    ("number", "can_be"),
    [
        ("13800001111", True),
        ("12800001111", False),
        ("1380000111", False),
        ("057188886666", True),
        ("88886666", True),
        ("4008001234", True),
        ("110", False),
        ("", False),
    ],
)
def test_which_telephones_can_be(number, can_be):
    assert is_phone(number) is can_be


def test_devices_have_numbers_of_their_own():
    assert is_device("95001234")
    assert not is_device("12")
    assert not is_device("1" * 21)
