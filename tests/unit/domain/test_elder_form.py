from datetime import date

import pytest

from xktcc_app.domain.elder_form import Contact, ElderForm, checked
from xktcc_app.domain.elders import ElderType, age_on, born_between, type_bits, types_of

TODAY = date(2026, 11, 23)
GOOD = {"name": "王桂兰", "gender": "f"}


def faults(**changes):
    texts = GOOD | changes.pop("texts", {})
    return checked(ElderForm(texts=texts, **changes), TODAY)[1]


def test_a_sound_record_is_normalised():
    form = ElderForm(
        texts={"name": " 王桂兰 "},
        id_card="11010519491231002x",
        phones=["+86 138-0000-1111", " "],
        sos_number="9500 1234",
        types=["very_old", "lives_alone"],
        contacts=[Contact(" 王芳", "女儿 ", "１３９００００２２２２"), Contact("", "", "")],
        org_id=3,
    )
    draft, told = checked(form, TODAY)
    assert told == {}
    # what the identity number says is taken from it
    assert (draft.birth_date, draft.fields["gender"], draft.fields["name"]) == (date(1949, 12, 31), "f", "王桂兰")
    assert (draft.phones, draft.sos_number, draft.org_id) == (("13800001111",), "95001234", 3)
    assert draft.types == (ElderType.LIVES_ALONE, ElderType.VERY_OLD)
    assert draft.contacts == (Contact("王芳", "女儿", "13900002222"),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"birth_date": "1949/12/31"}, {}),
        ({"texts": {"name": " ", "gender": ""}}, {"name": "required", "gender": "required"}),
        ({"texts": {"name": "王" * 65}}, {"name": "too_long"}),
        ({"texts": {"gender": "x"}}, {"gender": "not_allowed"}),
        ({"texts": {"care_level": "unknown"}}, {"care_level": "not_allowed"}),
        ({"birth_date": "31.12.1949"}, {"birth_date": "date"}),
        ({"birth_date": "1700-01-01"}, {"birth_date": "date"}),
        ({"birth_date": "2027-01-01"}, {"birth_date": "future_date"}),
        ({"id_card": "1"}, {"id_card": "id_card_form"}),
        ({"phones": ["12"]}, {"phones": "phone"}),
        ({"phones": ["13800001111", "+8613800001111"]}, {"phones": "repeated"}),
        ({"phones": [f"1380000111{at}" for at in range(6)]}, {"phones": "too_many"}),
        ({"sos_number": "x"}, {"sos_number": "phone"}),
        ({"types": ["x"]}, {"types": "not_allowed"}),
        ({"contacts": [Contact("王", "", "1")]}, {"contacts": "phone"}),
        ({"contacts": [Contact("", "", "13800001111")]}, {"contacts": "required"}),
        ({"contacts": [Contact("王" * 65, "", "13800001111")]}, {"contacts": "too_long"}),
        ({"contacts": [Contact("王", "", "13800001111")] * 6}, {"contacts": "too_many"}),
    ],
)
def test_faults_are_told_by_field(changes, expected):
    assert faults(**changes) == expected


def test_types_fit_into_a_number_and_come_out_again():
    assert types_of(type_bits(["very_old", "ordinary", "no such"])) == (ElderType.ORDINARY, ElderType.VERY_OLD)
    assert types_of(0) == ()


@pytest.mark.parametrize("day", [TODAY, date(2024, 2, 29), date(2023, 3, 1), date(2023, 2, 28)])
@pytest.mark.parametrize(("youngest", "oldest"), [(60, 60), (61, 79), (None, 62), (63, None)])
def test_bounds_of_birth_agree_with_ages(day, youngest, oldest):
    first, last = born_between(day, youngest, oldest)
    for birth in (date(y, m, d) for y in range(1942, 1968) for m, d in ((2, 28), (3, 1), (11, 22), (11, 23), (11, 24))):
        age = age_on(birth, day)
        wanted = (youngest is None or age >= youngest) and (oldest is None or age <= oldest)
        assert ((first is None or birth >= first) and (last is None or birth <= last)) is wanted, (birth, age)


def test_no_bounds():
    assert born_between(TODAY, None, None) == (None, None)
    assert born_between(TODAY, 5000, None) == (None, date(1, 11, 23))
