import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from xktcc_app.domain.masking import mask_number, normalise_number, number_to_dial
from xktcc_app.domain.passwords import SHORTEST, PasswordFault, fault_of


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13800001111", "13800001111"),
        ("１３８ ００００-１１１１", "13800001111"),
        ("+86 138 0000 1111", "13800001111"),
        ("١٣٨٠٠٠٠١١١١", "13800001111"),
        ("008613800001111", "13800001111"),
        ("+4930123456", "4930123456"),
        ("(0531) 8888-6666", "053188886666"),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_numbers_are_compared_as_digits(text, digits):
    assert normalise_number(text) == digits


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+８６ 138 1234 1234", "138****1234"),
        ("053188886666", "053****6666"),
        ("88886666", "88****66"),
        ("123456", "12****56"),
        ("1001", "1001"),
        ("96000", "96000"),
        ("", ""),
    ],
)
def test_numbers_are_masked(number, shown):
    assert mask_number(number) == shown


@given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
def test_a_masked_mobile_never_holds_its_middle(number):
    assert mask_number(number) == f"{number[:3]}****{number[-4:]}"
    assert number not in mask_number(number)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short-pw1", PasswordFault.TOO_SHORT),
        ("x1" * 65, PasswordFault.TOO_LONG),
        ("SuperVisor", PasswordFault.IS_ACCOUNT),
        ("Password123", PasswordFault.COMMON),
        ("aaaaabaaaaa", PasswordFault.COMMON),
        ("XktCC-2026!!", PasswordFault.COMMON),
        ("supervisor#2026", PasswordFault.COMMON),
        ("颐年呼叫中心20261127", PasswordFault.COMMON),
        ("颐年呼叫中心的茶杯20261127", None),
        ("20262711902847", None),
        ("p" * 30 + "q" * 30 + "r" * 30, None),
        ("1qaz2wsx3edc", PasswordFault.COMMON),
        ("P@ssw0rd2026", PasswordFault.COMMON),
        ("woaini5201314", PasswordFault.COMMON),
        ("Woaini1314520", PasswordFault.COMMON),
        ("13812345678", PasswordFault.COMMON),
        ("abcdefghijklm", PasswordFault.COMMON),
        ("four warm cups of tea for the two of us, and " * 2, None),
        ("the-old-password", PasswordFault.UNCHANGED),
        ("four warm cups", None),
    ],
)
def test_the_password_policy(password, fault):
    assert fault_of(password, "supervisor", "the-old-password") is fault


def test_the_commonest_passwords_are_refused():
    long_enough = [text for text in FREQUENCY_LISTS["passwords"] if len(text) >= SHORTEST]
    assert len(long_enough) > 1000
    assert [text for text in long_enough if fault_of(text, "supervisor") is None] == []


@pytest.mark.parametrize("changed", [str.capitalize, str.upper, lambda text: f"{text}1", lambda text: f"{text}!"])
def test_a_little_more_makes_the_commonest_no_better(changed):
    common = [text for text in FREQUENCY_LISTS["passwords"] if len(changed(text)) >= SHORTEST][:100]
    assert [text for text in common if fault_of(changed(text), "supervisor") is None] == []


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("138 0000-1111", "13800001111"),
        ("１３８００００１１１１", "13800001111"),
        ("+86 138 0000 1111", "13800001111"),
        ("+86 (571) 8765-4321", "057187654321"),
        ("0086 571 87654321", "057187654321"),
        ("0571/87654321", "057187654321"),
        ("+44 20 7946 0000", "00442079460000"),
        ("0044 20 7946 0000", "00442079460000"),
        ("120", "120"),
        ("138x0000y1111", ""),
        ("call 13800001111", ""),
        ("13800001111;phone-context=x", ""),
        ("*62#", ""),
        ("1+2", ""),
        ("", ""),
        ("  ", ""),
        ("-", ""),
    ],
)
def test_a_number_to_dial(written: str, dialled: str) -> None:
    assert number_to_dial(written) == dialled
