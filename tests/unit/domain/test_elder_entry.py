from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.elder_entry import FIELDS, Changed, differences, fields_of, form_of, merged
from xktcc_app.domain.elder_form import CODES, MAX_CONTACTS, MAX_PHONES, TEXTS, Contact, ElderForm
from xktcc_app.domain.elders import ElderType

BASE = ElderForm(
    texts=dict.fromkeys((*TEXTS, *CODES), "") | {"name": "Wang", "gender": "f", "address": "1"},
    birth_date="1940-01-01",
    id_card="3701**********2148",
    phones=["138****2231", "139****7720"],
    types=["very_old"],
    contacts=[Contact("Li", "son", "139****7720")],
    org_id=7,
)
NAMES = [*FIELDS, "phone_0", "phone_4", "type_very_old", "contact_0_name", "contact_4_phone", "nonsense"]


def _with_text(form, **texts):
    return replace(form, texts={**form.texts, **texts})


def test_what_a_form_shows_is_what_it_sends_back():
    assert form_of(fields_of(BASE)) == BASE


def test_empty_rows_between_are_left_out():
    form = form_of({"phone_1": " 1 ", "phone_4": "2", "contact_3_name": "Li", "type_very_old": "on"})
    assert form.phones == ["1", "2"]
    assert form.contacts == [Contact("Li", "", "")]
    assert form.types == [ElderType.VERY_OLD.value]


def test_a_place_that_is_no_number_is_no_place():
    assert form_of({"org_id": "x"}).org_id is None


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=50)))
def test_no_form_fails(fields):
    form = form_of(fields)
    assert len(form.phones) <= MAX_PHONES
    assert len(form.contacts) <= MAX_CONTACTS


def test_two_people_change_a_record():
    mine = replace(_with_text(BASE, address="2", remarks="mine"), phones=["13800000000"])
    theirs = replace(_with_text(BASE, address="3", remarks="mine"), org_id=8)
    found = {one.field: one for one in differences(BASE, mine, theirs)}
    assert {field: one.changed for field, one in found.items()} == {
        "address": Changed.BOTH,
        "phones": Changed.MINE,
        "org_id": Changed.THEIRS,
    }
    assert (found["address"].mine, found["address"].theirs) == (["2"], ["3"])
    assert (found["org_id"].mine, found["org_id"].theirs) == (["7"], ["8"])


def test_what_is_chosen_of_mine_is_put_into_theirs():
    mine = replace(_with_text(BASE, address="2"), phones=["13800000000"], contacts=[])
    theirs = _with_text(BASE, address="3", remarks="theirs")
    form = merged(mine, theirs, ["phones", "address", "contacts", "nonsense"])
    assert form.phones == ["13800000000"]
    assert form.contacts == []
    assert (form.texts["address"], form.texts["remarks"]) == ("2", "theirs")
    assert merged(mine, theirs, []) == theirs


def test_contacts_are_told_in_one_line_each():
    found = differences(BASE, replace(BASE, contacts=[]), BASE)
    assert [(one.field, one.mine, one.theirs) for one in found] == [("contacts", [], ["Li son 139****7720"])]
