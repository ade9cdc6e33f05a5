import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain import record_tokens
from xktcc_app.domain.pinyin import syllables_of
from xktcc_app.domain.text_query import MAX_QUERY, cases, like, normalise_text, query_digits, query_text
from xktcc_app.domain.tokens import (
    facet,
    name_query,
    name_tokens,
    number_query,
    number_tokens,
    pinyin_tokens,
    sound_query,
)

NAMES = st.text(max_size=12).map(normalise_text)


@given(NAMES, st.data())
def test_every_part_of_a_name_finds_it(name, data):
    if not name:
        return
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    assert name_query(part) <= name_tokens(name)


@given(NAMES, NAMES.filter(bool))
def test_what_is_no_part_of_a_name_has_a_token_that_the_name_lacks(name, other):
    if len(other) <= 4 and other not in name:
        assert not name_query(other) <= name_tokens(name)


@given(st.text(max_size=40))
def test_a_token_is_one_word_for_every_database(text):
    for token in {facet("n", text), *name_tokens(normalise_text(text)), *pinyin_tokens(normalise_text(text))}:
        assert re.fullmatch(r"[a-z]+:[A-Za-z0-9_\u0080-\U0010ffff]*", token)


@given(st.lists(st.from_regex(r"[0-9]{1,12}", fullmatch=True), max_size=3), st.from_regex(r"[0-9]{3}", fullmatch=True))
def test_three_digits_are_found_within_one_number_only(numbers, digits):
    assert (number_query(digits) <= number_tokens(numbers)) is any(digits in number for number in numbers)


def test_short_digits_have_no_tokens():
    assert number_query("12") == set()
    assert number_query("1234") == {"d:123", "d:234"}


def test_names_are_found_by_their_sound():
    assert {"i:w", "i:wgl", "i:gl", "p:wang", "p:guilan", "p:wangguilan"} <= pinyin_tokens("王桂兰")
    assert "p:shan" in pinyin_tokens("单国强")
    assert "p:lv" in pinyin_tokens("吕")
    assert not {"i:wl", "p:wanglan"} & pinyin_tokens("王桂兰")
    assert "p:smith" in pinyin_tokens("johnsmith")
    assert syllables_of("x") == ()


@pytest.mark.parametrize(("text", "expected"), [("wgl", {"i:wgl", "p:wgl"}), ("王", set()), ("w1", set())])
def test_letters_are_looked_for_as_sounds(text, expected):
    assert sound_query(text) == expected


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Ｗang", "wang"),
        (" 王　桂兰\n", "王桂兰"),
        ("王\u200b桂", "王桂"),
        ("ß", "ss"),
        ("\ud800", ""),
        ("５０%_", "50%_"),
    ],
)
def test_text_is_brought_into_one_form(typed, compared):
    assert query_text(typed) == compared


@given(st.text(max_size=30))
def test_the_form_is_stable(text):
    assert normalise_text(normalise_text(text)) == normalise_text(text)


def test_long_text_is_cut():
    assert len(query_text("王" * 10_000)) == MAX_QUERY


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("", ""),
        ("１３８-００", "13800"),
        ("(0571) 88", "057188"),
        ("+86", "86"),
        ("13x", None),
        ("٣", "3"),
        ("%", None),
    ],
)
def test_digits_of_a_typed_number(typed, digits):
    assert query_digits(typed) == digits


def test_wildcards_mean_themselves():
    assert like("50%_\\") == "%50\\%\\_\\\\%"


def test_tokens_of_whole_records():
    assert record_tokens.node_tokens([3, 1]) == {"o:3", "o:1"}
    assert record_tokens.elder_facets("f", 0, "", None) == {"g:f", "c:", "all:"}
    assert {"t:ordinary", "y:1944"} <= record_tokens.elder_facets("f", 1, "mild", date(1944, 5, 1))
    assert {"n:王", "d:138", "i:w"} <= record_tokens.elder_words("王", "13800001111 95001234")
    assert "am:1" in record_tokens.order_facets(1, "settled", "cash", None, 0)
    assert {"st:open", "a:", "by:", "tk:1"} <= record_tokens.call_facets("inbound", "open", None, None, None)
    assert record_tokens.validity_token(valid=True) == "v:1"


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**8))
def test_an_amount_between_two_has_one_of_their_tokens(low, amount, high):
    own = {token for token in record_tokens.order_facets(1, "s", "p", 1, amount) if token.startswith("am:")}
    if low <= amount <= high:
        assert own <= record_tokens.amount_tokens(low, high)
    assert own <= record_tokens.amount_tokens(None, None)


@given(st.integers(0, 5000), st.floats(0, 5000), st.integers(0, 5000))
def test_a_talk_between_two_has_one_of_their_tokens(low, talk, high):
    own = {token for token in record_tokens.call_facets("i", "s", "1", "x", talk) if token.startswith("tk:")}
    if low <= talk <= high:
        assert own <= record_tokens.talk_tokens(low, high)
    assert own <= record_tokens.talk_tokens(None, None)
    assert record_tokens.talk_tokens(9, 1) <= {"tk:none", "tk:1", "tk:2"}


@pytest.mark.parametrize(
    ("steps", "selective", "exact"),
    [
        (record_tokens.talk_steps(300, None), True, True),
        (record_tokens.talk_steps(200, None), True, False),
        (record_tokens.talk_steps(300, 900), True, False),
        (record_tokens.talk_steps(None, 20), True, False),
        (record_tokens.talk_steps(0, None), False, False),
        (record_tokens.talk_steps(None, 900), False, False),
        (record_tokens.amount_steps(20_000, None), True, True),
        (record_tokens.amount_steps(30_000, None), True, False),
        (record_tokens.amount_steps(None, 1_000), True, False),
        (record_tokens.amount_steps(3_000, None), False, True),
    ],
)
def test_what_a_range_is_good_for(steps: record_tokens.Steps, selective: bool, exact: bool) -> None:
    assert (steps.selective, steps.exact) == (selective, exact)


@pytest.mark.parametrize(
    ("text", "looked_for"),
    [
        (" Name Sup ", ("Name Sup",)),
        ("王", ("王",)),
        ("Ärzte", ("Ärzte", "ärzte", "ÄRZTE")),
        ("a\x00b\u200b", ("ab",)),
        ("x" * 100, ("x" * MAX_QUERY,)),
    ],
)
def test_the_cases_in_which_a_text_is_looked_for(text, looked_for):
    assert cases(text) == looked_for
