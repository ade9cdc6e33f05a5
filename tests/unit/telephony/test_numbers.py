import pytest

from telephony.errors import BadNumberError, BarredNumberError, EmergencyNumberError
from telephony.numbers import DialRules, national

RULES = DialRules(emergency=frozenset({"110", "119", "120"}), barred=("00", "168", "12"))


@pytest.mark.parametrize("number", ["13800001111", "02188886666", "+8613800001111", "96000", "008613800001111"])
def test_ordinary_numbers_pass(number: str) -> None:
    RULES.require(number)


@pytest.mark.parametrize(
    "number",
    ["", "12", "1" * 21, "call me", "138 0000", "１３８００００１１１１", "+", "*43", "1380000\n", "138;99", "sip:1"],
)
def test_what_is_no_number_is_named_so(number: str) -> None:
    with pytest.raises(BadNumberError):
        RULES.require(number)


@pytest.mark.parametrize(
    "number",
    ["16812345", "016812345", "+86016812345", "+8616812345", "008616812345", "00852123456", "+15550100", "12345"],
)
def test_barred_ranges_however_they_are_written(number: str) -> None:
    with pytest.raises(BarredNumberError):
        RULES.require(number)


def test_emergency_numbers_pass_even_inside_a_barred_range() -> None:
    RULES.require("120")
    RULES.require("+86120")


@pytest.mark.parametrize("number", ["110", "120", "+86119"])
def test_emergency_numbers_can_be_closed(number: str) -> None:
    closed = DialRules(emergency=RULES.emergency, emergency_allowed=False)
    with pytest.raises(EmergencyNumberError):
        closed.require(number)
    closed.require("12345")


def test_without_rules_every_number_passes() -> None:
    DialRules().require("0011223344")


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("+86", "0086"),
        ("0086", "0086"),
        ("+86120", "120"),
        ("+1", "001"),
        ("013800001111", "13800001111"),
        ("01088886666", "01088886666"),
    ],
)
def test_the_number_inside_the_country(number: str, plain: str) -> None:
    assert national(number) == plain
